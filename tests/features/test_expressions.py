"""Laws of feature expressions: writing one and reading it back changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import StrategyError
from traider.domain.timeframes import TIMEFRAMES
from traider.features.catalogue import BASE_SLOTS, CATALOGUE, LIVE_COLUMNS
from traider.features.expressions import (
    MAX_NUMBER,
    MAX_WINDOW,
    NUMBER,
    OPERATORS,
    Expression,
    parse,
)
from traider.features.shorthands import SHORTHANDS

frames = st.sampled_from(["", *TIMEFRAMES, "funding", "50base", "0.5base", "1000000quote"])


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3, timeframe: str | None = None) -> Expression:
    """Draw a feature of features."""
    frame = draw(frames) if timeframe is None else timeframe
    if depth and draw(st.integers(0, 3)) == 0:
        return draw(combinations(depth - 1, frame))
    columns = [*BASE_SLOTS, *LIVE_COLUMNS]
    name = draw(st.sampled_from([*columns, *CATALOGUE])) if depth else "close"
    if name in columns:
        return Expression(name, None, 0, frame)
    inputs = CATALOGUE[name].inputs
    source = draw(expressions(depth - 1, frame)) if inputs else None
    right = draw(expressions(depth - 1, frame)) if inputs > 1 else None
    window = draw(st.integers(3, MAX_WINDOW)) if CATALOGUE[name].least_window else 0
    share = draw(st.floats(0.0, 1.0)) if CATALOGUE[name].takes_share else 0.0
    return Expression(name, source, window, frame, right, share)


@st.composite
def combinations(draw: st.DrawFn, depth: int, frame: str) -> Expression:
    """Draw two sides and an operator; one side may be a number."""
    sides = [draw(expressions(depth, frame)), draw(expressions(depth, frame))]
    if draw(st.booleans()):
        number = draw(st.floats(-MAX_NUMBER, MAX_NUMBER).filter(bool))
        sides[draw(st.integers(0, 1))] = Expression(NUMBER, None, 0, frame, None, number)
    return Expression(draw(st.sampled_from(OPERATORS)), sides[0], 0, frame, sides[1])


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
        ("sma(close, -3)", "sma needs a window"),
        ("sma(close, 3.5)", "sma needs a window"),
        ("sma(close, 3x)", "cannot read ' 3x\\)'"),
        ("highest(high, 2) +", "a feature is missing"),
        ("(close + open", "expected '\\)', found the end"),
        ("close * -open", "a number is missing"),
        ("close / (2 - 2)", "division by zero"),
        ("close * 1e101", "number 1e\\+101"),
        ("close * (1e60 * 1e60)", "number 1e\\+120"),
        ("2 * 3", "a number alone is no feature"),
        ("sma(7, 3)", "a number alone is no feature"),
        ("close - open@4h", "cannot tell what @4h holds for"),
        ("close@1h - open@4h", "cannot read '@1h'"),
        ("true_range(3)", "expected '\\)', found '3'"),
        ("stdev(close, 1)", "window 1 of stdev"),
        ("autocorrelation(close, 2)", "window 2 of autocorrelation"),
        ("macd(12)", "expected ',', found '\\)'"),
        ("macd(12, slow)", "slow of macd is missing"),
        ("macd(0.5, 26)", "ema needs a window"),
        ("sma(close, fast)", "sma needs a window"),
        ("sma(close, 0)", "window 0 of sma"),
        ("quantile_value(close, 9)", "expected ',', found '\\)'"),
        ("quantile_value(close, 9, high)", "share of quantile_value is missing"),
        ("quantile_value(close, 9, 1.5)", "share 1.5 of quantile_value"),
        ("quantile_value(close, 9, -0.5)", "share -0.5 of quantile_value"),
        ("vwap_z(1)", "window 1 of vwap_z"),
        ("rolling_vol(close, 1)", "window 1 of rolling_vol"),
        ("sma(close, 100001)", "window 100001 of sma"),
        ("mcad(close, 3)", "unknown feature 'mcad'"),
        ("sma(close, 3)@7m", "unknown timeframe '7m'"),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(text: str, what: str) -> None:
    with pytest.raises(StrategyError, match=what) as refused:
        parse(text)
    assert f"feature {text!r}" in str(refused.value)


def test_products_bind_closer_and_the_left_goes_first() -> None:
    assert parse("open + high * low - close / 2") == parse("(open + (high * low)) - (close / 2)")
    assert parse("open - high - low") == parse("(open - high) - low")
    assert parse("open - (high - low)") != parse("open - high - low")
    assert str(parse("(2 + 3) * close - (high - low)", "1d")) == "((5 * close) - (high - low))@1d"
    assert parse("close * -2e-3").right == parse("close * -0.002").right


def test_shorthands_stand_for_their_expressions() -> None:
    meant = {
        "macd(12, 26)": "ema(close, 12) - ema(close, 26)",
        "macd_signal(12, 26, 9)@4h": "ema(ema(close, 12) - ema(close, 26), 9)@4h",
        "bollinger_upper(20, 2.5)": "sma(close, 20) + 2.5 * stdev(close, 20)",
        "bollinger_lower(20, 2)@1d": "(sma(close, 20) - 2 * stdev(close, 20))@1d",
        "donchian_high(5)": "highest(high, 5)",
        "donchian_low(5)": "lowest(low, 5)",
        "2 * donchian_middle(5)": "2 * ((highest(high, 5) + lowest(low, 5)) / 2)",
        "ofi(5, 3)": "change(ofi_total(5), 3)",
        "trade_imbalance(4)": "change(signed_volume, 4) / change(traded_volume, 4)",
        "kyle_lambda(9)": "beta(change(mid, 1), change(signed_volume, 1), 9)",
        "funding_rate()": "close@funding",
        "funding_mean(3)": "sma(close, 3)@funding",
        "funding_seasonal(9)": "seasonal_mean(close, 9)@funding",
        "funding_drift(9)@1h": "seasonal_z(close, 9)@funding",
    }
    assert {text: parse(text) for text in meant} == {
        text: parse(written) for text, written in meant.items()
    }
    assert {text.removeprefix("2 * ").split("(")[0] for text in meant} == set(SHORTHANDS)
    assert not set(SHORTHANDS) & {*CATALOGUE, *BASE_SLOTS}


def test_an_endless_expression_is_refused() -> None:
    with pytest.raises(StrategyError, match="5001 words and signs"):
        parse("(" * 5000 + "close")
    deep = "(" * 190 + "close" + ")" * 9
    with pytest.raises(StrategyError, match="expected"):
        parse(deep)
