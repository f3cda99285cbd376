"""Laws of feature expressions: writing one and reading it back changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import StrategyError
from traider.domain.timeframes import TIMEFRAMES
from traider.features.catalogue import BASE_SLOTS, CATALOGUE
from traider.features.expressions import MAX_WINDOW, Expression, parse

frames = st.sampled_from(["", *TIMEFRAMES])


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3, timeframe: str | None = None) -> Expression:
    """Draw a feature of features."""
    frame = draw(frames) if timeframe is None else timeframe
    name = draw(st.sampled_from([*BASE_SLOTS, *CATALOGUE])) if depth else "close"
    if name in BASE_SLOTS:
        return Expression(name, None, 0, frame)
    source = draw(expressions(depth - 1, frame)) if CATALOGUE[name].inputs else None
    return Expression(name, source, draw(st.integers(2, MAX_WINDOW)), frame)


@given(expressions())
def test_what_is_written_is_read_back(expression: Expression) -> None:
    assert parse(str(expression)) == expression


def test_a_default_timeframe_holds_for_everything_inside() -> None:
    found = parse(" sma( rsi(close,14) ,3 ) ", "4h")
    assert str(found) == "sma(rsi(close, 14), 3)@4h"
    assert found.source is not None
    assert found.source.timeframe == "4h"
    assert parse("sma(close, 3)@1d", "4h").timeframe == "1d"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "a feature is missing"),
        ("sma(", "a feature is missing"),
        ("sma(close, 20", "expected '\\)', found the end"),
        ("sma close", "expected '\\(', found 'close'"),
        ("sma(close 20)", "expected ',', found '20'"),
        ("sma(close, 20) 3", "cannot read '3'"),
        ("sma(close, -3)", "cannot read ' -3\\)'"),
        ("sma(close, fast)", "sma needs a window"),
        ("sma(close, 0)", "window 0 of sma"),
        ("vwap_z(1)", "window 1 of vwap_z"),
        ("rolling_vol(close, 1)", "window 1 of rolling_vol"),
        ("sma(close, 100001)", "window 100001 of sma"),
        ("macd(close, 3)", "unknown feature 'macd'"),
        ("sma(close, 3)@7m", "unknown timeframe '7m'"),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(text: str, what: str) -> None:
    with pytest.raises(StrategyError, match=what) as refused:
        parse(text)
    assert f"feature {text!r}" in str(refused.value)
