"""All three together: the same seed gives the same everything; a stop keeps what was drawn."""

from dataclasses import replace

import numpy as np
import pytest

from tests.backtest.monte_carlo.runs import finished, plan
from tests.backtest.report.synthetic import with_chosen
from traider.backtest.monte_carlo import MonteCarloResult, monte_carlo
from traider.backtest.results import DailyReturns


def bytes_of(result: MonteCarloResult) -> list[bytes]:
    return [
        result.days.final_equity.values.tobytes(),
        result.days.sharpe.values.tobytes(),
        result.trades.max_drawdown.values.tobytes(),
        result.costs.of("final_equity").values.tobytes(),
    ]


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    one, other = monte_carlo(finished(), plan()), monte_carlo(finished(), plan())
    assert bytes_of(one) == bytes_of(other)
    third = monte_carlo(finished(), plan(seed=2))
    assert all(a != b for a, b in zip(bytes_of(one), bytes_of(third), strict=True))


def test_everything_asked_for_is_drawn() -> None:
    result = monte_carlo(finished(), plan())
    assert result.is_whole
    assert (result.days.done, result.trades.done, result.costs.done) == (200, 200, 4)
    assert (
        result.trades.trades == finished().chosen.trade_summary.closed or result.trades.trades > 3
    )
    assert result.actual.final_equity == float(finished().chosen.final_equity)
    assert len(result.day_equity) == len(result.day_ends_ns) == len(finished().chosen.daily.values)
    assert result.day_equity[-1] == pytest.approx(result.actual.final_equity, rel=1e-9)


def test_chances_are_shares_of_the_draws() -> None:
    result = monte_carlo(finished(), plan())
    loss = result.chance_of_loss(result.days.final_equity)
    assert loss == float((result.days.final_equity.values < 10_000.0).mean())
    ruin = result.chances_of_ruin(result.days.max_drawdown)
    assert list(ruin) == [0.1, 0.3]
    assert 1.0 >= ruin[0.1] >= ruin[0.3] >= 0.0


def test_progress_rises_to_the_end() -> None:
    told: list[float] = []
    monte_carlo(finished(), plan(), progress=lambda fraction, _: told.append(fraction))
    assert told == sorted(told)
    assert told[0] == 0.0
    assert told[-1] == 1.0


def test_a_stop_keeps_what_was_drawn() -> None:
    asked: list[float] = []

    def progress(fraction: float, _: str) -> None:
        asked.append(fraction)

    result = monte_carlo(finished(), plan(), progress=progress, stop=lambda: len(asked) > 2)
    assert not result.is_whole
    assert 0 < result.days.done < 200
    assert result.costs.done == 0


def test_a_run_without_days_and_trades_is_whole() -> None:
    nothing = with_chosen(replace(finished()), daily=DailyReturns.empty(), trades=())
    result = monte_carlo(nothing, plan(draws_of_costs=1))
    assert result.is_whole
    assert result.days.done == result.trades.done == 0
    assert np.isnan(result.chance_of_loss(result.days.final_equity))
