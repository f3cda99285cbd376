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
  crowd can have had nothing, so there an order of an account is met first.
"""

from traider.venues.simulated.book import Entry, Level
from traider.venues.simulated.desk import Desk
from traider.venues.simulated.ledger import CROWD
from traider.venues.simulated.market import Market
from traider.venues.simulated.matching import Incoming


class Crowd:
    """The crowd of one market."""

    def __init__(self, desk: Desk, market: Market) -> None:
        self._desk, self._market = desk, market

    def limit(self, side: int, ticks: int, lots: int) -> Entry | None:
        """Send a limit order; return what rests of it."""
        left = lots
        if self._market.book.crosses(side, ticks):
            left -= self._desk.match(self._market, Incoming(CROWD, side, lots, ticks)).lots
        return self._market.book.add(side, ticks, left) if left else None

    def take(self, side: int, lots: int) -> int:
        """Send a market order; return the lots it got."""
        return self._desk.match(self._market, Incoming(CROWD, side, lots)).lots

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

    def clear(self) -> None:
        """Take back everything, as when a recording starts its book anew."""
        book = self._market.book
        for book_side in (book.bids, book.asks):
            for level in list(book_side.levels.values()):
                for entry in [e for e in level.entries.values() if e.order is None]:
                    book.remove(entry)

    def print_trade(self, maker_side: int, ticks: int, lots: int) -> None:
        """Tell a recorded trade, in which orders at ``ticks`` or better of ``maker_side`` stood."""
        market, left, filled = self._market, lots, 0
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
        self._desk.run_triggers(market)

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
        for entry in [e for e in reversed(level.entries.values()) if e.order is None]:
            part = min(lots, entry.lots)
            self._market.book.reduce(entry, part)
            lots -= part
            if not lots:
                return

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
