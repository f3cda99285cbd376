"""Sizing: from a direction to a signed exposure, a fraction of equity.

Volatility target: strength * target / volatility, so a quiet instrument gets more of the same
risk. Fixed: the same fraction at every entry. ATR: the fraction is what a move of so many average
true ranges costs. Fixed risk: the fraction is what the distance to the stop costs (a multiple of
the average true range, or a fraction of the price). The volatility target follows the strength of
the combined score, and so the confidence in it; the others do where confidence scaling is on. Where
a plan places a stop, no exposure is larger than what makes that stop cost the risk of one trade.
All are capped per instrument, then scaled together when the sum over all instruments passes the
gross cap, then the larger side alone when their signed sum passes the net cap.
"""

import math

from numba import float64, int64, void

from traider.kernel.codes import Sizing
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import DECIDER
from traider.kernel.records import Decider

_VOLATILITY_TARGET = int(Sizing.VOLATILITY_TARGET)
_ATR = int(Sizing.ATR)
_FIXED_RISK = int(Sizing.FIXED_RISK)


@compiled(void(DECIDER, int64), inline=True)
def size_instrument(decider: Decider, k: int) -> None:
    """Set the wanted exposure of instrument ``k`` before the gross cap.

    Without a warm volatility the volatility target wants nothing: never a guess.
    """
    strategy = decider.strategy[0]
    market = decider.markets[k]
    direction = market["direction"]
    if direction == 0:
        market["exposure"] = 0.0
        return
    wanted = strategy["fraction"]
    if strategy["sizing"] == _VOLATILITY_TARGET:
        volatility = decider.values[k, strategy["volatility_slot"]]
        if math.isnan(volatility) or volatility <= 0.0:
            market["exposure"] = 0.0
            return
        strength = min(abs(market["combined"]), 1.0)
        wanted = strength * strategy["target_volatility"] / volatility
    elif strategy["sizing"] == _ATR or strategy["sizing"] == _FIXED_RISK:
        distance = stop_distance(decider, k)
        if not distance > 0.0:
            market["exposure"] = 0.0
            return
        wanted = strategy["fraction"] / distance
    if strategy["confidence_scaling"] != 0 and strategy["sizing"] != _VOLATILITY_TARGET:
        wanted *= min(abs(market["combined"]), 1.0)
    wanted = min(wanted, _risk_cap(decider, k))
    market["exposure"] = direction * min(wanted, strategy["max_leverage"])


@compiled(float64(DECIDER, int64), inline=True)
def _risk_cap(decider: Decider, k: int) -> float:
    """Return the exposure whose plan's stop costs the risk of one trade; no cap without either.

    While the distance to the stop is unknown nothing may be held.
    """
    strategy = decider.strategy[0]
    if strategy["plan_on"] == 0 or strategy["risk_per_trade"] <= 0.0:
        return math.inf
    mark = float(decider.markets[k]["mark_ticks"])
    slot = strategy["plan_stop_slot"]
    distance = strategy["plan_stop"] * (decider.values[k, slot] if slot >= 0 else mark)
    return float(strategy["risk_per_trade"] * mark / distance) if distance > 0.0 else 0.0


@compiled(float64(DECIDER, int64), inline=True)
def stop_distance(decider: Decider, k: int) -> float:
    """Return the move that costs the risked fraction, as a fraction of the price; NaN unknown."""
    strategy = decider.strategy[0]
    mark = float(decider.markets[k]["mark_ticks"])
    if strategy["atr_multiple"] > 0.0:
        if mark <= 0.0:
            return math.nan
        return float(strategy["atr_multiple"] * decider.values[k, strategy["atr_slot"]] / mark)
    return float(strategy["stop_fraction"])


@compiled(float64(DECIDER, float64, int64), inline=True)
def net_scale(decider: Decider, scale: float, side: int) -> float:
    """Return the factor for exposures of ``side`` that brings the signed sum down to its cap.

    ``scale`` is the gross factor, applied before.
    """
    cap = decider.strategy[0]["net_leverage"]
    if cap <= 0.0:
        return 1.0
    with_side = 0.0
    against = 0.0
    for k in range(len(decider.markets)):
        exposure = decider.markets[k]["exposure"] * scale * side
        if exposure > 0.0:
            with_side += exposure
        else:
            against -= exposure
    if with_side - against <= cap:
        return 1.0
    return float((cap + against) / with_side)


@compiled("float64(float64, float64)", inline=True)
def gross_scale(gross: float, cap: float) -> float:
    """Return the factor that brings the sum of absolute exposures down to ``cap``."""
    return cap / gross if gross > cap else 1.0
