"""Margin use and the distance to liquidation, by hand and against the simulated venue's own rule.

The tiers: up to 1,000 of notional ten times leverage and 5 percent of maintenance; up to 10,000
five times and 10 percent less 50.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.gate_desk import APPROVED, Desk, desk
from tests.kernel.scenario import MONEY, PERPETUAL, SPOT
from traider.domain.margin import MarginTier
from traider.kernel.codes import Limit, Verdict

pytestmark = pytest.mark.interpreted

TIERS: Final = (
    MarginTier(Decimal(0), Decimal(1_000), Decimal("0.05"), Decimal(0), Decimal(10)),
    MarginTier(Decimal(1_000), Decimal(10_000), Decimal("0.1"), Decimal(50), Decimal(5)),
)
MARGINED: Final = replace(PERPETUAL, margin_tiers=TIERS)
OTHER: Final = replace(MARGINED, name="OTHER")
MOST: Final = 1e300


def margined(limit: Limit, value: float, cash: int = 1_000) -> Desk:
    return desk(MARGINED, OTHER, replace(SPOT, name="COIN"), cash=cash, limits={limit: value})


def test_margin_use_is_initial_margin_of_collateral() -> None:
    traders = margined(Limit.MAX_MARGIN_USE, 0.25)
    assert traders.ask(size=10) == APPROVED  # 1,000 at ten times: 100 of 1,000
    assert traders.ask(size=12) == APPROVED  # 1,200 at five times: 240
    assert traders.ask(size=13) == (Verdict.MARGIN_USE, 0.26, 0.25)
    assert traders.ask(side=-1, size=13) == (Verdict.MARGIN_USE, 0.26, 0.25)
    # Every instrument counts at its worst.
    traders.fill(-1, 5, instrument=1)
    traders.accept(side=-1, instrument=1, size=3)
    assert traders.ask(size=10) == APPROVED
    code, number, limit = traders.ask(size=11)
    assert (code, limit) == (Verdict.MARGIN_USE, 0.25)
    assert number == pytest.approx(0.3)
    assert traders.ask(instrument=1, size=5) == APPROVED


def test_above_the_last_tier_the_whole_value_is_margin() -> None:
    traders = margined(Limit.MAX_MARGIN_USE, 5.0)
    assert traders.ask(size=100) == APPROVED
    assert traders.ask(size=101) == (Verdict.MARGIN_USE, 10.1, 5.0)


def test_coins_are_no_collateral_and_need_no_margin() -> None:
    traders = margined(Limit.MAX_MARGIN_USE, 0.25)
    assert traders.ask(instrument=2, size=10) == APPROVED
    traders.fill(1, 6, instrument=2)
    assert traders.ask(size=10) == APPROVED  # 100 of the 400 left in cash
    assert traders.ask(size=11) == (Verdict.MARGIN_USE, 0.55, 0.25)
    traders.fill(1, 4, instrument=2)
    code, number, _ = traders.ask(size=1)
    assert code is Verdict.MARGIN_USE
    assert number == pytest.approx(1e9)  # 10 of as good as nothing


def test_an_order_that_only_reduces_passes_both() -> None:
    for limit, value in ((Limit.MAX_MARGIN_USE, 1e-9), (Limit.MIN_LIQUIDATION_DISTANCE, 0.99)):
        traders = margined(limit, value)
        traders.fill(1, 20)
        assert traders.ask(size=1)[0] in (Verdict.MARGIN_USE, Verdict.LIQUIDATION_DISTANCE)
        assert traders.ask(side=-1, size=20) == APPROVED


def test_the_distance_to_liquidation_by_hand() -> None:
    # 10 lots at 100 with 100 of collateral: 10 p - 900 = 0.5 p at p = 94.7368.
    traders = margined(Limit.MIN_LIQUIDATION_DISTANCE, 0.0527, cash=100)
    code, number, limit = traders.ask(size=10)
    assert (code, limit) == (Verdict.LIQUIDATION_DISTANCE, 0.0527)
    assert number == pytest.approx(1.0 - 900.0 / 9.5 / 100.0, rel=1e-12)
    assert traders.ask(size=9) == APPROVED
    # Short, the price rises into the second tier: 1,100 - 10 p = p - 50 at 104.545.
    code, number, _ = traders.ask(side=-1, size=10)
    assert code is Verdict.LIQUIDATION_DISTANCE
    assert number == pytest.approx(1_150.0 / 11.0 / 100.0 - 1.0, rel=1e-12)


def test_the_nearest_liquidation_of_all_counts() -> None:
    traders = margined(Limit.MIN_LIQUIDATION_DISTANCE, 0.04, cash=100)
    traders.fill(1, 10, instrument=1)
    assert traders.ask(size=2) == APPROVED
    code, number, _ = traders.ask(size=4)
    # 4 more hold 20 of the 100: 10 p - 920 = 0.5 p, and at the larger position first.
    assert code is Verdict.LIQUIDATION_DISTANCE
    assert number == pytest.approx(1.0 - 920.0 / 9.5 / 100.0, rel=1e-12)
    assert traders.ask(instrument=2) == APPROVED


@given(
    held=st.integers(-60, 60),
    other=st.integers(-60, 60),
    side=st.sampled_from([-1, 1]),
    size=st.integers(1, 60),
    cash=st.integers(500, 9_000),
)
@settings(max_examples=80)
def test_at_the_liquidation_price_collateral_is_the_maintenance_margin(
    held: int, other: int, side: int, size: int, cash: int
) -> None:
    traders = margined(Limit.MIN_LIQUIDATION_DISTANCE, MOST, cash=cash)
    for k, lots in enumerate((held, other)):
        traders.gate.markets[k]["position_lots"] = lots
        traders.gate.account[0]["cash_units"] -= lots * 100 * MONEY
    code, number, _ = traders.ask(side=side, size=size)
    if held * side < 0 and size <= abs(held):
        assert code is Verdict.APPROVED
        return
    assert code is Verdict.LIQUIDATION_DISTANCE
    after = held + side * size
    worst = after if abs(after) >= abs(held) else held
    distances = [_distance(worst, other, cash), _distance(other, worst, cash), 1.0]
    assert number == pytest.approx(min(distances), abs=1e-9)


def _maintenance(value: float) -> float:
    return value * 0.05 if value <= 1_000.0 else value * 0.1 - 50.0


def _distance(lots: int, other: int, cash: int) -> float:
    """Return the distance by bisection: how far the price moves until margin is short."""
    if lots == 0:
        return 1.0
    side = 1.0 if lots > 0 else -1.0

    def excess(distance: float) -> float:
        price = 100.0 * (1.0 - side * distance)
        needed = _maintenance(abs(lots) * price) + _maintenance(abs(other) * 100.0)
        return cash + lots * (price - 100.0) - needed

    low, high = -5.0, 1.0
    if side > 0 and excess(high) >= 0.0:
        return 1.0
    if side < 0:
        high = 1e3
    for _ in range(200):
        middle = (low + high) / 2.0
        low, high = (middle, high) if excess(middle) > 0.0 else (low, middle)
    return low
