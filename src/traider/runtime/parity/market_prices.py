"""The market's price at given times, in one pass over a record of the market.

The price is the middle of the book where it stands open, else that of the last trade or bar: what
the decider calls the mark, but with half ticks. At a time means after all that was received by
then.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from traider.domain.events import EventArray, Kind, MarketFlag
from traider.domain.units import price_from_ticks
from traider.runtime.event_stream import GriddedInstrument
from traider.runtime.kernel_books import KernelBooks
from traider.runtime.parity.accounts import TradedOrder

_HALF: Final = Decimal("0.5")
_DEPTH: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR)

Wanted = tuple[str, int]
"""Name of an instrument, and a time, ns UTC."""


class MarketPrices:
    """Prices that were asked for, found; others are not known."""

    def __init__(self, found: dict[Wanted, Decimal]) -> None:
        self._found = found

    def __call__(self, instrument: str, ts_ns: int) -> Decimal | None:
        """Return the price of an instrument at a time."""
        return self._found.get((instrument, ts_ns))


def trading_times(orders: Iterable[TradedOrder]) -> Iterator[Wanted]:
    """Yield the times at which orders traded."""
    for order in orders:
        for fill in order.fills:
            yield order.instrument, fill.ts_ns


def market_prices(
    chunks: Iterable[EventArray],
    instruments: Sequence[GriddedInstrument],
    wanted: Iterable[Wanted],
) -> MarketPrices:
    """Read the market's prices at the times ``wanted`` from its events, in order of receipt."""
    times = sorted({(ts_ns, instrument) for instrument, ts_ns in wanted})
    reading = MarketReading(instruments)
    found: dict[Wanted, Decimal] = {}
    done = 0
    for chunk in chunks:
        begin = 0
        while done < len(times) and len(chunk) and times[done][0] < chunk["ts_recv"][-1]:
            ts_ns, instrument = times[done]
            # Times of receipt of a journal never fall, so that places can be searched for.
            end = int(np.searchsorted(chunk["ts_recv"], ts_ns, side="right"))
            reading.take(chunk[begin:end])
            reading.keep(found, instrument, ts_ns)
            begin, done = max(end, begin), done + 1
        reading.take(chunk[begin:])
    for ts_ns, instrument in times[done:]:
        reading.keep(found, instrument, ts_ns)
    return MarketPrices(found)


class MarketReading:
    """Books and last trades of all instruments, up to a place in the record."""

    def __init__(self, instruments: Sequence[GriddedInstrument]) -> None:
        self._instruments = instruments
        self._numbers = {each.name: number for number, each in enumerate(instruments)}
        self._last_ticks = [0] * len(instruments)
        self._books: KernelBooks | None = None

    def take(self, events: EventArray) -> None:
        """Take the next events of the market."""
        kinds = events["kind"]
        if not len(events):
            return
        if self._books is None and np.isin(kinds, _DEPTH).any():
            self._books = KernelBooks(len(self._instruments))
        if self._books is not None:
            self._books.apply(events)
        is_bar = kinds == Kind.BAR
        is_trade = (kinds == Kind.TRADE) & (events["flags"] & MarketFlag.HISTORY == 0)
        ticks = np.where(is_bar, events["close"], events["price"])
        told = np.flatnonzero((is_bar | is_trade) & (ticks > 0))[::-1]
        numbers, last = np.unique(events["instrument"][told], return_index=True)
        for number, place in zip(numbers.tolist(), told[last].tolist(), strict=True):
            self._last_ticks[number] = int(ticks[place])

    def keep(self, found: dict[Wanted, Decimal], instrument: str, ts_ns: int) -> None:
        """Keep the price of an instrument as of now, if there is one."""
        number = self._numbers.get(instrument, -1)
        price = None if number < 0 else self.price(number)
        if price is not None:
            found[instrument, ts_ns] = price

    def price(self, number: int) -> Decimal | None:
        """Return the price of an instrument as of now; None where none is known."""
        tick = self._instruments[number].tick_size
        if self._books is not None:
            top = self._books.top(number)
            if top.is_two_sided and not top.is_crossed:
                return price_from_ticks(top.bid_ticks + top.ask_ticks, tick) * _HALF
        last = self._last_ticks[number]
        return price_from_ticks(last, tick) if last else None
