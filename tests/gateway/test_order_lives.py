"""Laws of the book of lives, for events in any order and any number of times.

1. It never raises; what cannot be is returned, and leaves the order's state as it was.
2. A position is the sum of all fills that were told, whatever the orders' lives say.
3. Cutting the events into other pieces, or a checkpoint between, changes nothing.
4. What is left of an order never rises; an order that is over stays over.
5. The life of an order is that of ``domain.order_states`` driven by the same reports.
"""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.gateway.orders import (
    NOW_NS,
    REFUSED,
    SIZE,
    cancel,
    fill,
    intent,
    packed,
    refused,
    sent,
)
from traider.domain.events import EventArray, Kind, OrderFlag, join_events
from traider.domain.order_states import (
    Cancelled,
    CancelPending,
    Filled,
    Open,
    OrderState,
    PartlyFilled,
    Pending,
    Rejected,
    Sent,
    Unknown,
    leaves_of,
)
from traider.gateway.order_checkpoints import LogMark, Rest, Stance, checkpoint_of
from traider.gateway.order_lives import OrderLife, OrderLives
from traider.gateway.reports import report, verdict
from traider.kernel.codes import Reject

ONE, TWO = packed(100), packed(100, 2)
ORDERS = {ONE: intent(ONE), TWO: intent(TWO, side=-1)}

kinds = st.sampled_from(
    [Kind.SENT, Kind.ACK, Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED, Kind.UNKNOWN]
)


@st.composite
def events(draw: st.DrawFn) -> EventArray:
    """Draw anything that may be said of one of two orders."""
    order = ORDERS[draw(st.sampled_from(sorted(ORDERS)))]
    order_id = int(order["order_id"][0])
    what = draw(st.integers(0, 9))
    if what == 0:
        return order
    if what == 1:
        return cancel(order_id)
    if what == 2:
        return verdict(order, NOW_NS, draw(st.sampled_from([REFUSED, (0, 0.0, 0.0)])))
    if what <= 5:
        return fill(order, draw(st.integers(1, SIZE)), draw(st.integers(-1, SIZE)))
    return report(draw(kinds), order, NOW_NS, code=draw(st.sampled_from([0, 4, 7])), size=3)


streams = st.lists(events(), max_size=25)


def book_of(stream: list[EventArray]) -> OrderLives:
    book = OrderLives()
    for event in stream:
        book.take(event)
    return book


def lives_of(book: OrderLives) -> list[OrderLife]:
    return sorted((*book.living(), *book.ended()), key=lambda life: life.order_id)


@given(streams)
def test_positions_are_sums_of_fills_and_illegal_steps_change_no_state(
    stream: list[EventArray],
) -> None:
    book = OrderLives()
    total = 0
    for event in stream:
        before = {life.order_id: life.state for life in lives_of(book)}
        illegal = book.take(event)
        if event["kind"][0] == Kind.FILL:
            total += int(event["side"][0]) * int(event["size"][0])
        for step in illegal:
            life = book.get(step.order_id)
            assert (life.state if life else None) == before.get(step.order_id)
            assert step.event == event.tobytes()
            assert (step.illegal is None) == (step.order_id not in before)
    assert book.position_lots.get(0, 0) == total
    for life in lives_of(book):
        fills = [each for each in stream if each["kind"][0] == Kind.FILL]
        told = [int(each["size"][0]) for each in fills if each["order_id"][0] == life.order_id]
        assert life.filled_lots <= sum(told)


@given(streams, st.data())
def test_pieces_and_checkpoints_change_nothing(
    stream: list[EventArray], data: st.DataObject
) -> None:
    whole = OrderLives()
    if stream:
        whole.take(join_events(stream))
    assert lives_of(book_of(stream)) == lives_of(whole)
    cut = data.draw(st.integers(0, len(stream)))
    before = book_of(stream[:cut])
    kept = checkpoint_of(before, Stance(), LogMark(), Rest((), 0, b""))
    after = OrderLives()
    kept.fill(after)
    assert lives_of(after) == lives_of(before)
    for event in stream[cut:]:
        after.take(event)
    assert lives_of(after) == lives_of(whole)
    assert after.position_lots == whole.position_lots


