"""Surfaces of a sweep: the metric over one or two axes, other axes folded into median and best."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.sweep.grid import Axis, value_text
from traider.backtest.sweep.ranking import Metric
from traider.backtest.sweep.trial import Trial

FloatArray = npt.NDArray[np.float64]
Fold = Callable[[Sequence[float]], float]

BINS_MAX: Final = 100
"""Most rows or columns of the surface of two axes; of more, neighbors are put together."""

BINS_MIN: Final = 8
FILLED_MIN: Final = 0.3
"""Where less of the cells was run, as of a random sample, neighbors are put together too."""

MARGINAL_BINS_MAX: Final = 24
"""The same where there are many surfaces."""

FOLDS: Final[dict[str, Fold]] = {"median": median, "best": max}
"""How the trials of one cell become one number."""


@dataclass(frozen=True)
class Surface:
    """The metric over two axes, rows by columns; NaN where nothing was run.

    ``fold`` says how the trials of a cell became one number; empty where each has one at most.
    """

    across: str
    down: str
    column_labels: tuple[str, ...]
    row_labels: tuple[str, ...]
    values: FloatArray
    fold: str = ""

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest value; NaN where nothing was run."""
        known = self.values[~np.isnan(self.values)]
        return (float(known.min()), float(known.max())) if known.size else (math.nan, math.nan)


@dataclass(frozen=True)
class Curve:
    """The metric along one axis; NaN where nothing was run."""

    key: str
    labels: tuple[str, ...]
    values: FloatArray
    is_ordered: bool


def curve_of(axis: Axis, trials: Sequence[Trial], metric: Metric) -> Curve:
    """Return the metric along the only axis of a sweep."""
    places = {value: place for place, value in enumerate(axis.values)}
    values = np.full(len(axis.values), math.nan)
    for trial in trials:
        values[places[trial.values[0]]] = metric.of(trial.measured)
    labels = tuple(value_text(value) for value in axis.values)
    return Curve(axis.key, labels, values, axis.is_ordered)


def surfaces_of(
    axes: Sequence[Axis], trials: Sequence[Trial], metric: Metric
) -> tuple[Surface, ...]:
    """Return the surface of two axes, or median and best of each pair of more axes.

    Two axes need folding too where one has more values than ``BINS_MAX``, or few points were run.
    """
    most = BINS_MAX if len(axes) == 2 else MARGINAL_BINS_MAX
    if len(trials) < FILLED_MIN * math.prod(len(axis.values) for axis in axes):
        most = min(most, max(BINS_MIN, math.isqrt(len(trials))))
    found: list[Surface] = []
    for across, down in combinations(range(len(axes)), 2):
        is_plain = len(axes) == 2 and all(len(axis.values) <= most for axis in axes)
        found += [
            _surface((axes, across, down), trials, metric, fold, most)
            for fold in (("",) if is_plain else tuple(FOLDS))
        ]
    return tuple(found)


def _surface(
    place: tuple[Sequence[Axis], int, int],
    trials: Sequence[Trial],
    metric: Metric,
    fold: str,
    most: int,
) -> Surface:
    axes, across, down = place
    columns, column_labels = _bins(axes[across], most)
    rows, row_labels = _bins(axes[down], most)
    cells: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for trial in trials:
        value = metric.of(trial.measured)
        if not math.isnan(value):
            cells[rows[trial.values[down]], columns[trial.values[across]]].append(value)
    values = np.full((len(row_labels), len(column_labels)), math.nan)
    for cell, found in cells.items():
        values[cell] = FOLDS[fold or "best"](found)
    return Surface(axes[across].key, axes[down].key, column_labels, row_labels, values, fold)


def _bins(axis: Axis, most: int) -> tuple[dict[object, int], tuple[str, ...]]:
    """Return the bin of each value of an axis, at most ``most`` bins, and the bins' labels."""
    width = -(-len(axis.values) // most)
    texts = [value_text(value) for value in axis.values]
    starts = range(0, len(texts), width)
    ends = [min(start + width, len(texts)) - 1 for start in starts]
    labels = tuple(
        texts[start] if start == end else f"{texts[start]} to {texts[end]}"
        for start, end in zip(starts, ends, strict=True)
    )
    return {value: place // width for place, value in enumerate(axis.values)}, labels
