"""Decimal text to ticks and lots.

1. Text of any count of steps gives that count, however many zeros end it.
2. What lies between two steps is refused, or rounded toward zero and told each time.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import steps
from traider.domain.errors import DataError
from traider.domain.units import Rounding, steps_of
from traider.venues.decimal_steps import (
    KEPT_MAX,
    TRADES_KEPT_MAX,
    DecimalSteps,
    PackedSteps,
    decimals_needed,
)


@given(steps, st.integers(0, 10**12), st.integers(0, 4))
def test_law_1_text_of_a_count_gives_the_count(step: Decimal, count: int, zeros: int) -> None:
    value = step * count
    text = f"{value:f}"
    text = (text if "." in text else text + ".") + "0" * zeros
    counter = DecimalSteps(step, "price", zero=True)
    assert counter[text] == count
    assert counter[text] == count  # kept
    assert counter[f"{value:f}"] == count


@given(steps, st.integers(0, 10**9), st.integers(1, 999_999_999))
def test_law_2_what_lies_between_is_refused_or_told(step: Decimal, count: int, part: int) -> None:
    value = step * count + step * Decimal(part).scaleb(-9)
    with pytest.raises(DataError, match="no multiple"):
        DecimalSteps(step, "price", zero=True)[f"{value:f}"]
    told: list[str] = []
    counter = DecimalSteps(step, "size", zero=True, report=told.append)
    for _ in range(2):
        assert counter[f"{value:f}"] == count == steps_of(value, step, Rounding.FLOOR)
    assert told == [f"{value:f}"] * 2


@given(steps, st.integers(0, 10**12))
def test_packed_steps_are_the_same_counts(step: Decimal, count: int) -> None:
    packed = PackedSteps(step, "price", zero=True)
    for _ in range(2):
        assert packed[f"{step * count:f}"] == count.to_bytes(8, "little")


def test_packed_sizes_off_the_step_are_told_each_time() -> None:
    told: list[str] = []
    packed = PackedSteps(Decimal("0.01"), "size", zero=True, report=told.append)
    assert [packed["0.019"], packed["0.019"]] == [(1).to_bytes(8, "little")] * 2
    assert told == ["0.019"] * 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        ".5",
        "-1.0",
        "+1",
        "1e3",
        "1,000",
        "1_000",
        " 1",
        "1 ",
        "1.2.3",
        "NaN",
        "0x1",
        "٣",
        "²",
    ],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is no decimal number"):
        DecimalSteps(Decimal(1), "size", zero=True)[text]


def test_zero_is_refused_where_it_means_nothing() -> None:
    assert DecimalSteps(Decimal(1), "size", zero=True)["0.000"] == 0
    with pytest.raises(DataError, match=r"price 0\.000 is zero"):
        DecimalSteps(Decimal(1), "price", zero=False)["0.000"]


def test_a_count_that_64_bits_cannot_hold_is_refused() -> None:
    counter = DecimalSteps(Decimal("0.01"), "size", zero=True)
    assert counter["92233720368547758.07"] == 2**63 - 1
    with pytest.raises(DataError, match="64 bits"):
        counter["92233720368547758.08"]
    with pytest.raises(DataError, match="is no decimal number"):
        counter["9" * 41]


def test_a_step_must_be_positive() -> None:
    with pytest.raises(DataError, match="not positive"):
        DecimalSteps(Decimal(0), "price", zero=True)


@pytest.mark.parametrize("kept", [KEPT_MAX, TRADES_KEPT_MAX])
def test_no_more_than_the_bound_is_kept(kept: int) -> None:
    counter = DecimalSteps(Decimal(1), "size", zero=True, kept=kept)
    lengths = []
    for number in range(kept + 10):
        assert counter[str(number)] == number
        lengths.append(len(counter))
    assert max(lengths) == kept
    assert len(counter) == 10


def test_no_more_packed_steps_are_kept() -> None:
    packed = PackedSteps(Decimal(1), "size", zero=True)
    for number in range(KEPT_MAX + 10):
        assert packed[str(number)] == number.to_bytes(8, "little")
    assert len(packed) == 10


@pytest.mark.parametrize(
    ("text", "decimals"), [("1", 0), ("1.00", 0), ("28155.10", 1), ("0.00056000", 5)]
)
def test_zeros_at_the_end_need_no_decimals(text: str, decimals: int) -> None:
    assert decimals_needed(text, "price") == decimals
