"""Only what the gate approved, as it approved it, has a seal that fits: each way round is tried."""

from dataclasses import replace

import numpy as np
import pytest

from tests.gateway.orders import cancel, intent, packed
from traider.domain.approvals import ApprovedOrder, Approver, NotApprovedError, Verifier
from traider.domain.events import EventArray, empty_events, join_events

NAME = "d41a52c0-0010000000000500"
ORDER = intent(packed(5))


def changed(order: ApprovedOrder, word: str, value: int) -> ApprovedOrder:
    """Return an order whose record says something else, under the seal it had."""
    record = np.frombuffer(order.record, dtype=ORDER.dtype).copy()
    record[word] = value
    return replace(order, record=record.tobytes())


def test_what_was_approved_passes() -> None:
    approver = Approver()
    order = approver.approve(ORDER, NAME)
    approver.verifier.check(order)
    assert order.order_id == packed(5)
    assert order.intent.tobytes() == ORDER.tobytes()
    with pytest.raises(ValueError, match="read-only"):
        order.intent["size"] = 1


@pytest.mark.parametrize(
    ("word", "value"), [("size", 11), ("price", 1), ("side", -1), ("flags", 0), ("order_id", 7)]
)
def test_an_order_that_was_changed_after_its_approval_does_not(word: str, value: int) -> None:
    approver = Approver()
    with pytest.raises(NotApprovedError, match="without the gate's approval"):
        approver.verifier.check(changed(approver.approve(ORDER, NAME), word, value))


def test_an_order_under_another_name_does_not() -> None:
    approver = Approver()
    order = replace(approver.approve(ORDER, NAME), client_order_id="d41a52c0-0010000000000501")
    with pytest.raises(NotApprovedError):
        approver.verifier.check(order)


@pytest.mark.parametrize("seal", [b"", bytes(16)])
def test_an_order_made_by_hand_does_not(seal: bytes) -> None:
    with pytest.raises(NotApprovedError):
        Approver().verifier.check(ApprovedOrder(ORDER.tobytes(), NAME, seal))


def test_the_approval_of_another_process_does_not_count() -> None:
    order = Approver().approve(ORDER, NAME)
    with pytest.raises(NotApprovedError):
        Approver().verifier.check(order)
    with pytest.raises(NotApprovedError):
        Verifier(b"guessed").check(order)


def test_a_seal_cannot_be_moved_from_name_to_record() -> None:
    # The digest is over both: what one loses at its end the other must not gain at its beginning.
    approver = Approver()
    order = approver.approve(ORDER, NAME)
    moved = ApprovedOrder(order.record + NAME[:1].encode(), NAME[1:], order.seal)
    with pytest.raises(NotApprovedError):
        approver.verifier.check(moved)


@pytest.mark.parametrize(
    "events", [empty_events(0), empty_events(1), join_events([ORDER, ORDER])], ids=len
)
def test_what_is_no_single_intent_is_never_approved(events: EventArray) -> None:
    with pytest.raises(NotApprovedError, match="no order"):
        Approver().approve(events, NAME)


def test_a_cancel_has_a_seal_of_its_own() -> None:
    approver = Approver()
    order = approver.approve(cancel(packed(5)), NAME)
    approver.verifier.check(order)
    assert order.seal != approver.approve(ORDER, NAME).seal
