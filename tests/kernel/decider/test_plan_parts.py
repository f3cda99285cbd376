"""Parts of small positions: those too small to be sold alone are joined; the stop moves on."""

from dataclasses import replace

import pytest

from tests.kernel.decider.hostile_venue import HostileVenue, Order
from tests.kernel.decider.signals import deciding
from tests.kernel.scenario import PERPETUAL, SPOT
from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import PlanState, Reject
from traider.kernel.order_specification import PlanSpec
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted

Parts = dict[int, int]
"""Lots by the price of their target, 0 for those that only a stop closes."""


def waiting(min_lots: int, *shares: float, **terms: float) -> HostileVenue:
    """Return a venue that an entry of 50 lots at 1,000 has reached; targets at 1,100, 1,200 ..."""
    return entering(replace(SPOT, min_lots=min_lots), *shares, **terms)


def entering(market: MarketSpec, *shares: float, **terms: float) -> HostileVenue:
    """Return the same venue for another market."""
    targets = tuple((1.0 + place, share) for place, share in enumerate(shares))
    plan = PlanSpec(stop=0.1, targets=targets, **terms)  # type: ignore[arg-type]
    venue = HostileVenue(deciding(market, plan=plan, cash=100_000))
    venue.decide(1.0)
    venue.arrive()
    return venue


def entry_of(venue: HostileVenue) -> Order:
    return next(iter(venue.orders.values()))


def parts(venue: HostileVenue) -> Parts:
    """Return the lots of the exits at the venue by their target; each has a stop."""
    found: Parts = {}
    for order in venue.orders.values():
        if order.kind is OrderType.STOP:
            other = venue.orders.get(order.order_id ^ 1)
            price = other.price if other else 0
            found[price] = found.get(price, 0) + order.left
    return found


def order_at(venue: HostileVenue, price: int) -> Order:
    return next(o for o in venue.orders.values() if price in (o.price, o.trigger))


@pytest.mark.parametrize(
    ("min_lots", "shares", "expected"),
    [
        (8, (0.1, 0.3), {1200: 20, 0: 30}),  # 5 go to the next
        (8, (0.5, 0.4), {1100: 25, 1200: 25}),  # the rest of 5 goes to the part before
        (10, (0.1, 0.1, 0.8), {1200: 10, 1300: 40}),
        (12, (0.5, 0.2, 0.2), {1100: 25, 1300: 25}),  # 10 to the next, the rest of 5 before it
        (20, (0.1, 0.1), {0: 50}),
        (40, (0.5, 0.5), {1200: 50}),
        (1, (0.1, 0.3), {1100: 5, 1200: 15, 0: 30}),
    ],
)
def test_a_part_too_small_is_joined_with_the_next_else_with_the_one_before(
    min_lots: int, shares: tuple[float, ...], expected: Parts
) -> None:
    venue = waiting(min_lots, *shares)
    venue.fill(entry_of(venue), 50)
    venue.settle()
    assert parts(venue) == expected
    assert venue.plan["unarmed_lots"] == 0


def test_the_first_target_that_has_a_part_moves_the_stop() -> None:
    venue = waiting(8, 0.1, 0.3, trail=0.05, break_even=True)
    venue.fill(entry_of(venue), 50)
    venue.settle()
    venue.move(1100)
    venue.settle()
    assert (venue.plan["stop_ticks"], parts(venue)) == (900, {1200: 20, 0: 30})
    venue.move(1200)
    venue.fill(order_at(venue, 1200), 20)
    venue.settle()
    assert (venue.plan["stop_ticks"], parts(venue)) == (1150, {0: 30})
    venue.fill(order_at(venue, 1150), 30)
    venue.settle()
    assert (venue.position, venue.plan["state"]) == (0, PlanState.NONE)


def test_with_one_part_alone_the_stop_trails_from_the_start() -> None:
    venue = waiting(20, 0.1, 0.1, trail=0.1)
    venue.fill(entry_of(venue), 50)
    venue.settle()
    venue.move(1050)
    venue.settle()
    assert (venue.plan["stop_ticks"], parts(venue)) == (950, {0: 50})


@pytest.mark.parametrize(
    ("fills", "expected"),
    [((25, 5), {1100: 30}), ((25, 12, 5), {1100: 25, 1200: 17}), ((5,), {})],
)
def test_what_is_too_small_when_the_entry_ends_joins_what_stands(
    fills: tuple[int, ...], expected: Parts
) -> None:
    venue = waiting(10, 0.5, 0.25)
    for lots in fills:
        venue.fill(entry_of(venue), lots)
        venue.settle_quietly()
    venue.end(entry_of(venue), Kind.CANCELLED, Reject.NO_LIQUIDITY)
    venue.settle()
    assert parts(venue) == expected
    assert venue.plan["dust_lots"] == (0 if expected else sum(fills))


def test_what_a_target_leaves_when_the_stop_moves_joins_the_next_part() -> None:
    venue = waiting(10, 0.5, 0.25, trail=0.05)
    venue.fill(entry_of(venue), 50)
    venue.settle()
    venue.fill(order_at(venue, 1100), 25)
    venue.fill(order_at(venue, 1200), 7)
    venue.settle()
    venue.move(1200)
    venue.settle()
    # Of the second part 5 are left, too few to be placed with the new stop.
    assert (venue.plan["stop_ticks"], parts(venue)) == (1150, {0: 18})


def test_on_futures_what_is_worth_too_little_has_its_exits_all_the_same() -> None:
    venue = entering(replace(PERPETUAL, min_notional=40_000.0), 0.5)
    venue.fill(entry_of(venue), 30)
    venue.end(entry_of(venue), Kind.CANCELLED, Reject.NO_LIQUIDITY)
    venue.settle()
    assert parts(venue) == {1100: 25, 0: 5}
    assert venue.plan["unarmed_lots"] == 0
    assert all(order.flags & OrderFlag.REDUCE_ONLY for order in venue.orders.values())
    venue.decide(0.0)
    venue.settle()
    assert (venue.position, venue.plan["state"]) == (0, PlanState.NONE)


@pytest.mark.parametrize(("least", "enters"), [(45_000.0, True), (45_001.0, False)])
def test_coins_that_could_not_be_sold_at_their_stop_are_not_bought(
    least: float, enters: bool
) -> None:
    venue = HostileVenue(
        deciding(replace(SPOT, min_notional=least), plan=PlanSpec(stop=0.1), cash=100_000)
    )
    assert (len(venue.decide(1.0)) > 0) is enters  # 50 lots, worth 45,000 at the stop
    assert venue.machine.decider.markets[0]["too_small"] == (0 if enters else 1)
