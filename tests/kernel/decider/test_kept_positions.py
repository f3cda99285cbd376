"""An emergency stop that keeps positions: entries end, and what guards a position stays."""

from tests.kernel.decider.hostile_venue import HostileVenue
from tests.kernel.decider.signals import deciding
from tests.kernel.decider.test_plans import (
    entered,
    entry_of,
    order_at,
    resting,
    surprise,
    waiting,
)
from tests.kernel.scenario import PERPETUAL
from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.order_specification import PlanSpec


def test_an_emergency_stop_that_keeps_positions_keeps_their_exits() -> None:
    venue = entered()
    before = resting(venue)
    venue.command(Kind.KILL, w2=1)
    venue.settle()
    assert (venue.position, resting(venue), len(venue.requests)) == (50, before, 0)
    venue.fill(order_at(venue, 1100), 25)
    venue.settle()
    assert (venue.position, len(resting(venue))) == (25, 3)
    assert venue.decide(-1.0) == []
    venue.command(Kind.REARM)
    venue.settle()
    assert len(resting(venue)) == 3


def test_positions_that_are_kept_get_the_stops_they_lack() -> None:
    venue = waiting(PlanSpec(stop=0.1, trail=0.1))
    entry = entry_of(venue)
    venue.fill(entry, 20)
    venue.command(Kind.KILL, w2=1)
    (request,) = [each for each in venue.requests if each["order_id"][0] == entry.order_id]
    assert int(request["flags"][0]) & OrderFlag.CANCEL
    venue.fill(entry, 10)  # it came before the cancel
    venue.settle()
    assert (venue.position, venue.open_exits) == (30, 30)
    # A stop that trails goes on, as it is a stop.
    venue.move(1100)
    venue.settle()
    assert {order.trigger for order in venue.orders.values()} == {1000}


def test_the_time_stop_of_a_position_that_is_kept_waits_for_the_re_arming() -> None:
    venue = entered(PlanSpec(stop=0.1, time_stop_ns=60_000_000_000))
    venue.command(Kind.KILL, w2=1)
    venue.tick(120.0)
    venue.settle()
    assert (venue.position, venue.open_exits) == (50, 50)
    venue.command(Kind.REARM)
    venue.settle()
    assert (venue.position, resting(venue)) == (0, [])


def test_an_emergency_stop_that_keeps_positions_keeps_the_exits_a_person_gave() -> None:
    venue = HostileVenue(deciding(PERPETUAL, cash=100_000))
    surprise(venue, 1, 10)
    stop, limit = int(OrderType.STOP), int(OrderType.LIMIT)
    reduces = limit | int(OrderFlag.REDUCE_ONLY)
    venue.command(Kind.MANUAL_ORDER, side=-1, size=10, trigger=900, flags=stop)
    venue.command(Kind.MANUAL_ORDER, side=-1, size=10, price=1200, flags=reduces)
    venue.command(Kind.MANUAL_ORDER, side=1, size=10, trigger=1300, flags=stop)
    venue.command(Kind.MANUAL_ORDER, side=1, size=10, price=800, flags=limit)
    venue.settle()
    venue.command(Kind.KILL, w2=1)
    venue.settle()
    assert resting(venue) == [("LIMIT", -1, 10, 1200), ("STOP", -1, 10, 900)]
