"""Jumps of scores: what knows the next return at few bars is told, honest signals are not."""

from pathlib import Path

import numpy as np
import pytest

from tests.backtest.lookahead.planted import (
    Floats,
    ahead,
    mean_of,
    momentum,
    peeking_at_new_highs,
    walk,
)
from traider.backtest.bar_files import scan_bar_file
from traider.backtest.histories import read_history
from traider.backtest.lookahead.foresight import agreement_of_jumps, strongest_agreement
from traider.backtest.lookahead.jumps import JUMPS_MIN, jump_agreement
from traider.features.batch import BarHistory


def crossing(bars: BarHistory, fast: int = 5, slow: int = 20) -> Floats:
    """Long above the slower average, short below it."""
    return np.where(mean_of(bars.close, fast) > mean_of(bars.close, slow), 1.0, -1.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_early_crossing_is_told_by_its_jumps_alone(seed: int) -> None:
    bars = walk(8_000, seed=seed)
    early = ahead(crossing(bars), 1)
    blind = strongest_agreement(bars.closed_ns, early, bars)
    assert blind is None or not blind.is_leak
    told = agreement_of_jumps(bars.closed_ns, early, bars)
    assert told is not None
    assert told.is_leak
    assert told.lag == 1
    assert told.scores < 1_000
    assert told.target == "the return of bar 1 after it where it jumps"
    fair = agreement_of_jumps(bars.closed_ns, crossing(bars), bars)
    assert fair is not None
    assert not fair.is_leak


def test_honest_jumps_on_real_bars_stay_below_and_early_ones_do_not(sample_data: Path) -> None:
    bars = read_history(scan_bar_file(sample_data / "BINANCE-BTC-USDT-1h.parquet"))
    honest: tuple[Floats, ...] = (
        crossing(bars),
        crossing(bars, 10, 40),
        momentum(bars, {}),
        np.sign(bars.close - bars.open),
    )
    for values in honest:
        fair = agreement_of_jumps(bars.closed_ns, values, bars)
        assert fair is None or not fair.is_leak
    fair_score, peeked = momentum(bars, {}), peeking_at_new_highs(bars, {})
    peeking = np.where(peeked == fair_score, np.tanh(20.0 * fair_score), np.sign(peeked))
    early: tuple[Floats, ...] = (
        ahead(crossing(bars), 1),
        ahead(crossing(bars, 10, 40), 1),
        peeking,
    )
    for values in early:
        told = agreement_of_jumps(bars.closed_ns, values, bars)
        assert told is not None
        assert told.is_leak


def test_the_correlation_is_that_of_directions_with_moves_in_usual_units() -> None:
    draw = np.random.default_rng(3)
    returns = draw.choice([-1.0, 1.0], 2_000)
    change = np.zeros(2_000)
    rows = np.arange(150, 1_950, 10)
    change[rows] = returns[rows + 2]
    first = np.arange(2_000) + 1
    # Moves of one size agree fully: 180 of 180, whatever the unit.
    found = jump_agreement([change], 0.01 * returns, first)
    assert found is not None
    assert found == pytest.approx((2, 1.0, np.sqrt(180), 180))


@pytest.mark.parametrize("jumps", [0, JUMPS_MIN - 1])
def test_few_jumps_say_nothing(jumps: int) -> None:
    change = np.zeros(2_000)
    change[100 : 100 + 20 * jumps : 20] = 1.0
    returns = np.random.default_rng(1).normal(size=2_000)
    assert jump_agreement([change], returns, np.arange(2_000)) is None


def test_prices_that_stand_still_say_nothing() -> None:
    change = np.where(np.arange(2_000) % 20 == 0, 1.0, 0.0)
    assert jump_agreement([change], np.zeros(2_000), np.arange(2_000)) is None
