"""Laws of worked orders and quotes, under any order of fills, rejections, cancels and commands.

1. The fills of a work's children never sum to more than the work.
2. No two children of a work are alive at once, at the venue or on their way.
3. Every work ends when its time is up, whatever the venue did; with the rest taken, and a venue
   that fills orders at market, it ends with all done or a rest too small to be sent.
4. Quotes never lead to a position beyond their limit, nor on spot to a sale of what is not held,
   and no two quotes of a side are alive at once.
"""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.decider.hostile_venue import HostileVenue, choose
from tests.kernel.decider.signals import deciding
from tests.kernel.scenario import PERPETUAL, SPOT
from tests.property.test_plans import Drawn, Moves, act, check_parts, moves, sellable
from traider.domain.events import Kind
from traider.kernel.codes import OWNED_LEG, Reject, Style, WorkEnd, WorkState
from traider.kernel.order_specification import PlanSpec, QuoteSpec, WorkSpec

pytestmark = pytest.mark.uncounted

WORKED: Final = (Style.POST_ONLY, Style.TWAP, Style.ICEBERG)
SECOND: Final = 1_000_000_000
LIMIT: Final = 40


@st.composite
def workers(draw: st.DrawFn) -> Drawn:
    """Draw a kernel that works its orders, with or without a plan."""
    traded = replace(
        draw(st.sampled_from([SPOT, PERPETUAL])),
        lot_step=draw(st.sampled_from([1, 5])),
        min_lots=draw(st.sampled_from([1, 10])),
        min_notional=draw(st.sampled_from([0.0, 8_000.0])),
    )
    work = WorkSpec(
        limit_ns=LIMIT * SECOND,
        take_rest=draw(st.booleans()),
        offset_ticks=draw(st.sampled_from([0.0, 3.0])),
        repeg_ns=draw(st.sampled_from([0, SECOND, 7 * SECOND])),
        repeg_ticks=draw(st.sampled_from([0, 1, 20])),
        widen_ns=draw(st.sampled_from([0, 5 * SECOND])),
        slippage=draw(st.sampled_from([0.0, 0.02])),
        slices=draw(st.sampled_from([1, 4])),
        display=draw(st.sampled_from([1.0, 0.3])),
    )
    plan = draw(st.sampled_from([None, PlanSpec(stop=0.05, targets=((1.0, 0.5),))]))
    style = draw(st.sampled_from(WORKED))
    return Drawn(deciding(traded, style=style, work=work, plan=plan, cash=100_000, dead_band=0.05))


class Children:
    """Which child belongs to which work."""

    def __init__(self) -> None:
        self.works: dict[int, tuple[int, int, int]] = {}

    def note(self, venue: HostileVenue) -> None:
        """Note the children of this moment, and hold laws 1 and 2."""
        for s in range(2):
            work = venue.works[s]
            if work["child_id"]:
                key = (s, int(work["started_ns"]), int(work["total_lots"]))
                self.works[int(work["child_id"])] = key
            assert work["done_lots"] <= work["total_lots"]
            if work["state"] == WorkState.IDLE:
                assert work["child_id"] == 0
        filled: Counter[tuple[int, int, int]] = Counter()
        alive: Counter[tuple[int, int, int]] = Counter()
        for order_id, key in self.works.items():
            filled[key] += venue.filled.get(order_id, 0)
            order = venue.orders.get(order_id)
            alive[key] += int(order is not None and order.left > 0)
        assert all(lots <= total for (_, _, total), lots in filled.items())
        assert max(alive.values(), default=0) <= 1


def work_through(kernel: Drawn, drawn: Moves) -> tuple[HostileVenue, Children]:
    """Play the moves and hold the laws of every moment."""
    venue, children = HostileVenue(kernel.spec), Children()
    venue.decide(1.0)
    children.note(venue)
    for action, number in drawn:
        if action == 19 and number % 2:
            would_take(venue, number)
        else:
            act(venue, (action, number))
        children.note(venue)
        if kernel.spec.strategy.plan is not None:
            check_parts(venue)
    return venue, children


def would_take(venue: HostileVenue, number: int) -> None:
    """Reject a post-only order that is on its way, or just came."""
    resting = [order for order in venue.orders.values() if order.arrived and order.flags & 0x40]
    if resting:
        venue.end(choose(resting, number), Kind.REJECTED, Reject.WOULD_TAKE)


@given(workers(), moves)
@settings(max_examples=60)
def test_a_work_is_done_once_and_by_one_child_at_a_time(kernel: Drawn, drawn: Moves) -> None:
    venue, _children = work_through(kernel, drawn)
    assert venue.machine.decider.account[0]["sequence"] == len(venue.journal)


@given(workers(), moves)
@settings(max_examples=50)
def test_every_work_ends(kernel: Drawn, drawn: Moves) -> None:
    venue, children = work_through(kernel, drawn)
    venue.command(Kind.REARM)
    begun = {int(work["started_ns"]) for work in venue.works if work["state"]}
    for _ in range(LIMIT + 70):
        venue.settle()
        venue.move(venue.price)
        children.note(venue)
    venue.settle()
    for work in venue.works:
        assert work["state"] == WorkState.IDLE or int(work["started_ns"]) not in begun
        left = int(work["total_lots"] - work["done_lots"])
        taken = kernel.spec.strategy.work.take_rest or kernel.spec.strategy.style is Style.TWAP
        if work["reason"] == WorkEnd.TOO_SMALL:
            assert not sellable(venue, left) or work["side"] * venue.held != 0
        elif taken and work["reason"] == WorkEnd.DONE:
            assert left == 0
        else:
            assert work["reason"] != WorkEnd.OUT_OF_TIME or not taken


@given(
    st.sampled_from([SPOT, PERPETUAL]),
    st.sampled_from([(10, 25), (10, 10), (7, 100)]),
    moves,
)
@settings(max_examples=50)
def test_quotes_stay_within_their_limit(
    traded: object, sizes: tuple[int, int], drawn: Moves
) -> None:
    quote = QuoteSpec(size=Decimal(sizes[0]), max_position=Decimal(sizes[1]), skew_ticks=3.0)
    spec = deciding(traded, style=Style.QUOTE, quote=quote, cash=100_000)  # type: ignore[arg-type]
    venue = HostileVenue(spec)
    venue.decide(0.0)
    for move in drawn:
        act(venue, move)
        alive = Counter(
            order.side
            for order in venue.orders.values()
            if order.order_id & OWNED_LEG and order.left > 0 and order.price > 0
        )
        assert max(alive.values(), default=0) <= 1
        assert abs(venue.position) <= sizes[1]
        assert venue.position >= 0 or spec.markets[0].can_short
    venue.command(Kind.KILL)
    for _ in range(4):
        venue.settle()
        venue.decide(0.0)
        venue.tick(61)
    venue.settle()
    assert not venue.orders
    assert venue.position == 0
