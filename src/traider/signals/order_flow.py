"""Order flow: what came to the bids against the asks, against its usual size.

Cont, Kukanov and Stoikov (2014): over short times the price moves in proportion to order-flow
imbalance. Needs Level-2 data.
"""

from traider.kernel.records import Floats
from traider.signals.alpha import Score, alpha


@alpha(
    features=(
        "zscore(ofi($levels, $n), $window)",
        "imbalance($levels)",
        "trade_imbalance($n)",
    ),
    params={"levels": 5, "n": 1, "window": 60, "z_enter": 0.5, "z_full": 2.5},
)
def order_flow(x: Floats, p: Floats) -> Score:
    """Score the flow's z-score beyond ``z_enter``, 1 at ``z_full``.

    Confidence grows from 0.5 as the queue and the trades of takers point the same way, and falls
    to 0 as both point the other way.
    """
    z, queue, taken = x[0], x[1], x[2]
    z_enter, z_full = p[3], p[4]
    size = min(max((abs(z) - z_enter) / (z_full - z_enter), 0.0), 1.0)
    score = size if z > 0.0 else -size
    way = 1.0 if z > 0.0 else -1.0
    return score, min(max(0.5 + 0.25 * way * (queue + taken), 0.0), 1.0)
