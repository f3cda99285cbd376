"""Order plans, step by step, against a venue that does what a test says."""

from dataclasses import replace
from typing import Any

import pytest

from tests.kernel.decider.hostile_venue import HostileVenue, Order
from tests.kernel.decider.signals import NEVER_WARM, deciding
from tests.kernel.scenario import PERPETUAL, SPOT
from traider.domain.events import FillFlag, Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import PlanState, Reject, SliceState
from traider.kernel.order_specification import PlanSpec
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted

LADDER = PlanSpec(stop=0.1, targets=((1.0, 0.5), (2.0, 0.25)))
Exit = tuple[str, int, int, int]
"""Kind of an order, its side, its lots, and the price it waits for."""


def waiting(plan: PlanSpec = LADDER, market: MarketSpec = SPOT, score: float = 1.0) -> HostileVenue:
    """Return a venue that an entry of 50 lots at 1,000 has reached."""
    venue = HostileVenue(deciding(market, plan=plan, cash=100_000))
    venue.decide(score)
    venue.arrive()
    return venue


def entry_of(venue: HostileVenue) -> Order:
    return next(iter(venue.orders.values()))


def entered(plan: PlanSpec = LADDER, market: MarketSpec = SPOT, score: float = 1.0) -> HostileVenue:
    """Return a venue at which such an entry filled and the exits rest."""
    venue = waiting(plan, market, score)
    venue.fill(entry_of(venue), 50)
    venue.settle()
    return venue


def resting(venue: HostileVenue) -> list[Exit]:
    """Return what rests at the venue."""
    found = [
        (order.kind.name, order.side, order.left, order.price or order.trigger)
        for order in venue.orders.values()
    ]
    return sorted(found)


def order_at(venue: HostileVenue, price: int) -> Order:
    """Return the first order that waits for ``price``."""
    return next(o for o in venue.orders.values() if price in (o.price, o.trigger))


# --------------------------------------------------------------------------------- the exits


def test_what_the_entry_holds_is_split_among_the_targets_and_the_rest() -> None:
    venue = entered()
    assert resting(venue) == [
        ("LIMIT", -1, 12, 1200),
        ("LIMIT", -1, 25, 1100),
        ("STOP", -1, 12, 900),
        ("STOP", -1, 13, 900),
        ("STOP", -1, 25, 900),
    ]
    pairs = [order for order in venue.orders.values() if order.flags & OrderFlag.ONE_CANCELS_OTHER]
    assert len(pairs) == 4
    assert {order.order_id ^ 1 for order in pairs} == {order.order_id for order in pairs}
    assert all((order.order_id & 1 == 0) is (order.kind is OrderType.STOP) for order in pairs)
    assert (venue.plan["state"], venue.plan["unarmed_lots"]) == (PlanState.OPEN, 0)


def test_exits_only_reduce_on_futures_and_are_held_for_on_spot() -> None:
    reduces = int(OrderFlag.REDUCE_ONLY)
    assert all(order.flags & reduces for order in entered(market=PERPETUAL).orders.values())
    assert not any(order.flags & reduces for order in entered(market=SPOT).orders.values())


def test_a_short_position_is_the_mirror() -> None:
    venue = entered(market=PERPETUAL, score=-1.0)
    assert resting(venue) == [
        ("LIMIT", 1, 12, 800),
        ("LIMIT", 1, 25, 900),
        ("STOP", 1, 12, 1100),
        ("STOP", 1, 13, 1100),
        ("STOP", 1, 25, 1100),
    ]


def test_parts_of_an_entry_fill_the_first_target_first() -> None:
    venue = waiting()
    shares = []
    for lots in (10, 20, 10, 10):
        venue.fill(entry_of(venue), lots)
        venue.settle_quietly()
        parts = {1100: 0, 1200: 0}
        for order in venue.orders.values():
            if order.kind is OrderType.LIMIT:
                parts[order.price] += order.left
        shares.append((parts[1100], parts[1200], venue.open_exits))
    assert shares == [(10, 0, 10), (25, 5, 30), (25, 12, 40), (25, 12, 50)]


def test_stop_and_targets_stand_around_the_average_price_of_the_entry() -> None:
    venue = waiting()
    venue.fill(entry_of(venue), 25, price=1000)
    venue.fill(entry_of(venue), 25, price=1011)
    venue.settle()
    # The first part was guarded around 1,000; with the second the average is 1,005.5.
    assert venue.plan["stop_ticks"] == 905
    assert {order.trigger for order in venue.orders.values() if order.trigger} == {900, 905}
    assert {order.price for order in venue.orders.values() if order.price} == {1100, 1206}


