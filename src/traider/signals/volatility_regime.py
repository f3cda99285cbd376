"""Volatility regime: a filter that lets others speak only while the market moves as usual."""

from traider.kernel.records import Floats
from traider.signals.alpha import Score, alpha


@alpha(
    features=(
        "quantile(rolling_vol(close, $window), $history)",
        "atr($window)",
        "sma(atr($window), $history)",
    ),
    params={
        "window": 24,
        "history": 240,
        "low": 0.05,
        "high": 0.9,
        "atr_full": 1.5,
        "atr_max": 3.0,
    },
)
def volatility_regime(x: Floats, p: Floats) -> Score:
    """Answer 1 with the confidence that volatility is neither asleep nor in a storm.

    Realized volatility must rank between ``low`` and ``high`` among its last ``history`` values.
    Average true range against its own mean takes confidence from 1 at ``atr_full`` to 0 at
    ``atr_max``. Meant for ``role = "filter"``; as a voter it would always say long.
    """
    rank, atr, usual = x[0], x[1], x[2]
    low, high, atr_full, atr_max = p[2], p[3], p[4], p[5]
    if rank < low or rank > high or usual <= 0.0:
        return 1.0, 0.0
    return 1.0, min(max((atr_max - atr / usual) / (atr_max - atr_full), 0.0), 1.0)
