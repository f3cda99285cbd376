"""The gate's checks of the shown orders: the run once more, stopped at each of them.

Which orders are shown is known at the end of a run only, and asking every check of every order
would take longer than the run. So the chosen tier is run again, which gives the same orders; the
machine returns after each step that wanted one, and what the gate approved since is taken back in a
copy of its view, until it is the view in which the order was checked.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import chain

import numpy as np

from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.gate_checks import GateCheck, copied, gate_checks
from traider.backtest.report.reason_data import order_places, told_orders
from traider.backtest.report.trade_rows import select_trades
from traider.backtest.results import BacktestResult
from traider.backtest.run import BacktestPlan
from traider.domain.events import EVENT, EventArray, Kind, OrderFlag, empty_events
from traider.kernel.machine import GateMachine, Machine
from traider.kernel.records import Gate

Stop = Callable[[], bool]
Checks = dict[int, tuple[GateCheck, ...]]


def with_checks(
    result: BacktestResult, plan: BacktestPlan, trades_shown: int, stop: Stop = lambda: False
) -> BacktestResult:
    """Return ``result`` with the gate's checks of the orders behind the trades it will show.

    Without them where ``stop`` answers with yes before the last of those orders.
    """
    tier = result.chosen
    explained = tier.explained
    if explained is None:
        return result
    places, ids = order_places(explained), explained.lives.intents["order_id"]
    shown = [tier.trades[at] for at in select_trades(tier.trades, trades_shown)]
    told = [place for trade in shown for place, _ in told_orders(trade, places)[0]]
    found = order_checks(plan, set(ids[told].tolist()), stop)
    checked = replace(tier, explained=replace(explained, checks=found))
    return replace(result, tiers=tuple(checked if one is tier else one for one in result.tiers))


def order_checks(
    plan: BacktestPlan, order_ids: AbstractSet[int], stop: Stop = lambda: False
) -> Checks:
    """Run the plan's chosen tier and return the checks of ``order_ids``, by order id."""
    venue = FILL_TIERS[plan.fill_tier].applied(plan.spec.venue)
    machine = Machine(replace(plan.spec, venue=venue), each_decision=True)
    found: Checks = {}
    minute, cursor = machine.gate.minute.copy(), 0
    for chunk in chain(plan.events(), [None]):
        if stop() or len(found) == len(order_ids):
            break
        events = empty_events(0) if chunk is None else chunk
        for drained in machine.feed(events, final=chunk is None):
            intents = drained.events[drained.events["kind"] == Kind.ORDER_INTENT]
            if not len(intents):
                continue
            if not order_ids.isdisjoint(intents["order_id"].tolist()):
                view = _before(machine.gate, intents)
                view.minute[:], view.account[0]["minute_cursor"] = minute, cursor
                found |= _checks(view, intents, order_ids)
            minute[:] = machine.gate.minute
            cursor = int(machine.gate.account[0]["minute_cursor"])
    return found


def _before(gate: Gate, intents: EventArray) -> Gate:
    """Return the view before ``intents`` were approved, but for the times of approvals."""
    view = GateMachine(copied(gate))
    taken_back = np.zeros(1, EVENT)
    taken_back["kind"] = Kind.REJECTED
    for intent in intents[::-1]:
        if not intent["flags"] & OrderFlag.CANCEL:
            taken_back["order_id"] = intent["order_id"]
            view.step(taken_back, 0)
    return view.gate


def _checks(view: Gate, intents: EventArray, order_ids: AbstractSet[int]) -> Checks:
    """Put the intents of one step through the view again, as the run did, and ask every check."""
    found, machine = {}, GateMachine(view)
    for at, intent in enumerate(intents):
        order_id = int(intent["order_id"])
        if order_id in order_ids and not intent["flags"] & OrderFlag.CANCEL:
            found[order_id] = gate_checks(view, intents[at : at + 1])
        machine.step(intents, at)
    return found
