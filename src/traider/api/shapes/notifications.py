"""Shapes of the ways that alerts go to people."""

from typing import Annotated

from pydantic import Field

from traider.api.shapes.shape import Shape


class WayResult(Shape):
    """What came of using a way last."""

    at_ns: Annotated[int, Field(examples=[1746459375000000000])]
    """When, ns UTC."""
    is_sent: bool
    """Whether the service took it."""
    why: Annotated[str, Field(examples=[""])]
    """Why it did not; empty where it did."""


class Way(Shape):
    """One way to people."""

    name: Annotated[str, Field(examples=["slack"])]
    """telegram, slack, discord, pagerduty, email or webhook."""
    is_set: bool
    """Whether the settings of this process name it."""
    least: Annotated[str | None, Field(examples=["warning"])]
    """Alerts that are less are not sent; null where it is not set."""
    to: Annotated[str, Field(examples=["hooks.slack.com"])]
    """The server that it goes through; what names a person or opens a door is never told. Empty
    where it is not set."""
    carries: Annotated[list[str], Field(examples=[["warning", "critical"]])]
    """Severities of alerts that go this way; the end of what was told goes too."""
    sent: Annotated[int, Field(examples=[12])]
    """Messages that arrived since the processes of the run began."""
    failed: Annotated[int, Field(examples=[0])]
    """Messages that were given up."""
    waiting: Annotated[int, Field(examples=[0])]
    """Alerts that wait."""
    sent_ns: Annotated[int | None, Field(examples=[1746459375000000000])]
    """When a message arrived last, ns UTC; null never."""
    last: WayResult | None
    """What came of the last message; null before the first."""
    tested: WayResult | None
    """What came of the last test; null where there was none."""


class Ways(Shape):
    """Every way that there is."""

    items: list[Way]
    """In a fixed order."""
    group_s: Annotated[float, Field(examples=[5.0])]
    """Alerts within so many seconds go out together; a critical one waits for nothing."""
    per_minute: Annotated[int, Field(examples=[15])]
    """Messages a minute that one way carries at most."""
    again_s: Annotated[float, Field(examples=[900.0])]
    """What goes on is told again after so many seconds."""


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
