"""How much further from the market a limit price stands for the time its order takes to get there.

While an order is on its way the price moves, typically by volatility times the square root of that
time. A passive price that stands nearer than this is often passed before it arrives. The time is
what was measured last (LATENCY_ESTIMATE, from signal to order, 99th percentile), and before that
the latency that the simulated venue is given.
"""

import math

from numba import float64

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import ACCOUNT_TYPE, STRATEGY_TYPE, VECTOR
from traider.kernel.records import Floats, Record

YEAR_NS = 365.0 * 86_400e9
"""Volatilities are those of a year of 365 days."""


@compiled(float64(ACCOUNT_TYPE, STRATEGY_TYPE, VECTOR), inline=True)
def latency_offset(account: Record, strategy: Record, values: Floats) -> float:
    """Return that distance as a fraction of the price; 0 when off or without a warm volatility."""
    moves = strategy["latency_moves"]
    if moves == 0.0:
        return 0.0
    volatility = values[strategy["volatility_slot"]]
    if not volatility > 0.0:
        return 0.0
    return float(moves * volatility * math.sqrt(account["latency_ns"] / YEAR_NS))
