"""Exact integer money: notional and fees in units of 1e-8 of the account's currency.

A notional is ``price_ticks * size_lots * numerator / denominator`` money units, where the fraction
is ``tick * lot * multiplier / 1e-8`` in lowest terms. The product may pass 64 bits although the
quotient does not, so it is divided piecewise. The same source runs interpreted, where integers
have no bound, and gives the same numbers.
"""

import math

from numba import float64, int64

from traider.kernel.compiled import compiled

MONEY = 100_000_000
"""Money units in one unit of currency, and the denominator of fee rates."""


@compiled(int64(int64, int64, int64, int64))
def notional_units(price_ticks: int, size_lots: int, numerator: int, denominator: int) -> int:
    """Return the notional in money units, rounded half to even. Arguments are >= 0."""
    price = int(price_ticks) * int(numerator)
    size = int(size_lots)
    divisor = int(denominator)
    price_high, price_low = price // divisor, price % divisor
    size_high, size_low = size // divisor, size % divisor
    whole = price * size_high + price_high * size_low
    product = price_low * size_low
    quotient, rest = product // divisor, product % divisor
    whole += quotient
    if 2 * rest > divisor or (2 * rest == divisor and whole % 2 == 1):
        whole += 1
    return whole


@compiled(int64(int64, int64))
def fee_units(notional: int, rate_e8: int) -> int:
    """Return the fee on ``notional`` money units at ``rate_e8`` (1e-8), rounded up.

    Up means toward plus infinity, so a rebate (negative rate) is never rounded in our favor.
    """
    amount, rate = int(notional), int(rate_e8)
    whole = (amount // MONEY) * rate
    rest = (amount % MONEY) * rate
    return whole - ((-rest) // MONEY)


@compiled(int64(int64, float64, int64, int64, int64))
def affordable_lots(
    budget_units: int, price_ticks: float, rate_e8: int, numerator: int, denominator: int
) -> int:
    """Return the largest size whose notional and fee at a price fit into ``budget_units``."""
    if budget_units <= 0 or price_ticks <= 0.0:
        return 0
    unit = price_ticks * float(numerator) / float(denominator) * (1.0 + float(rate_e8) / MONEY)
    lots = int(math.floor(float(budget_units) / unit)) + 2
    for _ in range(8):
        cost = notional_units(int(price_ticks), lots, numerator, denominator)
        if cost + fee_units(cost, rate_e8) <= budget_units or lots <= 0:
            break
        lots -= 1
    return max(lots, 0)
