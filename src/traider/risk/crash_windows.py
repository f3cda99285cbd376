"""The worst windows of a market's past, found in its bars; and what a book loses in one.

Of every calendar year the deepest fall within a day and the fastest single bar are kept, and the
two steepest rises of all, for those who are short; windows lie a day apart.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.risk.stress import Shock, StressBook, StressPosition
from traider.risk.stress_scenarios import fraction

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]

HOUR_NS: Final = 3_600_000_000_000
DAY_HOURS: Final = 24
_RISES: Final = 2
_APART_NS: Final = DAY_HOURS * HOUR_NS
_YEAR: Final = "datetime64[Y]"


@dataclass(frozen=True, slots=True)
class CrashWindow:
    """A span of the past in which prices moved far."""

    start_ns: int
    end_ns: int
    move: float
    """The farthest that the market moved in it, from its beginning; below 0 for a fall."""


@dataclass(frozen=True)
class Bars:
    """Bars of one market by the time they end, oldest first."""

    ends_ns: TimeArray
    highs: FloatArray
    lows: FloatArray
    closes: FloatArray


def find_windows(hours: Bars, bars: Bars) -> list[CrashWindow]:
    """Return the worst windows by time, from bars of an hour and from the finest there are."""
    if len(hours.ends_ns) < 2:
        return []
    found: list[CrashWindow] = []
    peaks, floors = _peaks(hours.closes), _peaks(-hours.closes)
    falls = hours.lows[1:] / hours.closes[peaks] - 1.0
    _choose(found, _days(hours, peaks, falls), 1)
    steps = bars.closes[1:] / bars.closes[:-1] - 1.0
    # After a hole the step is no fall of one bar.
    steps[np.diff(bars.ends_ns) > HOUR_NS] = 0.0
    starts = bars.ends_ns[:-1]
    _choose(found, _Spans(starts, starts + HOUR_NS, steps), 1)
    rises = hours.highs[1:] / hours.closes[floors] - 1.0
    spans = _days(hours, floors, rises)
    _choose(found, _Spans(spans.starts_ns, spans.ends_ns, -rises), _RISES, by_year=False)
    return sorted(found, key=lambda window: window.start_ns)


def path_shock(position: StressPosition, ratios: FloatArray, worst: int) -> Shock:
    """Return what a path of prices, as multiples of the first, does until its place ``worst``.

    A stop fills at the first price of the path that is beyond it.
    """
    stopped: list[tuple[Decimal, Decimal]] = []
    left = abs(position.quantity)
    is_long = position.quantity > 0
    stops = sorted(position.stops, key=lambda stop: stop.trigger, reverse=is_long)
    for stop in stops:
        level = float(stop.trigger / position.price)
        path = ratios[: worst + 1]
        hit = np.flatnonzero(path <= level if is_long else path >= level)
        quantity = min(stop.quantity, left)
        if len(hit) and quantity > 0:
            stopped.append((quantity, fraction(float(path[hit[0]]) - 1.0)))
            left -= quantity
    return Shock(fraction(float(ratios[worst]) - 1.0), Decimal(5), stopped=tuple(stopped))


def worst_place(book: StressBook, ratios: FloatArray) -> int:
    """Return the place of a path, times by positions, at which the book is worth least."""
    exposures = np.array([float(each.value) for each in book.positions])
    return int(np.argmin(np.einsum("ij,j->i", ratios - 1.0, exposures)))


def _peaks(closes: FloatArray) -> npt.NDArray[np.int64]:
    """Return for each bar but the first the place of the highest close of the day before it."""
    padded = np.concatenate([np.full(DAY_HOURS - 1, -np.inf), closes[:-1]])
    spans = np.lib.stride_tricks.sliding_window_view(padded, DAY_HOURS)
    return np.asarray(
        np.argmax(spans, axis=1) + np.arange(len(closes) - 1) - (DAY_HOURS - 1), dtype=np.int64
    )


@dataclass(frozen=True)
class _Spans:
    """Windows to choose from; the lowest move is the worst."""

    starts_ns: TimeArray
    ends_ns: TimeArray
    moves: FloatArray


def _days(hours: Bars, places: npt.NDArray[np.int64], moves: FloatArray) -> _Spans:
    """Return the days that begin with the closes of hours; across holes they are longer."""
    last = np.minimum(places + DAY_HOURS, len(hours.ends_ns) - 1)
    return _Spans(hours.ends_ns[places], hours.ends_ns[last], moves)


def _choose(found: list[CrashWindow], spans: _Spans, count: int, *, by_year: bool = True) -> None:
    """Add the worst ``count`` spans, of each year or of all, a day apart from those there are."""
    years = spans.starts_ns.astype("datetime64[ns]").astype(_YEAR).astype(np.int64)
    groups = np.unique(years) if by_year else [None]
    for year in groups:
        places = np.flatnonzero(years == year) if by_year else np.arange(len(years))
        left = count
        for place in places[np.argsort(spans.moves[places], kind="stable")].tolist():
            if not left or spans.moves[place] >= 0.0:
                break
            start, end = int(spans.starts_ns[place]), int(spans.ends_ns[place])
            if all(w.end_ns + _APART_NS <= start or end + _APART_NS <= w.start_ns for w in found):
                move = float(spans.moves[place])
                found.append(CrashWindow(start, end, move if by_year else -move))
                left -= 1
