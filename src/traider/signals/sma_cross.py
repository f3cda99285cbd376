"""The plain crossing of two averages, the reference every back-tester can be compared on."""

from traider.kernel.records import Floats
from traider.signals.alpha import Score, alpha


@alpha(
    features=(
        "sma(close, $fast)",
        "sma(close, $slow)",
        "lag(sma(close, $fast), 1)",
        "lag(sma(close, $slow), 1)",
    ),
    params={"fast": 24, "slow": 72},
)
def sma_cross(x: Floats, p: Floats) -> Score:  # noqa: ARG001 - alphas share one signature
    """Score +1 on the bar that crosses up, -1 on the bar that crosses down, 0 between."""
    fast, slow, last_fast, last_slow = x[0], x[1], x[2], x[3]
    if fast > slow and last_fast <= last_slow:
        return 1.0, 1.0
    if fast < slow and last_fast >= last_slow:
        return -1.0, 1.0
    return 0.0, 1.0
