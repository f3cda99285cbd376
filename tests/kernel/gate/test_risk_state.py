"""What the gate measures of risk: the covariance against NumPy, and what past days brought.

The reference weighs outer products of returns by the powers of lambda, divides by the sum of the
weights, and draws correlations towards their mean, as written in Ledoit and Wolf (2004).
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.gate_desk import Desk, desk
from tests.kernel.scenario import PERPETUAL, START
from traider.domain.events import Kind
from traider.kernel.gate.risk_state import DAYS_MIN
from traider.kernel.specification import RiskSpec

pytestmark = pytest.mark.interpreted

Array = npt.NDArray[np.float64]
INTERVAL: Final = 60_000_000_000
DAY: Final = 86_400_000_000_000


def walk_desk(count: int, risk: RiskSpec) -> Desk:
    """Return a desk of perpetuals that has sampled nothing yet."""
    markets = [replace(PERPETUAL, name=f"P{k}") for k in range(count)]
    made = desk(*markets, cash=10**6, risk=risk)
    made.gate.markets["mark_ticks"] = made.gate.markets["mark_ts"] = 0
    return made


def show(traders: Desk, prices: npt.NDArray[np.int64]) -> None:
    """Show a price of each instrument an interval, no news for 0, and the timer after it."""
    for row in prices:
        traders.now += INTERVAL
        for k, price in enumerate(row.tolist()):
            if price:
                traders.mark(price, k)
        traders.see(Kind.TIMER)


def random_walk(seed: int, count: int, steps: int) -> npt.NDArray[np.int64]:
    """Return prices of instruments that share a part of their moves."""
    random = np.random.default_rng(seed)
    moves = random.normal(0.0, 0.01, (steps, count)) + random.normal(0.0, 0.01, (steps, 1))
    return np.rint(1e6 * np.exp(np.cumsum(moves, axis=0))).astype(np.int64)


def averaged(returns: Array, decay: float) -> Array:
    weights = decay ** np.arange(len(returns) - 1, -1, -1)
    found: Array = np.einsum("t,ti,tj->ij", weights, returns, returns) / weights.sum()
    return found


def shrunk(covariance: Array, shrinkage: float) -> Array:
    deviations = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(deviations, deviations)
    off = ~np.eye(len(covariance), dtype=bool)
    mean = correlations[off].mean() if off.any() else 0.0
    drawn = (1.0 - shrinkage) * correlations + shrinkage * mean
    np.fill_diagonal(drawn, 1.0)
    found: Array = drawn * np.outer(deviations, deviations)
    return found


@given(
    seed=st.integers(0, 2**32),
    count=st.integers(1, 4),
    steps=st.integers(3, 25),
    decay=st.sampled_from([0.5, 0.94, 0.99]),
    shrinkage=st.sampled_from([0.0, 0.2, 1.0]),
)
@settings(max_examples=40)
def test_the_covariance_is_that_of_numpy(
    seed: int, count: int, steps: int, decay: float, shrinkage: float
) -> None:
    risk = RiskSpec(INTERVAL, decay=decay, shrinkage=shrinkage, samples_min=2)
    traders = walk_desk(count, risk)
    prices = random_walk(seed, count, steps)
    show(traders, prices)
    returns = np.diff(np.log(prices.astype(float)), axis=0)
    expected = shrunk(averaged(returns, decay), shrinkage)
    np.testing.assert_allclose(traders.gate.shrunk, expected, rtol=1e-12, atol=1e-18)
    assert traders.gate.markets["samples"].tolist() == [steps - 1] * count
    assert not traders.gate.scratch.any()


@given(
    seed=st.integers(0, 2**32),
    news=st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=4, max_size=25),
)
@settings(max_examples=40)
def test_silence_is_no_calm_and_the_covariance_stays_one(seed: int, news: list[list[bool]]) -> None:
    risk = RiskSpec(INTERVAL, decay=0.9, shrinkage=0.0, samples_min=1)
    traders = walk_desk(3, risk)
    prices = random_walk(seed, 3, len(news)) * np.array(news)
    show(traders, prices)
    # Of one instrument alone it is the average of its own returns, each brought to one interval.
    for k in range(3):
        at = np.flatnonzero(prices[:, k])
        steps = np.diff(np.log(prices[at, k].astype(float))) / np.sqrt(np.diff(at))
        own = averaged(steps[:, None], 0.9)[0, 0] if len(steps) else 0.0
        assert traders.gate.shrunk[k, k] == pytest.approx(own, rel=1e-12)
        assert traders.gate.markets[k]["samples"] == len(steps)
    found = traders.gate.shrunk
    assert np.array_equal(found, found.T)
    assert np.linalg.eigvalsh(found).min() >= -1e-12 * max(np.trace(found), 1e-12)


def test_a_sample_is_taken_once_an_interval_and_of_several_brought_to_one() -> None:
    traders = walk_desk(1, RiskSpec(INTERVAL, decay=0.5, samples_min=1))
    show(traders, np.array([[1_000]]))
    traders.mark(2_000)
    traders.see(Kind.TIMER)  # within the same interval: the mark is not looked at
    assert traders.gate.markets[0]["sampled_ticks"] == 1_000
    traders.now += 3 * INTERVAL
    show(traders, np.array([[1_100]]))  # four intervals after the first
    assert traders.gate.markets[0]["samples"] == 1
    assert traders.gate.shrunk[0, 0] == pytest.approx((math.log(1.1) / 2.0) ** 2, rel=1e-12)


def test_a_price_that_never_moves_shares_nothing_with_others() -> None:
    traders = walk_desk(2, RiskSpec(INTERVAL, samples_min=1))
    show(traders, np.array([[1_000, 500], [1_010, 500], [1_020, 500]]))
    assert traders.gate.shrunk[0, 0] > 0.0
    assert traders.gate.shrunk[1].tolist() == [0.0, 0.0]


def test_few_samples_have_no_say_in_the_mean_correlation() -> None:
    traders = walk_desk(3, RiskSpec(INTERVAL, decay=0.9, shrinkage=1.0, samples_min=5))
    prices = random_walk(7, 3, 9)
    prices[:6, 2] = 0
    show(traders, prices)
    returns = np.diff(np.log(prices[:, :2].astype(float)), axis=0)
    expected = shrunk(averaged(returns, 0.9), 1.0)
    np.testing.assert_allclose(traders.gate.shrunk[:2, :2], expected, rtol=1e-12)


# --------------------------------------------------------------------------------------- days


def next_day(traders: Desk, brings: int) -> None:
    """Let the position of one lot bring so much until the next UTC midnight."""
    traders.mark(int(traders.gate.markets[0]["mark_ticks"]) + brings)
    traders.now = (traders.now // DAY + 1) * DAY
    traders.see(Kind.TIMER)


def test_each_days_profit_and_loss_is_kept_from_the_first_that_brought_any() -> None:
    traders = desk(cash=10**6)
    traders.fill(1, 1)
    traders.see(Kind.TIMER)
    next_day(traders, 0)
    next_day(traders, 0)
    assert traders.gate.risk[0]["days"] == 0
    for brings in (3, 0, -2):
        next_day(traders, brings)
    assert traders.gate.risk[0]["days"] == 3
    assert traders.gate.daily[:4].tolist() == [3.0, 0.0, -2.0, 0.0]


def test_money_paid_in_is_no_profit_of_the_day() -> None:
    traders = desk(cash=10**6)
    traders.fill(1, 1)
    traders.see(Kind.TIMER)
    traders.see(Kind.TRANSFER, w1=500 * 10**8, w3=1)
    next_day(traders, 4)
    assert traders.gate.daily[0] == 4.0


def test_the_ring_holds_thirty_days() -> None:
    traders = desk(cash=10**6)
    traders.now = START
    traders.fill(1, 1)
    traders.see(Kind.TIMER)
    for day in range(1, 33):
        next_day(traders, day)
    assert len(traders.gate.daily) == 30
    assert sorted(traders.gate.daily.tolist()) == [float(day) for day in range(3, 33)]
    assert DAYS_MIN == 10
