"""The gate's checks of the shown orders: the run once more, stopped at each of them.

Which orders are shown is known at the end of a run only, and asking every check of every order
would take longer than the run. So the chosen tier is run again, which gives the same orders; the
machine returns after each step that wanted one, and ``gate_views`` gives the view that it was
checked in.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Final

from traider.backtest.counterfactual import Counterfactual, in_words
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.gate_checks import GateCheck, gate_checks
from traider.backtest.gate_views import as_asked, view_before
from traider.backtest.report.reason_data import order_places, told_orders
from traider.backtest.report.trade_rows import select_trades
from traider.backtest.results import BacktestResult
from traider.backtest.run import BacktestPlan
from traider.domain.events import EventArray, Kind, empty_events
from traider.kernel.codes import Verdict
from traider.kernel.machine import Machine
from traider.kernel.records import Gate
from traider.kernel.specification import MarketSpec

Stop = Callable[[], bool]
REFUSALS_MOST: Final = 200
"""Refused orders that are asked about beside the shown ones, the newest."""


@dataclass(frozen=True)
class Asked:
    """What the gate said, asked again, by order id."""

    checks: dict[int, tuple[GateCheck, ...]] = field(default_factory=dict)
    otherwise: dict[int, dict[str, Any]] = field(default_factory=dict)
    """What would have passed (``counterfactual``)."""


def with_checks(
    result: BacktestResult, plan: BacktestPlan, trades_shown: int, stop: Stop = lambda: False
) -> BacktestResult:
    """Return ``result`` with the gate's checks of the orders behind the trades it will show.

    And of the newest that were refused. Without them where ``stop`` answers with yes before the
    last of those orders.
    """
    tier = result.chosen
    explained = tier.explained
    if explained is None:
        return result
    places, ids = order_places(explained), explained.lives.intents["order_id"]
    shown = [tier.trades[at] for at in select_trades(tier.trades, trades_shown)]
    told = [place for trade in shown for place, _ in told_orders(trade, places)[0]]
    refused = ids[explained.lives.code != Verdict.APPROVED][-REFUSALS_MOST:]
    found = ask_again(plan, {*ids[told].tolist(), *refused.tolist()}, stop)
    checked = replace(
        tier, explained=replace(explained, checks=found.checks, otherwise=found.otherwise)
    )
    return replace(result, tiers=tuple(checked if one is tier else one for one in result.tiers))


def ask_again(plan: BacktestPlan, order_ids: AbstractSet[int], stop: Stop = lambda: False) -> Asked:
    """Run the plan's chosen tier and return what the gate says of ``order_ids``."""
    venue = FILL_TIERS[plan.fill_tier].applied(plan.spec.venue)
    machine = Machine(replace(plan.spec, venue=venue), each_decision=True)
    found = Asked()
    minute, cursor = machine.gate.minute.copy(), 0
    for chunk in chain(plan.events(), [None]):
        if stop() or len(found.checks) == len(order_ids):
            break
        events = empty_events(0) if chunk is None else chunk
        for drained in machine.feed(events, final=chunk is None):
            intents = drained.events[drained.events["kind"] == Kind.ORDER_INTENT]
            if not len(intents):
                continue
            if not order_ids.isdisjoint(intents["order_id"].tolist()):
                view = view_before(machine.gate, intents, (minute, cursor))
                for order, seen in as_asked(view, intents):
                    if int(order["order_id"][0]) in order_ids:
                        _note(found, seen, order, plan.spec.markets)
            minute[:] = machine.gate.minute
            cursor = int(machine.gate.account[0]["minute_cursor"])
    return found


def _note(found: Asked, view: Gate, order: EventArray, markets: Sequence[MarketSpec]) -> None:
    order_id, checks = int(order["order_id"][0]), gate_checks(view, order)
    found.checks[order_id] = checks
    passing = Counterfactual(view, order).found(checks)
    found.otherwise[order_id] = in_words(passing, order, markets)
