"""Trend over several horizons: moves in their own deviations, averaged, believed when they agree.

After the time-series momentum of Moskowitz, Ooi and Pedersen (2012): each horizon's return over
the deviation a random walk would have over it, sigma * sqrt(n).
"""

import math

from traider.kernel.records import Floats
from traider.signals.alpha import Score, alpha


@alpha(
    features=(
        "return(close, $short)",
        "return(close, $medium)",
        "return(close, $long)",
        "stdev(return(close, 1), $window)",
    ),
    params={"short": 24, "medium": 96, "long": 384, "window": 96, "z_full": 1.5},
)
def trend(x: Floats, p: Floats) -> Score:
    """Score the mean of the three moves, each cut at ``z_full`` deviations; flat prices score 0.

    Confidence is 1 when all horizons point one way and 1/3 when one of them differs.
    """
    sigma, z_full = x[3], p[4]
    if sigma <= 0.0:
        return 0.0, 0.0
    total = 0.0
    votes = 0.0
    for place in range(3):
        z = x[place] / (sigma * math.sqrt(p[place]))
        part = min(max(z / z_full, -1.0), 1.0)
        total += part
        votes += 1.0 if part > 0.0 else (-1.0 if part < 0.0 else 0.0)
    return total / 3.0, abs(votes) / 3.0
