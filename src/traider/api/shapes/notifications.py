"""Shapes of the ways that alerts go to people."""

from typing import Annotated

from pydantic import Field

from traider.api.shapes.shape import Shape


class Way(Shape):
    """One way to people."""

    name: Annotated[str, Field(examples=["slack"])]
    """telegram, slack, discord, pagerduty, email or webhook."""
    is_set: bool
    """Whether the settings of this process name it."""
    least: Annotated[str | None, Field(examples=["warning"])]
    """Alerts that are less are not sent; null where it is not set."""


class Ways(Shape):
    """Every way that there is."""

    items: list[Way]
    """In a fixed order."""


class WayTest(Shape):
    """What came of a test."""

    name: Annotated[str, Field(examples=["slack"])]
    """Over which way it was sent."""
    is_sent: bool
    """Whether the service took it."""
    why: Annotated[str, Field(examples=[""])]
    """Why it did not; empty where it did."""
    at_ns: Annotated[int, Field(examples=[1746459375000000000])]
    """When it was sent, ns UTC."""
