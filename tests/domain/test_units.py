"""Laws of the conversion between decimals and whole steps.

1. A count of steps survives the way to a decimal and back.
2. A rounded value lies less than a step away, on the named side.
3. Nothing off the grid passes without a named rounding.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import steps
from traider.domain.errors import DataError
from traider.domain.units import (
    INT64_MAX,
    INT64_MIN,
    Rounding,
    amount_from_units,
    decimal_of,
    lots_from_size,
    price_from_ticks,
    round_ratio,
    size_from_lots,
    steps_of,
    ticks_from_price,
    units_from_amount,
    value_of_steps,
)

values = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=12)


@given(st.integers(INT64_MIN, INT64_MAX), steps)
def test_count_survives_the_round_trip(count: int, step: Decimal) -> None:
    assert steps_of(value_of_steps(count, step), step) == count


@given(values, steps, st.sampled_from(Rounding))
def test_rounding_moves_less_than_a_step(value: Decimal, step: Decimal, rounding: Rounding) -> None:
    moved = value_of_steps(steps_of(value, step, rounding), step) - value
    assert abs(moved) < step
    if rounding is Rounding.FLOOR:
        assert moved <= 0
    if rounding is Rounding.CEILING:
        assert moved >= 0
    if rounding is Rounding.TOWARD_ZERO:
        assert moved == 0 or (moved < 0) == (value > 0)
    if rounding is Rounding.HALF_EVEN:
        assert abs(moved) <= step / 2


@given(values, steps)
def test_off_grid_values_are_refused(value: Decimal, step: Decimal) -> None:
    if value % step == 0:
        assert value_of_steps(steps_of(value, step), step) == value
    else:
        with pytest.raises(DataError, match="no multiple"):
            steps_of(value, step)


@pytest.mark.parametrize(
    ("numerator", "expected"), [(-3, -2), (-1, 0), (1, 0), (3, 2), (5, 2), (7, 4), (8, 4)]
)
def test_ties_go_to_the_even_count(numerator: int, expected: int) -> None:
    assert round_ratio(numerator, 2, Rounding.HALF_EVEN) == expected


def test_named_conversions_agree_with_their_grids() -> None:
    assert ticks_from_price(Decimal("64123.4"), Decimal("0.1")) == 641_234
    assert price_from_ticks(641_234, Decimal("0.1")) == Decimal("64123.4")
    assert lots_from_size(Decimal("0.0129"), Decimal("0.001"), Rounding.TOWARD_ZERO) == 12
    assert size_from_lots(12, Decimal("0.001")) == Decimal("0.012")
    assert units_from_amount(Decimal("1.00000001")) == 100_000_001
    assert amount_from_units(-1) == Decimal("-0.00000001")


@pytest.mark.parametrize(
    ("value", "step", "message"),
    [
        ("NaN", "1", "not a finite number"),
        ("Infinity", "1", "not a finite number"),
        ("1", "0", "not positive"),
        ("1", "-0.1", "not positive"),
        ("1", "NaN", "not positive"),
        ("1e30", "1", "counts"),
    ],
)
def test_impossible_numbers_are_refused(value: str, step: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        steps_of(Decimal(value), Decimal(step))


def test_a_float_means_what_it_prints_as() -> None:
    assert decimal_of(0.1) == Decimal("0.1")
    with pytest.raises(DataError):
        decimal_of(float("nan"))


def test_a_product_too_wide_is_refused() -> None:
    step = Decimal("1." + "0" * 125 + "1")
    with pytest.raises(DataError, match="not exact"):
        value_of_steps(3, step)
