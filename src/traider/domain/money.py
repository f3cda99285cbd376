"""Money: whole units of 1e-8 of one currency, and the two rounding rules of the house.

- notional = price * size * multiplier, rounded half to even to 1e-8;
- fee = notional * rate, rounded toward plus infinity to 1e-8 (a fee up, a rebate down).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from traider.domain.errors import DataError
from traider.domain.events import MONEY_UNITS_PER_CURRENCY_UNIT
from traider.domain.units import (
    Rounding,
    amount_from_units,
    round_ratio,
    units_from_amount,
)

_CODE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency in units of 1e-8; arithmetic stays within the currency."""

    units: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse a currency that is no code."""
        pack_currency(self.currency)

    @classmethod
    def of(cls, amount: Decimal, currency: str, rounding: Rounding | None = None) -> Self:
        """Return ``amount`` as money; off-grid amounts need a named rounding."""
        return cls(units_from_amount(amount, rounding), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in the currency, exact."""
        return amount_from_units(self.units)

    def __add__(self, other: Self) -> Self:
        """Add within the currency."""
        return type(self)(self.units + self._same(other).units, self.currency)

    def __sub__(self, other: Self) -> Self:
        """Subtract within the currency."""
        return type(self)(self.units - self._same(other).units, self.currency)

    def __neg__(self) -> Self:
        """Change the sign."""
        return type(self)(-self.units, self.currency)

    def __mul__(self, count: int) -> Self:
        """Take the amount ``count`` times."""
        return type(self)(self.units * count, self.currency)

    def __lt__(self, other: Self) -> bool:
        """Compare within the currency."""
        return self.units < self._same(other).units

    def __le__(self, other: Self) -> bool:
        """Compare within the currency."""
        return self.units <= self._same(other).units

    def __str__(self) -> str:
        """Return the amount and its currency."""
        return f"{self.amount.normalize():f} {self.currency}"

    def _same(self, other: Self) -> Self:
        if other.currency != self.currency:
            raise DataError(
                f"cannot combine {self.currency} with {other.currency}",
                fix="convert one of them at a named rate first",
            )
        return other


def notional_units(price: Decimal, size: Decimal, multiplier: Decimal = Decimal(1)) -> int:
    """Return price * size * multiplier in money units, rounded half to even."""
    numerator, denominator = MONEY_UNITS_PER_CURRENCY_UNIT, 1
    for factor in (price, size, multiplier):
        top, bottom = factor.as_integer_ratio()
        numerator *= top
        denominator *= bottom
    return round_ratio(numerator, denominator, Rounding.HALF_EVEN)


def inverse_notional_units(price: Decimal, size: Decimal, multiplier: Decimal) -> int:
    """Return size * multiplier / price in money units of the base, rounded half to even.

    Raises:
        DataError: the price is not positive.
    """
    if price <= 0:
        raise DataError(f"a price of {price} is not positive", fix="mend the input")
    top, bottom = price.as_integer_ratio()
    numerator, denominator = MONEY_UNITS_PER_CURRENCY_UNIT * bottom, top
    for factor in (size, multiplier):
        factor_top, factor_bottom = factor.as_integer_ratio()
        numerator *= factor_top
        denominator *= factor_bottom
    return round_ratio(numerator, denominator, Rounding.HALF_EVEN)


def fee_units(notional: int, rate: Decimal) -> int:
    """Return the fee on ``notional`` money units at ``rate``, rounded toward plus infinity."""
    top, bottom = rate.as_integer_ratio()
    return round_ratio(notional * top, bottom, Rounding.CEILING)


def pack_currency(currency: str) -> int:
    """Return a currency's code as the 8 ASCII bytes a payload word carries.

    Raises:
        DataError: the code is empty, longer than 8 characters, or not of A-Z and 0-9.
    """
    valid = currency.isascii() and currency.isalnum() and currency == currency.upper()
    if not valid or not 0 < len(currency) <= _CODE_BYTES:
        raise DataError(
            f"{currency!r} is no currency code", fix="use up to 8 of A-Z and 0-9, like USDT"
        )
    return int.from_bytes(currency.encode("ascii").ljust(_CODE_BYTES, b"\0"), "little")


def unpack_currency(word: int) -> str:
    """Return the currency's code that ``pack_currency`` packed.

    Raises:
        DataError: the word holds no code.
    """
    try:
        currency = word.to_bytes(_CODE_BYTES, "little").rstrip(b"\0").decode("ascii")
        pack_currency(currency)
    except (OverflowError, UnicodeDecodeError):
        raise DataError(f"{word} is no packed currency", fix="mend the record") from None
    return currency
