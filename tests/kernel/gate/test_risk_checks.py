"""Limits by how instruments move together: correlated exposure, VaR and ES, against NumPy.

Law 1: the number measured is that of the worst case, computed here a second time from a covariance
       that was computed a second time, too.
Law 2: an order refused by VaR or ES would have broken the limit: so the portfolio that would be
       held with the fills that the worst case names has that VaR.
Law 3: an order that only reduces passes, whatever is measured.
"""

from dataclasses import replace
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.gate.test_risk_state import INTERVAL, Array, averaged, random_walk, show, shrunk
from tests.kernel.gate_desk import APPROVED, Desk, desk
from tests.kernel.scenario import PERPETUAL, SPOT
from traider.domain.events import Kind
from traider.kernel.codes import Limit, Verdict
from traider.kernel.specification import RiskSpec

pytestmark = pytest.mark.interpreted

CASH: Final = 10**9
RISK: Final = RiskSpec(INTERVAL, decay=0.94, samples_min=20, confidence=0.95)
STEPS: Final = 40
LEAST: Final = 1e-300


def warm_desk(
    limits: dict[Limit, float], *, count: int = 3, risk: RiskSpec = RISK, seed: int = 1
) -> tuple[Desk, Array, Array]:
    """Return a desk with samples, the prices at the end, and the covariance by NumPy."""
    markets = [replace(PERPETUAL, name=f"P{k}") for k in range(count)]
    traders = desk(*markets, cash=CASH, limits=limits, risk=risk)
    traders.gate.markets["mark_ticks"] = traders.gate.markets["mark_ts"] = 0
    prices = random_walk(seed, count, STEPS)
    show(traders, prices)
    returns = np.diff(np.log(prices.astype(float)), axis=0)
    return traders, prices[-1].astype(float), shrunk(averaged(returns, risk.decay), risk.shrinkage)


def factors(risk: RiskSpec) -> tuple[float, float]:
    """Return VaR and ES of a normal distribution in standard deviations of one interval."""
    normal = NormalDist()
    z = normal.inv_cdf(risk.confidence)
    root = float(np.sqrt(risk.horizon_ns / risk.interval_ns))
    return z * root, normal.pdf(z) / (1.0 - risk.confidence) * root


def test_var_and_es_of_one_position_by_hand() -> None:
    traders, prices, covariance = warm_desk({Limit.MAX_VAR: 0.01}, count=1)
    lots = 100
    deviation = np.sqrt(covariance[0, 0]) * lots * prices[0] / CASH
    var, es = (factor * deviation for factor in factors(RISK))
    traders.gate.limits[Limit.MAX_VAR] = 0.99 * var
    code, number, limit = traders.ask(size=lots)
    assert (code, limit) == (Verdict.VAR, 0.99 * var)
    assert number == pytest.approx(var, rel=1e-12)
    traders.gate.limits[Limit.MAX_VAR] = 1.01 * var
    assert traders.ask(size=lots) == APPROVED
    assert traders.ask(side=-1, size=lots) == APPROVED
    traders.gate.limits[Limit.MAX_ES] = 0.99 * es
    code, number, limit = traders.ask(size=lots)
    assert (code, limit) == (Verdict.ES, 0.99 * es)
    assert number == pytest.approx(es, rel=1e-12)


lots = st.integers(-300, 300)
open_lots = st.integers(0, 200)


@given(
    held=st.lists(lots, min_size=3, max_size=3),
    buys=st.lists(open_lots, min_size=3, max_size=3),
    sells=st.lists(open_lots, min_size=3, max_size=3),
    side=st.sampled_from([-1, 1]),
    size=st.integers(1, 300),
    seed=st.integers(0, 5),
)
@settings(max_examples=60)
def test_var_is_that_of_the_worst_case(
    held: list[int], buys: list[int], sells: list[int], side: int, size: int, seed: int
) -> None:
    traders, prices, covariance = warm_desk({Limit.MAX_VAR: LEAST}, seed=seed)
    traders.gate.markets["position_lots"] = held
    traders.gate.markets["open_buy_lots"] = buys
    traders.gate.markets["open_sell_lots"] = sells
    traders.gate.account[0]["cash_units"] -= int(np.dot(held, prices)) * 10**8
    code, number, _ = traders.ask(side=side, size=size)
    after = held[0] + side * (size + (buys if side > 0 else sells)[0])
    portfolio = np.array([after, *held[1:]], float) * prices
    reduces = held[0] * side < 0 and size + (buys if side > 0 else sells)[0] <= abs(held[0])
    if reduces:
        assert code is Verdict.APPROVED
        return
    for k in (1, 2):
        tried = [portfolio]
        for more in (buys[k], -sells[k]):
            other = portfolio.copy()
            other[k] += more * prices[k]
            tried.append(other)
        portfolio = max(tried, key=lambda each: float(each @ covariance @ each))
    expected = factors(RISK)[0] * float(np.sqrt(portfolio @ covariance @ portfolio)) / CASH
    if expected == 0.0:
        assert code is Verdict.APPROVED
        return
    assert code is Verdict.VAR
    assert number == pytest.approx(expected, rel=1e-12)
    # Refused, it would have broken the limit: right below what is measured, and not above it.
    traders.gate.limits[Limit.MAX_VAR] = np.nextafter(number, 0.0)
    assert traders.ask(side=side, size=size)[0] is Verdict.VAR
    traders.gate.limits[Limit.MAX_VAR] = number
    assert traders.ask(side=side, size=size)[0] is Verdict.APPROVED


