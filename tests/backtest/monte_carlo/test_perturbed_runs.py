"""Runs under drawn costs.

Laws: factors lie between a half and twice, even in their logarithm; without any change a run is
the back-test itself; dearer trading earns less; threads and order change nothing.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.monte_carlo.runs import HOUR_NS, again, finished
from traider.backtest.monte_carlo import Factors, PerturbedRuns, draw
from traider.backtest.monte_carlo.perturbed_runs import SWING, perturbed, run_perturbed


def never() -> bool:
    return False


def ignored(number: int) -> None:
    assert number > 0


def runs(*draws: Factors) -> PerturbedRuns:
    return run_perturbed(again(), draws, ignored, never)


@given(st.integers(0, 2**63 - 1), st.integers(0, 10**6))
def test_factors_lie_between_a_half_and_twice(seed: int, number: int) -> None:
    factors = draw(seed, number)
    assert factors == draw(seed, number)
    for value in (factors.spread, factors.impact, factors.participation, factors.latency):
        assert 1.0 / SWING <= value < SWING


def test_a_half_is_as_likely_as_a_double() -> None:
    logs = np.log2([draw(1, number).spread for number in range(4_000)])
    assert abs(logs.mean()) < 0.03
    assert logs.std() == pytest.approx(1.0 / math.sqrt(3.0), rel=0.03)
    spreads, impacts = zip(
        *((draw(1, n).spread, draw(1, n).impact) for n in range(2_000)), strict=True
    )
    assert abs(float(np.corrcoef(spreads, impacts)[0, 1])) < 0.05


def test_without_a_change_a_run_is_the_back_test_itself() -> None:
    (same,) = runs(Factors()).runs
    tier = finished().chosen
    assert same.final_equity == float(tier.final_equity)
    assert same.max_drawdown == tier.max_drawdown
    assert (same.sharpe, same.cagr) == (tier.performance.sharpe, tier.performance.cagr)


def test_dearer_trading_earns_less() -> None:
    cheap, plain, dear = runs(
        Factors(spread=0.5, impact=0.5), Factors(), Factors(spread=1.9, impact=1.9)
    ).runs
    assert cheap.final_equity > plain.final_equity > dear.final_equity


def test_costs_are_multiplied_and_held_in_their_range() -> None:
    venue = again().spec.venue
    found = perturbed(again(), Factors(0.5, 2.0, 1.5, 2.0)).venue
    assert found.half_spread == venue.half_spread * 0.5
    assert found.impact == venue.impact * 2.0
    assert found.participation == pytest.approx(venue.participation * 1.5)
    assert found.latency_ns == venue.latency_ns * 2
    slow = replace(
        again(), spec=replace(again().spec, venue=replace(venue, latency_ns=HOUR_NS - 1))
    )
    assert perturbed(slow, Factors(latency=2.0)).venue.latency_ns == HOUR_NS - 1
    generous = replace(again().spec, venue=replace(venue, participation=0.9))
    assert perturbed(replace(again(), spec=generous), Factors(participation=2.0)).venue == replace(
        venue, participation=1.0
    )


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = [draw(3, number) for number in range(3)]
    side_by_side = runs(*draws)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert runs(*draws) == side_by_side


def test_the_sensitivity_names_what_matters() -> None:
    found = runs(*(draw(1, number) for number in range(12)))
    told = found.sensitivity()
    assert set(told) == {"spread", "impact", "participation", "latency"}
    assert told["spread"] < 0.0 or told["impact"] < 0.0
    assert math.isnan(runs(Factors()).sensitivity()["spread"])


def test_runs_cut_short_are_left_out() -> None:
    found = run_perturbed(again(), [Factors()] * 3, ignored, lambda: True)
    assert (found.asked, found.done) == (3, 0)
    assert math.isnan(found.of("final_equity").mean)
