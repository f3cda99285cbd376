"""The trace port: how long the parts of a piece of work took, and which part held which."""

from contextlib import AbstractContextManager
from typing import Protocol

from traider.domain.ports.log import Field


class Span(Protocol):
    """A piece of work under way."""

    @property
    def trace_id(self) -> str:
        """The id shared by all spans of one piece of work."""

    def note(self, **fields: Field) -> None:
        """Attach ``fields`` to the span."""


class Tracer(Protocol):
    """Open spans; a span opened inside another one becomes its child."""

    def span(self, name: str, /, **fields: Field) -> AbstractContextManager[Span]:
        """Return a context that times ``name``; an exception marks the span as failed."""
