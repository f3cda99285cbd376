"""Laws of an order's life, for reports in any order and any number of times.

1. A step never raises; a step that cannot be is an ``Illegal`` that leaves the state as it was.
2. What is left open never rises, and is zero exactly when the order is filled.
3. An ended order stays ended as it is.
4. A report that comes twice in a row says nothing new.
5. The whole life in the venue's order, with duplicates, ends where it would without them.
"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.order_states import (
    AckReport,
    Cancelled,
    CancelPending,
    CancelReport,
    CancelWish,
    Expired,
    ExpireReport,
    Filled,
    FillReport,
    Illegal,
    Open,
    OrderReport,
    OrderState,
    PartlyFilled,
    Pending,
    Rejected,
    RejectReport,
    SendReport,
    Sent,
    SilenceReport,
    Unknown,
    advance,
    is_final,
    leaves_of,
)

SIZE = 10
reports: st.SearchStrategy[OrderReport] = st.one_of(
    st.sampled_from(
        [
            SendReport(),
            AckReport(),
            CancelWish(),
            CancelReport(),
            ExpireReport(),
            SilenceReport(),
            RejectReport(3),
        ]
    ),
    st.builds(FillReport, st.integers(-1, SIZE + 1)),
)
lives = st.lists(reports, max_size=20)


def _live(found: list[OrderReport]) -> list[OrderState]:
    """Return every state on the way, the last two being of the last report."""
    states: list[OrderState] = [Pending(SIZE)]
    for report in found:
        after = advance(states[-1], report)
        states.append(states[-1] if isinstance(after, Illegal) else after)
    return states


@given(lives)
def test_leaves_never_rise_and_the_end_is_the_end(found: list[OrderReport]) -> None:
    states = _live(found)
    for before, after in pairwise(states):
        assert leaves_of(after) <= leaves_of(before)
        assert after.size == SIZE
        if is_final(before):
            assert after == before
    for state in states:
        assert (leaves_of(state) == 0) == isinstance(state, Filled)


@given(lives, reports)
def test_illegal_steps_say_why(found: list[OrderReport], report: OrderReport) -> None:
    state = _live(found)[-1]
    after = advance(state, report)
    if isinstance(after, Illegal):
        assert (after.state, after.report) == (state, report)
        assert after.reason


@given(lives)
def test_a_report_twice_says_nothing_new(found: list[OrderReport]) -> None:
    doubled = [report for report in found for _ in range(2)]
    assert _live(doubled)[-1] == _live(found)[-1]


@given(st.data())
def test_late_duplicates_change_nothing(data: st.DataObject) -> None:
    leaves = data.draw(st.lists(st.integers(0, SIZE - 1), unique=True, max_size=5))
    found: list[OrderReport] = [SendReport(), AckReport()]
    found += [FillReport(left) for left in sorted(leaves, reverse=True)]
    found.append(CancelReport())
    noisy: list[OrderReport] = []
    for position, report in enumerate(found):
        noisy.append(report)
        # Anything already said may be said again, but not before the end of what it says.
        repeats = [old for old in found[: position + 1] if not isinstance(old, CancelReport)]
        noisy += data.draw(st.lists(st.sampled_from(repeats), max_size=3))
    end = _live(noisy)[-1]
    assert end == _live(found)[-1]
    assert end == (Filled(SIZE) if 0 in leaves else Cancelled(SIZE, min(leaves, default=SIZE)))


@pytest.mark.parametrize(
    ("state", "report", "after"),
    [
        (Pending(SIZE), SendReport(), Sent(SIZE)),
        (Pending(SIZE), CancelWish(), Cancelled(SIZE, SIZE)),
        (Pending(SIZE), RejectReport(4), Rejected(SIZE, 4)),
        (Sent(SIZE), AckReport(), Open(SIZE)),
        (Sent(SIZE), RejectReport(4), Rejected(SIZE, 4)),
        (Sent(SIZE), FillReport(4), PartlyFilled(SIZE, 4)),
        (Sent(SIZE), SilenceReport(), Unknown(SIZE, SIZE)),
        (Open(SIZE), FillReport(0), Filled(SIZE)),
        (Open(SIZE), CancelWish(), CancelPending(SIZE, SIZE)),
        (Open(SIZE), ExpireReport(), Expired(SIZE, SIZE)),
        (PartlyFilled(SIZE, 4), FillReport(1), PartlyFilled(SIZE, 1)),
        (PartlyFilled(SIZE, 4), FillReport(7), PartlyFilled(SIZE, 4)),
        (CancelPending(SIZE, 4), FillReport(2), CancelPending(SIZE, 2)),
        (CancelPending(SIZE, 4), FillReport(0), Filled(SIZE)),
        (CancelPending(SIZE, 4), CancelReport(), Cancelled(SIZE, 4)),
        (CancelPending(SIZE, SIZE), RejectReport(4), Rejected(SIZE, 4)),
        (Unknown(SIZE, SIZE), AckReport(), Open(SIZE)),
        (Unknown(SIZE, 4), AckReport(), PartlyFilled(SIZE, 4)),
        (Unknown(SIZE, SIZE), RejectReport(4), Rejected(SIZE, 4)),
        (Filled(SIZE), CancelReport(), Filled(SIZE)),
    ],
)
def test_steps_of_a_life(state: OrderState, report: OrderReport, after: OrderState) -> None:
    assert advance(state, report) == after


@pytest.mark.parametrize(
    ("state", "report"),
    [
        (Pending(SIZE), AckReport()),
        (Pending(SIZE), FillReport(0)),
        (Pending(SIZE), CancelReport()),
        (Pending(SIZE), SilenceReport()),
        (Open(SIZE), RejectReport(1)),
        (Open(SIZE), FillReport(SIZE)),
        (Expired(SIZE, 4), RejectReport(1)),
        (Cancelled(SIZE, 4), FillReport(3)),
        (Rejected(SIZE, 1), AckReport()),
        (Rejected(SIZE, 1), FillReport(3)),
        (Rejected(SIZE, 1), ExpireReport()),
    ],
)
def test_steps_no_order_can_take(state: OrderState, report: OrderReport) -> None:
    assert isinstance(advance(state, report), Illegal)
