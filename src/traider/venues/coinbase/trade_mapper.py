"""Trades and tickers of one product."""

from collections.abc import Sequence
from typing import Final

from traider.domain.errors import DataError
from traider.domain.events import MarketFlag
from traider.domain.units import INT64_MAX
from traider.venues.coinbase.messages import Ticker, Trade
from traider.venues.coinbase.times import told_ns
from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.trade_numbers import TradeNumbers
from traider.venues.trade_writer import QuoteWriter, TradeWriter

_TAKER: Final = {"SELL": 1, "BUY": -1}
"""The taker's side by the maker's, which is what ``side`` tells."""


class TradeMapper:
    """Write TRADE with the taker's side, oldest first, each trade once.

    A subscription begins with a snapshot of the last hundred trades. At the first one they are
    from before the stream began and carry HISTORY; after a reconnect those told before are passed
    over, and the others are the trades that were missed, also those of a message that was refused.
    A trade whose number does not follow the last one carries GAP_BEFORE: numbers of a product have
    no holes (the 137 and 121 trades of the capture of 2026-08-09 count on without one).
    """

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._writer = TradeWriter(listing, counts)
        self._numbers = TradeNumbers(self._writer, counts)

    def mark_gap(self, out: EventWriter) -> None:
        """Have the next trade carry GAP_BEFORE: a message was missed that may have told some."""
        self._writer.gap.put(out)

    def take(
        self, trades: Sequence[Trade], ts_recv: int, out: EventWriter, *, is_snapshot: bool
    ) -> None:
        """Write the trades of one event, which come newest first."""
        flags = MarketFlag.HISTORY if is_snapshot and self._numbers.last < 0 else 0
        for number, trade in sorted(
            ((_number(each.trade_id), each) for each in trades), key=_first
        ):
            if self._numbers.is_new(number, out):
                stamp, level = (told_ns(trade.time), ts_recv), (trade.price, trade.size)
                self._writer.write(stamp, _TAKER[trade.side], level, number, out, flags)


class QuoteMapper:
    """Write QUOTE of a ticker that tells the best bid and ask."""

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._writer = QuoteWriter(listing, counts)

    def mark_gap(self, out: EventWriter) -> None:
        """Have the next quote carry GAP_BEFORE: a message was missed that may have told one."""
        self._writer.gap.put(out)

    def take(self, ticker: Ticker, sent_ns: int, ts_recv: int, out: EventWriter) -> None:
        """Write one quote; a side that is not told has price and size 0."""
        bid = (ticker.best_bid or "0", ticker.best_bid_quantity or "0")
        ask = (ticker.best_ask or "0", ticker.best_ask_quantity or "0")
        if ticker.best_bid or ticker.best_ask:
            self._writer.write((sent_ns, ts_recv), bid, ask, out)


def _first(numbered: tuple[int, Trade]) -> int:
    return numbered[0]


def _number(text: str) -> int:
    if not (text.isdigit() and text.isascii()) or int(text) > INT64_MAX:
        raise DataError(f"{text[:40]!r} is no number of a trade", fix="record it again")
    return int(text)
