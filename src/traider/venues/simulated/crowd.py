"""Everyone else in the market: orders of their own, or levels and trades of a recording.

A synthetic market sends the crowd's orders one by one, and they match like any other. A recording
tells levels and trades instead:

- ``set_level`` makes the crowd's size at a price what the recording says. Growth joins the queue
  behind the orders of accounts; shrinkage leaves from the back, so that the queue ahead of an
  order only shortens when nobody is left behind it. What would cross orders of accounts trades
  with them first.
- ``print_trade`` tells a recorded trade. The crowd's lots ahead of an order of an account are used
  up by it, and what is left of the trade fills the order. The recorded size of the level does not
  change by it; the recording itself tells the new size. At a better price than the trade's the
  crowd can have had nothing, so there an order of an account is met first. Where a level shrank
  ahead of an order shortly before (``TRADE_LAG_NS``), the trade is what it shrank by, and does not
  shorten the queue again.
"""

from typing import Final

from traider.venues.simulated.book import Entry, Level
from traider.venues.simulated.desk import Desk
from traider.venues.simulated.ledger import CROWD
from traider.venues.simulated.market import Market
from traider.venues.simulated.matching import Incoming

TRADE_LAG_NS: Final = 1_000_000_000
"""How much later than its level a trade may be told: batches come every 250 ms."""


class Crowd:
    """The crowd of one market."""

    def __init__(self, desk: Desk, market: Market) -> None:
        self._desk, self._market = desk, market
        self.spread_times = 1
        """What the spread is multiplied by, where it is the market's to choose."""
        self._untold: dict[tuple[int, int], tuple[int, int]] = {}
        """Lots that left a level ahead of an order, and until when a trade may explain them."""

    def limit(self, side: int, ticks: int, lots: int) -> Entry | None:
        """Send a limit order; return what rests of it."""
        left = lots
        if self._market.book.crosses(side, ticks):
            left -= self._desk.match(self._market, Incoming(CROWD, side, lots, ticks)).lots
        entry = self._market.book.add(side, ticks, left) if left else None
        self._desk.settle(self._market)
        return entry

    def take(self, side: int, lots: int) -> int:
        """Send a market order; return the lots it got."""
        taken = self._desk.match(self._market, Incoming(CROWD, side, lots)).lots
        self._desk.settle(self._market)
        return taken

    def cancel(self, entry: Entry) -> None:
        """Take an order back."""
        if entry.lots:
            self._market.book.remove(entry)

    def set_level(self, side: int, ticks: int, lots: int) -> None:
        """Make the crowd's size at a price what a recording says."""
        book = self._market.book
        level = book.of(side).levels.get(ticks)
        change = lots - (level.crowd_lots() if level else 0)
        if change < 0 and level:
            self._shrink(level, -change)
        elif change > 0:
            if book.crosses(side, ticks):
                change -= self._meet_orders(side, ticks, change)
            if change:
                book.add(side, ticks, change)
            self._desk.settle(self._market)

    def lots_at(self, side: int, ticks: int) -> int:
        """Return the crowd's size at a price."""
        level = self._market.book.of(side).levels.get(ticks)
        return level.crowd_lots() if level else 0

    def deepen(self, levels: int) -> None:
        """Rest one lot at each of ``levels`` prices a side, far from where the market trades."""
        book = self._market.book
        bid, ask = book.best_ticks(1), book.best_ticks(-1)
        lots = self._market.product.lots_min
        if bid is not None:
            for ticks in range(max(1, bid // 2 - levels), bid // 2):
                book.add(1, ticks, lots)
        if ask is not None:
            for ticks in range(ask * 2 + levels, ask * 2, -1):
                book.add(-1, ticks, lots)

    def places(self) -> list[tuple[int, int]]:
        """Return side and price of every level that has the crowd in it."""
        book = self._market.book
        return [
            (book_side.side, level.ticks)
            for book_side in (book.bids, book.asks)
            for level in book_side.levels.values()
            if level.crowd_lots()
        ]

    def print_trade(self, maker_side: int, ticks: int, lots: int) -> None:
        """Tell a recorded trade, in which orders at ``ticks`` or better of ``maker_side`` stood."""
        market, filled = self._market, 0
        left = lots - self._take_untold(maker_side, ticks, lots)
        while left:
            entry = self._next_to_fill(maker_side, ticks)
            if entry is None:
                break
            if entry.ticks == ticks:
                left -= self._pass_crowd(entry, left)
            part = min(left, entry.lots)
            if part:
                self._desk.fill_resting(market, entry, part)
                left -= part
                filled += part
        if filled < lots:
            self._desk.print_trade(market, ticks, lots - filled, maker_side)
        self._desk.settle(market)

    def _next_to_fill(self, side: int, ticks: int) -> Entry | None:
        """Return the first order of an account at ``ticks`` or better."""
        for level in self._market.book.of(side).best_first():
            if level.ticks * side < ticks * side:
                return None
            for entry in level.entries.values():
                if entry.order is not None:
                    return entry
        return None

    def _pass_crowd(self, entry: Entry, lots: int) -> int:
        """Use up the crowd's lots ahead of ``entry``; return how many, at most ``lots``.

        They go to the end of the queue, since the recording has not taken them away yet.
        """
        book = self._market.book
        level = book.of(entry.side).levels[entry.ticks]
        passed = 0
        for other in list(level.entries.values()):
            if other is entry or passed == lots:
                break
            part = min(other.lots, lots - passed)
            passed += part
            if part == other.lots:
                book.move_to_end(other)
            else:
                book.reduce(other, part)
                book.add(entry.side, entry.ticks, part)
        return passed

    def _shrink(self, level: Level, lots: int) -> None:
        """Take ``lots`` of the crowd away, those that came last first."""
        side, is_ahead, ahead = 0, False, 0
        for entry in list(reversed(level.entries.values())):
            if entry.order is not None:
                is_ahead = True
                continue
            side, part = entry.side, min(lots, entry.lots)
            self._market.book.reduce(entry, part)
            ahead += part if is_ahead else 0
            lots -= part
            if not lots:
                break
        if ahead:
            before, until_ns = self._untold.get((side, level.ticks), (0, 0))
            kept = before if self._desk.now_ns <= until_ns else 0
            self._untold[side, level.ticks] = (kept + ahead, self._desk.now_ns + TRADE_LAG_NS)

    def _take_untold(self, side: int, ticks: int, lots: int) -> int:
        """Return how many lots of a trade a level has shrunk by already, ahead of an order."""
        known, until_ns = self._untold.pop((side, ticks), (0, 0))
        if self._desk.now_ns > until_ns:
            return 0
        used = min(known, lots)
        if used < known:
            self._untold[side, ticks] = (known - used, until_ns)
        return used

    def _meet_orders(self, side: int, ticks: int, lots: int) -> int:
        """Trade with orders of accounts that the crowd's new level crosses; return the lots.

        The crowd's own levels in between are what the recording has not taken away yet: they go.
        """
        book, filled = self._market.book, 0
        while filled < lots and book.crosses(side, ticks):
            level = book.of(-side).best()
            assert level is not None  # noqa: S101 - the book crosses, so there is a level
            entry = next(iter(level.entries.values()))
            if entry.order is None:
                book.remove(entry)
                continue
            part = min(lots - filled, entry.lots)
            self._desk.fill_resting(self._market, entry, part)
            filled += part
        return filled
