from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.report.number_text import (
    DASH,
    INFINITY,
    MINUS,
    MoneyText,
    day_text,
    duration,
    fixed,
    minute_text,
    percent,
    significant,
    times,
    with_hyphen,
    with_minus,
)

SECOND_NS = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (fixed(1234.5, 2), "1,234.50"),
        (fixed(-1234.5, 1), f"{MINUS}1,234.5"),
        (fixed(-0.004, 2), "0.00"),
        (fixed(0.004, 2, signed=True), "0.00"),
        (fixed(2, 0, signed=True), "+2"),
        (fixed(float("nan"), 2), DASH),
        (fixed(float("-inf"), 2), f"{MINUS}{INFINITY}"),
        (fixed(Decimal("0.125"), 2), "0.12"),
        (percent(0.1234), "12.3%"),
        (percent(float("nan")), DASH),
        (times(1.5), "1.50\N{MULTIPLICATION SIGN}"),
        (significant(Decimal("0.00001230")), "0.0000123"),
        (significant(Decimal(117_418)), "117,418"),
        (significant(1_234_567_890.4), "1,234,567,890"),
        (significant(0.0), "0"),
        (significant(float("nan")), DASH),
        (duration(5 * SECOND_NS), "5 s"),
        (duration(90 * SECOND_NS), "1 min"),
        (duration(26 * 3600 * SECOND_NS), "1 d 2 h"),
        (duration(86_400 * SECOND_NS + 60 * SECOND_NS), "1 d"),
        (duration(2904 * 86_400 * SECOND_NS + 3600 * SECOND_NS), "2,904 d"),
        (day_text(0), "1970-01-01"),
        (minute_text(86_399 * SECOND_NS), "1970-01-01 23:59"),
    ],
)
def test_text(text: str, expected: str) -> None:
    assert text == expected


@pytest.mark.parametrize(
    ("capital", "digits"), [(Decimal(10_000), 2), (Decimal(5), 4), (Decimal("0.5"), 8)]
)
def test_money_gets_decimals_that_suit_the_capital(capital: Decimal, digits: int) -> None:
    money = MoneyText.for_capital("BTC", capital)
    assert money.digits == digits
    assert money.text(Decimal(1), signed=True) == f"+1.{'0' * digits} BTC"
    assert money.text(float("nan")) == DASH


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gross profit -0.84 USDT", f"gross profit {MINUS}0.84 USDT"),
        ("-6.07, 95% interval -13.21 to 0.97", f"{MINUS}6.07, 95% interval {MINUS}13.21 to 0.97"),
        ("(-.5)", f"({MINUS}.5)"),
        ("2024-07-18 of BTC-USDT, x-2, all-in", "2024-07-18 of BTC-USDT, x-2, all-in"),
    ],
)
def test_pages_have_a_true_minus_and_terminals_a_hyphen(text: str, shown: str) -> None:
    assert with_minus(text) == shown
    assert with_hyphen(shown) == text


@given(st.floats(-1e12, 1e12), st.integers(0, 6))
def test_a_written_number_reads_back(value: float, digits: int) -> None:
    text = fixed(value, digits).replace(",", "").replace(MINUS, "-")
    # Exactly: a difference of two such floats would be rounded itself.
    assert abs(Decimal(text) - Decimal(value)) <= Decimal("0.5").scaleb(-digits)
