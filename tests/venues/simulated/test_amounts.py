"""Amounts: text to whole units and back, exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.venues.simulated.amounts import ONE, ratio_text, share_of, text_of, units_of

DECIMALS = st.decimals(0, 10**15, places=9).map(lambda number: f"{number:f}")


@given(DECIMALS)
def test_text_becomes_units_and_the_same_number_again(text: str) -> None:
    units = units_of(text)
    assert units is not None
    assert Decimal(units) == Decimal(text) * ONE
    assert Decimal(text_of(units)) == Decimal(text)
    assert "." not in text_of(units) or not text_of(units).endswith("0")


@pytest.mark.parametrize(
    ("text", "units"), [("1", ONE), (".5", ONE // 2), ("2.", 2 * ONE), ("0", 0), ("1e-24", None)]
)
def test_plain_decimals_only(text: str, units: int | None) -> None:
    assert units_of(text) == units
    for wrong in ("", ".", "-1", "+1", " 1", "1,0", "0x1", "1e3", "nan", "१"):
        assert units_of(wrong) is None


def test_negative_amounts_have_a_sign() -> None:
    assert text_of(-ONE // 4) == "-0.25"


def test_shares_round_up_and_ratios_are_cut() -> None:
    assert share_of(10, 500_000) == 5
    assert share_of(1, 1) == 1
    assert ratio_text(2, 3, 4) == "0.6666"
    assert ratio_text(1, 0, 4) == "0"
