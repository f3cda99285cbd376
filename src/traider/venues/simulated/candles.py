"""Candles: trades gathered in buckets of every length the venue serves."""

from collections import deque
from dataclasses import dataclass
from typing import Final

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
GRANULARITIES: Final = {
    "ONE_MINUTE": 60,
    "FIVE_MINUTE": 300,
    "FIFTEEN_MINUTE": 900,
    "THIRTY_MINUTE": 1800,
    "ONE_HOUR": 3600,
    "TWO_HOUR": 7200,
    "FOUR_HOUR": 14400,
    "SIX_HOUR": 21600,
    "ONE_DAY": 86400,
}
"""Bucket lengths in seconds, by the venue's names."""
CANDLES_KEPT: Final = 5_000


@dataclass(slots=True)
class Candle:
    """Prices in ticks, volume in lots, from ``start_s`` on (seconds since 1970)."""

    start_s: int
    open: int
    high: int
    low: int
    close: int
    lots: int

    def add(self, other: "Candle") -> None:
        """Let ``other``, which is later, become part of this one."""
        self.high = max(self.high, other.high)
        self.low = min(self.low, other.low)
        self.close = other.close
        self.lots += other.lots


class Candles:
    """All series of one market; a bucket without a trade has no candle."""

    def __init__(self) -> None:
        self._series: dict[int, deque[Candle]] = {
            seconds: deque(maxlen=CANDLES_KEPT) for seconds in GRANULARITIES.values()
        }
        self._part: Candle | None = None
        """Trades of one minute that are not merged yet."""

    def trade(self, time_ns: int, ticks: int, lots: int) -> None:
        """Take one trade; trades come in order of time."""
        minute, part = time_ns // MINUTE_NS * 60, self._part
        if part is None or part.start_s != minute:
            self._merge_part()
            self._part = Candle(minute, ticks, ticks, ticks, ticks, lots)
            return
        if ticks > part.high:
            part.high = ticks
        elif ticks < part.low:
            part.low = ticks
        part.close = ticks
        part.lots += lots

    def _merge_part(self) -> None:
        part, self._part = self._part, None
        if part is not None:
            self.merge(part)

    def merge(self, part: Candle, length_s: int = 60) -> None:
        """Take a candle of ``length_s``, in the series whose candles are no shorter."""
        for seconds, series in self._series.items():
            if seconds < length_s:
                continue
            start = part.start_s // seconds * seconds
            if series and series[-1].start_s == start:
                series[-1].add(part)
            else:
                series.append(Candle(start, part.open, part.high, part.low, part.close, part.lots))

    def series(self, seconds: int) -> deque[Candle]:
        """Return the candles of a length, oldest first."""
        self._merge_part()
        return self._series[seconds]

    def between(self, seconds: int, start_s: int, end_s: int) -> list[Candle]:
        """Return candles that start in [``start_s``, ``end_s``], newest first."""
        return [
            candle
            for candle in reversed(self.series(seconds))
            if start_s <= candle.start_s <= end_s
        ]


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """The last 24 hours: prices in ticks, volume in lots."""

    open: int
    high: int
    low: int
    lots: int


def day_statistics(candles: Candles, now_s: int, last_ticks: int) -> DayStatistics:
    """Sum up the minutes of the last 24 hours."""
    since = now_s - 86_400
    day = []
    for candle in reversed(candles.series(60)):
        if candle.start_s < since:
            break
        day.append(candle)
    if not day:
        return DayStatistics(last_ticks, last_ticks, last_ticks, 0)
    return DayStatistics(
        open=day[-1].open,
        high=max(candle.high for candle in day),
        low=min(candle.low for candle in day),
        lots=sum(candle.lots for candle in day),
    )
