"""Laws of money.

1. Within a currency, money adds like its units.
2. Notional is the nearest unit to price * size * multiplier, ties to even.
3. A fee is the least whole number of units that covers notional * rate.
"""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import codes
from traider.domain.errors import DataError
from traider.domain.money import (
    Money,
    fee_units,
    inverse_notional_units,
    notional_units,
    pack_currency,
    unpack_currency,
)
from traider.domain.units import Rounding

numbers = st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=9)
rates = st.decimals(-1, 1, allow_nan=False, allow_infinity=False, places=6)
units = st.integers(-(10**15), 10**15)


@given(units, units, codes)
def test_money_adds_like_its_units(first: int, second: int, code: str) -> None:
    one, other = Money(first, code), Money(second, code)
    assert one + other - other == one
    assert (one + -one).units == 0
    assert (one < other) == (first < second)
    assert (one <= other) == (first <= second)
    assert one * 3 == one + one + one
    assert Money.of(one.amount, code) == one


@given(numbers, numbers, numbers)
def test_notional_is_the_nearest_unit(price: Decimal, size: Decimal, multiplier: Decimal) -> None:
    exact = Fraction(price) * Fraction(size) * Fraction(multiplier) * 10**8
    assert notional_units(price, size, multiplier) == round(exact)


@given(st.integers(0, 10**15), rates)
def test_a_fee_covers_the_rate_and_no_unit_more(notional: int, rate: Decimal) -> None:
    exact = notional * Fraction(rate)
    assert exact <= fee_units(notional, rate) < exact + 1


def test_fees_round_up_and_rebates_down() -> None:
    assert fee_units(1, Decimal("0.0004")) == 1
    assert fee_units(9_999, Decimal("-0.0001")) == 0


def test_inverse_notional_is_in_the_base() -> None:
    assert inverse_notional_units(Decimal(50_000), Decimal(10), Decimal(100)) == 2_000_000
    with pytest.raises(DataError, match="not positive"):
        inverse_notional_units(Decimal(0), Decimal(1), Decimal(1))


def test_currencies_do_not_mix() -> None:
    with pytest.raises(DataError, match="cannot combine USD with EUR"):
        Money(1, "USD") + Money(1, "EUR")


def test_off_grid_amounts_need_a_direction() -> None:
    amount = Decimal("0.000000015")
    with pytest.raises(DataError):
        Money.of(amount, "USDT")
    assert Money.of(amount, "USDT", Rounding.CEILING).units == 2
    assert str(Money(150_000_000, "USDT")) == "1.5 USDT"


@given(codes)
def test_a_currency_survives_the_payload_word(code: str) -> None:
    assert unpack_currency(pack_currency(code)) == code


@pytest.mark.parametrize("code", ["", "usd", "TOOLONGCODE", "US-D", "€"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(DataError, match="no currency code"):
        pack_currency(code)


@pytest.mark.parametrize("word", [-1, 255, 2**64])
def test_a_word_that_is_no_currency_is_refused(word: int) -> None:
    with pytest.raises(DataError, match="no packed currency"):
        unpack_currency(word)
