"""How trials are compared: the metrics a sweep can rank by, all of them better when larger."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from traider.backtest.sweep.trial import Measured, Trial


@dataclass(frozen=True)
class Metric:
    """A figure to rank by; ``unit`` is ratio, share or money, ``label`` fits into a sentence."""

    name: str
    label: str
    unit: str
    of: Callable[[Measured], float]
    is_yearly: bool = False
    """Whether it is scaled to a year, which takes some days."""

    @property
    def title(self) -> str:
        """The label as a heading begins with it."""
        return self.label[0].upper() + self.label[1:]


METRICS: Final = {
    metric.name: metric
    for metric in (
        Metric("sharpe", "Sharpe", "ratio", lambda found: found.sharpe, is_yearly=True),
        Metric("sortino", "Sortino", "ratio", lambda found: found.sortino, is_yearly=True),
        Metric("calmar", "Calmar", "ratio", lambda found: found.calmar, is_yearly=True),
        Metric("total_return", "return", "share", lambda found: found.total_return),
        Metric("final_equity", "final equity", "money", lambda found: float(found.final_equity)),
        Metric("max_drawdown", "max drawdown", "share", lambda found: found.max_drawdown),
    )
}


def ranked(trials: Sequence[Trial], metric: Metric) -> tuple[Trial, ...]:
    """Return ``trials`` best first; undefined figures last, equal ones in the grid's order."""

    def key(trial: Trial) -> tuple[bool, float, int]:
        value = metric.of(trial.measured)
        return math.isnan(value), 0.0 if math.isnan(value) else -value, trial.number

    return tuple(sorted(trials, key=key))
