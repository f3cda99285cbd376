"""How what is shown of a running market stands: of when it is, and what is not known."""

from typing import Annotated

from pydantic import Field

from traider.api.following.snapshots import ViewState
from traider.api.shapes.amounts import TimeNs
from traider.api.shapes.shape import Shape


class AsOf(Shape):
    """How the follower of the journal stood when it was asked."""

    state: ViewState
    """``live`` has everything that the journal had a moment ago."""
    fault: str
    """Why nothing new is read, in one line; empty while it is."""
    kernel_fault: str
    """Why books, features and scores are not known, in one line; empty while they are."""
    run_id: Annotated[str, Field(examples=["0a1b2c3d"])]
    """Run that is followed; empty before one has begun."""
    position: Annotated[int, Field(examples=[101_488])]
    """Position in the journal of the next event that it takes."""
    lag_s: Annotated[float, Field(examples=[0.0])]
    """Seconds since nothing was left to take; 0 while it is live."""
    known_from_ns: TimeNs
    """Bars, trades and quality are known from here on, ns UTC of the trader's clock; 0: none."""
    now_ns: TimeNs
    """When the journal said something last, ns UTC of the trader's clock."""