def test_nothing_is_opened_on_too_few_samples() -> None:
    markets = [replace(PERPETUAL, name=name) for name in "AB"]
    traders = desk(*markets, cash=CASH, limits={Limit.MAX_VAR: 10.0}, risk=RISK)
    assert traders.ask() == (Verdict.NO_COVARIANCE, 0.0, 20.0)
    show(traders, random_walk(3, 2, 20))
    prices = random_walk(4, 2, 1)
    prices[0, 1] = 0
    show(traders, prices)
    # The first instrument has one more than the second, which missed the last interval.
    assert traders.gate.markets["samples"].tolist() == [20, 19]
    assert traders.ask() == APPROVED
    assert traders.ask(instrument=1) == (Verdict.NO_COVARIANCE, 19.0, 20.0)
    # Another that is held, or that an open order may lead to, has to be known as well.
    traders.accept(instrument=1, order_id=512)
    assert traders.ask() == (Verdict.NO_COVARIANCE, 19.0, 20.0)
    traders.fill(1, 1, instrument=1, order_id=512)
    assert traders.ask() == (Verdict.NO_COVARIANCE, 19.0, 20.0)
    assert traders.ask(instrument=1, side=-1) == APPROVED


@pytest.mark.parametrize("limit", [Limit.MAX_VAR, Limit.MAX_ES, Limit.MAX_CORRELATED_EXPOSURE])
def test_an_order_that_only_reduces_passes(limit: Limit) -> None:
    traders, _, _ = warm_desk({limit: LEAST})
    traders.fill(1, 50)
    assert traders.ask()[0] is not Verdict.APPROVED
    assert traders.ask(side=-1, size=50) == APPROVED
    traders.gate.markets["samples"] = 0
    assert traders.ask(side=-1, size=50) == APPROVED
    assert traders.ask(side=-1, size=51)[0] is Verdict.NO_COVARIANCE


def test_a_hedge_has_less_value_at_risk_than_a_second_bet() -> None:
    traders, _, _ = warm_desk({Limit.MAX_VAR: LEAST}, count=2)
    traders.fill(1, 100, price=int(traders.gate.markets[0]["mark_ticks"]))
    measured = {side: traders.ask(instrument=1, side=side, size=50)[1] for side in (-1, 1)}
    assert 0.0 < measured[-1] < measured[1]


# -------------------------------------------------------------------------- correlated exposure


def related(*correlations: float, limit: float = 0.5, threshold: float = 0.7) -> Desk:
    """Return a desk at a price of 100 whose first instrument has these correlations with others."""
    count = len(correlations) + 1
    markets = [replace(PERPETUAL, name=f"P{k}") for k in range(count)]
    risk = RiskSpec(samples_min=1, correlation_threshold=threshold)
    traders = desk(*markets, limits={Limit.MAX_CORRELATED_EXPOSURE: limit}, cash=1_000, risk=risk)
    traders.gate.markets["samples"] = 1
    traders.gate.shrunk[:] = 1e-4 * np.eye(count)
    traders.gate.shrunk[0, 1:] = traders.gate.shrunk[1:, 0] = 1e-4 * np.array(correlations)
    return traders


def refused(number: float) -> tuple[Any, ...]:
    return Verdict.CORRELATED_EXPOSURE, pytest.approx(number), 0.5


def test_what_moves_together_is_one_bet() -> None:
    traders = related(0.8, 0.6)
    traders.fill(1, 3, instrument=1)
    traders.fill(1, 9, instrument=2)  # correlated less than the threshold
    assert traders.ask(size=2) == APPROVED
    assert traders.ask(size=3) == refused(0.6)
    # A short beside a long is no part of a bet on the rise.
    assert traders.ask(side=-1, size=5) == APPROVED
    assert traders.ask(side=-1, size=6) == refused(0.6)
    # Open orders on the side count as if they had filled.
    traders.accept(instrument=1, size=1)
    assert traders.ask(size=2) == refused(0.6)


def test_what_moves_against_it_counts_the_other_way() -> None:
    traders = related(-0.9)
    traders.fill(-1, 3, instrument=1)
    assert traders.ask(size=2) == APPROVED
    assert traders.ask(size=3) == refused(0.6)
    traders.accept(instrument=1, side=-1, size=1)
    assert traders.ask(size=2) == refused(0.6)
    assert traders.ask(side=-1, size=5) == APPROVED


def test_the_threshold_itself_counts_and_a_price_that_never_moves_does_not() -> None:
    traders = related(0.5, threshold=0.5)
    traders.fill(1, 5, instrument=1)
    assert traders.ask() == refused(0.6)
    traders.gate.shrunk[1] = traders.gate.shrunk[:, 1] = 0.0
    assert traders.ask() == APPROVED
    traders.gate.shrunk[:] = 0.0
    assert traders.ask(size=6) == refused(0.6)


def test_spot_has_value_at_risk_too() -> None:
    traders = desk(SPOT, cash=CASH, limits={Limit.MAX_VAR: LEAST}, risk=RISK)
    show(traders, random_walk(2, 1, STEPS))
    assert traders.ask()[0] is Verdict.VAR
    traders.see(Kind.LIMITS_CHANGE, w0=int(Limit.MAX_VAR), f1=0.0)
    assert traders.ask() == APPROVED
