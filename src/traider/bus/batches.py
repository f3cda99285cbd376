"""What travels: a run of events of one instrument, numbered by whoever published it."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from traider.domain.events import EVENT, EventArray, empty_events

_RAW: Final = f"V{EVENT.itemsize}"


@dataclass(frozen=True, slots=True)
class BusInstrument:
    """What the events of a stream are about, and the grid that they count on."""

    name: str
    """The key: events of one name keep their order."""
    tick_size: Decimal
    lot_size: Decimal


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """How far a stream was taken: all events of ``epoch`` before the number ``next``."""

    epoch: int
    next: int


@dataclass(frozen=True, eq=False)
class EventBatch:
    """Events of one instrument, one after another.

    ``first`` counts the events of the instrument since the beginning of ``epoch``, so that the
    next batch begins at ``end``. An epoch is one life of a producer whose numbers begin anew; a
    later one is the larger. A source that tells the same events again (a recording, a journal)
    keeps its epoch, so that what was published before it was killed is known again.
    """

    instrument: BusInstrument
    producer: str
    epoch: int
    first: int
    events: EventArray = field(repr=False)
    is_last: bool = False
    """Whether the producer ended the stream on purpose after these events."""

    @property
    def key(self) -> str:
        """The name of the instrument."""
        return self.instrument.name

    @property
    def end(self) -> int:
        """The number of the event after the last one."""
        return self.first + len(self.events)

    def copied(self) -> "EventBatch":
        """Return the batch with events of its own."""
        # As plain bytes: field by field the copy takes several times as long.
        return replace(self, events=self.events.view(_RAW).copy().view(EVENT))

    def since(self, number: int) -> "EventBatch":
        """Return the batch without the events before ``number``."""
        if number <= self.first:
            return self
        passed = number - self.first
        return replace(self, first=self.first + passed, events=self.events[passed:])


def last_batch(instrument: BusInstrument, producer: str, position: Position) -> EventBatch:
    """Return the batch that ends a stream: no event, only that there will be none."""
    return EventBatch(
        instrument, producer, position.epoch, position.next, empty_events(0), is_last=True
    )
