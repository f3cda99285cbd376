"""Laws: every order has the same trades and the same sum; the measures are those of the books."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.monte_carlo import shuffle_trades
from traider.backtest.monte_carlo.shuffled_trades import order_of, way_of

CAPITAL = 1_000.0
profits = st.lists(st.integers(-200, 300).map(float), min_size=1, max_size=40)


def always(number: int) -> bool:
    return number >= 0


@given(profits, st.integers(0, 9), st.integers(0, 99))
def test_an_order_keeps_every_trade_and_so_the_sum(
    made: list[float], seed: int, number: int
) -> None:
    values = np.array(made)
    order = order_of(len(values), seed, number)
    assert sorted(order.tolist()) == list(range(len(values)))
    assert math.fsum(values[order]) == math.fsum(made)
    found = shuffle_trades(values, CAPITAL, 5, seed, always)
    assert found.profit == math.fsum(made)
    assert np.all(found.lowest_equity.values <= min(CAPITAL, CAPITAL + found.profit))
    assert np.all((found.max_drawdown.values <= 0.0) & (found.max_drawdown.values >= -1.0))
    assert np.all(found.longest_slump.values <= len(made))


@given(profits)
def test_the_measures_are_those_of_a_plain_loop(made: list[float]) -> None:
    equity = peak = lowest = CAPITAL
    worst, slump, longest = 0.0, 0, 0
    for profit in made:
        equity += profit
        lowest = min(lowest, equity)
        slump = 0 if equity >= peak else slump + 1
        longest = max(longest, slump)
        peak = max(peak, equity)
        worst = min(worst, max(equity / peak - 1.0, -1.0))
    way = way_of(np.array(made), CAPITAL)
    assert way.max_drawdown == pytest.approx(worst)
    assert way.lowest_equity == pytest.approx(lowest)
    assert way.longest_slump == longest


def test_orders_of_a_seed_differ_and_repeat() -> None:
    orders = {tuple(order_of(30, 1, number).tolist()) for number in range(50)}
    assert len(orders) == 50
    assert order_of(30, 1, 3).tolist() == order_of(30, 1, 3).tolist()
    assert order_of(30, 1, 3).tolist() != order_of(30, 2, 3).tolist()


def test_an_order_with_the_losses_first_is_among_the_worst() -> None:
    values = np.array([100.0] * 20 + [-50.0] * 20)
    found = shuffle_trades(values, CAPITAL, 500, 1, always)
    worst = way_of(np.sort(values), CAPITAL).max_drawdown
    assert worst == pytest.approx(-1.0)
    assert found.max_drawdown.values.min() > worst
    assert found.actual.max_drawdown == pytest.approx(-1_000.0 / 3_000.0)
    assert (found.actual.lowest_equity, found.actual.longest_slump) == (1_000.0, 20.0)
    assert found.max_drawdown.percentiles()[1] < found.max_drawdown.percentiles()[99] < 0.0


def test_no_trades_or_a_stop_give_fewer_orders() -> None:
    assert shuffle_trades(np.zeros(0), CAPITAL, 9, 1, always).done == 0
    found = shuffle_trades(np.ones(4), CAPITAL, 9, 1, lambda number: number < 2)
    assert (found.done, found.asked, found.trades) == (2, 9, 4)
