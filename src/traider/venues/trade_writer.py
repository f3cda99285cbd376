"""Trades and quotes of one instrument as records: the same shape from every venue."""

from functools import partial

from traider.domain.events import Kind, MarketFlag
from traider.venues.counts import MapperCounts
from traider.venues.decimal_steps import TRADES_KEPT_MAX, DecimalSteps
from traider.venues.depth_writer import Level, Stamp
from traider.venues.event_writer import EventWriter, pack_record, record_head, with_flags
from traider.venues.listing import Listing


class GapMark:
    """Whether the next record of a stream is to say that some before it were missed."""

    __slots__ = ("_is_set",)

    def __init__(self) -> None:
        self._is_set = False

    def put(self, out: EventWriter) -> None:
        """Have the next record carry GAP_BEFORE."""
        out.on_take_back(partial(self._return_to, self._is_set))
        self._is_set = True

    def use(self, head: int, out: EventWriter) -> int:
        """Return the head of the next record, with the mark where it was put."""
        if not self._is_set:
            return head
        out.on_take_back(partial(self._return_to, self._is_set))
        self._is_set = False
        return with_flags(head, MarketFlag.GAP_BEFORE)

    def _return_to(self, is_set: bool) -> None:  # noqa: FBT001 - a step back
        self._is_set = is_set


class TradeWriter:
    """Write TRADE: the side is that of the taker. A trade of less than one lot is only counted."""

    __slots__ = ("_buy", "_counts", "_lots", "_sell", "_ticks", "gap")

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._ticks = DecimalSteps(listing.tick_size, "price", zero=False, kept=TRADES_KEPT_MAX)
        self._lots = DecimalSteps(
            listing.size_step,
            "size",
            zero=True,
            report=counts.report_off_lot,
            kept=TRADES_KEPT_MAX,
        )
        flags = MarketFlag.LAST_OF_MESSAGE
        self._buy = record_head(Kind.TRADE, listing.instrument, flags, 1)
        self._sell = record_head(Kind.TRADE, listing.instrument, flags, -1)
        self.gap = GapMark()
        """Put when trades were missed."""

    def write(
        self, stamp: Stamp, side: int, level: Level, number: int, out: EventWriter, flags: int = 0
    ) -> None:
        """Write one trade.

        Args:
            stamp: ts_event and ts_recv.
            side: +1 when the taker bought, -1 when it sold.
            level: price and size.
            number: the venue's number of the trade.
            out: takes the record.
            flags: HISTORY when it is from before the stream began.

        Raises:
            DataError: the price or size is no number of the grid.
        """
        price, size = level
        size_lots = self._lots[size]
        if not size_lots:
            self._counts.trades_below_lot += 1
            return
        head = with_flags(self._buy if side > 0 else self._sell, flags)
        price_ticks = self._ticks[price]
        out.on_take_back(partial(self._return_to, self._counts.trades))
        self._counts.trades += 1
        head = self.gap.use(head, out)
        out.append(pack_record(*stamp, head, price_ticks, size_lots, number, 0, 0))

    def _return_to(self, trades: int) -> None:
        self._counts.trades = trades


class QuoteWriter:
    """Write QUOTE; an empty side has price and size 0."""

    __slots__ = ("_counts", "_head", "_lots", "_ticks", "gap")

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._ticks = DecimalSteps(listing.tick_size, "price", zero=True, kept=TRADES_KEPT_MAX)
        self._lots = DecimalSteps(
            listing.size_step,
            "size",
            zero=True,
            report=counts.report_off_lot,
            kept=TRADES_KEPT_MAX,
        )
        self._head = record_head(Kind.QUOTE, listing.instrument, MarketFlag.LAST_OF_MESSAGE)
        self.gap = GapMark()
        """Put when quotes were missed."""

    def write(self, stamp: Stamp, bid: Level, ask: Level, out: EventWriter) -> None:
        """Write the best bid and ask.

        Raises:
            DataError: a price or size is no number of the grid.
        """
        ticks, lots = self._ticks, self._lots
        words = (ticks[bid[0]], lots[bid[1]], ticks[ask[0]], lots[ask[1]], 0)
        self._counts.quotes += 1
        out.append(pack_record(*stamp, self.gap.use(self._head, out), *words))
