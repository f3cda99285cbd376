"""The account marked each second of the market's time, the same live and in a replay.

A second is marked when it is over and the market said something in it: a change of a book, a
trade, a quote, a mark or a funding rate, as the journal has them. The row is the state after every
event of the journal up to the end of that second. So the rows depend on the journal alone: not on
how events came in pieces, nor on the time that the machine took. One more row is the account when
the trader ends; a run that goes on makes it anew.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np

from traider.domain.events import EventArray
from traider.domain.timeframes import SECOND_NS
from traider.runtime.trading.nav_rows import Booked, NavRows, nav_row
from traider.runtime.trading.standing import Standing, is_market_news

KEPT: Final = 60
"""Rows of the last seconds that a status tells."""


def second_of(ts_ns: int) -> int:
    """Return the end of the second that a time lies in; a whole second is its own end."""
    return -(-ts_ns // SECOND_NS) * SECOND_NS


class SecondMarks:
    """Tells when a second is due, and takes its row.

    Args:
        machine: whose account is marked.
        standing: what the events so far come to; it is kept up to date by whoever runs the machine.
        sink: takes each row.
    """

    def __init__(
        self, machine: Booked, standing: Standing, sink: Callable[[NavRows], None]
    ) -> None:
        self._machine = machine
        self._standing = standing
        self._sink = sink
        self._done_ns = 0
        self.recent: deque[tuple[int, int]] = deque(maxlen=KEPT)
        """Time and NAV of the last rows."""

    @property
    def due_ns(self) -> int:
        """End of the second that the newest market event lies in; 0 when it is marked already."""
        due_ns = second_of(self._standing.market_ns)
        return due_ns if due_ns > self._done_ns else 0

    def next_ns(self, inputs: EventArray, end_ns: int) -> int:
        """Return the first second to be marked before ``end_ns``, given what comes in; or 0."""
        due_ns = self.due_ns
        if not due_ns and len(inputs) and second_of(int(inputs["ts_recv"][0])) < end_ns:
            news = np.flatnonzero(is_market_news(inputs["kind"]))
            due_ns = second_of(int(inputs["ts_recv"][news[0]])) if len(news) else 0
        return due_ns if due_ns < end_ns else 0

    def mark(self, due_ns: int) -> None:
        """Take the row of a second: every event up to its end was seen, and none after it."""
        row = nav_row(self._machine, self._standing, due_ns)
        self._done_ns = due_ns
        self.recent.append((due_ns, int(row["nav"][0])))
        self._sink(row)

    def finish(self) -> None:
        """Take a last row, where anything happened since the one before: nothing more comes.

        It is that of the second that the last event lies in, whatever the event was.
        """
        ended_ns = second_of(int(self._machine.decider.account[0]["now_ns"]))
        if max(ended_ns, self.due_ns) > self._done_ns:
            self.mark(max(ended_ns, self.due_ns))