def test_a_target_takes_its_profit_and_its_stop_with_it() -> None:
    venue = entered()
    venue.fill(order_at(venue, 1100), 25)
    venue.settle()
    assert resting(venue) == [("LIMIT", -1, 12, 1200), ("STOP", -1, 12, 900), ("STOP", -1, 13, 900)]
    assert venue.plan["held_lots"] == 25


def test_what_one_exit_fills_in_part_the_other_loses() -> None:
    venue = entered()
    venue.fill(order_at(venue, 1100), 10)
    venue.settle()
    first = venue.slices[0]
    assert (first["lots"], first["state"]) == (15, SliceState.RESTING)
    stop = venue.orders[int(first["stop_id"])]
    venue.fill(stop, 15)
    venue.settle()
    assert venue.plan["held_lots"] == 25
    assert venue.slices[0]["state"] == SliceState.FREE


def test_more_parts_than_slices_are_taken_back_and_placed_as_one() -> None:
    venue = waiting(PlanSpec(stop=0.1, targets=((1.0, 0.5),)))
    for _ in range(40):
        venue.fill(entry_of(venue), 1)
        venue.deliver()
    venue.settle_quietly()
    assert venue.open_exits == 40
    assert len([order for order in venue.orders.values() if order.kind is OrderType.STOP]) <= 12
    assert sum(o.left for o in venue.orders.values() if o.price == 1100) == 25


# ------------------------------------------------------------------------- the stop that moves


def test_the_stop_moves_to_break_even_when_the_first_target_is_done() -> None:
    venue = entered(replace(LADDER, break_even=True))
    venue.fill(order_at(venue, 1100), 24)
    venue.settle()
    assert {o.trigger for o in venue.orders.values() if o.kind is OrderType.STOP} == {900}
    venue.move(1100)
    venue.fill(order_at(venue, 1100), 1)
    venue.settle()
    assert resting(venue) == [
        ("LIMIT", -1, 12, 1200),
        ("STOP", -1, 12, 1000),
        ("STOP", -1, 13, 1000),
    ]


def test_the_trailing_stop_follows_the_best_price_in_steps_and_never_back() -> None:
    venue = entered(replace(LADDER, trail=0.05))
    venue.fill(order_at(venue, 1100), 25)
    stops = []
    for price in (1100, 1104, 1105, 1150, 1120, 1153, 1155):
        venue.move(price)
        venue.settle()
        stops.append({o.trigger for o in venue.orders.values() if o.kind is OrderType.STOP})
    # 50 below the best price, in steps of a tenth of that.
    assert stops == [{1050}, {1050}, {1055}, {1100}, {1100}, {1100}, {1105}]
    assert venue.open_exits == 25


def test_without_targets_the_stop_trails_from_the_start() -> None:
    venue = entered(PlanSpec(stop=0.1, trail=0.1))
    venue.move(1100)
    venue.settle()
    assert resting(venue) == [("STOP", -1, 50, 1000)]


def test_a_step_too_small_for_the_venue_waits() -> None:
    venue = entered(PlanSpec(stop=0.1, trail=0.1, trail_step=0.5))
    venue.move(1049)
    assert not venue.requests
    venue.move(1050)
    assert len(venue.requests) == 1


# --------------------------------------------------------------------- what cannot rest there


def small(**rules: float) -> MarketSpec:
    return replace(SPOT, **rules)  # type: ignore[arg-type]


def test_lots_too_few_for_the_venue_are_guarded_by_the_soft_stop() -> None:
    venue = waiting(market=small(min_lots=20))
    venue.fill(entry_of(venue), 30)
    venue.settle_quietly()
    # 25 stand at the venue; 5 of what the first target leaves are too few while more may come.
    assert (venue.plan["unarmed_lots"], venue.plan["held_lots"]) == (5, 30)
    venue.fill(order_at(venue, 1100), 20)
    venue.settle()
    # An exit did its work: no more comes, and 5 and 5 together are still too few.
    venue.fill(order_at(venue, 1100), 5)
    venue.settle()
    assert (venue.plan["state"], venue.plan["dust_lots"]) == (PlanState.NONE, 5)


def test_dust_is_noted_and_does_not_keep_the_next_entry_out() -> None:
    venue = waiting(market=small(min_lots=10))
    venue.fill(entry_of(venue), 4)
    venue.end(entry_of(venue), Kind.CANCELLED, Reject.NO_LIQUIDITY)
    venue.settle()
    assert (venue.plan["state"], venue.plan["dust_lots"]) == (PlanState.NONE, 4)
    (entry,) = venue.decide(1.0)
    assert entry["size"] == 46
    venue.arrive()
    venue.fill(entry_of(venue), 46)
    venue.settle()
    assert venue.plan["held_lots"] == 50