@given(streams)
def test_leaves_never_rise_and_the_end_is_the_end(stream: list[EventArray]) -> None:
    book = OrderLives()
    states: dict[int, list[OrderState]] = {ONE: [], TWO: []}
    for event in stream:
        book.take(event)
        for order_id, seen in states.items():
            life = book.get(order_id)
            if life is not None:
                seen.append(life.state)
    for seen in states.values():
        for before, after in pairwise(seen):
            assert leaves_of(after) <= leaves_of(before)
            if isinstance(before, Filled | Cancelled | Rejected):
                assert after == before


def test_a_life_from_wish_to_fill() -> None:
    book = OrderLives()
    states: list[OrderState] = []
    order = ORDERS[ONE]
    for events_then in (
        order,
        sent(order)[1:],
        report(Kind.ACK, order, NOW_NS),
        fill(order, 4, 6),
        report(Kind.UNKNOWN, order, NOW_NS),
        report(Kind.ACK, order, NOW_NS),
        cancel(ONE),
        report(Kind.REJECTED, order, NOW_NS, code=int(Reject.UNKNOWN_ORDER)),
        fill(order, 6, 0),
    ):
        assert book.take(events_then) == ()
        life = book.get(ONE)
        assert life is not None
        states.append(life.state)
    assert states == [
        Pending(10),
        Sent(10),
        Open(10),
        PartlyFilled(10, 6),
        Unknown(10, 6),
        PartlyFilled(10, 6),
        CancelPending(10, 6),
        CancelPending(10, 6),
        Filled(10),
    ]


def test_the_refusal_of_a_cancel_says_nothing_about_the_order() -> None:
    book = book_of([sent(ORDERS[ONE]), refused(cancel(ONE))])
    life = book.get(ONE)
    assert life is not None
    assert life.state == CancelPending(10, 10)


def test_a_cancel_right_behind_its_order_does_not_keep_it_from_being_sent() -> None:
    order = ORDERS[ONE]
    book = book_of([join_events([order, cancel(ONE)]), sent(order)[1:]])
    life = book.get(ONE)
    assert life is not None
    assert life.state == Sent(10)
    assert life.wants_cancel


def test_legs_over_the_same_lots_lose_what_the_other_fills() -> None:
    pair = int(OrderFlag.ONE_CANCELS_OTHER)
    child = int(OrderFlag.CHILD)
    for flags, first, second in ((pair, 0, 1), (child, 1, 2)):
        stop, target = (intent(packed(7, leg), flags=flags) for leg in (first, second))
        book = book_of([sent(stop), sent(target), fill(stop, 4, 6)])
        life = book.get(packed(7, second))
        assert life is not None
        assert book.leaves_after(life, 5) == 1
        assert book.leaves_after(life, 8) == 0
    entry = book_of([sent(intent(packed(8, 1), flags=child))]).get(packed(8, 1))
    assert entry is not None
    assert OrderLives().leaves_after(entry, 3) == 7


def test_money_to_spend_is_over_when_the_venue_says_so() -> None:
    order = intent(ONE, flags=int(OrderFlag.QUOTE_SIZED), size=10**10)
    book = book_of([sent(order)])
    life = book.get(ONE)
    assert life is not None
    assert book.leaves_after(life, 500) == 1


def test_only_so_many_ended_orders_stay_in_memory() -> None:
    book = OrderLives(ended_kept=3)
    for sequence in range(1, 9):
        book.take(refused(intent(packed(sequence))))
    book.take(sent(intent(packed(20))))
    assert len(book) == 1
    assert [life.order_id for life in book.ended()] == [packed(each) for each in (6, 7, 8)]


def test_words_are_noted_of_orders_that_are_known() -> None:
    book = book_of([sent(ORDERS[ONE])])
    for order_id in (ONE, TWO):
        book.name(order_id, "v-1")
        book.count_fill(order_id, "f-1")
        book.explain(order_id, "WHY")
    (life,) = book.by_venue_id("v-1")
    assert life.fill_ids == {"f-1"}
    assert life.word == "WHY"
    assert book.get(TWO) is None
