"""Margin of one position by the venue's tiers, for the venue and for the gate alike."""

import math

from numba import float64, int64

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import TIERS
from traider.kernel.records import Records

INITIAL = 0
MAINTENANCE = 1


@compiled(float64(TIERS, int64, int64, float64, int64), inline=True)
def tier_margin(tiers: Records, start: int, stop: int, notional: float, which: int) -> float:
    """Return the initial or maintenance margin of a position of ``notional`` in currency.

    No initial margin is enough for a position above the last tier; one that grew beyond it is
    maintained by the last tier's rule. Without tiers no margin is asked.
    """
    if start == stop:
        return 0.0
    t = start
    while t < stop - 1 and notional > tiers[t]["cap"]:
        t += 1
    tier = tiers[t]
    if which == MAINTENANCE:
        return float(notional * tier["rate"] - tier["amount"])
    return math.inf if notional > tier["cap"] else float(notional * tier["initial"])
