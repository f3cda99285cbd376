"""Decimal ↔ ticks, lots and money units: the one place where either becomes the other.

Every conversion is exact. A value off the grid is refused with a ``DataError``, or rounded when the
caller names a direction; nothing is ever rounded in silence. Arithmetic is on integer ratios, so
the decimal context's precision plays no part.
"""

from decimal import Context, Decimal, Inexact, InvalidOperation
from enum import Enum
from typing import Final

from traider.domain.errors import DataError
from traider.domain.events import MONEY_UNITS_PER_CURRENCY_UNIT

INT64_MAX: Final = 2**63 - 1
INT64_MIN: Final = -(2**63)

MONEY_STEP: Final = Decimal(1) / MONEY_UNITS_PER_CURRENCY_UNIT

EXACT: Final = Context(prec=120, traps=[Inexact, InvalidOperation])
"""Decimal arithmetic that raises rather than rounds; wide enough for any int64 times any step."""


class Rounding(Enum):
    """Which neighbor on the grid an off-grid value takes."""

    FLOOR = "toward minus infinity"
    CEILING = "toward plus infinity"
    TOWARD_ZERO = "toward zero"
    HALF_EVEN = "to the nearest, ties to the even count"


def round_ratio(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Return ``numerator / denominator`` rounded to a whole number; ``denominator`` > 0."""
    whole, rest = divmod(numerator, denominator)
    if rest == 0:
        return whole
    match rounding:
        case Rounding.FLOOR:
            return whole
        case Rounding.CEILING:
            return whole + 1
        case Rounding.TOWARD_ZERO:
            return whole if numerator > 0 else whole + 1
        case Rounding.HALF_EVEN:
            twice = 2 * rest
            up = twice > denominator or (twice == denominator and whole % 2 == 1)
            return whole + 1 if up else whole


def steps_of(value: Decimal, step: Decimal, rounding: Rounding | None = None) -> int:
    """Return how many ``step`` make ``value``.

    Raises:
        DataError: a number is not finite, the step is not positive, the value lies off the grid
            and no rounding is named, or the count does not fit into 64 bits.
    """
    if not value.is_finite():
        raise DataError(f"{value} is not a finite number", fix="mend the input")
    if not step.is_finite() or step <= 0:
        raise DataError(f"a step of {step} is not positive", fix="mend the instrument")
    top, bottom = value.as_integer_ratio()
    step_top, step_bottom = step.as_integer_ratio()
    numerator, denominator = top * step_bottom, bottom * step_top
    if rounding is None and numerator % denominator:
        raise DataError(
            f"{value} is no multiple of {step}", fix="round it in a named direction first"
        )
    count = round_ratio(numerator, denominator, rounding or Rounding.FLOOR)
    if not INT64_MIN <= count <= INT64_MAX:
        raise DataError(f"{value} counts {count} steps of {step}", fix="64 bits cannot hold it")
    return count


def value_of_steps(count: int, step: Decimal) -> Decimal:
    """Return ``count`` times ``step``, exactly.

    Raises:
        DataError: the product has more digits than a price or a size can have.
    """
    try:
        return EXACT.multiply(Decimal(count), step)
    except (Inexact, InvalidOperation):
        raise DataError(f"{count} steps of {step} is not exact", fix="mend the step") from None


def ticks_from_price(price: Decimal, tick_size: Decimal, rounding: Rounding | None = None) -> int:
    """Return a price in ticks; see ``steps_of`` for rounding and errors."""
    return steps_of(price, tick_size, rounding)


def price_from_ticks(price_ticks: int, tick_size: Decimal) -> Decimal:
    """Return the price of ``price_ticks``, exactly."""
    return value_of_steps(price_ticks, tick_size)


def lots_from_size(size: Decimal, lot_size: Decimal, rounding: Rounding | None = None) -> int:
    """Return a size in lots; see ``steps_of`` for rounding and errors."""
    return steps_of(size, lot_size, rounding)


def size_from_lots(size_lots: int, lot_size: Decimal) -> Decimal:
    """Return the size of ``size_lots``, exactly."""
    return value_of_steps(size_lots, lot_size)


def units_from_amount(amount: Decimal, rounding: Rounding | None = None) -> int:
    """Return an amount of money in units of 1e-8; see ``steps_of`` for rounding and errors."""
    return steps_of(amount, MONEY_STEP, rounding)


def amount_from_units(units: int) -> Decimal:
    """Return the amount of money that ``units`` of 1e-8 make, exactly."""
    return value_of_steps(units, MONEY_STEP)


def decimal_of(value: float) -> Decimal:
    """Return the shortest decimal that a float prints as: what its writer meant.

    Raises:
        DataError: the float is not finite.
    """
    number = Decimal(repr(float(value)))
    if not number.is_finite():
        raise DataError(f"{value} is not a finite number", fix="mend the input")
    return number
