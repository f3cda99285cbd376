"""The grid prices stand on: how many decimals hold them, and which stand off a tick."""

from decimal import Decimal
from typing import Final

import numpy as np

from traider.store.kinds import BoolArray, FloatArray

MAX_DECIMALS: Final = 10
_FINEST: Final = 8


def finest_decimal(prices: FloatArray, least: int = 0) -> tuple[int, int]:
    """Return how many decimals hold every price exactly, and how many prices none holds.

    A price with d decimals is the float nearest to an integer over 10 ** d, and division is
    exactly rounded, so the test is an equality.
    """
    for decimals in range(least, MAX_DECIMALS + 1):
        scale = 10.0**decimals
        exact = np.rint(prices * scale) / scale == prices
        if exact.all():
            return decimals, 0
    # No decimal grid: eight decimals are as fine as any venue's, the rest is reported.
    scale = 10.0**_FINEST
    return _FINEST, int((np.rint(prices * scale) / scale != prices).sum())


def off_tick(prices: FloatArray, tick_size: Decimal) -> BoolArray:
    """Return which prices are no whole number of ticks, to the precision of a float."""
    ticks = prices / float(tick_size)
    odd: BoolArray = np.abs(ticks - np.rint(ticks)) > 1e-6
    return odd


def off_ticks(prices: FloatArray, tick_size: Decimal) -> int:
    """Return how many prices are no whole number of ticks."""
    return int(off_tick(prices, tick_size).sum())
