"""Events kept in memory."""

from dataclasses import dataclass, field

from traider.domain.events import EventArray, join_events


@dataclass
class MemoryEvents:
    """Keep every event."""

    parts: list[EventArray] = field(default_factory=list)

    def append(self, events: EventArray) -> None:
        self.parts.append(events)

    @property
    def events(self) -> EventArray:
        """All of them."""
        return join_events(self.parts)
