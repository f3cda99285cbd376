"""Laws of order plans, under any order of fills, rejections, refusals, cancels and commands.

1. After every event the parts of the plan are what is held: slices at the venue, unarmed lots and
   lots being sold at market; none is negative.
2. What is open at the venue to close the position never exceeds what is really held, on its way
   or not, and no exit trades beyond flat. On futures, where exits only reduce, what closes at the
   market may stand beside slices that were asked back.
3. A slice knows the rest of its orders, up to the fills still under way.
4. When everything was answered, what is held and can be sold has an exit: a slice at the venue, or
   the soft stop, which has nothing to do while the mark stands before it; what waits could not be
   sold with any other part.
5. A plan that the ensemble leaves, and an emergency stop, end flat or with dust that is noted.
6. After fills that come late, after the order was believed over, or positions that others change,
   the exits are trimmed to what is held as soon as everything was answered.
"""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.decider.hostile_venue import HostileVenue, choose
from tests.kernel.decider.signals import deciding
from tests.kernel.scenario import PERPETUAL, SPOT
from traider.domain.events import Kind, OrderFlag
from traider.kernel.codes import OWNED_LEG, PlanState, Reject, SliceState
from traider.kernel.order_specification import PlanSpec
from traider.kernel.specification import KernelSpec

pytestmark = pytest.mark.uncounted

SCORES: Final = (1.0, 1.0, 1.0, 0.0, -1.0)
Moves = list[tuple[int, int]]
moves = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 10_000)), max_size=120)


@st.composite
def plans(draw: st.DrawFn) -> PlanSpec:
    """Draw a plan with stops of a tenth to a hundredth of the price."""
    count = draw(st.integers(0, 3))
    share = draw(st.sampled_from([0.2, 1.0 / 3.0, 0.05]))
    return PlanSpec(
        stop=draw(st.sampled_from([0.01, 0.1])),
        targets=tuple((1.0 + place, share) for place in range(count)),
        trail=draw(st.sampled_from([0.0, 0.02])),
        break_even=draw(st.booleans()),
        time_stop_ns=draw(st.sampled_from([0, 30_000_000_000])),
        reenter=draw(st.booleans()),
    )


class Drawn:
    """A kernel; no dataclass, so that a failing example prints what was drawn and no more."""

    def __init__(self, spec: KernelSpec) -> None:
        self.spec = spec

    def __repr__(self) -> str:
        """Say what differs from example to example."""
        return f"{self.spec.markets[0]}, {self.spec.strategy.plan}, {self.spec.cash_units}"


@st.composite
def kernels(draw: st.DrawFn) -> Drawn:
    """Draw a kernel with a plan on a spot or a perpetual."""
    traded = draw(st.sampled_from([SPOT, PERPETUAL]))
    rules = {
        "lot_step": draw(st.sampled_from([1, 5])),
        "min_lots": draw(st.sampled_from([1, 10])),
        "min_notional": draw(st.sampled_from([0.0, 8_000.0])),
    }
    changed = type(traded)(**{**vars(traded), **rules})
    cash = draw(st.sampled_from([100_000, 50_000]))
    return Drawn(deciding(changed, plan=draw(plans()), cash=cash))


def check_parts(venue: HostileVenue) -> None:
    """Laws 1 to 3."""
    plan, slices = venue.plan, venue.slices
    busy = slices[slices["state"] > SliceState.WAITING]
    waiting = int(slices["lots"][slices["state"] == SliceState.WAITING].sum())
    parts = int(busy["lots"].sum()) + int(plan["unarmed_lots"]) + int(plan["close_lots"])
    assert (slices["lots"] >= 0).all()
    assert plan["unarmed_lots"] >= waiting
    if plan["state"] == PlanState.NONE:
        assert parts == 0
    else:
        assert plan["held_lots"] == max(int(plan["side"]) * venue.held, 0)
        assert parts == plan["held_lots"]
    closes_beside = is_future(venue) and plan["state"] == PlanState.CLOSING
    if not closes_beside:
        assert venue.open_exits <= abs(venue.position)
    underway = [a for a in venue.answers if a["kind"][0] == Kind.FILL]
    for one in busy:
        ids = {int(one["stop_id"]), int(one["target_id"])} - {0}
        mine = [venue.orders[i].left for i in ids if i in venue.orders]
        unheard = sum(
            int(a["size"][0]) for a in underway if int(a["order_id"][0]) | 1 in {i | 1 for i in ids}
        )
        if mine and not (closes_beside and one["lots"] == 0):
            assert max(mine) + unheard == one["lots"]


def is_future(venue: HostileVenue) -> bool:
    """Whether exits only reduce; checked on every one."""
    if not venue.spec.markets[0].can_short:
        return False
    against = -int(venue.plan["side"])
    owned = [order for order in venue.orders.values() if order.order_id & OWNED_LEG]
    exits = [order for order in owned if order.side == against]
    assert all(order.flags & OrderFlag.REDUCE_ONLY for order in exits)
    return True


