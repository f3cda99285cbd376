"""What a candidate is judged by on a train span: a measure of its daily returns there.

Returns are taken within each scored part of the span alone, each from its own first equity, so
that an embargoed day enters neither as a return nor as the base of one.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from traider.backtest.stream import Span
from traider.kernel.records import Records
from traider.portfolio import ratios
from traider.portfolio.performance import daily_returns, yearly

FloatArray = npt.NDArray[np.float64]

Metric = Literal["sharpe", "sortino", "calmar", "total-return"]

METRICS: Final[Mapping[Metric, Callable[[FloatArray], float]]] = {
    "sharpe": yearly(ratios.sharpe),
    "sortino": yearly(ratios.sortino),
    "calmar": yearly(ratios.calmar),
    "total-return": ratios.total_return,
}
"""Ratios a year are NaN of too few days to scale to one, as in every report."""


def returns_within(samples: Records, spans: Sequence[Span], capital: float) -> FloatArray:
    """Return the daily returns inside ``spans``, one span after the other.

    ``capital`` is the equity before the first sample.
    """
    ts_ns = samples["ts"].astype(np.int64)
    nav = samples["nav"].astype(np.float64)
    parts = [np.zeros(0)]
    for span in spans:
        first, last = np.searchsorted(ts_ns, [span.start_ns, span.end_ns], "right").tolist()
        base = float(nav[first - 1]) if first else capital
        # A close at midnight belongs to the day that ends there.
        _, found = daily_returns(ts_ns[first:last] - 1, nav[first:last], base)
        parts.append(found)
    return np.concatenate(parts)


def best_of(scores: Sequence[float]) -> int:
    """Return the place of the highest score, the first of equals; NaN is below everything."""
    ranked = [-math.inf if math.isnan(score) else score for score in scores]
    return ranked.index(max(ranked))
