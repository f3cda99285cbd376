"""Exact integer money: notional and fees in units of 1e-8 of the account's currency.

A notional is ``price_ticks * size_lots * numerator / denominator`` money units, where the fraction
is ``tick * lot * multiplier / 1e-8`` in lowest terms. The product may pass 64 bits although the
quotient does not, so it is divided piecewise. The same source runs interpreted, where integers
have no bound, and gives the same numbers.
"""

import math

from numba import float64, int64

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import fixed_tuple

_FITS = 9.2e18
"""A product below this fits into 64 bits."""

MONEY = 100_000_000
"""Money units in one unit of currency, and the denominator of fee rates."""

DIVISOR_MAX = 2**46
"""Largest denominator of the money fraction: beyond it the steps of a division pass 64 bits."""
_RATE_UNITS = 1_000_000_000_000
"""Denominator of funding rates."""
_SHORT_DIVISOR_MAX = 3_000_000_000
"""Up to here the product of two remainders fits into 64 bits."""


@compiled(int64(int64, int64, int64, int64), python=True)
def notional_units(price_ticks: int, size_lots: int, numerator: int, denominator: int) -> int:
    """Return the notional in money units, rounded half to even. Arguments are >= 0."""
    price = int(price_ticks) * int(numerator)
    size = int(size_lots)
    divisor = int(denominator)
    if float(price) * float(size) < _FITS:
        whole = price * size // divisor
        rest = price * size - whole * divisor
    else:
        whole, rest = _divide_long(price, size, divisor)
    if 2 * rest > divisor or (2 * rest == divisor and whole % 2 == 1):
        whole += 1
    return whole


@compiled(fixed_tuple(int64, int64)(int64, int64, int64))
def _divide_long(price: int, size: int, divisor: int) -> tuple[int, int]:
    """Return quotient and rest of ``price * size / divisor`` when the product passes 64 bits."""
    price_high, price_low = price // divisor, price % divisor
    size_high, size_low = size // divisor, size % divisor
    if divisor <= _SHORT_DIVISOR_MAX:
        product = price_low * size_low
        quotient, rest = product // divisor, product % divisor
    else:
        # Schoolbook division, 16 bits of the size at a time.
        quotient, rest = 0, 0
        for shift in (32, 16, 0):
            rest = (rest << 16) + price_low * ((size_low >> shift) & 0xFFFF)
            quotient = (quotient << 16) + rest // divisor
            rest %= divisor
    return price * size_high + price_high * size_low + quotient, rest


@compiled(int64(int64, int64), python=True)
def fee_units(notional: int, rate_e8: int) -> int:
    """Return the fee on ``notional`` money units at ``rate_e8`` (1e-8), rounded up.

    Up means toward plus infinity, so a rebate (negative rate) is never rounded in our favor.
    """
    amount, rate = int(notional), int(rate_e8)
    whole = (amount // MONEY) * rate
    rest = (amount % MONEY) * rate
    return whole - ((-rest) // MONEY)


@compiled(int64(int64, int64, int64), python=True)
def other_fee_units(fee: int, share_e8: int, price_e8: int) -> int:
    """Return what ``share_e8`` (1e-8) of ``fee`` money units is in units of another currency.

    Rounded up. The price of that currency is ``price_e8`` (1e-8), from 1 to ``DIVISOR_MAX``. A fee
    that 64 bits cannot count in the other currency is -1. No argument is negative.
    """
    if float(fee) * float(share_e8) / float(price_e8) >= _FITS:
        return -1
    whole, rest = _divide_long(int(fee), int(share_e8), int(price_e8))
    return whole + (1 if rest > 0 else 0)


@compiled(float64(int64, int64), python=True)
def value_of(units: int, price_e8: int) -> float:
    """Return what ``units`` (1e-8) of another currency are worth at its price, in currency."""
    return float(units) * float(price_e8) / (float(MONEY) * float(MONEY))


@compiled(int64(int64, int64))
def funding_units(notional: int, rate_e12: int) -> int:
    """Return what a long position of ``notional`` money units pays at ``rate_e12`` (1e-12).

    Both may be negative: a short position receives. Rounded up, toward plus infinity, so never in
    our favor. The rate is below 2 ** 48 (281) in size.
    """
    whole, rest = _divide_long(abs(int(notional)), abs(int(rate_e12)), _RATE_UNITS)
    if (notional < 0) != (rate_e12 < 0):
        return -whole
    return whole + (1 if rest > 0 else 0)


@compiled(int64(int64, float64, int64, int64, int64), python=True)
def affordable_lots(
    budget_units: int, price_ticks: float, rate_e8: int, numerator: int, denominator: int
) -> int:
    """Return the largest size whose notional and fee at a price fit into ``budget_units``."""
    if budget_units <= 0 or price_ticks <= 0.0:
        return 0
    price = int(price_ticks)
    unit = price_ticks * float(numerator) / float(denominator) * (1.0 + float(rate_e8) / MONEY)
    estimate = float(budget_units) / unit
    # Roundings of the money (2 units) and of the floats bound how far the estimate can be off.
    slack = 2.0 + 2.0 / unit + estimate * 4e-15
    fits = int(max(math.floor(estimate - slack), 0.0))
    too_many = int(min(math.ceil(estimate + slack), 4.6e18))
    while too_many - fits > 1:
        lots = fits + (too_many - fits) // 2
        cost = notional_units(price, lots, numerator, denominator)
        if cost + fee_units(cost, rate_e8) <= budget_units:
            fits = lots
        else:
            too_many = lots
    return fits
