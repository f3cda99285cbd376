"""How orders were executed: unfilled share, maker and taker, time to fill."""

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from tests.kernel.decider.signals import deciding, says
from tests.kernel.scenario import (
    LATENCY,
    PERPETUAL,
    PLAIN_VENUE,
    Journal,
    bars,
    bracket,
    buy,
    opening,
    play,
    record,
    spec_of,
)
from traider.backtest.execution import Valuation, execution_summary
from traider.backtest.order_lives import OrderJournal
from traider.backtest.outcome import fills_of
from traider.backtest.results import ExecutionSummary, FillTimes
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.order_specification import PlanSpec
from traider.kernel.specification import KernelSpec

ROWS = [(100, 110, 90, 100, 20)] * 8


def summary_of(journal: Journal, spec: KernelSpec) -> ExecutionSummary:
    kept = OrderJournal()
    kept.add(journal.events)
    markets = journal.machine.decider.markets
    valuation = Valuation(markets["lot_value"], markets["mark_ticks"].astype(np.float64))
    return execution_summary(kept.lives(), fills_of(kept.of("fills"), spec), valuation)


def test_value_unfilled_time_and_liquidity() -> None:
    market = replace(PERPETUAL, maker_fee_e8=10_000, taker_fee_e8=50_000)
    spec = spec_of(market, venue=replace(PLAIN_VENUE, participation=0.5))
    orders = (buy(1, 4), buy(2, 30, price=95), buy(6, 10, price=50))
    found = summary_of(play(spec, bars(*ROWS), *orders), spec)
    # 4 at 100 filled, 30 at 95 filled over three bars, 10 at 50 not.
    assert found.unfilled_share == pytest.approx(500 / (400 + 2_850 + 500))
    assert (found.taker.fills, found.taker.notional, found.taker.fees) == (
        1,
        Decimal(400),
        Decimal("0.2"),
    )
    assert (found.maker.fills, found.maker.notional, found.maker.fees) == (
        3,
        Decimal(2_850),
        Decimal("0.285"),
    )
    assert found.market_orders == FillTimes(1, LATENCY, LATENCY)
    waited = opening(5) - opening(2)
    assert found.resting_orders == FillTimes(1, waited, waited)


def test_an_exit_that_its_twin_made_needless_does_not_count() -> None:
    spec = spec_of()
    journal = play(spec, bars(*ROWS), bracket(buy(1, 4), stop=50, target=105))
    assert summary_of(journal, spec).unfilled_share == 0.0
    gone = bracket(buy(1, 4, price=50, force=TimeInForce.IOC), stop=40, target=105)
    assert summary_of(play(spec, bars(*ROWS), gone), spec).unfilled_share == 1.0


def test_orders_that_their_plan_or_quote_took_back_do_not_count() -> None:
    plan = PlanSpec(stop=0.2, targets=((1.0, 0.5),))
    spec = deciding(plan=plan)
    rows = (says(1.0), says(1.0), says(1.0), says(0.0), says(0.0), says(0.0))
    journal = play(spec, bars(*rows), decides=True)
    # Entry and exit at market filled; the stops and the target between were never reached.
    assert [size for _, size, _ in journal.fills] == [50, 50]
    assert len(journal.ends) == 3
    assert summary_of(journal, spec).unfilled_share == 0.0


def by_money(bar: int, size: int) -> EventArray:
    flags = int(OrderFlag.QUOTE_SIZED) | int(OrderType.MARKET)
    return record(Kind.MANUAL_ORDER, opening(bar), side=1, size=size, flags=flags)


def test_an_order_in_money_is_worth_its_money() -> None:
    spec = spec_of(cash=1_000)
    units = 450 * 10**8
    found = summary_of(play(spec, bars(*ROWS), by_money(1, units)), spec)
    assert found.unfilled_share == 0.0
    # A second one, of less than a lot, is cancelled: 50 of 500 stay unspent.
    small = play(spec, bars(*ROWS), by_money(1, units), by_money(3, 50 * 10**8))
    assert summary_of(small, spec).unfilled_share in (0.0, pytest.approx(0.1))


def test_nothing_sent_is_no_share() -> None:
    spec = spec_of()
    found = summary_of(play(spec, bars(*ROWS)), spec)
    assert math.isnan(found.unfilled_share)
    assert found == replace(ExecutionSummary(), unfilled_share=found.unfilled_share)
