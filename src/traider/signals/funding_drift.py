"""Funding drift: against a crowd that pays more than it does at this time of day.

The side that pays funding is the crowded one; a rate far from its seasonal mean tends to return.
Needs funding events; the windows count settlements.
"""

from traider.kernel.records import Floats
from traider.signals.alpha import Score, alpha


@alpha(
    features=("funding_drift($window)", "funding_rate()", "funding_mean($window)"),
    params={"window": 90, "z_enter": 1.0, "z_full": 3.0, "rate_full": 0.0002},
)
def funding_drift(x: Floats, p: Floats) -> Score:
    """Score against the drift: 0 within ``z_enter`` deviations, 1 at ``z_full``.

    Confidence is how far the rate is from its mean, 1 at ``rate_full`` an interval.
    """
    z, rate, mean = x[0], x[1], x[2]
    z_enter, z_full, rate_full = p[1], p[2], p[3]
    size = min(max((abs(z) - z_enter) / (z_full - z_enter), 0.0), 1.0)
    score = -size if z > 0.0 else size
    return score, min(abs(rate - mean) / rate_full, 1.0)
