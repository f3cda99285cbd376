"""CSCV against a plain loop, and its laws.

1. The best of pure noise comes out anywhere: about half of the splits are below the median.
2. One strategy that is truly better than noise stays on top.
3. Every split has its mirror; neither the order of strategies nor their scale matters.
"""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import UsageError
from traider.portfolio.overfitting import Overfitting, backtest_overfitting, block_count

seeds = st.integers(0, 2**32 - 1)


def noise(seed: int, periods: int, strategies: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.01, (periods, strategies))


def by_loop(returns: np.ndarray, blocks: int) -> list[tuple[float, float, float]]:
    """The paper's steps, one split at a time, ranks by sorting."""
    length = len(returns) // blocks
    parts = np.split(returns[len(returns) - blocks * length :], blocks)
    found = []
    for chosen in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[k] for k in chosen])
        outside = np.concatenate([parts[k] for k in range(blocks) if k not in chosen])
        ratios = [half.mean(axis=0) / half.std(axis=0, ddof=1) for half in (inside, outside)]
        best = int(np.argmax(ratios[0]))
        rank = 1 + sorted(ratios[1]).index(ratios[1][best])
        share = rank / (returns.shape[1] + 1)
        found.append((math.log(share / (1 - share)), ratios[0][best], ratios[1][best]))
    return found


@given(seeds, st.integers(40, 90), st.integers(2, 7), st.sampled_from([2, 4, 6, 8]))
def test_it_is_what_the_plain_loop_finds(
    seed: int, periods: int, strategies: int, blocks: int
) -> None:
    returns = noise(seed, periods, strategies)
    found = backtest_overfitting(returns, blocks)
    expected = np.array(by_loop(returns, blocks)).T
    np.testing.assert_allclose(found.logits, expected[0], atol=1e-12)
    np.testing.assert_allclose(found.sharpe_in, expected[1], rtol=1e-9)
    np.testing.assert_allclose(found.sharpe_out, expected[2], rtol=1e-9, atol=1e-12)
    assert found.probability == np.mean(expected[0] <= 0.0)
    assert found.probability_of_loss == np.mean(expected[2] < 0.0)


def test_noise_is_overfitted_half_of_the_time() -> None:
    found = [backtest_overfitting(noise(seed, 400, 30), 8).probability for seed in range(40)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_a_truly_better_strategy_is_not_overfitted() -> None:
    returns = noise(7, 1_000, 30)
    returns[:, 11] += 0.003
    found = backtest_overfitting(returns, 16)
    assert len(found.logits) == math.comb(16, 8) == 12_870
    assert found.probability < 0.02
    assert found.probability_of_loss < 0.02


def test_what_wins_by_one_lucky_stretch_is_overfitted() -> None:
    """Each strategy earns in one block of its own and loses everywhere else."""
    returns = noise(3, 320, 16) * 0.1 - 0.001
    for block in range(16):
        returns[20 * block : 20 * (block + 1), block] += 0.01
    assert backtest_overfitting(returns, 16).probability > 0.9


@given(seeds, st.integers(2, 6))
def test_order_and_scale_do_not_matter(seed: int, strategies: int) -> None:
    returns = noise(seed, 48, strategies)
    found = backtest_overfitting(returns, 6)
    other = backtest_overfitting(returns[:, ::-1] * 3.0, 6)
    assert len(found.logits) == 20
    np.testing.assert_allclose(other.logits, found.logits)


def test_strategies_that_do_nothing_have_no_ratio_to_win_by() -> None:
    returns = noise(1, 64, 3)
    returns[:, 1] = 0.0
    returns[:, 0] = -0.01 + returns[:, 0] * 0.1
    returns[:, 2] = -0.02 + returns[:, 2] * 0.1
    found = backtest_overfitting(returns, 4)
    assert np.all(found.sharpe_in == 0.0)
    assert np.all(found.logits == pytest.approx(math.log(3.0)))
    returns[:, 1] = 0.001
    assert np.all(backtest_overfitting(returns, 4).sharpe_out == math.inf)


def test_equal_strategies_share_the_middle_rank() -> None:
    found = backtest_overfitting(np.repeat(noise(1, 64, 1), 5, axis=1), 4)
    assert np.all(found.logits == 0.0)
    assert found.probability == 1.0


def test_the_oldest_periods_are_left_out() -> None:
    returns = noise(4, 67, 3)
    with_more = np.vstack([np.full((3, 3), 9.0), returns[3:]])
    assert np.array_equal(
        backtest_overfitting(returns, 8).logits, backtest_overfitting(with_more, 8).logits
    )


@pytest.mark.parametrize(
    ("periods", "blocks"), [(0, 0), (15, 0), (16, 4), (23, 4), (24, 6), (64, 16), (5_000, 16)]
)
def test_blocks_fit_the_history(periods: int, blocks: int) -> None:
    assert block_count(periods) == blocks


@pytest.mark.parametrize(
    ("shape", "blocks"), [((64, 1), 4), ((64, 3), 5), ((7, 3), 4), ((64, 3), 0)]
)
def test_what_cannot_be_split_is_refused(shape: tuple[int, int], blocks: int) -> None:
    with pytest.raises(UsageError, match="cannot be compared"):
        backtest_overfitting(np.ones(shape), blocks)


def test_the_shares_count_splits() -> None:
    found = Overfitting(4, np.array([-1.0, 0.0, 1.0, 2.0]), np.ones(4), np.array([-1.0, 0, 1, 2]))
    assert found.probability == 0.5
    assert found.probability_of_loss == 0.25
