"""The checks of shown orders come from the view the run had: refusals are those of its verdicts."""

from dataclasses import replace
from itertools import chain
from typing import Final

import pytest

from tests.backtest.report.small_run import small_plan, small_run
from tests.golden.runs import FOLDER
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.order_lives import first_by_id
from traider.backtest.reasons import ExplainedOrders
from traider.backtest.run import BacktestPlan
from traider.backtest.shown_checks import ask_again, with_checks
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events, join_events
from traider.kernel.codes import Limit, Verdict
from traider.kernel.machine import Machine
from traider.runtime.config import load_config
from traider.runtime.wiring import plan_backtest

pytestmark = pytest.mark.uncounted

LEAST: Final = (Verdict.MIN_SIZE, Verdict.MIN_NOTIONAL)


def orders_of(plan: BacktestPlan) -> tuple[EventArray, EventArray]:
    """Return the orders of a run and their verdicts."""
    venue = FILL_TIERS[plan.fill_tier].applied(plan.spec.venue)
    machine = Machine(replace(plan.spec, venue=venue))
    found = [
        drained.events
        for chunk in chain(plan.events(), [None])
        for drained in machine.feed(
            empty_events(0) if chunk is None else chunk, final=chunk is None
        )
    ]
    events = join_events(found)
    wanted = (events["kind"] == Kind.ORDER_INTENT) & (events["flags"] & OrderFlag.CANCEL == 0)
    # A request to cancel has a verdict of its own under the same id: the first is the order's.
    return events[wanted], first_by_id(events[events["kind"] == Kind.VERDICT])


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("level2-ladder", {Limit.MAX_ORDERS_PER_MINUTE: 4.0}),
        ("level2-quotes", {Limit.MAX_ORDERS_PER_MINUTE: 10.0}),
        ("perpetual-limit", {Limit.MAX_GROSS_EXPOSURE: 0.5, Limit.MAX_DAILY_LOSS: 0.005}),
        ("spot-slices", {Limit.MAX_ORDER_NOTIONAL: 19_000.0, Limit.MAX_DRAWDOWN: 0.02}),
    ],
)
def test_every_verdict_of_a_run_is_told_again(name: str, limits: dict[Limit, float]) -> None:
    plan = plan_backtest(load_config(FOLDER / f"{name}.toml"))
    plan = replace(plan, spec=replace(plan.spec, limits={**plan.spec.limits, **limits}))
    intents, verdicts = orders_of(plan)
    ids = set(intents["order_id"].tolist())
    found = ask_again(plan, ids).checks
    assert set(found) == ids
    refused = 0
    for verdict in verdicts:
        order_id, code = int(verdict["order_id"]), Verdict(int(verdict["code"]))
        checks = {check.verdict: check for check in found.get(order_id, ())}
        if code != Verdict.APPROVED:
            told = checks[code]
            assert (told.number, told.limit) == (verdict["number"], verdict["limit"])
            refused += 1
            continue
        for check in checks.values():
            if check.limit and check.verdict not in LEAST:
                assert check.number <= check.limit
    assert 0 < refused < len(intents)


def test_the_shown_trades_get_the_checks_of_their_orders_and_no_others() -> None:
    result = with_checks(small_run(), small_plan(), 3)
    explained, trades = result.chosen.explained, result.chosen.trades
    assert isinstance(explained, ExplainedOrders)
    last = trades[-1]
    assert {*last.opened_by, *last.closed_by} <= set(explained.checks)
    assert 3 <= len(explained.checks) < len(explained.lives)
    assert all(len(checks) >= 3 for checks in explained.checks.values())
    stopped = with_checks(small_run(), small_plan(), 3, lambda: True).chosen.explained
    assert stopped is not None
    assert stopped.checks == {}