def test_a_refused_exit_is_tried_again_then_left_to_the_soft_stop() -> None:
    venue = waiting(PlanSpec(stop=0.1))
    venue.fill(entry_of(venue), 50)
    tries = 0
    while venue.answers or venue.requests:
        if venue.answers:
            tries += len(venue.deliver(refuse=True))
        else:
            venue.arrive()
    assert tries == 3
    assert (venue.plan["unarmed_lots"], resting(venue)) == (50, [])
    venue.tick(61)
    venue.move(1000)
    venue.settle()
    assert resting(venue) == [("STOP", -1, 50, 900)]


def test_while_refused_the_soft_stop_sells_at_the_market() -> None:
    venue = waiting(PlanSpec(stop=0.1))
    venue.fill(entry_of(venue), 50)
    while venue.answers or venue.requests:
        venue.deliver(refuse=True) if venue.answers else venue.arrive()
    venue.move(890)
    venue.settle()
    assert (venue.position, venue.plan["state"]) == (0, PlanState.NONE)


def test_one_refused_order_of_a_pair_takes_the_other_back() -> None:
    venue = waiting(PlanSpec(stop=0.1, targets=((1.0, 1.0),)))
    venue.fill(entry_of(venue), 50)
    while not venue.requests:
        venue.deliver()
    stop_id = int(venue.requests[0]["order_id"][0])
    # The gate refused the stop alone: the target must not stay at the venue without it.
    venue.requests.popleft()
    del venue.orders[stop_id]
    verdict = next(a for a in venue.answers if a["order_id"][0] == stop_id)
    verdict["code"] = 7
    venue.settle()
    assert resting(venue) == [("LIMIT", -1, 50, 1100), ("STOP", -1, 50, 900)]
    assert len({order.order_id >> 8 for order in venue.orders.values()}) == 1


def test_an_exit_ended_by_somebody_else_is_placed_again() -> None:
    venue = entered()
    venue.end(order_at(venue, 1100), Kind.CANCELLED, Reject.BY_REQUEST)
    venue.settle()
    assert venue.open_exits == 50
    assert len(resting(venue)) == 5


def test_an_answer_that_never_comes_is_asked_for_again() -> None:
    venue = entered(PlanSpec(stop=0.1, trail=0.1))
    venue.move(1100)
    venue.requests.clear()
    while venue.answers:
        venue.deliver()
    venue.tick(61)
    venue.move(1100)
    assert [int(r["flags"][0]) & OrderFlag.CANCEL for r in venue.requests] == [OrderFlag.CANCEL]
    venue.settle()
    assert resting(venue) == [("STOP", -1, 50, 1000)]


def test_an_order_the_venue_does_not_know_is_believed_gone_after_a_while() -> None:
    venue = entered(PlanSpec(stop=0.1, trail=0.1))
    venue.orders.clear()
    venue.move(1100)
    venue.settle()
    assert venue.slices[0]["state"] == SliceState.CANCELLING
    venue.tick(61)
    venue.move(1100)
    venue.settle()
    assert resting(venue) == [("STOP", -1, 50, 1000)]


# ------------------------------------------------------------------------------------- the end


def test_the_ensemble_that_leaves_closes_the_position() -> None:
    venue = entered()
    assert len(venue.decide(0.0)) == 3
    venue.settle()
    assert (venue.position, resting(venue)) == (0, [])
    assert (venue.plan["state"], venue.plan["spent"]) == (PlanState.NONE, 0)


def test_an_exit_takes_back_what_is_left_of_the_entry() -> None:
    venue = waiting()
    venue.fill(entry_of(venue), 20)
    venue.settle_quietly()
    venue.fill(order_at(venue, 900), 20)
    venue.settle_quietly()
    assert (venue.position, resting(venue)) == (0, [])
    assert venue.plan["state"] == PlanState.NONE


def test_a_direction_is_entered_again_only_after_the_ensemble_left_it() -> None:
    venue = entered(PlanSpec(stop=0.1))
    venue.fill(order_at(venue, 900), 50)
    venue.settle()
    assert venue.decide(1.0) == []
    assert venue.decide(0.0) == []
    assert len(venue.decide(1.0)) == 1


def test_or_at_once_when_the_plan_says_so() -> None:
    venue = entered(PlanSpec(stop=0.1, reenter=True))
    venue.fill(order_at(venue, 900), 50)
    venue.settle()
    assert len(venue.decide(1.0)) == 1


def test_nothing_is_entered_while_the_distance_of_the_stop_is_unknown() -> None:
    venue = HostileVenue(deciding(plan=PlanSpec(stop=2.0, stop_slot=NEVER_WARM)))
    assert venue.decide(1.0) == []


