"""Decisions whose order waits for the report that the order before it is over."""

from dataclasses import replace
from typing import Any

import pytest

from tests.kernel.decider.hostile_venue import HostileVenue, Order
from tests.kernel.decider.signals import deciding
from tests.kernel.scenario import HOUR, PERPETUAL, SPOT, START, record
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.codes import PlanState, Reject, Style, Verdict, WorkState
from traider.kernel.order_specification import PlanSpec
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted

LATE_S = 0.2


def limited(market: MarketSpec = PERPETUAL, **terms: Any) -> HostileVenue:
    """Return a venue at which an order for 50 lots at 1,000 rests, its time nearly up."""
    terms = {"style": Style.LIMIT, "cash": 100_000, **terms}
    venue = HostileVenue(deciding(market, **terms))
    decide(venue, 1.0)
    venue.settle_quietly()
    return venue


def decide(venue: HostileVenue, score: float) -> list[EventArray]:
    """Let the next decision fall, an hour after the last."""
    venue.now = (venue.now // HOUR + 1) * HOUR - 10**9
    return venue.decide(score)


def resting(venue: HostileVenue) -> Order:
    """Return the one order at the venue."""
    (order,) = venue.orders.values()
    return order


def expire(venue: HostileVenue, kind: Kind = Kind.EXPIRED, code: int = 0) -> list[EventArray]:
    """End the resting order; tell of it later, and return what is wanted then."""
    venue.end(resting(venue), kind, code)
    venue.tick(LATE_S)
    return venue.deliver()


def late(venue: HostileVenue) -> int:
    """Return whether the last decision waits."""
    return int(venue.machine.decider.markets[0]["late"])


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.EXPIRED, 0),
        (Kind.CANCELLED, Reject.BY_REQUEST),
        (Kind.REJECTED, Reject.NO_ROOM),
    ],
)
def test_what_waited_is_ordered_when_the_end_is_told(kind: Kind, code: int) -> None:
    venue = limited()
    assert decide(venue, 1.0) == []
    decided = venue.now
    (intent,) = expire(venue, kind, code)
    assert (intent["side"][0], intent["size"][0], intent["price"][0]) == (1, 50, 1_000)
    assert intent["ts_recv"][0] == decided + LATE_S * 10**9
    assert intent["expire"][0] == decided + HOUR
    assert late(venue) == 0


def test_every_decision_is_acted_on_however_late_the_ends_are_told() -> None:
    venue = limited()
    ends = []
    for _ in range(6):
        assert decide(venue, 1.0) == []
        (intent,) = expire(venue)
        venue.settle_quietly()
        ends.append(int(intent["expire"][0]))
    assert ends == [START + (2 + n) * HOUR for n in range(1, 7)]


def test_the_side_and_size_are_those_of_the_decision_and_the_price_is_that_of_then() -> None:
    venue = limited()
    assert decide(venue, -1.0) == []
    venue.move(1_010)
    (intent,) = expire(venue)
    # Half of 100,000 at 1,010.
    assert (intent["side"][0], intent["size"][0], intent["price"][0]) == (-1, 49, 1_010)


def test_a_fill_that_ends_the_order_leaves_the_rest_to_be_ordered() -> None:
    venue = limited()
    assert decide(venue, -1.0) == []
    venue.fill(resting(venue), 20)
    assert venue.deliver() == []  # the other 30 may still fill
    venue.fill(resting(venue), 30)
    (intent,) = venue.deliver()
    assert (intent["side"][0], intent["size"][0]) == (-1, 100)


def test_where_what_is_wanted_is_held_by_then_nothing_is_ordered() -> None:
    venue = limited()
    decide(venue, 1.0)
    venue.fill(resting(venue), 50)
    assert venue.deliver() == []
    assert late(venue) == 0


def test_a_second_report_of_the_same_end_orders_nothing() -> None:
    venue = limited()
    decide(venue, 1.0)
    expire(venue)
    venue.settle_quietly()
    wanted = venue.machine.decider.account[0]["orders"]
    venue.repeat_end(0)
    assert venue.machine.decider.account[0]["orders"] == wanted


