"""Which trades of one instrument were told, and before which of them some are missing.

Trades can be lost while no book stands, when no GAP is written, and a lost one may be of a message
that was refused. What marks them then is the next TRADE: it carries GAP_BEFORE.

| numbers of the venue | GAP_BEFORE is on |
| --- | --- |
| count on by one | the first trade after a jump, also of the next connection |
| only rise, or none | the first trade of the next connection: nobody knows what was missed |

A trade that makes no record (beside the book, less than a lot) leaves the mark to the next one.
"""

from functools import partial
from typing import Final

from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter
from traider.venues.trade_writer import TradeWriter

NO_NUMBER: Final = -1


class TradeNumbers:
    """The number of the last trade, which moves only with messages that stand.

    Args:
        writer: writes the trades.
        counts: of the instrument.
        counts_on: whether numbers rise by one, so that a jump shows trades that were missed.
    """

    __slots__ = ("_counts", "_counts_on", "_writer", "last")

    def __init__(
        self, writer: TradeWriter, counts: MapperCounts, *, counts_on: bool = True
    ) -> None:
        self._counts = counts
        self._counts_on = counts_on
        self._writer = writer
        self.last = NO_NUMBER

    def is_new(self, number: int, out: EventWriter) -> bool:
        """Take the next number, and return whether its trade was not told before."""
        last = self.last
        if number <= last:
            self._counts.trades_old += 1
            return False
        is_gap = self._counts_on and last >= 0 and number != last + 1
        out.on_take_back(partial(self._return_to, last, self._counts.trade_gaps))
        self.last = number
        if is_gap:
            self._counts.trade_gaps += 1
            self._writer.gap.put(out)
        return True

    def go_on_from(self, number: int, out: EventWriter) -> None:
        """Take the number of a trade that is no event, unless a higher one was taken."""
        out.on_take_back(partial(self._return_to, self.last, self._counts.trade_gaps))
        self.last = max(self.last, number)

    def _return_to(self, last: int, trade_gaps: int) -> None:
        self.last, self._counts.trade_gaps = last, trade_gaps
