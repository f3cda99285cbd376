"""From a direction to a size: fixed, by volatility, and capped alone and together."""

from dataclasses import replace
from typing import Any

import pytest

from tests.kernel.decider.hostile_venue import HostileVenue
from tests.kernel.decider.signals import HIGH, NEVER_WARM, deciding, says
from tests.kernel.scenario import MONEY, PERPETUAL, SPOT, bars, play
from traider.domain.events import OrderFlag
from traider.kernel.codes import Sizing
from traider.kernel.order_specification import PlanSpec

pytestmark = pytest.mark.interpreted

VOLATILITY = Sizing.VOLATILITY_TARGET


@pytest.mark.parametrize(
    ("fraction", "cap", "lots"), [(0.5, 1.0, 50), (0.25, 1.0, 25), (3.0, 1.0, 100), (3.0, 2.0, 200)]
)
def test_fixed_puts_in_its_fraction_up_to_the_cap(fraction: float, cap: float, lots: int) -> None:
    strategy: dict[str, Any] = {"fraction": fraction, "max_leverage": cap, "gross_leverage": 9.0}
    journal = play(deciding(**strategy), bars(says(1.0), says(1.0)), decides=True)
    assert journal.fills == [(1, lots, 100)]
    journal = play(deciding(**strategy), bars(says(-1.0), says(-1.0)), decides=True)
    assert journal.fills == [(-1, lots, 100)]


@pytest.mark.parametrize(
    ("score", "volatility", "lots"), [(1.0, 1, 40), (1.0, 2, 20), (0.5, 1, 20), (-0.5, 1, -20)]
)
def test_volatility_target_divides_by_volatility(score: float, volatility: int, lots: int) -> None:
    spec = deciding(sizing=VOLATILITY, target_volatility=0.4)
    row = says(score, volatility=volatility)
    journal = play(spec, bars(row, row), decides=True)
    assert [side * size for side, size, _ in journal.fills] == [lots]


def test_without_a_volatility_nothing_is_wanted() -> None:
    spec = deciding(sizing=VOLATILITY, volatility_slot=NEVER_WARM)
    assert play(spec, bars(says(1.0), says(1.0)), decides=True).order_ids == []
    still = deciding(sizing=VOLATILITY)
    row = says(1.0, volatility=0)
    assert play(still, bars(row, row), decides=True).order_ids == []


def test_a_volatility_that_is_lost_closes_the_position() -> None:
    spec = deciding(sizing=VOLATILITY, target_volatility=0.4)
    rows = (says(1.0), says(1.0, volatility=0), says(1.0))
    assert play(spec, bars(*rows), decides=True).fills == [(1, 40, 100), (-1, 40, 100)]


def test_all_instruments_share_the_gross_cap() -> None:
    markets = [replace(PERPETUAL, name=name) for name in ("A", "B", "C")]
    spec = deciding(*markets, fraction=1.0, gross_leverage=1.5)
    long, short = says(1.0), says(-1.0)
    journal = play(
        spec,
        bars(long, long),
        bars(short, short, instrument=1),
        bars(says(0.0), says(0.0), instrument=2),
        decides=True,
    )
    assert sorted(journal.fills) == [(-1, 75, 100), (1, 75, 100)]
    roomy = deciding(*markets, fraction=1.0, gross_leverage=2.0)
    journal = play(roomy, bars(long, long), bars(short, short, instrument=1), decides=True)
    assert sorted(journal.fills) == [(-1, 100, 100), (1, 100, 100)]


def test_all_in_spends_the_cash_and_sells_what_it_holds() -> None:
    spec = deciding(SPOT, sizing=Sizing.ALL_IN, allow_short=False, cash=1_050)
    rows = (says(1.0), says(1.0), says(1.0, price=120), says(-1.0), says(-1.0, price=90))
    journal = play(spec, bars(*rows), decides=True)
    assert journal.fills == [(1, 10, 100), (-1, 10, 90)]


def test_all_in_shares_the_cash_between_instruments() -> None:
    markets = [replace(SPOT, name=name) for name in ("A", "B")]
    spec = deciding(*markets, sizing=Sizing.ALL_IN, allow_short=False, cash=1_000)
    row = says(1.0)
    journal = play(spec, bars(row, row), bars(row, row, instrument=1), decides=True)
    assert journal.fills == [(1, 5, 100), (1, 5, 100)]


