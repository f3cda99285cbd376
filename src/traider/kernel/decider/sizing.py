"""Sizing: from a direction to a signed exposure, a fraction of equity.

Volatility target: strength * target / volatility, so a quiet instrument gets more of the same
risk; fixed: the same fraction at every entry. Both are capped per instrument, then scaled
together when the sum over all instruments passes the gross cap.
"""

import math

from numba import int64, void

from traider.kernel.codes import Sizing
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import DECIDER
from traider.kernel.records import Decider

_VOLATILITY_TARGET = int(Sizing.VOLATILITY_TARGET)


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
    market["exposure"] = direction * min(wanted, strategy["max_leverage"])


@compiled("float64(float64, float64)", inline=True)
def gross_scale(gross: float, cap: float) -> float:
    """Return the factor that brings the sum of absolute exposures down to ``cap``."""
    return cap / gross if gross > cap else 1.0
