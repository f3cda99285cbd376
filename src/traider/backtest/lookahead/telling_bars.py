"""Bars worth a cut of their own, since a leak may show at few of them.

A feature that peeks only at a new high, in a crash or at the end of a day says the truth at every
other bar. What its author can have meant by rare is mostly an extreme of the bars or of its own
values, so the most unusual bars by each measure are cut after; then turns of the calendar, bars of
the warm-up, which a fill backward knows too early, and any others.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.timeframes import SECOND_NS
from traider.features.batch import BarHistory, Floats

Numbers = npt.NDArray[np.int64]

ANYWHERE: Final = 4
"""How many times more bars are drawn from all of them than by one measure."""
WARM_UP_BARS: Final = 1_000
_USUAL_BARS: Final = 200
_DAY_NS: Final = 86_400 * SECOND_NS
_WEEK_DAYS: Final = 7
_MONDAY: Final = 4
"""Days from 1970-01-01, a Thursday, to the first Monday."""


def telling_bars(bars: BarHistory, values: Floats, count: int, seed: int) -> list[int]:
    """Return the bars to cut after, rising, none of them the last; ``count`` by each measure."""
    if len(bars) <= 1:
        return []
    draw = np.random.default_rng([seed, 2])
    order = draw.permutation(len(bars) - 1)
    picked = {2**power - 1 for power in range(WARM_UP_BARS.bit_length())}
    for measure in (*_unusual(bars), *_said(values), *_turns(bars)):
        # Among equals the draw decides, so that a flag is not always cut at its first bars.
        shuffled = np.nan_to_num(measure[:-1], nan=0.0)[order]
        highest = order[np.argsort(-shuffled, kind="stable")[:count]]
        picked.update(int(bar) for bar in highest if measure[bar] > 0.0)
    picked.update(int(bar) for bar in order[: ANYWHERE * count])
    return sorted(bar for bar in picked if bar < len(bars) - 1)


def _unusual(bars: BarHistory) -> Iterator[Floats]:
    """Yield how unusual each bar is: moves, ranges, volumes, new extremes, pauses around it."""
    moves = np.abs(np.diff(np.log(bars.close), prepend=np.log(bars.close[0])))
    yield moves
    for series in (moves, np.log(bars.high / bars.low), bars.volume):
        yield series / np.maximum(_usual(series), np.finfo(np.float64).tiny)
    yield np.where(bars.volume == 0.0, 1.0, 0.0)
    yield bars_since_higher(bars.high)
    yield bars_since_higher(-bars.low)
    pause = np.diff(bars.ts_ns) - bars.length_ns
    yield np.append(pause, 0).astype(np.float64)
    yield np.append(0, pause).astype(np.float64)


def _said(values: Floats) -> Iterator[Floats]:
    """Yield how much a feature says at each bar: far from its median, or unlike the bar before."""
    known = np.isfinite(values)
    yield np.abs(values - np.median(values[known])) if known.any() else np.zeros(len(values))
    yield np.append(0.0, np.abs(np.diff(values)))
    yield np.append(0.0, np.diff(known.astype(np.float64)) != 0.0)


def _turns(bars: BarHistory) -> Iterator[Floats]:
    """Yield the bars that end and begin a day, a week and a month, UTC."""
    day = bars.ts_ns // _DAY_NS
    month = bars.ts_ns.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)
    for number in (day, (day - _MONDAY) // _WEEK_DAYS, month):
        turn = np.diff(number) != 0
        yield np.append(turn, 0.0)
        yield np.append(0.0, turn)


def _usual(series: Floats) -> Floats:
    """Return the mean of the last bars up to each."""
    total = np.concatenate([[0.0], np.cumsum(series)])
    rows = np.arange(1, len(total))
    first = np.maximum(rows - _USUAL_BARS, 0)
    return np.asarray((total[rows] - total[first]) / (rows - first))


def bars_since_higher(values: Floats) -> Floats:
    """Return how many bars ago each value was last reached; all bars before it where never."""
    since = np.empty(len(values))
    higher: list[tuple[float, int]] = []
    for bar, value in enumerate(values.tolist()):
        while higher and higher[-1][0] < value:
            higher.pop()
        since[bar] = bar - (higher[-1][1] if higher else 0)
        higher.append((value, bar))
    return since
