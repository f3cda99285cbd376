"""What the mappers of venues share whose books start from a snapshot in the stream.

A venue's mapper says in ``_map`` what a message means; the symbols of the connection, their counts
and what a lost connection does to their books is the same everywhere and stands here.

    class BybitMapper(StreamMapper[StreamSymbol]): …
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from traider.domain.errors import DataError
from traider.domain.events import MarketFlag
from traider.venues.counts import MapperCounts
from traider.venues.depth_writer import DepthWriter
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.mark_writer import MarkWriter
from traider.venues.trade_writer import TradeWriter
from traider.venues.unreadable import UNREADABLE, unreadable

NO_NUMBER: Final = -1


class StreamSymbol:
    """One symbol of a connection: the writers of its events, and what it said last."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.counts = MapperCounts()
        self.depth = DepthWriter(listing, self.counts)
        self.trades = TradeWriter(listing, self.counts)
        self.marks = MarkWriter(listing, self.counts)
        self.last_id = NO_NUMBER
        """The venue's number of the book; what it counts is the venue's."""
        self.last_trade = NO_NUMBER

    def restart(self) -> None:
        """Forget what belongs to a connection that ended. Trades keep their numbers."""
        self.last_id = NO_NUMBER

    def break_book(self, ts_recv: int, missing: tuple[int, int], out: EventWriter) -> None:
        """Write that the book is no longer true, and forget its number."""
        self.depth.write_gap(ts_recv, missing, max(self.last_id, 0), out)
        self.last_id = NO_NUMBER

    def place_trade(self, number: int, *, counts_on: bool) -> int | None:
        """Return the flags of a trade by its number; None when it was told before.

        Args:
            number: rises from trade to trade.
            counts_on: whether it rises by one, so that a jump shows trades that were missed.
        """
        last = self.last_trade
        if number <= last:
            self.counts.trades_old += 1
            return None
        self.last_trade = number
        if counts_on and last >= 0 and number != last + 1:
            self.counts.trade_gaps += 1
            return MarketFlag.GAP_BEFORE
        return 0

    def pass_trade(self, number: int) -> None:
        """Count a trade of the past that a subscription begins with.

        The first connection goes on from there; a later one goes on from the trade before, so that
        a jump shows.
        """
        self.counts.trades_old += 1
        if not self.counts.trades:
            self.last_trade = max(self.last_trade, number)


SymbolT = TypeVar("SymbolT", bound=StreamSymbol)


class StreamMapper(ABC, Generic[SymbolT]):
    """Map the messages of one connection; ``traider.venues.market_mapper`` says what each does.

    Args:
        venue: how errors name it.
        listings: the symbols of the connection.
        build: makes what is kept of one of them.
    """

    def __init__(
        self, venue: str, listings: Sequence[Listing], build: Callable[[Listing], SymbolT]
    ) -> None:
        self._venue = venue
        self._unplaced = MapperCounts()
        self._symbols = {listing.symbol: build(listing) for listing in listings}

    @property
    def counts(self) -> MapperCounts:
        """What was met on the connection: of all symbols, and what is about none."""
        return MapperCounts.total(
            [*(each.counts for each in self._symbols.values()), self._unplaced]
        )

    def take(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the records that one message of the connection says.

        Where a part of a message is refused, none of it makes a record, but a hole that it shows.

        Raises:
            DataError: the message is no JSON, lacks a field, is about a symbol that was not listed,
                holds a price or size off the grid, or says that a request was refused.
        """
        length = len(out)
        try:
            self._map(raw, ts_recv, out)
        except UNREADABLE as fault:
            out.take_back(length)
            raise unreadable(fault) from fault
        except DataError:
            out.take_back(length)
            raise

    @abstractmethod
    def _map(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the records of one message: what the venue's mapper is about."""

    def snapshot(self, symbol: str, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Refuse the answer to a REST request: no number ties it to the stream.

        Raises:
            DataError: always.
        """
        del raw, ts_recv, out
        raise DataError(
            f"{self._venue} tells the book of {symbol} in its stream", fix="subscribe again"
        )

    def disconnect(self, ts_recv: int, out: EventWriter) -> None:
        """Break every book, as the connection has ended; the next message is of a new one."""
        for each in self._symbols.values():
            each.break_book(ts_recv, (max(each.last_id + 1, 0), 0), out)
            each.restart()

    def is_whole(self, symbol: str) -> bool:
        """Whether the book of ``symbol`` stands on an unbroken stream."""
        return self._of(symbol).depth.is_whole

    def counts_of(self, symbol: str) -> MapperCounts:
        """What was met of one symbol."""
        return self._of(symbol).counts

    def missing(self) -> tuple[str, ...]:
        """Return the symbols whose book waits for a snapshot."""
        return tuple(name for name, each in self._symbols.items() if not each.depth.is_whole)

    def _of(self, symbol: str) -> SymbolT:
        try:
            return self._symbols[symbol]
        except KeyError:
            listed = ", ".join(list(self._symbols)[:_LISTED_MAX])
            raise DataError(
                f"a message is about {symbol[:40]!r}, not {listed}",
                fix="list the symbol, or do not subscribe to it",
            ) from None

    def _refuse(self, reason: str) -> DataError:
        """Return the error for an answer that refuses a request."""
        return DataError(
            f"{self._venue} refused a request: {reason[:200]!r}", fix="check symbols and channels"
        )


_LISTED_MAX: Final = 8
