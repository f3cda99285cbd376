"""A recording as a market: its levels and trades become the crowd's, message by message.

The levels of a message are applied together, those that shrink first, so that no price is met that
only stood crossed inside the message. A snapshot sets every level that it does not name to zero.
Where the recording itself has a hole, the book stands as it was until its next snapshot. Quotes,
marks and funding are not what this exchange tells, and are passed over.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, MarketFlag
from traider.venues.simulated.crowd import Crowd
from traider.venues.simulated.desk import Desk

OPENING_STEPS_MAX: Final = 20_000
"""Messages within which every book must have been told."""
_DEPTH: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE)

Level = tuple[int, int, int]
"""Side, ticks, lots."""


class ReplayMarket:
    """Play events on the crowds of their instruments.

    Args:
        desk: keeps the time while the market opens.
        chunks: events in the order of time; a chunk is applied as one step.
        crowds: the crowd of each instrument, by number; None leaves an instrument out.
    """

    def __init__(
        self, desk: Desk, chunks: Iterator[EventArray], crowds: Sequence[Crowd | None]
    ) -> None:
        self._desk, self._chunks, self._crowds = desk, chunks, crowds
        self._rows: list[list[int]] = []
        self._waiting = {number for number, crowd in enumerate(crowds) if crowd}
        """Instruments without a book so far."""
        self._read()

    def next_ns(self) -> int | None:
        """Return when the next message was received; None at the end of the recording."""
        return self._rows[0][1] if self._rows else None

    def step(self) -> None:
        """Apply the next message."""
        rows = self._rows
        levels: list[Level] = []
        instrument = -1
        snapshot = False
        for row in rows:
            head = row[2]
            kind, number, flags = head & 0xFFFF, head >> 16 & 0xFFFF, head >> 32 & 0xFFFF
            if number != instrument:
                self._apply(instrument, levels, snapshot=snapshot)
                levels, snapshot, instrument = [], False, number
            side = 1 if head >> 48 & 0xFF == 1 else -1
            if kind in _DEPTH:
                snapshot = snapshot or kind == Kind.DEPTH_SNAPSHOT
                levels.append((side, row[3], row[4]))
                if flags & MarketFlag.LAST_OF_MESSAGE:
                    self._apply(instrument, levels, snapshot=snapshot)
                    levels, snapshot = [], False
            elif kind == Kind.TRADE and row[4]:
                self._trade(number, side, row[3], row[4])
        self._apply(instrument, levels, snapshot=snapshot)
        self._read()

    def open(self) -> None:
        """Play on until every book has been told, or as far as books are told at all.

        Raises:
            DataError: the recording tells no book.
        """
        for _ in range(OPENING_STEPS_MAX):
            due = self.next_ns()
            if due is None or not self._waiting:
                break
            self._desk.now_ns = max(self._desk.now_ns, due)
            self.step()
        if all(not crowd or number in self._waiting for number, crowd in enumerate(self._crowds)):
            raise DataError(
                "the recording tells no whole book",
                fix="name the file that has the snapshot, before those that continue it",
            )

    def _read(self) -> None:
        events = next(self._chunks, None)
        if events is None:
            self._rows = []
            return
        words: list[list[int]] = events.view(np.int64).reshape(-1, 8).tolist()
        self._rows = words

    def _apply(self, number: int, levels: list[Level], *, snapshot: bool) -> None:
        crowd = self._crowds[number] if levels else None
        if crowd is None:
            return
        if snapshot:
            self._waiting.discard(number)
            named = {(side, ticks) for side, ticks, _ in levels}
            levels = [(*place, 0) for place in crowd.places() if place not in named] + levels
        # What shrinks goes first. The rest come worst first, which is where a book grows fast.
        shrinking = [level for level in levels if level[2] < crowd.lots_at(*level[:2])]
        for level in shrinking:
            crowd.set_level(*level)
        growing = [level for level in levels if level[2]]
        for level in sorted(growing, key=lambda level: level[0] * level[1]):
            crowd.set_level(*level)

    def _trade(self, number: int, aggressor: int, ticks: int, lots: int) -> None:
        crowd = self._crowds[number]
        if crowd is not None:
            crowd.print_trade(-aggressor, ticks, lots)
