"""What the journal tells of an order that somebody follows."""

import pytest

from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.kernel.codes import Reject
from traider.runtime.trading.order_answers import OrderAnswers

ORDER = 0x123


def told(kind: Kind, *, code: int = 0, size: int = 0, leaves: int = 0) -> EventArray:
    event = empty_events(1)
    event["order_id"], event["kind"], event["code"] = ORDER, kind, code
    event["size"], event["leaves"] = size, leaves
    return event


def followed(*events: EventArray) -> OrderAnswers:
    answers = OrderAnswers()
    answers.follow(ORDER, 0)
    answers.append(join_events(list(events)))
    return answers


GONE = told(Kind.REJECTED, code=int(Reject.UNKNOWN_ORDER))


@pytest.mark.parametrize(
    ("before", "end", "leaves"),
    [
        (told(Kind.CANCELLED), Kind.CANCELLED, -1),
        (told(Kind.EXPIRED), Kind.EXPIRED, -1),
        (told(Kind.FILL, size=3, leaves=0), None, 0),
        (told(Kind.FILL, size=3, leaves=4), None, 4),
    ],
)
def test_a_cancel_that_came_late_does_not_change_how_the_order_ended(
    before: EventArray, end: Kind | None, leaves: int
) -> None:
    answer = followed(before, GONE).of(ORDER)
    assert answer is not None
    assert (answer.end, answer.leaves_lots, answer.is_gone, answer.is_over) == (
        end, leaves, True, True,
    )  # fmt: skip


def test_an_order_that_the_venue_refused_ended_so() -> None:
    answer = followed(told(Kind.SENT), told(Kind.REJECTED, code=int(Reject.WOULD_TAKE))).of(ORDER)
    assert answer is not None
    assert (answer.end, answer.end_code) == (Kind.REJECTED, Reject.WOULD_TAKE)
    assert (answer.is_gone, answer.is_over) == (False, True)
