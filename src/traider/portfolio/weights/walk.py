"""Weights tried on what followed: chosen on the past, held, chosen again; costs always on.

At period t only periods before t are known. Weights drift with prices between two choices; what is
then bought and sold is paid for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from traider.portfolio.weights.estimates import Estimates
from traider.portfolio.weights.methods import Method, choose_weights
from traider.portfolio.weights.terms import Terms, turnover
from traider.portfolio.weights.views import View

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ViewsAt = Callable[[int], Sequence[View]]
"""The views that were known before period t."""


@dataclass(frozen=True)
class Walk:
    """What a method made of periods it had not seen."""

    method: Method
    returns: FloatArray
    """Net of costs, one a period from ``first`` on."""
    first: int
    """The first period that was held."""
    chosen_at: IntArray
    """Periods at which weights were chosen."""
    weights: FloatArray
    """Chosen, one row a choice."""
    turnovers: FloatArray
    """Bought and sold at each choice, as a share of the whole; the first buys everything."""
    costs: float
    """Paid in all, as a share of the whole at the time, summed."""


@dataclass(frozen=True)
class Schedule:
    """How far each choice looks back, and how long it is held; both in periods."""

    window: int
    held: int


def no_views(period: int) -> Sequence[View]:
    """Return that nobody has a view."""
    del period
    return ()


def walk(
    method: Method,
    returns: FloatArray,
    schedule: Schedule,
    terms: Terms,
    views_at: ViewsAt = no_views,
) -> Walk:
    """Hold ``method`` through ``returns``, periods by assets, from the first whole window on."""
    held: FloatArray | None = None
    net = np.zeros(max(len(returns) - schedule.window, 0))
    places, chosen, turnovers = [], [], []
    costs = 0.0
    for period in range(schedule.window, len(returns)):
        paid = 0.0
        if (period - schedule.window) % schedule.held == 0:
            past = Estimates.of(returns[period - schedule.window : period])
            wanted = choose_weights(method, past, terms, held, views_at(period))
            bought = turnover(np.zeros(len(wanted)) if held is None else held, wanted)
            paid = bought * terms.cost
            costs += paid
            places.append(period)
            chosen.append(wanted)
            turnovers.append(bought)
            held = wanted
        assert held is not None  # noqa: S101 - the first period of all chooses
        grown = held * (1.0 + returns[period])
        whole = float(grown.sum())
        net[period - schedule.window] = (1.0 - paid) * whole - 1.0
        held = np.asarray(grown / whole, dtype=np.float64)
    return Walk(
        method=method,
        returns=net,
        first=schedule.window,
        chosen_at=np.array(places, np.int64),
        weights=np.array(chosen).reshape(len(chosen), returns.shape[1]),
        turnovers=np.array(turnovers),
        costs=costs,
    )
