"""The shape of an answer that is still being made."""

from typing import Annotated

from pydantic import Field

from traider.api.shapes.shape import Shape


class BeingMade(Shape):
    """How far an answer is that takes longer than a request may."""

    being_made: Annotated[bool, Field(examples=[True])] = True
    """Always true: no answer that is whole has this."""
    progress: Annotated[float, Field(ge=0.0, le=1.0, examples=[0.42])]
    """The part of it that is done, 0 to 1."""
    doing: Annotated[str, Field(examples=["replaying the journal"])]
    """What is being done."""
    begun_ns: Annotated[int, Field(examples=[1_721_347_200_000_000_000])]
    """Since when, ns UTC of the machine's clock."""
    retry_after_s: Annotated[int, Field(examples=[2])]
    """Seconds after which to ask again, as ``Retry-After`` says too."""
