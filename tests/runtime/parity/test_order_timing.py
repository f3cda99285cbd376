"""When orders were taken, cancels answered and expiries told, as the events of a run say it."""

from tests.kernel.builders import record
from traider.domain.events import EventArray, FillFlag, Kind, OrderFlag, join_events
from traider.kernel.codes import Reject
from traider.runtime.parity.order_timing import Answered, OrderTiming

LIKE = (0, 1, 50)
BACK = (0, 0, int(OrderFlag.CANCEL))


def sent(at: int, order_id: int, expire: int = 0) -> EventArray:
    return record(Kind.ORDER_INTENT, at, side=1, flags=50, order_id=order_id, expire=expire, size=5)


def asked_back(at: int, order_id: int) -> EventArray:
    return record(Kind.ORDER_INTENT, at, flags=BACK[2], order_id=order_id)


def told(kind: Kind, at: int, order_id: int, venue: int, **payload: int) -> EventArray:
    event = record(kind, at, order_id=order_id, **payload)
    event["ts_event"] = venue
    return event


def timing(*events: EventArray) -> OrderTiming:
    """Return what is found, each event in a piece of its own, and the same in one piece."""
    apart, whole = OrderTiming(), OrderTiming()
    for event in events:
        apart.take(event)
    whole.take(join_events(list(events)))
    assert apart == whole
    return whole


def test_an_order_is_taken_when_the_venue_first_says_so() -> None:
    found = timing(
        sent(100, 1),
        sent(100, 2),
        sent(100, 3),
        sent(100, 4),
        told(Kind.ACK, 160, 1, venue=130),
        told(Kind.ACK, 170, 2, venue=20),
        told(Kind.ACK, 180, 3, venue=175),
        told(Kind.FILL, 190, 3, venue=150, size=5),
        told(Kind.FILL, 195, 4, venue=140, flags=int(FillFlag.MAKER), size=5),
    )
    # The third's fill is told with an earlier time than its acknowledgment; a time before the
    # decision cannot be the venue's; and a maker's order was there before the trade.
    taken = [Answered(LIKE, 100, done) for done in (130, 170, 150, 139)]
    assert found.orders == taken


def test_an_order_without_an_answer_is_not_measured() -> None:
    found = timing(sent(100, 1), told(Kind.UNKNOWN, 150, 1, venue=150))
    assert (found.orders, found.cancels, found.expiries) == ([], [], [])


def test_a_cancel_is_over_when_it_is_answered_not_when_its_order_ends_otherwise() -> None:
    other_leg = int(Reject.OTHER_LEG_FILLED)
    found = timing(
        sent(100, 1),
        sent(100, 2),
        told(Kind.ACK, 110, 1, venue=105),
        told(Kind.ACK, 110, 2, venue=105),
        asked_back(200, 1),
        asked_back(200, 2),
        asked_back(205, 1),
        told(Kind.CANCELLED, 210, 2, venue=210, code=other_leg),
        told(Kind.CANCELLED, 240, 1, venue=230, code=int(Reject.BY_REQUEST)),
        told(Kind.REJECTED, 260, 2, venue=250, code=int(Reject.UNKNOWN_ORDER)),
    )
    assert found.cancels == [Answered(BACK, 200, 240), Answered(BACK, 200, 260)]


def test_the_refusal_of_an_order_answers_the_order_and_not_its_cancel() -> None:
    found = timing(
        sent(100, 1),
        asked_back(120, 1),
        told(Kind.REJECTED, 150, 1, venue=140, code=int(Reject.WOULD_TAKE)),
        told(Kind.REJECTED, 170, 1, venue=130, code=int(Reject.UNKNOWN_ORDER)),
    )
    assert found.orders == [Answered(LIKE, 100, 140)]
    assert found.cancels == [Answered(BACK, 120, 170)]


def test_an_expiry_counts_from_the_end_of_the_life_until_it_was_told() -> None:
    found = timing(
        sent(100, 1, expire=400),
        sent(100, 2, expire=400),
        sent(100, 3),
        told(Kind.EXPIRED, 430, 1, venue=410),
        told(Kind.EXPIRED, 395, 2, venue=390),
        told(Kind.EXPIRED, 500, 3, venue=490),
    )
    assert found.expiries == [Answered(LIKE, 400, 430), Answered(LIKE, 400, 395)]
