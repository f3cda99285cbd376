"""Agreement with the future: honest scores stay below the limits, those that know do not.

The walk's returns are independent, so no honest score can say anything about them.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backtest.lookahead.planted import (
    CLEAN,
    Floats,
    Function,
    ahead,
    mean_of,
    momentum,
    volatility,
    walk,
)
from traider.backtest.bar_files import scan_bar_file
from traider.backtest.histories import read_history
from traider.backtest.lookahead.foresight import (
    RETURN_MAX,
    SCORES_MIN,
    SHORT_RETURN_MAX,
    strongest_agreement,
)
from traider.domain.timeframes import SECOND_NS
from traider.features.batch import BarHistory


def returns(bars: BarHistory) -> Floats:
    return np.diff(np.log(bars.close), prepend=np.log(bars.open[0]))


def with_noise(bars: BarHistory) -> Floats:
    known = ahead(returns(bars), 1)
    draw = np.random.default_rng(9)
    return known / np.nanstd(known) + draw.normal(0.0, 1.5, len(bars))


LEAKS: dict[str, Callable[[BarHistory], Floats]] = {
    "the next return": lambda bars: ahead(returns(bars), 1),
    "its sign": lambda bars: np.sign(ahead(returns(bars), 1)),
    "its size": lambda bars: np.abs(ahead(returns(bars), 1)),
    "the return of five bars": lambda bars: ahead(bars.close, 5) / bars.close - 1.0,
    "the return of a day": lambda bars: ahead(bars.close, 24) / bars.close - 1.0,
    "under noise": with_noise,
    "under the past": lambda bars: 0.9 * returns(bars) + 0.1 * ahead(returns(bars), 1),
    "momentum of a bar later": lambda bars: ahead(momentum(bars, {}), 1),
    "volatility of a bar later": lambda bars: ahead(volatility(bars, {}), 1),
    "against a centered mean": lambda bars: bars.close / ahead(mean_of(bars.close, 21), 10) - 1.0,
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", LEAKS)
def test_a_score_that_knows_the_future_is_told(name: str, seed: int) -> None:
    bars = walk(4_000, seed=seed)
    found = strongest_agreement(bars.closed_ns, LEAKS[name](bars), bars)
    assert found is not None
    assert found.is_leak, found
    assert found.lag <= 24
    assert found.p_value < 1e-6


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("function", CLEAN, ids=lambda function: function.__name__)
def test_an_honest_score_is_not(function: Function, seed: int) -> None:
    for count in (400, 4_000):
        bars = walk(count, seed=seed)
        found = strongest_agreement(bars.closed_ns, function(bars, {}), bars)
        assert found is None or not found.is_leak, found


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.integers(SCORES_MIN, 900))
def test_noise_is_never_told(seed: int, count: int) -> None:
    bars = walk(900, seed=3)
    draw = np.random.default_rng(seed)
    scores = draw.standard_t(3, count)
    found = strongest_agreement(bars.closed_ns[:count], scores, bars)
    assert found is not None
    assert not found.is_leak, found


def test_a_market_that_can_be_predicted_is_no_leak() -> None:
    # A drift that comes and goes: momentum truly predicts, and yet knows only the past.
    for seed in (1, 2, 3):
        draw = np.random.default_rng(seed)
        moves = draw.normal(0.0, 0.004, 3_000) + 0.004 * np.sin(np.arange(3_000) / 40.0)
        close = np.round(100.0 * np.exp(np.cumsum(moves)), 2)
        opened = np.concatenate([close[:1], close[:-1]])
        bars = replace(walk(3_000), open=opened, close=close)
        found = strongest_agreement(bars.closed_ns, momentum(bars, {}), bars)
        assert found is not None
        assert not found.is_leak, found


def test_scores_of_a_day_are_held_against_the_next_day() -> None:
    bars = walk(12_000)
    place = np.arange(23, 12_000 - 24, 24)
    gained = np.log(bars.close[place + 24] / bars.close[place])
    found = strongest_agreement(bars.closed_ns[place], gained, bars)
    assert found is not None
    assert found.is_leak
    assert found.target == "the return of score 1 after it"
    honest = np.concatenate([[0.0], gained[:-1]])
    fair = strongest_agreement(bars.closed_ns[place], honest, bars)
    assert fair is not None
    assert not fair.is_leak


def test_scores_between_closes_are_held_against_bars_that_open_later() -> None:
    bars = walk(2_000)
    inside = bars.closed_ns[:-1] + 60 * SECOND_NS
    # What moves in the bar under way may be known in it; the bar after that may not.
    fair = strongest_agreement(inside, np.random.default_rng(1).normal(size=1_999), bars)
    told = strongest_agreement(inside, ahead(returns(bars), 2)[:-1], bars)
    assert fair is not None
    assert told is not None
    assert not fair.is_leak
    assert told.is_leak
    assert told.lag == 1


def test_short_bars_may_be_predicted_further() -> None:
    hours = walk(4_000)
    seconds = replace(
        hours, length_ns=SECOND_NS, ts_ns=hours.ts_ns[0] + np.arange(4_000) * SECOND_NS
    )
    draw = np.random.default_rng(5)
    known = ahead(returns(hours), 1)
    scores = 0.3 * known / np.nanstd(known) + draw.normal(size=4_000)
    at_hours = strongest_agreement(hours.closed_ns, scores, hours)
    at_seconds = strongest_agreement(seconds.closed_ns, scores, seconds)
    assert at_hours is not None
    assert at_seconds is not None
    assert RETURN_MAX < abs(at_hours.correlation) < SHORT_RETURN_MAX
    assert at_hours.is_leak
    assert not at_seconds.is_leak


@pytest.mark.parametrize("scores", [np.zeros(1_000), np.full(1_000, np.nan)])
def test_scores_that_say_nothing_are_not_tested(scores: Floats) -> None:
    bars = walk(1_000)
    assert strongest_agreement(bars.closed_ns, scores, bars) is None


def test_few_scores_are_not_tested() -> None:
    bars = walk(1_000)
    few = slice(0, SCORES_MIN - 1)
    assert strongest_agreement(bars.closed_ns[few], returns(bars)[few], bars) is None


def test_the_correction_counts_every_series() -> None:
    bars = walk(1_000)
    scores = np.random.default_rng(2).normal(size=1_000)
    alone = strongest_agreement(bars.closed_ns, scores, bars)
    among = strongest_agreement(bars.closed_ns, scores, bars, series_tested=50)
    assert alone is not None
    assert among is not None
    assert among.p_value == pytest.approx(min(50.0 * alone.p_value, 1.0))


@pytest.mark.slow
def test_honest_scores_on_real_bars_stay_below_and_early_ones_do_not(sample_data: Path) -> None:
    bars = read_history(scan_bar_file(sample_data / "BINANCE-BTC-USDT-1h.parquet"))
    for function in CLEAN:
        fair = strongest_agreement(bars.closed_ns, function(bars, {}), bars)
        assert fair is None or abs(fair.correlation) < 0.7 * fair.most, (function, fair)
    for function in (momentum, volatility):
        told = strongest_agreement(bars.closed_ns, ahead(function(bars, {}), 1), bars)
        assert told is not None
        assert told.is_leak
