"""A long series in few points that keep what the eye would miss: its lows and highs.

The rows are cut into spans of equal time; of each the first, lowest, highest and last are kept, so
no extreme of the whole is lost and a chart of the points is that of the rows.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.errors import UsageError

KEPT_A_SPAN: Final = 4
POINTS_MIN: Final = 8


def thinned(
    ts_ns: npt.NDArray[np.int64],
    values: npt.NDArray[np.int64] | npt.NDArray[np.float64],
    points: int,
) -> npt.NDArray[np.int64]:
    """Return the places to keep, rising; all of them where there are no more than ``points``.

    Args:
        ts_ns: times of the rows, rising.
        values: what is looked at.
        points: the most that may be kept.

    Raises:
        UsageError: that is fewer than 8.
    """
    if points < POINTS_MIN:
        raise UsageError(f"a series in {points} points", fix=f"ask for {POINTS_MIN} or more")
    if len(ts_ns) <= points:
        return np.arange(len(ts_ns), dtype=np.int64)
    spans = points // KEPT_A_SPAN
    length = int(ts_ns[-1]) - int(ts_ns[0]) + 1
    # Which span a row is in; in floats, whose rounding only moves a row to a neighbor.
    numbers = ((ts_ns - ts_ns[0]) * (spans / length)).astype(np.int64).clip(0, spans - 1)
    firsts = np.flatnonzero(np.diff(numbers, prepend=-1))
    ends = np.append(firsts[1:], len(ts_ns))
    lows, highs = np.minimum.reduceat(values, firsts), np.maximum.reduceat(values, firsts)
    counts = ends - firsts
    low_at = np.flatnonzero(values == np.repeat(lows, counts))
    high_at = np.flatnonzero(values == np.repeat(highs, counts))
    kept = (firsts, ends - 1, _first_of_each(low_at, firsts), _first_of_each(high_at, firsts))
    return np.unique(np.concatenate(kept)).astype(np.int64)


def _first_of_each(
    places: npt.NDArray[np.int64], firsts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the first of ``places`` at or after each span's first; every span has one."""
    found: npt.NDArray[np.int64] = places[np.searchsorted(places, firsts)]
    return found