def test_atr_risks_its_fraction_on_a_move_of_so_many_ranges() -> None:
    # A range of 2 ticks (the high column stands in for it) at a price of 100: three of them are
    # 6 % of the price, so risking 3 % of equity buys half of it.
    spec = deciding(sizing=Sizing.ATR, fraction=0.03, atr_multiple=3.0, atr_slot=HIGH)
    row = says(1.0, volatility=2)
    assert play(spec, bars(row, row), decides=True).fills == [(1, 50, 100)]
    unknown = deciding(sizing=Sizing.ATR, fraction=0.03, atr_multiple=3.0, atr_slot=NEVER_WARM)
    assert play(unknown, bars(row, row), decides=True).order_ids == []
    still = says(1.0, volatility=0)
    assert play(spec, bars(still, still), decides=True).order_ids == []


def test_fixed_risk_loses_its_fraction_at_the_stop() -> None:
    spec = deciding(sizing=Sizing.FIXED_RISK, fraction=0.01, stop_fraction=0.04)
    assert play(spec, bars(says(1.0), says(1.0)), decides=True).fills == [(1, 25, 100)]
    assert play(spec, bars(says(-1.0), says(-1.0)), decides=True).fills == [(-1, 25, 100)]
    unset = deciding(sizing=Sizing.FIXED_RISK, fraction=0.01)
    assert play(unset, bars(says(1.0), says(1.0)), decides=True).order_ids == []


def test_the_larger_side_alone_gives_way_to_the_net_cap() -> None:
    markets = [replace(PERPETUAL, name=name) for name in ("A", "B", "C")]
    spec = deciding(*markets, fraction=0.5, gross_leverage=9.0, net_leverage=0.3)
    long, short = says(1.0), says(-1.0)
    journal = play(
        spec,
        bars(long, long),
        bars(long, long, instrument=1),
        bars(short, short, instrument=2),
        decides=True,
    )
    # Wanted are +50, +50 and -50 of 100; the longs may be 30 more than the short: 40 each.
    held = journal.machine.decider.markets["position_lots"].tolist()
    assert held == [40, 40, -50]


@pytest.mark.parametrize("sizing", [Sizing.FIXED, Sizing.FIXED_RISK])
@pytest.mark.parametrize(("score", "scaled", "lots"), [(0.5, True, 25), (0.5, False, 50)])
def test_sizes_without_a_strength_may_follow_the_score(
    sizing: Sizing, score: float, scaled: bool, lots: int
) -> None:
    # Half of equity, or what loses 5 % of it on the way to a stop 10 % away.
    fraction = 0.5 if sizing is Sizing.FIXED else 0.05
    spec = deciding(sizing=sizing, fraction=fraction, stop_fraction=0.1, confidence_scaling=scaled)
    row = says(score)
    assert play(spec, bars(row, row), decides=True).fills == [(1, lots, 100)]


def test_the_volatility_target_follows_the_score_once() -> None:
    spec = deciding(sizing=VOLATILITY, target_volatility=0.4, confidence_scaling=True)
    row = says(0.5, volatility=1)
    assert play(spec, bars(row, row), decides=True).fills == [(1, 20, 100)]


@pytest.mark.parametrize(
    ("sizing", "risk", "lots"),
    [
        (Sizing.FIXED, 0.02, 20),  # 2 % of 100,000 at a stop of 100 a lot
        (Sizing.FIXED, 0.0, 50),
        (Sizing.FIXED, 0.5, 50),  # a bound never makes a position larger
        (Sizing.ALL_IN, 0.02, 20),
        (Sizing.ALL_IN, 0.5, 100),
    ],
)
def test_the_stop_of_a_plan_costs_no_more_than_the_risk_of_a_trade(
    sizing: Sizing, risk: float, lots: int
) -> None:
    plan = PlanSpec(stop=0.1, targets=((1.0, 1.0),))
    spec = deciding(SPOT, plan=plan, cash=100_000, sizing=sizing, risk_per_trade=risk)
    venue = HostileVenue(spec)
    venue.decide(1.0)
    venue.arrive()
    (entry,) = venue.orders.values()
    bought = entry.size // (1_000 * MONEY) if entry.flags & OrderFlag.QUOTE_SIZED else entry.size
    assert bought == lots


def test_without_a_distance_to_the_stop_nothing_is_held() -> None:
    plan = PlanSpec(stop=2.0, stop_slot=NEVER_WARM, targets=((1.0, 1.0),))
    venue = HostileVenue(deciding(plan=plan, cash=100_000, risk_per_trade=0.02))
    venue.decide(1.0)
    assert not venue.requests
    assert venue.machine.decider.markets[0]["exposure"] == 0.0
