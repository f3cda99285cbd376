"""Mean reversion: far from the volume-weighted price, and no trend to carry it further."""

from traider.kernel.records import Floats
from traider.signals.alpha import Score, alpha


@alpha(
    features=("vwap_z($window)", "adx($adx_window)"),
    params={"window": 48, "adx_window": 14, "z_enter": 1.0, "z_full": 3.0, "adx_calm": 25.0},
)
def mean_reversion(x: Floats, p: Floats) -> Score:
    """Score against the gap to VWAP: 0 within ``z_enter`` deviations, 1 at ``z_full``.

    Confidence is 1 without a trend and falls to 0 as ADX reaches twice ``adx_calm``.
    """
    gap, adx = x[0], x[1]
    z_enter, z_full, adx_calm = p[2], p[3], p[4]
    size = min(max((abs(gap) - z_enter) / (z_full - z_enter), 0.0), 1.0)
    score = -size if gap > 0.0 else size
    return score, min(max(2.0 - adx / adx_calm, 0.0), 1.0)
