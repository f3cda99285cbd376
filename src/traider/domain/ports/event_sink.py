"""The event port: where events go to be kept."""

from typing import Protocol

from traider.domain.events import EventArray


class EventSink(Protocol):
    """Keep events in the order they are given."""

    def append(self, events: EventArray) -> None:
        """Keep ``events``, all or none of them."""
