"""What taking liquidity costs on bars: half the spread, and square-root market impact.

Assumed: the touch stands half a spread from the bar's price, and a market order of size Q moves
the price by Y * sigma * sqrt(Q / V), with sigma the volatility and V the volume of one bar, both
exponentially weighted over past bars (Toth et al., Anomalous price impact and the critical nature
of liquidity in financial markets, 2011; Almgren et al., Direct estimation of equity market impact,
2005). Wrong where: the spread widens in a crisis, books are thin, or the order is a large part of
a bar's volume; there the true cost is higher.
"""

import math

from numba import float64, int64, void

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue
from traider.kernel.venue.margin import see_price


@compiled(float64(VENUE, int64, float64), inline=True, python=True)
def impact_fraction(venue: Venue, k: int, lots: float) -> float:
    """Return the impact of taking ``lots``, as a fraction of the price."""
    setting = venue.venue[0]
    market = venue.markets[k]
    if setting["impact"] == 0.0 or market["volume"] <= 0.0:
        return 0.0
    share = lots / market["volume"]
    return float(setting["impact"] * math.sqrt(market["variance"] * share))


@compiled(int64(float64, int64, float64), inline=True, python=True)
def worse_price(reference: float, side: int, fraction: float) -> int:
    """Return the price ``fraction`` worse than ``reference`` for ``side``, rounded against us."""
    price = reference * (1.0 + side * fraction)
    ticks = int(math.ceil(price)) if side > 0 else int(math.floor(price))
    return max(ticks, 1)


@compiled(void(VENUE, EVENT_TYPE), inline=True)
def learn_from_bar(venue: Venue, bar: Record) -> None:
    """Update volatility and volume of the instrument; called after the bar was matched."""
    k = int(bar["instrument"])
    if venue.markets[k]["live"] == 0:
        venue.markets[k]["gap_lots"] = 0
        learn(venue, k, bar["close"], float(bar["volume"]))
        see_price(venue, k, float(bar["close"]))


@compiled(void(VENUE, int64, int64, float64))
def learn(venue: Venue, k: int, close: int, volume: float) -> None:
    """Take the close and the volume of a bar into the weighted averages."""
    market = venue.markets[k]
    decay = venue.venue[0]["volatility_decay"]
    if market["bars"] == 0:
        market["volume"] = volume
    else:
        change = float(close) / market["last_close"] - 1.0
        market["volume"] = decay * market["volume"] + (1.0 - decay) * volume
        if market["bars"] == 1:
            market["variance"] = change * change
        else:
            market["variance"] = decay * market["variance"] + (1.0 - decay) * change * change
    market["last_close"] = close
    market["bars"] += 1
