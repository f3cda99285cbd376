"""Sizes and passive prices on the instrument's grid."""

import math

from traider.kernel.compiled import compiled

_LOTS_MAX = 2.0**62


@compiled("int64(float64, int64)")
def truncate(lots: float, step: int) -> int:
    """Return ``lots`` cut toward zero to a multiple of ``step``, at most 2 ** 62."""
    whole = int(math.floor(min(abs(lots), _LOTS_MAX) / step)) * step
    return whole if lots >= 0.0 else -whole


@compiled("int64(int64, int64, float64)")
def passive_price(mark_ticks: int, side: int, offset: float) -> int:
    """Return the limit ``offset`` (a fraction) better than the mark, rounded to be no worse."""
    price = mark_ticks * (1.0 - side * offset)
    return int(math.floor(price)) if side > 0 else int(math.ceil(price))
