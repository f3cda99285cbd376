"""Bars of one instrument as a journal has them: made of its trades, and told as such.

Trades make bars of a second and of a minute. Bars that were told (a warm-up's history, a run over
bars) go before those of trades where both cover a slot. Prices are ticks, sizes lots, times ns UTC;
a slot without a trade has no bar: a hole is drawn as a hole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind, MarketFlag
from traider.domain.timeframes import SECOND_NS, TIMEFRAMES, timeframe_ns

MINUTE_NS: Final = 60 * SECOND_NS
SECONDS_KEPT: Final = 7_200
MINUTES_KEPT: Final = 10_080
TOLD_KEPT: Final = 10_080
_NO_TRADE: Final = int(MarketFlag.BAR_OPEN | MarketFlag.HISTORY)
"""First prices of bars have no size; what is told on subscribing may have been told before."""
_TRADE: Final = int(Kind.TRADE)
_CODE: Final = int(MarketFlag.TIMEFRAME_MASK)

Integers = npt.NDArray[np.int64]


@dataclass(slots=True)
class Bar:
    """One bar; ``bought`` is what takers bought of its volume, 0 where nobody said."""

    open: int
    high: int
    low: int
    close: int
    volume: int
    bought: int = 0
    trades: int = 0
    """How many trades made it; 0 of one that was told."""

    def copy(self) -> "Bar":
        """Return a bar of its own."""
        return Bar(
            self.open, self.high, self.low, self.close, self.volume, self.bought, self.trades
        )

    def add(self, other: "Bar", *, is_earlier: bool = False) -> None:
        """Take in a bar of the same slot that came after this one, or before it."""
        if is_earlier:
            self.open = other.open
        else:
            self.close = other.close
        self.high, self.low = max(self.high, other.high), min(self.low, other.low)
        self.volume += other.volume
        self.bought += other.bought
        self.trades += other.trades


class BarSeries:
    """Bars of one length by the time they open, at most ``most`` of the newest."""

    def __init__(self, length_ns: int, most: int) -> None:
        self.length_ns = length_ns
        self.bars: dict[int, Bar] = {}
        self._most = most

    def take_trades(self, trades: EventArray, *, is_earlier: bool) -> None:
        """Take trades of one stretch in, after or before all that were taken so far."""
        slots = trades["ts_event"] // self.length_ns * self.length_ns
        if is_earlier and self._is_full:
            trades = trades[slots >= min(self.bars)]
            slots = slots[slots >= min(self.bars)]
        if len(slots) == 0:
            return
        prices, sizes = trades["price"], trades["size"]
        bought = np.where(trades["side"] > 0, sizes, 0)
        # A venue may tell trades a little out of order: a slot may come in several stretches.
        order = np.argsort(slots, kind="stable")
        starts = np.flatnonzero(np.diff(slots[order], prepend=np.int64(-1)))
        for begin, end in zip(starts.tolist(), [*starts.tolist()[1:], len(order)], strict=True):
            own = order[begin:end]
            told = prices[own]
            bar = Bar(
                open=int(told[0]),
                high=int(told.max()),
                low=int(told.min()),
                close=int(told[-1]),
                volume=int(sizes[own].sum()),
                bought=int(bought[own].sum()),
                trades=len(own),
            )
            self._merge(int(slots[own[0]]), bar, is_earlier=is_earlier)

    def tell(self, open_ns: int, bar: Bar, *, is_earlier: bool) -> None:
        """Take in a bar that was told whole; the newest word about a slot stands."""
        if not (is_earlier and open_ns in self.bars):
            self.bars[open_ns] = bar
            self._forget()

    def _merge(self, open_ns: int, bar: Bar, *, is_earlier: bool) -> None:
        known = self.bars.get(open_ns)
        if known is None:
            self.bars[open_ns] = bar
            self._forget()
        else:
            known.add(bar, is_earlier=is_earlier)

    @property
    def _is_full(self) -> bool:
        return len(self.bars) >= self._most

    def _forget(self) -> None:
        while len(self.bars) > self._most:
            del self.bars[min(self.bars)]


def real_trades(events: EventArray) -> EventArray:
    """Return the trades of ``events`` that happened when they are told."""
    is_trade = (events["kind"] == _TRADE) & ((events["flags"] & _NO_TRADE) == 0)
    found: EventArray = events[is_trade]
    return found


class InstrumentBars:
    """All bars of one instrument."""

    def __init__(self) -> None:
        self.seconds = BarSeries(SECOND_NS, SECONDS_KEPT)
        self.minutes = BarSeries(MINUTE_NS, MINUTES_KEPT)
        self.told: dict[int, BarSeries] = {}
        """By their length."""

    def take_trades(self, trades: EventArray, *, is_earlier: bool = False) -> None:
        """Take in trades that ``real_trades`` gave."""
        if len(trades):
            self.seconds.take_trades(trades, is_earlier=is_earlier)
            self.minutes.take_trades(trades, is_earlier=is_earlier)

    def take_told(self, bars: EventArray, *, is_earlier: bool = False) -> None:
        """Take in bars as events tell them."""
        for event in bars:
            code = int(event["flags"]) & _CODE
            if not 1 <= code <= len(TIMEFRAMES):
                continue  # a bar of volume or notional has no length in time
            length_ns = timeframe_ns(TIMEFRAMES[code - 1])
            series = self.told.setdefault(length_ns, BarSeries(length_ns, TOLD_KEPT))
            words = (event[name] for name in ("open", "high", "low", "close", "volume"))
            bar = Bar(*(int(word) for word in words))
            series.tell(int(event["ts_event"]), bar, is_earlier=is_earlier)

    def of(self, length_ns: int, begin_ns: int, end_ns: int) -> list[tuple[int, Bar]]:
        """Return the bars of a length that open from ``begin_ns`` to before ``end_ns``, in order.

        They are put together from the coarsest told bars that divide the length, and where none
        was told from trades; the last one may be under way.
        """
        fitting = [each for each in self.told if length_ns % each == 0]
        step_ns = max(fitting) if fitting else min(length_ns, MINUTE_NS)
        of_trades = self.minutes if step_ns % MINUTE_NS == 0 else self.seconds
        first_ns = begin_ns // length_ns * length_ns
        found = _built(_between(of_trades.bars, first_ns, end_ns + length_ns), step_ns)
        if fitting:
            found |= dict(_between(self.told[step_ns].bars, first_ns, end_ns + length_ns))
        bars = _built(sorted(found.items()), length_ns)
        return [(at, bars[at]) for at in sorted(bars) if begin_ns <= at < end_ns]


def _between(bars: dict[int, Bar], begin_ns: int, end_ns: int) -> list[tuple[int, Bar]]:
    return sorted(item for item in bars.items() if begin_ns <= item[0] < end_ns)


def _built(bars: Iterable[tuple[int, Bar]], length_ns: int) -> dict[int, Bar]:
    """Return longer bars of bars in order."""
    found: dict[int, Bar] = {}
    for open_ns, bar in bars:
        slot = open_ns // length_ns * length_ns
        if slot in found:
            found[slot].add(bar)
        else:
            found[slot] = bar.copy()
    return found
