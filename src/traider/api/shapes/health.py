"""Shapes of health."""

from typing import Annotated, Literal

from pydantic import Field

from traider.api.shapes.shape import Shape


class Live(Shape):
    """That the API lives."""

    status: Literal["live"] = "live"
    """Always ``live``: who cannot answer does not."""
    version: Annotated[str, Field(examples=["0.1.0"])]
    """Version of Traider that answers."""


class PartHealth(Shape):
    """How one part stands."""

    part: Annotated[str, Field(examples=["trader"])]
    """Name of the part."""
    is_good: bool
    """Whether it does its work."""
    is_needed: bool
    """Whether the API is not ready without it."""
    detail: Annotated[str, Field(examples=["no trader runs; what it kept last is shown"])]
    """What is wrong, in words; empty when nothing is."""


class Ready(Shape):
    """Whether the API can answer."""

    is_ready: bool
    """Whether every part that is needed is good."""
    parts: list[PartHealth]
    """Each part."""
