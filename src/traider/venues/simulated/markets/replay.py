"""A recording as a market: its levels and trades become the crowd's, message by message.

The levels of a message are applied together, those that shrink first, so that no price is met that
only stood crossed inside the message. A snapshot sets every level that it does not name to zero.
Where the recording itself has a hole, the book stands as it was until its next snapshot. Quotes,
marks and funding are not what this exchange tells, and are passed over.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, islice
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


Rows = list[list[int]]
"""Events of a message, eight words each: times, head, payload."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The beginning of a recording, up to the message by which every book has been told."""

    messages: tuple[Rows, ...]
    rest: Iterator[Rows]

    @property
    def first_ns(self) -> int:
        """When its first message was received."""
        return self.messages[0][0][1]

    @property
    def last_ns(self) -> int:
        """When the books stood: the recording can be traded on from then on."""
        return self.messages[-1][0][1]


def read_opening(chunks: Iterator[EventArray], wanted: AbstractSet[int]) -> Opening:
    """Read a recording until the books of the ``wanted`` instruments have been told.

    Where the books of some are never told, it is read as far as books are told at all.

    Raises:
        DataError: it tells no book.
    """
    rest = (_rows_of(events) for events in chunks)
    messages: list[Rows] = []
    waiting, told = set(wanted), 0
    for rows in islice(rest, OPENING_STEPS_MAX):
        messages.append(rows)
        for row in rows:
            if row[2] & 0xFFFF == Kind.DEPTH_SNAPSHOT and row[2] >> 16 & 0xFFFF in waiting:
                waiting.discard(row[2] >> 16 & 0xFFFF)
                told = len(messages)
        if not waiting:
            break
    if not told:
        raise DataError(
            "the recording tells no whole book",
            fix="name the file that has the snapshot, before those that continue it",
        )
    return Opening(tuple(messages[:told]), chain(messages[told:], rest))


class ReplayMarket:
    """Play a recording on the crowds of its instruments; a message is a step.

    Args:
        desk: keeps the time while the market opens.
        opening: the recording. What lies in its opening has happened when the market opens.
        crowds: the crowd of each instrument, by number; None leaves an instrument out.
        shift_ns: by how much later than recorded everything happens.
    """

    def __init__(
        self, desk: Desk, opening: Opening, crowds: Sequence[Crowd | None], shift_ns: int = 0
    ) -> None:
        self._messages = chain(opening.messages, opening.rest)
        self._crowds, self._shift_ns = crowds, shift_ns
        self._rows: Rows = next(self._messages, [])
        for rows in opening.messages:
            desk.now_ns = max(desk.now_ns, rows[0][1] + shift_ns)
            self.step()

    def next_ns(self) -> int | None:
        """Return when the next message is due; None at the end of the recording."""
        return self._rows[0][1] + self._shift_ns if self._rows else None

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
        self._rows = next(self._messages, [])

    def _apply(self, number: int, levels: list[Level], *, snapshot: bool) -> None:
        crowd = self._crowds[number] if levels else None
        if crowd is None:
            return
        if snapshot:
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


def _rows_of(events: EventArray) -> Rows:
    rows: Rows = events.view(np.int64).reshape(-1, 8).tolist()
    return rows
