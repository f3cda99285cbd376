"""The market as a run saw it at places of its journal, in one pass: book, mark, what traded.

    views = market_views(reader, markets, [Look(order.position, 0)])
    views[look].mark, views[look].spread

A look at place ``n`` sees the events before event ``n``. The book is that of the depth where it
stands open; else the last quote, where nothing traded since; the mark is the middle of these, else
the price of the last trade or closed bar.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind, MarketFlag
from traider.domain.units import EXACT, price_from_ticks
from traider.journal.reader import JournalReader
from traider.journal.segment_events import Span
from traider.kernel.specification import MarketSpec
from traider.runtime.kernel_books import KernelBooks

_HALF: Final = Decimal("0.5")
_DEPTH: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR)
_INT64_MAX: Final = 2**63 - 1
_HISTORY: Final = int(MarketFlag.HISTORY)


class Look(NamedTuple):
    """Where to look: before an event of the journal, at an instrument by its number."""

    position: int
    instrument: int


@dataclass(frozen=True, slots=True)
class MarketView:
    """What was known of an instrument; None for what was not."""

    mark: Decimal | None = None
    source: str = ""
    """What the mark is of: ``book``, ``quote``, ``trade`` or ``bar``."""
    mark_ns: int = 0
    """When that was received."""
    bid: Decimal | None = None
    ask: Decimal | None = None
    traded_lots: int = 0
    """Of all trades since the journal began."""
    paid_ticks: int = 0
    """Sum of ticks * lots of these."""

    @property
    def spread(self) -> Decimal | None:
        """Best ask less best bid."""
        if self.bid is None or self.ask is None:
            return None
        return EXACT.subtract(self.ask, self.bid)


def market_views(
    reader: JournalReader, markets: Sequence[MarketSpec], looks: Iterable[Look]
) -> Mapping[Look, MarketView]:
    """Return what was known at each place.

    Raises:
        DataError: the journal cannot be read.
    """
    wanted = sorted(set(looks))
    found: dict[Look, MarketView] = {}
    if not wanted:
        return found
    watch = _Watch(markets)
    places = [(place, list(group)) for place, group in groupby(wanted, lambda each: each.position)]
    at = 0
    for first, events in reader.numbered(Span(reader.first, places[-1][0])):
        begin = 0
        while at < len(places) and places[at][0] <= first + len(events):
            place, group = places[at]
            end = max(place - first, begin)
            watch.take(events[begin:end])
            found |= {look: watch.view(look.instrument) for look in group}
            begin, at = end, at + 1
        watch.take(events[begin:])
    for _, group in places[at:]:
        found |= {look: watch.view(look.instrument) for look in group}
    return found


def position_at(reader: JournalReader, ts_ns: int, end: int) -> int:
    """Return the place of the first event received after ``ts_ns``, at most ``end``."""
    for first, events in reader.numbered(Span(reader.first, end)):
        # Times of receipt of a journal never fall, so that places can be searched for.
        if len(events) and int(events["ts_recv"][-1]) > ts_ns:
            return first + int(np.searchsorted(events["ts_recv"], ts_ns, side="right"))
    return end


class _Watch:
    """Books, last prices and sums of trades, up to a place of the journal."""

    def __init__(self, markets: Sequence[MarketSpec]) -> None:
        count = len(markets)
        self._markets = markets
        self._books: KernelBooks | None = None
        self._depth_ns = [0] * count
        self._quotes = [(0, 0, 0)] * count
        self._lasts = [(0, 0, "")] * count
        self._sums = [(0, 0)] * count

    def take(self, events: EventArray) -> None:
        kinds = events["kind"]
        is_depth = np.isin(kinds, _DEPTH)
        if is_depth.any():
            self._books = self._books or KernelBooks(len(self._markets))
            self._books.apply(events)
            for number, place in _last_of_each(events, is_depth):
                self._depth_ns[number] = int(events["ts_recv"][place])
        for number, place in _last_of_each(events, kinds == Kind.QUOTE):
            event = events[place]
            self._quotes[number] = int(event["w0"]), int(event["w2"]), int(event["ts_recv"])
        is_trade = (kinds == Kind.TRADE) & (events["flags"] & _HISTORY == 0)
        for number, place in _last_of_each(events, is_trade | (kinds == Kind.BAR)):
            event = events[place]
            is_bar = event["kind"] == Kind.BAR
            ticks = int(event["close"] if is_bar else event["price"])
            if ticks > 0:
                word = "bar" if is_bar else "trade"
                self._lasts[number] = ticks, int(event["ts_recv"]), word
        if is_trade.any():
            self._add(events[is_trade])

    def view(self, number: int) -> MarketView:
        lots, paid = self._sums[number]
        tick = self._markets[number].tick_size
        last_ticks, last_ns, word = self._lasts[number]
        bid, ask, told_ns, source = self._best(number)
        if source:
            bid_price, ask_price = price_from_ticks(bid, tick), price_from_ticks(ask, tick)
            mark = EXACT.multiply(EXACT.add(bid_price, ask_price), _HALF)
            return MarketView(mark, source, told_ns, bid_price, ask_price, lots, paid)
        if not last_ticks:
            return MarketView(traded_lots=lots, paid_ticks=paid)
        mark = price_from_ticks(last_ticks, tick)
        return MarketView(mark, word, last_ns, None, None, lots, paid)

    def _best(self, number: int) -> tuple[int, int, int, str]:
        """Return best bid, best ask, when they were told, and by what; no word where unknown."""
        if self._books is not None:
            top = self._books.top(number)
            if top.is_two_sided and not top.is_crossed:
                return top.bid_ticks, top.ask_ticks, self._depth_ns[number], "book"
        bid, ask, told_ns = self._quotes[number]
        if 0 < bid < ask and told_ns >= self._lasts[number][1]:
            return bid, ask, told_ns, "quote"
        return 0, 0, 0, ""

    def _add(self, trades: EventArray) -> None:
        """Add trades to the sums, exactly: in Python's integers where 64 bits might not do."""
        for number in np.unique(trades["instrument"]).tolist():
            mine = trades[trades["instrument"] == number]
            lots, ticks = mine["size"].astype(np.int64), mine["price"].astype(np.int64)
            traded = sum(lots.tolist())
            if traded * int(np.abs(ticks).max()) <= _INT64_MAX:
                paid = int((lots * ticks).sum())
            else:
                paid = sum(a * b for a, b in zip(lots.tolist(), ticks.tolist(), strict=True))
            known_lots, known_paid = self._sums[number]
            self._sums[number] = known_lots + traded, known_paid + paid


def _last_of_each(events: EventArray, chosen: npt.NDArray[np.bool_]) -> Iterable[tuple[int, int]]:
    """Return each instrument with the place of its last chosen event."""
    places = np.flatnonzero(chosen)[::-1]
    numbers, last = np.unique(events["instrument"][places], return_index=True)
    return list(zip(numbers.tolist(), places[last].tolist(), strict=True))
