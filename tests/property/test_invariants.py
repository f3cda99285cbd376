"""Laws of the gate and of the account, on random streams with every kind of order and command.

1. The gate alone, fed the journal, gives the verdicts of the run again: code, number and limit.
2. Right after an approved order that may add exposure, the worst case of position and open orders
   is within every exposure limit in the gate's own view, computed here a second time.
3. A spot account never holds a negative position, cash or fee balance: at the venue after every
   event, in the ledger once all answers have come.
4. The gate's open lots are the sum over its table of orders, and never negative.
5. No two orders share an id; an order ends at most once and never fills beyond its size, nor do
   the two of a pair together.
6. On spot what resting orders hold, computed here a second time, is what the venue says, never
   negative, and never more than there is (up to the roundings of parts of an order).
"""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numba import njit

from tests.kernel.builders import HOUR_NS, finish
from tests.property.book_cases import book_cases
from tests.property.event_streams import Case, cases
from traider.domain.events import EventArray, FillFlag, Kind, OrderFlag, empty_events
from traider.domain.money import fee_units, notional_units
from traider.domain.orders import OrderType
from traider.kernel.codes import Limit, Reject, Verdict
from traider.kernel.compiled import compile_kernel
from traider.kernel.construction import build_gate
from traider.kernel.gate import approve, check_order, observe
from traider.kernel.machine import Machine
from traider.kernel.records import Gate
from traider.kernel.venue.holds import held

pytestmark = pytest.mark.uncounted

any_market = st.one_of(cases(), book_cases())
any_spot = st.one_of(cases(can_short=False), book_cases(can_short=False))
EXPOSURES: Final = (Limit.MAX_EXPOSURE, Limit.MAX_GROSS_EXPOSURE, Limit.MAX_LEVERAGE)


# Python cannot hand a single record to compiled code, only an array of them.
def _observe_first(gate: Gate, events: EventArray) -> None:
    observe(gate, events[0])


def _check_first(gate: Gate, events: EventArray) -> tuple[int, float, float]:
    return check_order(gate, events[0])


def _approve_first(gate: Gate, events: EventArray) -> None:
    approve(gate, events[0])


compile_function: Any = njit
observe_first: Final = compile_function(_observe_first)
check_first: Final = compile_function(_check_first)
approve_first: Final = compile_function(_approve_first)


@dataclass(frozen=True)
class Worst:
    """Fractions of equity: this instrument, all together, and all filled without open orders."""

    exposure: float
    gross: float
    filled: float


def _worst(gate: Gate, order: EventArray, open_before: int) -> Worst:
    """Compute the exposures that an approved ``order`` can lead to."""
    markets, k, side = gate.markets, int(order["instrument"][0]), int(order["side"][0])
    price = markets["mark_ticks"] * markets["lot_value"]
    held = markets["position_lots"]
    account = gate.account[0]
    equity = float(account["cash_units"]) / 1e8 + float((held * price).sum())
    equity += float(account["fee_balance"]) * float(account["fee_price_e8"]) / 1e16
    opened = markets["open_buy_lots"] if side > 0 else markets["open_sell_lots"]
    longest = np.abs(held + markets["open_buy_lots"])
    shortest = np.abs(held - markets["open_sell_lots"])
    lots = np.maximum(longest, shortest)
    lots[k] = abs(held[k] + side * opened[k])
    filled = np.abs(held)
    filled[k] = abs(held[k] + side * (opened[k] - open_before))
    return Worst(
        exposure=float(lots[k] * price[k]) / equity,
        gross=float((lots * price).sum()) / equity,
        filled=float((filled * price).sum()) / equity,
    )


def _check_approved(gate: Gate, order: EventArray) -> None:
    """Approve ``order`` and assert that what it can lead to is within the limits."""
    market = gate.markets[order["instrument"][0]]
    side = int(order["side"][0])
    name = "open_buy_lots" if side > 0 else "open_sell_lots"
    before = int(market[name])
    approve_first(gate, order)
    held = int(market["position_lots"])
    reduces = held * side < 0 and int(market[name]) <= abs(held)
    if reduces or order["flags"][0] & (OrderFlag.CANCEL | OrderFlag.REDUCE_ONLY):
        return
    worst = _worst(gate, order, before)
    found = dict(zip(EXPOSURES, (worst.exposure, worst.gross, worst.filled), strict=True))
    for limit, value in found.items():
        cap = float(gate.limits[limit])
        assert cap == 0.0 or value <= cap * (1.0 + 1e-12), limit


@given(any_market)
@settings(max_examples=40)
def test_the_gate_alone_answers_the_same_and_keeps_exposure_within_limits(case: Case) -> None:
    journal = finish(case.spec, case.events).journal
    answers: dict[int, deque[tuple[int, float, float]]] = defaultdict(deque)
    for verdict in journal[journal["kind"] == Kind.VERDICT]:
        answer = (int(verdict["code"]), float(verdict["number"]), float(verdict["limit"]))
        answers[int(verdict["order_id"])].append(answer)
    gate = build_gate(case.spec)
    for place in range(len(journal)):
        event = journal[place : place + 1]
        if event["kind"][0] != Kind.ORDER_INTENT:
            observe_first(gate, event)
            continue
        answer = check_first(gate, event)
        assert answer == answers[int(event["order_id"][0])].popleft()
        if answer[0] == Verdict.APPROVED:
            _check_approved(gate, event)
    assert not any(answers.values())


