"""Laws of the gate and of the account, on random streams with every kind of order and command.

1. The gate alone, fed the journal, gives the verdicts of the run again: code, number and limit.
2. Right after an approved order that may add exposure, the worst case of position and open orders
   is within every exposure limit in the gate's own view, computed here a second time.
3. A spot account never holds a negative position or negative cash, at the venue after every event
   and in the ledger once all answers have come.
4. The gate's open lots are the sum over its table of orders, and never negative.
5. No two orders share an id; an order ends at most once and never fills beyond its size, nor do
   the two of a pair together.
"""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from numba import njit

from tests.kernel.builders import finish
from tests.property.event_streams import Case, cases
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events
from traider.kernel.codes import Limit, Reject, Verdict
from traider.kernel.compiled import compile_kernel
from traider.kernel.construction import build_gate
from traider.kernel.gate import approve, check_order, observe
from traider.kernel.machine import Machine
from traider.kernel.records import Gate

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
    equity = float(gate.account[0]["cash_units"]) / 1e8 + float((held * price).sum())
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


@given(cases())
@settings(max_examples=150)
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


@given(cases(can_short=False))
@settings(max_examples=150)
def test_a_spot_account_never_goes_below_zero(case: Case) -> None:
    machine = Machine(case.spec, buffer=512)
    for place in range(len(case.events)):
        for _ in machine.feed(case.events[place : place + 1]):
            assert machine.venue.venue[0]["cash_units"] >= 0
            assert machine.venue.markets["position_lots"].min() >= 0
    assert sum(len(part.nav) for part in machine.feed(empty_events(0), final=True)) <= 2
    if machine.venue.venue[0]["queued"] == 0:
        assert machine.decider.account[0]["cash_units"] >= 0
        assert machine.decider.markets["position_lots"].min() >= 0


@given(cases())
@settings(max_examples=100)
def test_the_gates_open_lots_are_those_of_its_orders(case: Case) -> None:
    gate = finish(case.spec, case.events).machine.gate
    used = gate.orders[gate.orders["order_id"] != 0]
    assert (used["lots"] >= 0).all()
    for k in range(len(gate.markets)):
        for side, name in ((1, "open_buy_lots"), (-1, "open_sell_lots")):
            mine = used[(used["instrument"] == k) & (used["side"] == side)]
            assert gate.markets[k][name] == mine["lots"].sum()


@given(cases())
@settings(max_examples=100)
def test_an_order_ends_once_and_fills_no_more_than_its_size(case: Case) -> None:
    journal = finish(case.spec, case.events).journal
    intents = journal[(journal["kind"] == Kind.ORDER_INTENT)]
    intents = intents[intents["flags"] & OrderFlag.CANCEL == 0]
    sizes = dict(zip(intents["order_id"].tolist(), intents["size"].tolist(), strict=True))
    assert len(sizes) == len(intents)
    in_money = set(intents["order_id"][intents["flags"] & OrderFlag.QUOTE_SIZED != 0].tolist())
    in_pairs = intents["flags"] & OrderFlag.ONE_CANCELS_OTHER != 0
    paired = set(intents["order_id"][in_pairs].tolist())
    ends: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    for event in journal:
        order_id, kind = int(event["order_id"]), event["kind"]
        if kind == Kind.FILL:
            filled[order_id] += int(event["size"])
            ends[order_id] += int(event["leaves"] == 0)
            if order_id not in in_money:
                other = filled[order_id ^ 1] if order_id in paired else 0
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