def act(venue: HostileVenue, move: tuple[int, int]) -> None:
    """Make one of the moves that are possible now."""
    action, number = move
    arrived = [order for order in venue.orders.values() if order.arrived and order.left > 0]
    if action <= 3 and venue.requests:
        venue.arrive(reject=action == 3 and number % 3 == 0)
    elif action <= 8 and venue.answers:
        venue.deliver(refuse=action == 8 and number % 3 == 0)
    elif action <= 12 and arrived:
        order = choose(arrived, number)
        whole = number % 2 or venue.spec.markets[0].lot_step > order.left
        step = venue.spec.markets[0].lot_step
        part = order.left if whole else max(order.left // 3 // step * step, step)
        venue.fill(order, part)
    elif action == 13 and arrived:
        venue.end(choose(arrived, number), Kind.CANCELLED, Reject.INSUFFICIENT_FUNDS)
    elif action == 14 and venue.ended:
        venue.repeat_end(number)
    elif action <= 16:
        venue.move(venue.price + choose([-60, -15, -5, 0, 5, 15, 60], number))
    elif action == 17:
        venue.tick(choose([1, 29, 61], number))
        venue.decide(choose(SCORES, number))
    elif action == 18:
        command(venue, number)
    else:
        venue.decide(choose(SCORES, number), refuse=number % 5 == 0)


def command(venue: HostileVenue, number: int) -> None:
    """Let a person pause, stop or re-arm."""
    kind = choose([Kind.PAUSE, Kind.KILL, Kind.REARM, Kind.REARM, Kind.REARM], number)
    venue.command(kind, w2=number % 2 if kind is Kind.KILL else 0)


def run(kernel: Drawn, drawn: Moves) -> HostileVenue:
    """Play the moves and hold the laws of every moment."""
    venue = HostileVenue(kernel.spec)
    venue.decide(1.0)
    for move in drawn:
        act(venue, move)
        check_parts(venue)
    return venue


def sellable(venue: HostileVenue, lots: int) -> bool:
    """Whether the venue takes an order of so many lots."""
    rules = venue.spec.markets[0]
    whole = lots // rules.lot_step * rules.lot_step
    worth = rules.can_short or whole * venue.price >= rules.min_notional
    return whole >= rules.min_lots and worth and whole > 0


@given(kernels(), moves)
@settings(max_examples=60)
def test_the_parts_are_the_whole_at_every_moment(kernel: Drawn, drawn: Moves) -> None:
    venue = run(kernel, drawn)
    assert venue.machine.decider.account[0]["sequence"] == len(venue.journal)


@given(kernels(), moves)
@settings(max_examples=50)
def test_what_can_be_sold_has_an_exit_when_all_is_answered(kernel: Drawn, drawn: Moves) -> None:
    venue = run(kernel, drawn)
    venue.command(Kind.REARM)
    for _ in range(4):
        venue.settle()
        check_parts(venue)
        venue.tick(61)
        venue.decide(1.0)
    venue.settle()
    plan, slices = venue.plan, venue.slices
    assert venue.held == venue.position
    if plan["state"] != PlanState.OPEN or not sellable(venue, abs(venue.position)):
        return
    passed = plan["side"] * (venue.price - plan["stop_ticks"]) <= 0
    unarmed = int(plan["unarmed_lots"])
    assert plan["stop_ticks"] > 0
    assert not (passed and sellable(venue, unarmed))
    for one in slices[slices["state"] == SliceState.RESTING]:
        ids = [int(one["stop_id"]), int(one["target_id"])]
        assert ids[0] in venue.orders
        assert {order_id for order_id in ids if order_id} <= set(venue.orders)
    for one in slices[slices["state"] == SliceState.WAITING]:
        # Too small for the venue at its own prices, or refused a few times a moment ago.
        assert one["failures"] > 0 or not sellable(venue, int(one["lots"] * 0.8))
    used = slices[slices["state"] != SliceState.FREE]
    if passed or plan["entry_id"] != 0 or used["failures"].any():
        return
    # ... and no other part could take it: nothing is left that would have sold with another.
    small = int(used["lots"][used["state"] == SliceState.WAITING].sum())
    for one in used[used["state"] == SliceState.RESTING]:
        assert small == 0 or not sellable(venue, int((small + one["lots"]) * 0.8))


@given(kernels(), moves, st.sampled_from(["leave", "kill"]))
@settings(max_examples=50)
def test_a_plan_that_ends_leaves_nothing_but_dust(kernel: Drawn, drawn: Moves, how: str) -> None:
    venue = run(kernel, drawn)
    venue.command(Kind.REARM)
    if how == "kill":
        venue.command(Kind.KILL)
    for _ in range(6):
        venue.decide(0.0)
        venue.settle()
        check_parts(venue)
        venue.tick(61)
    assert venue.plan["state"] == PlanState.NONE
    assert not venue.orders
    assert not sellable(venue, abs(venue.position))
    assert venue.plan["dust_lots"] == abs(venue.position)


@given(kernels(), moves, st.lists(st.integers(1, 400), min_size=1, max_size=3))
@settings(max_examples=50)
def test_exits_are_trimmed_after_surprises(
    kernel: Drawn, drawn: Moves, surprises: list[int]
) -> None:
    venue = run(kernel, drawn)
    venue.command(Kind.REARM)
    venue.settle()
    for number in surprises:
        surprise(venue, number)
        for _ in range(4):
            venue.settle()
            venue.tick(61)
            venue.decide(1.0)
        venue.settle()
        check_parts(venue)
    assert venue.open_exits <= abs(venue.position)


def surprise(venue: HostileVenue, number: int) -> None:
    """Fill an order that is over, or let somebody else trade."""
    side = 1 if venue.held >= 0 else -1
    exits = [e for e in venue.ended if int(e["order_id"][0]) & OWNED_LEG]
    order_id = int(choose(exits, number)["order_id"][0]) if exits and number % 2 else 0
    lots = min(number, abs(venue.position))
    if lots == 0:
        return
    venue.position -= side * lots
    venue.show(
        venue._answer(Kind.FILL, order_id, side=-side, size=lots, price=venue.price, leaves=0)
    )