def test_the_size_is_that_of_the_entry_whatever_is_wanted_later() -> None:
    venue = entered(PlanSpec(stop=0.1))
    venue.move(1200)
    venue.settle()
    assert venue.decide(0.5) == []


# ---------------------------------------------------------------------------- others and haste


def test_what_somebody_else_sells_is_taken_off_the_exits() -> None:
    venue = entered(PlanSpec(stop=0.1))
    surprise(venue, -1, 20)
    venue.settle()
    assert resting(venue) == [("STOP", -1, 30, 900)]


def test_what_somebody_else_buys_is_guarded_too() -> None:
    venue = entered(PlanSpec(stop=0.1))
    surprise(venue, 1, 20)
    venue.settle()
    assert sorted(order.left for order in venue.orders.values()) == [20, 50]


def test_a_liquidation_ends_the_plan() -> None:
    venue = entered(market=PERPETUAL)
    for order in list(venue.orders.values()):
        if order.order_id in venue.orders:
            venue.end(order, Kind.CANCELLED, Reject.LIQUIDATED)
    surprise(venue, -1, 50, flags=int(FillFlag.LIQUIDATION))
    venue.settle()
    assert (venue.plan["state"], resting(venue)) == (PlanState.NONE, [])


def test_a_position_that_turned_over_gets_a_plan_of_its_own() -> None:
    venue = entered(PlanSpec(stop=0.1), PERPETUAL)
    surprise(venue, -1, 80)
    venue.settle()
    venue.move(1000)
    venue.settle()
    assert resting(venue) == [("STOP", 1, 30, 1100)]


def surprise(venue: HostileVenue, side: int, lots: int, **words: int) -> None:
    """Let the account trade without an order of the decider's."""
    venue.position += side * lots
    fill: dict[str, Any] = {"side": side, "size": lots, "price": venue.price, **words}
    venue.command(Kind.FILL, **fill)


def test_a_pause_leaves_the_exits_alone() -> None:
    venue = entered(PlanSpec(stop=0.1, trail=0.1))
    venue.command(Kind.PAUSE)
    assert not venue.requests
    venue.move(1100)
    venue.settle()
    assert resting(venue) == [("STOP", -1, 50, 1000)]


def test_an_emergency_stop_takes_all_back_and_closes() -> None:
    venue = entered()
    venue.command(Kind.KILL)
    venue.settle()
    assert (venue.position, resting(venue)) == (0, [])
    assert venue.decide(1.0) == []


def test_an_emergency_stop_closes_positions_without_a_plan_too() -> None:
    venue = HostileVenue(deciding(SPOT, cash=100_000))
    venue.decide(1.0)
    venue.settle()
    manual = {"side": -1, "size": 10, "price": 1100, "flags": int(OrderType.LIMIT)}
    venue.command(Kind.MANUAL_ORDER, **manual)
    venue.settle()
    assert resting(venue) == [("LIMIT", -1, 10, 1100)]
    venue.command(Kind.KILL)
    (request,) = venue.requests
    assert int(request["flags"][0]) & OrderFlag.CANCEL
    venue.settle()
    assert (venue.position, resting(venue)) == (0, [])
    assert venue.plan["state"] == PlanState.NONE


def test_an_emergency_stop_with_more_orders_than_one_event_takes_goes_on() -> None:
    venue = HostileVenue(deciding(SPOT, cash=100_000))
    for _ in range(60):
        venue.command(Kind.MANUAL_ORDER, side=1, size=1, price=500, flags=int(OrderType.LIMIT))
    venue.settle()
    venue.command(Kind.KILL)
    assert 0 < len(venue.requests) < 60
    venue.settle()
    assert resting(venue) == []
    assert venue.machine.decider.markets[0]["open_orders"] == 0


def test_a_fill_of_an_entry_believed_dead_is_guarded() -> None:
    venue = waiting(PlanSpec(stop=0.1))
    order_id = entry_of(venue).order_id
    venue.end(entry_of(venue), Kind.CANCELLED, Reject.NO_LIQUIDITY)
    venue.settle()
    venue.position += 30
    venue.command(Kind.FILL, side=1, size=30, price=1000, order_id=order_id)
    venue.settle()
    assert resting(venue) == [("STOP", -1, 30, 900)]


def test_no_order_is_sent_in_a_warm_up() -> None:
    venue = HostileVenue(deciding(SPOT, plan=LADDER, cash=100_000))
    venue.command(Kind.WARMUP_BEGIN)
    surprise(venue, 1, 50)
    assert venue.decide(1.0) == []
    venue.command(Kind.WARMUP_END)
    venue.settle()
    assert venue.open_exits == 50