@given(any_spot)
@settings(max_examples=40)
def test_a_spot_account_never_goes_below_zero(case: Case) -> None:
    machine = Machine(case.spec, buffer=512)
    for place in range(len(case.events)):
        for _ in machine.feed(case.events[place : place + 1]):
            assert machine.venue.venue[0]["cash_units"] >= 0
            assert machine.venue.venue[0]["fee_balance"] >= 0
            assert machine.venue.markets["position_lots"].min() >= 0
    assert sum(len(part.nav) for part in machine.feed(empty_events(0), final=True)) <= 2
    if machine.venue.venue[0]["queued"] == 0:
        assert machine.decider.account[0]["cash_units"] >= 0
        assert machine.decider.account[0]["fee_balance"] >= 0
        assert machine.decider.markets["position_lots"].min() >= 0


def check_holds(machine: Machine) -> None:
    """Compute the holds of spot orders a second time, and compare them with all there is."""
    venue = machine.venue
    orders = venue.orders[venue.orders["order_id"] != 0]
    lots: dict[tuple[int, int], int] = {}
    money: dict[int, int] = {}
    for order in orders[(orders["arrived"] != 0) & (orders["asleep"] == 0)]:
        flags, order_id = int(order["flags"]), int(order["order_id"])
        left = int(order["remaining"])
        group = order_id
        if flags & OrderFlag.ONE_CANCELS_OTHER:
            group = order_id >> 1 << 1
        elif flags & OrderFlag.CHILD:
            group, left = order_id >> 8 << 8, min(left, int(order["armed"]))
        if flags & int(OrderFlag.TYPE_MASK) == int(OrderType.MARKET):
            continue
        if order["side"] < 0:
            key = (int(order["instrument"]), group)
            lots[key] = max(lots.get(key, 0), left)
        elif not flags & OrderFlag.REDUCE_ONLY:
            ticks = int(order["price"]) or int(order["trigger"])
            traded = machine.spec.markets[order["instrument"]]
            cost = notional_units(
                ticks * traded.tick_size, left * traded.lot_size, traded.multiplier
            )
            cost += fee_units(cost, Decimal(traded.taker_fee_e8) / 10**8)
            money[group] = max(money.get(group, 0), cost)
    for k, market in enumerate(venue.markets):
        mine = sum(size for (instrument, _), size in lots.items() if instrument == k)
        assert held(venue, k, -1, -1) == mine <= market["position_lots"]
    fills = int(machine.decider.account[0]["sequence"])
    assert held(venue, 0, 1, -1) == sum(money.values()) <= venue.venue[0]["cash_units"] + 2 * fills


@given(any_spot)
@settings(max_examples=40)
def test_resting_orders_hold_no_more_than_there_is(case: Case) -> None:
    # A latency as long as a bar is refused by the settings: an order would fill before it arrives.
    assume(case.spec.venue.latency_ns < HOUR_NS)
    machine = Machine(case.spec, buffer=512)
    for place in range(len(case.events)):
        for _ in machine.feed(case.events[place : place + 1]):
            check_holds(machine)


@given(any_market)
@settings(max_examples=60)
def test_the_gates_open_lots_are_those_of_its_orders(case: Case) -> None:
    gate = finish(case.spec, case.events).machine.gate
    used = gate.orders[gate.orders["order_id"] != 0]
    assert (used["lots"] >= 0).all()
    for k in range(len(gate.markets)):
        for side, name in ((1, "open_buy_lots"), (-1, "open_sell_lots")):
            mine = used[(used["instrument"] == k) & (used["side"] == side)]
            assert gate.markets[k][name] == mine["lots"].sum()


def other_of(intents: EventArray, order_id: int) -> int:
    """Return the order over the same lots as ``order_id``: of its pair, or its bracket; else 0."""
    flags = int(intents["flags"][intents["order_id"] == order_id][0])
    if flags & OrderFlag.ONE_CANCELS_OTHER:
        return order_id ^ 1
    return order_id ^ 3 if flags & OrderFlag.CHILD else 0


@given(any_market)
@settings(max_examples=60)
def test_an_order_ends_once_and_fills_no_more_than_its_size(case: Case) -> None:
    journal = finish(case.spec, case.events).journal
    intents = journal[(journal["kind"] == Kind.ORDER_INTENT)]
    intents = intents[intents["flags"] & OrderFlag.CANCEL == 0]
    sizes = dict(zip(intents["order_id"].tolist(), intents["size"].tolist(), strict=True))
    assert len(sizes) == len(intents)
    in_money = set(intents["order_id"][intents["flags"] & OrderFlag.QUOTE_SIZED != 0].tolist())
    tied = {order_id: other_of(intents, order_id) for order_id in sizes}
    ends: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    for event in journal:
        order_id, kind = int(event["order_id"]), event["kind"]
        if kind == Kind.FILL and event["flags"] & FillFlag.LIQUIDATION:
            assert order_id == 0
        elif kind == Kind.FILL:
            filled[order_id] += int(event["size"])
            ends[order_id] += int(event["leaves"] == 0)
            if order_id not in in_money:
                other = filled[tied[order_id]]
                assert event["leaves"] == sizes[order_id] - filled[order_id] - other
        elif kind in (Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED):
            ends[order_id] += int(event["code"] != Reject.UNKNOWN_ORDER)
    assert max(ends.values(), default=0) <= 1
    assert all(
        filled[order_id] <= sizes[order_id] for order_id in filled if order_id not in in_money
    )


@pytest.fixture(scope="module", autouse=True)
def _kernel() -> None:
    compile_kernel()
