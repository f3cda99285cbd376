"""What the mappers of venues share whose books start from a snapshot in the stream.

A venue's mapper says in ``_map`` what a message means; the symbols of the connection, their counts
and what a lost connection does to their books is the same everywhere and stands here.

    class BybitMapper(StreamMapper[StreamSymbol]): …
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from traider.domain.errors import DataError
from traider.venues.counts import MapperCounts
from traider.venues.depth_writer import DepthWriter
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.mark_writer import MarkWriter
from traider.venues.trade_numbers import NO_NUMBER, TradeNumbers
from traider.venues.trade_writer import TradeWriter
from traider.venues.unreadable import UNREADABLE, unreadable


class StreamSymbol:
    """One symbol of a connection: the writers of its events, and what it said last."""

    trades_count_on: ClassVar[bool] = False
    """Whether the numbers of trades rise by one, so that a jump shows trades that were missed."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.counts = MapperCounts()
        self.depth = DepthWriter(listing, self.counts)
        self.trades = TradeWriter(listing, self.counts)
        self.marks = MarkWriter(listing, self.counts)
        self.last_id = NO_NUMBER
        """The venue's number of the book; what it counts is the venue's."""
        self.trade_numbers = TradeNumbers(self.trades, self.counts, counts_on=self.trades_count_on)

    def restart(self) -> None:
        """Forget what belongs to a connection that ended. Trades keep their numbers."""
        self.last_id = NO_NUMBER

    def break_book(self, ts_recv: int, missing: tuple[int, int], out: EventWriter) -> None:
        """Write that the book is no longer true, and forget its number."""
        self.depth.write_gap(ts_recv, missing, max(self.last_id, 0), out)
        self.last_id = NO_NUMBER

    def pass_trade(self, number: int, out: EventWriter) -> None:
        """Count a trade of the past that a subscription begins with.

        The first connection goes on from there; a later one goes on from the trade before, so that
        a jump shows.
        """
        self.counts.trades_old += 1
        if not self.counts.trades:
            self.trade_numbers.go_on_from(number, out)


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

        Where a part of a message is refused, none of it makes a record, but a hole that it shows,
        and what it told of trades is told anew: their numbers stay those of the message before. A
        book that another part had changed is broken, as nobody tells that change again.

        Raises:
            DataError: the message is no JSON, lacks a field, is about a symbol that was not listed,
                holds a price or size off the grid, or says that a request was refused.
        """
        begin = out.begin_message()
        try:
            self._map(raw, ts_recv, out)
        except UNREADABLE as fault:
            self._take_back(begin, ts_recv, out)
            raise unreadable(fault) from fault
        except DataError:
            self._take_back(begin, ts_recv, out)
            raise

    def _take_back(self, begin: int, ts_recv: int, out: EventWriter) -> None:
        """Take back a message that was refused, and break the books that a part of it changed."""
        changed = out.take_back(begin)
        for each in self._symbols.values():
            if each.listing.instrument in changed and each.depth.is_whole:
                each.break_book(ts_recv, (0, 0), out)

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
        """Break every book, as the connection has ended; the next message is of a new one.

        Where no numbers show what trades are missed meanwhile, the next one carries GAP_BEFORE.
        """
        for each in self._symbols.values():
            each.break_book(ts_recv, (max(each.last_id + 1, 0), 0), out)
            each.restart()
            if each.counts.trades and not each.trades_count_on:
                each.trades.gap.put(out)

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
