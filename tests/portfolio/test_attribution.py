"""Attribution: every way the profit is taken apart sums to it, to the last unit.

1. Shares of a sum, by whatever weights, sum to it, and each lies within a unit of its exact share.
2. Every view of a run sums to the profit, with charges beside the trades and open positions.
"""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import fill_runs
from traider.domain.fills import Fill
from traider.domain.timeframes import DAY_NS
from traider.portfolio.attribution import (
    MANUAL,
    UNEXPLAINED,
    Charges,
    attribute,
    attribute_by_alpha,
    attribute_by_month,
    money_of,
    split_units,
)
from traider.portfolio.trades import Trade, trades_from_fills

UNIT = Decimal("1e-8")
NOTHING = Charges(costs={}, unassigned={"X": Decimal(0)})
money = st.integers(-(10**12), 10**12).map(lambda units: units * UNIT)
weights = st.dictionaries(
    st.sampled_from("abcdef"), st.floats(-3.0, 3.0, allow_subnormal=False), max_size=6
)


def shares_of_one(raw: dict[str, float]) -> dict[str, float]:
    total = sum(raw.values())
    return {name: value / total for name, value in raw.items()} if abs(total) > 0.01 else {}


@given(st.integers(-(10**18), 10**18), weights)
def test_shares_sum_to_the_whole_and_lie_within_a_unit(units: int, raw: dict[str, float]) -> None:
    """Law 1."""
    shares = shares_of_one(raw)
    found = split_units(units, shares)
    assert sum(found.values()) == units
    assert all(isinstance(part, int) for part in found.values())
    for name, share in shares.items():
        # A double's last bit of the share is worth this much of the sum.
        slack = 1.0 + abs(units) * 1e-9 * max(map(abs, shares.values()))
        assert abs(found[name] - units * share) <= slack


@given(st.integers(-(10**12), 10**12), weights)
def test_what_the_weights_leave_is_manual(units: int, raw: dict[str, float]) -> None:
    found = split_units(units, raw)
    assert sum(found.values()) == units
    missing = 1.0 - sum(raw.values())
    if abs(missing) > 1e-6:
        assert found[MANUAL] == pytest.approx(units * missing, abs=2.0, rel=1e-6)


def test_the_largest_remainders_are_served_first() -> None:
    third = 1.0 / 3.0
    assert split_units(100, {"a": third, "b": third, "c": third}) == {"a": 34, "b": 33, "c": 33}
    assert split_units(-1, {"a": 0.5, "b": 0.5}) == {"a": 0, "b": -1}
    assert split_units(10, {"a": 1.5, "b": -0.5}) == {"a": 15, "b": -5}
    assert split_units(7, {}) == {MANUAL: 7}


def with_shares(trades: tuple[Trade, ...], seed: int) -> tuple[Trade, ...]:
    dice = np.random.default_rng(seed)
    return tuple(
        replace(
            trade, alpha_shares=shares_of_one(dict(zip("ab", dice.normal(size=2), strict=True)))
        )
        for trade in trades
    )


@given(fill_runs(), fill_runs(), st.tuples(money, money, money), st.integers(0, 99))
def test_every_view_sums_to_the_profit(
    one: list[Fill], other: list[Fill], paid: tuple[Decimal, Decimal, Decimal], seed: int
) -> None:
    """Law 2."""
    fills = [*one, *(replace(fill, instrument="Y") for fill in other)]
    trades = with_shares(trades_from_fills(fills), seed)
    names = sorted({fill.instrument for fill in fills} | {"X"})
    unassigned, funding, spread = paid
    charges = Charges(
        costs={"spread": spread, "funding": funding + unassigned},
        unassigned=dict.fromkeys(names, Decimal(0)) | {"X": unassigned},
    )
    total = sum((trade.pnl for trade in trades), -unassigned)
    days = np.arange(50, dtype=np.int64) * DAY_NS
    closes = 100.0 + np.arange(50) / 7.0
    months = attribute_by_month(days, closes, Decimal(100), Decimal(100) + total)
    found = attribute(total, trades, ("a", "b"), charges, months)
    for parts in found.views().values():
        assert sum(parts.values()) == total
        assert UNEXPLAINED not in parts
    assert set(found.by_instrument) == set(names)
    assert {"a", "b"} <= set(found.by_alpha)
    assert found.by_cost["gross"] == total + funding + unassigned + spread
    marked = sum((trade.pnl for trade in trades if trade.is_open), Decimal(0))
    assert found.by_state["open_positions"] == marked
    assert found.by_side["short"] == sum((t.pnl for t in trades if t.side < 0), Decimal(0))


def test_a_fault_in_the_books_is_shown() -> None:
    found = attribute(Decimal(5), (), (), NOTHING, {})
    assert found.by_alpha == {UNEXPLAINED: 5}
    assert found.by_instrument == {"X": 0, UNEXPLAINED: 5}
    assert found.by_month == {UNEXPLAINED: 5}
    assert found.by_cost == {"gross": 5}


def test_alphas_that_earned_nothing_are_listed() -> None:
    assert attribute_by_alpha((), ("idle",)) == {"idle": 0}


def test_months_are_the_changes_of_equity_and_end_at_the_exact_one() -> None:
    # 30 and 31 January, 1 February and, after a gap, 3 April 2024.
    days = np.array([19752, 19753, 19754, 19816], np.int64) * DAY_NS
    closes = np.array([110.0, 90.1, 95.0, 97.0])
    found = attribute_by_month(days, closes, Decimal(100), Decimal("97.00000001"))
    assert found == {
        "2024-01": Decimal("-9.9"),
        "2024-02": Decimal("4.9"),
        "2024-04": Decimal("2.00000001"),
    }


def test_floats_become_money_half_to_even() -> None:
    assert money_of(0.000000025) == Decimal("0.00000002")
    assert money_of(1e12 + 0.5) == Decimal("1000000000000.5")