def test_a_decision_is_out_of_date_at_the_next_one() -> None:
    venue = limited()
    decided = venue.now + HOUR
    decide(venue, 1.0)
    venue.end(resting(venue), Kind.EXPIRED, 0)
    venue.now = decided + HOUR  # the report and the timer share the instant, and it comes first
    assert venue.deliver() == []
    (intent,) = venue.decide(1.0)
    assert intent["expire"][0] == venue.now + HOUR


def test_a_decision_without_news_does_not_bring_the_one_before_it_back() -> None:
    venue = limited()
    decide(venue, 1.0)
    venue.now += HOUR
    assert venue.show(record(Kind.TIMER, venue.now)) == []
    assert expire(venue) == []


def test_the_newest_of_two_decisions_that_waited_counts() -> None:
    venue = limited()
    decide(venue, 1.0)
    decide(venue, -1.0)
    (intent,) = expire(venue)
    assert (intent["side"][0], intent["size"][0]) == (-1, 50)
    assert intent["expire"][0] == venue.now - LATE_S * 10**9 + HOUR


@pytest.mark.parametrize("expires", [0, 2 * HOUR])
def test_an_order_that_lives_on_is_no_reason_to_wait(expires: int) -> None:
    venue = HostileVenue(deciding(cash=100_000))
    force = TimeInForce.GTD if expires else TimeInForce.GTC
    person = record(
        Kind.MANUAL_ORDER, venue.now, side=1, size=5, price=900,
        expire=START + expires if expires else 0,
        flags=int(OrderType.LIMIT) | int(force) << 4,
    )  # fmt: skip
    assert len(venue.show(person)) == 1
    venue.settle_quietly()
    assert decide(venue, 1.0) == []
    assert late(venue) == 0
    assert expire(venue) == []


def test_an_order_of_a_person_at_its_end_is_waited_for_like_any_other() -> None:
    venue = HostileVenue(deciding(cash=100_000))
    terms = {"side": 1, "price": 900, "flags": int(OrderType.LIMIT) | int(TimeInForce.GTD) << 4}
    for size in (5, 6):
        venue.show(record(Kind.MANUAL_ORDER, venue.now, size=size, expire=START + HOUR, **terms))
        venue.tick()
    venue.settle_quietly()
    assert decide(venue, 1.0) == []
    assert late(venue) == 1
    for left in (1, 0):
        venue.end(next(iter(venue.orders.values())), Kind.EXPIRED, 0)
        venue.tick(LATE_S)
        assert len(venue.deliver()) == (0 if left else 1)


def test_another_order_of_the_instrument_is_waited_for_too() -> None:
    venue = limited()
    decide(venue, 1.0)
    first = resting(venue)
    flags = int(OrderType.LIMIT)
    venue.show(record(Kind.MANUAL_ORDER, venue.now, side=1, size=5, price=900, flags=flags))
    venue.settle_quietly()
    venue.end(first, Kind.EXPIRED, 0)
    assert venue.deliver() == []
    assert len(expire(venue, Kind.CANCELLED, Reject.BY_REQUEST)) == 1


@pytest.mark.parametrize(
    ("commands", "orders"),
    [
        ([Kind.KILL], 0),
        ([Kind.WARMUP_BEGIN], 0),
        ([Kind.PAUSE], 0),
        ([Kind.PAUSE, Kind.REARM], 1),
        ([Kind.WARMUP_BEGIN, Kind.WARMUP_END], 1),
        ([Kind.RECONCILE_ADJUSTMENT], 0),
    ],
)
def test_nothing_is_opened_by_a_trader_that_was_stopped(commands: list[Kind], orders: int) -> None:
    venue = limited()
    decide(venue, 1.0)
    for command in commands:
        venue.command(command)
    if Kind.KILL in commands:
        venue.settle_quietly()
    wanted = expire(venue) if venue.orders else []
    assert len(wanted) == orders


