"""Events of many instruments in one row, as a feed gives them, to batches of one each.

events = EventPublisher(bus.publisher("market"), Source("feed", epoch, instruments))
events.append(records)          # waits for room; a traider.domain.ports.EventSink
await events.send(records)      # the same for whoever must not hold up an event loop
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from traider.bus.batches import BusInstrument, EventBatch, Position, last_batch
from traider.bus.port import Publisher
from traider.domain.events import EVENT, EventArray

BATCH_EVENTS: Final = 4_096
"""Records of a batch at most: 256 KiB, a quarter of what brokers take by default."""

_RAW: Final = f"V{EVENT.itemsize}"
_FIRST_PAUSE_S: Final = 0.0005
_LONGEST_PAUSE_S: Final = 0.05


@dataclass(frozen=True)
class Source:
    """Who publishes, and what the numbers of instruments in its records stand for."""

    producer: str
    epoch: int
    """As ``EventBatch`` explains: larger than that of any life before, or the same again."""
    instruments: Sequence[BusInstrument]


class EventPublisher:
    """Number the events of each instrument and publish them, in the order given."""

    def __init__(
        self, publisher: Publisher, source: Source, batch_events: int = BATCH_EVENTS
    ) -> None:
        self.events = 0
        """Events that the bus took."""
        self._publisher = publisher
        self._source = source
        self._batch_events = batch_events
        self._next = [0] * len(source.instruments)

    def append(self, events: EventArray) -> None:
        """Publish ``events``; wait while the bus has no room.

        Raises:
            BusError: the bus does not keep them.
        """
        for batch in self._batches(events):
            self._publisher.publish(batch)
            self._count(batch)

    async def send(self, events: EventArray) -> None:
        """Publish ``events``; let others work while the bus has no room.

        Raises:
            BusError: the bus does not keep them.
        """
        for batch in self._batches(events):
            await self._send(batch)
            self._count(batch)

    def end(self, timeout_s: float = 10.0) -> None:
        """Say of each instrument that its stream is over, and flush.

        Raises:
            BusError: the bus does not keep it in the time allowed.
        """
        for number, instrument in enumerate(self._source.instruments):
            position = Position(self._source.epoch, self._next[number])
            self._publisher.publish(
                last_batch(instrument, self._source.producer, position), timeout_s
            )
        self._publisher.flush(timeout_s)

    def _batches(self, events: EventArray) -> Iterator[EventBatch]:
        for number, part in _by_instrument(events):
            for begin in range(0, len(part), self._batch_events):
                yield EventBatch(
                    self._source.instruments[number],
                    self._source.producer,
                    self._source.epoch,
                    self._next[number],
                    part[begin : begin + self._batch_events],
                )

    def _count(self, batch: EventBatch) -> None:
        number = int(batch.events["instrument"][0])
        self._next[number] = batch.end
        self.events += len(batch.events)

    async def _send(self, batch: EventBatch) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._publisher.offer(batch):
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _by_instrument(events: EventArray) -> Iterator[tuple[int, EventArray]]:
    """Yield the events of each instrument, in order; of all of them in one pass."""
    if not len(events):
        return
    numbers = events["instrument"]
    first = int(numbers[0])
    if (numbers == first).all():
        yield first, events
        return
    order = np.argsort(numbers, kind="stable")
    # As plain bytes: field by field the copy takes several times as long.
    sorted_ = events.view(_RAW)[order].view(EVENT)
    numbers = numbers[order]
    cuts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(events)]
    for begin, end in pairwise(cuts):
        yield int(numbers[begin]), sorted_[begin:end]
