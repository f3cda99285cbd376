"""Momentum: fast average against slow, believed in a trend and not after a run too far."""

from traider.kernel.records import Floats
from traider.signals.alpha import Score, alpha


@alpha(
    features=(
        "sma(close, $fast)",
        "sma(close, $slow)",
        "rsi(close, $rsi_window)",
        "adx($adx_window)",
    ),
    params={
        "fast": 5,
        "slow": 20,
        "rsi_window": 14,
        "adx_window": 14,
        "rsi_high": 75.0,
        "rsi_low": 25.0,
        "adx_trend": 20.0,
        "adx_strong": 40.0,
    },
)
def momentum(x: Floats, p: Floats) -> Score:
    """Score +1 with the fast average above the slow one, -1 below, 0 at a tie.

    RSI beyond ``rsi_high`` (``rsi_low``) silences a long (short): the move is stretched.
    Confidence rises with ADX from 0 at ``adx_trend`` to 1 at ``adx_strong``.
    """
    fast, slow, rsi, adx = x[0], x[1], x[2], x[3]
    rsi_high, rsi_low, adx_trend, adx_strong = p[4], p[5], p[6], p[7]
    score = 0.0
    if fast > slow and rsi < rsi_high:
        score = 1.0
    elif fast < slow and rsi > rsi_low:
        score = -1.0
    confidence = (adx - adx_trend) / (adx_strong - adx_trend)
    return score, min(max(confidence, 0.0), 1.0)