def test_an_emergency_stop_ends_the_wait_for_good() -> None:
    venue = limited()
    decide(venue, 1.0)
    venue.command(Kind.KILL)
    venue.command(Kind.REARM)
    venue.end(resting(venue), Kind.EXPIRED, 0)
    venue.settle_quietly()
    assert venue.machine.decider.account[0]["orders"] == 2  # the first order, and its cancel
    assert not venue.orders


def test_a_paused_trader_reduces_when_the_end_is_told() -> None:
    venue = limited()
    venue.fill(resting(venue), 50)
    venue.deliver()
    decide(venue, -1.0)  # rests, unfilled
    venue.settle_quietly()
    decide(venue, -1.0)
    venue.command(Kind.PAUSE)
    (intent,) = expire(venue)
    assert (intent["side"][0], intent["size"][0]) == (-1, 50)


def test_a_refused_order_is_what_waited_for_it() -> None:
    """Where the gateway refuses an order after its time, what was decided since is ordered."""
    venue = HostileVenue(deciding(style=Style.LIMIT, cash=100_000))
    venue.verdict = Verdict.NOT_READY
    decide(venue, 1.0)
    decide(venue, -1.0)
    (intent,) = venue.deliver()
    assert intent["side"][0] == -1
    assert venue.deliver() == []  # once
    assert late(venue) == 0


def test_a_plan_whose_entry_ran_out_is_entered_again() -> None:
    venue = limited(SPOT, plan=PlanSpec(stop=0.1))
    assert venue.plan["state"] == PlanState.ENTERING
    assert decide(venue, 1.0) == []
    (intent,) = expire(venue)
    assert venue.plan["state"] == PlanState.ENTERING
    assert venue.plan["entry_id"] == intent["order_id"][0]
    assert not intent["flags"][0] & OrderFlag.REDUCE_ONLY


def test_a_worked_order_begins_at_once() -> None:
    venue = HostileVenue(deciding(SPOT, style=Style.POST_ONLY, cash=100_000))
    flags = int(OrderType.LIMIT) | int(TimeInForce.GTD) << 4
    person = record(
        Kind.MANUAL_ORDER, venue.now, side=1, size=5, price=900, flags=flags, expire=START + HOUR
    )
    venue.show(person)
    venue.settle_quietly()
    assert decide(venue, 1.0) == []
    (intent,) = expire(venue)
    assert venue.works[0]["state"] == WorkState.SENT
    assert venue.works[0]["child_id"] == intent["order_id"][0]


def test_other_instruments_do_not_wait() -> None:
    markets = [replace(PERPETUAL, name=name) for name in ("A", "B")]
    venue = HostileVenue(deciding(*markets, style=Style.LIMIT, cash=100_000))
    decide(venue, 1.0)
    venue.settle_quietly()
    bar = record(Kind.BAR, START + 2 * HOUR, instrument=1, flags=60, volume=2_000)
    for name in ("open", "high", "low", "close"):
        bar[name] = 1_000
    venue.now = START + 2 * HOUR - 10**9
    venue.show(bar)
    (intent,) = venue.decide(1.0)
    assert (intent["instrument"][0], intent["size"][0]) == (1, 50)
    assert venue.machine.decider.markets["late"].tolist() == [1, 0]
    venue.end(next(iter(venue.orders.values())), Kind.EXPIRED, 0)
    wanted = venue.deliver() + venue.deliver()  # the other order's verdict comes first
    assert [int(each["instrument"][0]) for each in wanted] == [0]


def test_a_journal_of_before_is_replayed_by_its_rules() -> None:
    venue = limited()
    venue.show(record(Kind.LEADER_EPOCH, venue.now, w0=1))
    decide(venue, 1.0)
    assert expire(venue) == []
    venue.show(record(Kind.LEADER_EPOCH, venue.now, w0=2, w3=1))
    assert len(decide(venue, 1.0)) == 1
    venue.settle_quietly()
    decide(venue, 1.0)
    assert len(expire(venue)) == 1
