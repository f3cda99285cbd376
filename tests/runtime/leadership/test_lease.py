"""Laws of every lease, in a file and in PostgreSQL.

1. While one holds and renews it, nobody else takes it.
2. Each taking has a higher epoch, above every floor that was named.
3. The holder's trust ends before another can take it, and then it cannot be renewed.
4. A lease that was given back is taken at once.
5. Epochs that no order id can carry are never given.
"""

import time

import pytest

from tests.runtime.leadership.places import Place
from traider.domain.errors import ConfigError
from traider.runtime.leadership.holder import Holder
from traider.runtime.leadership.lease import (
    EPOCH_MAX,
    EpochsUsedUpError,
    Lease,
    LeaseLostError,
    LeaseTerms,
    Term,
    elapsed_ns,
)

TTL_S = 0.3


def taken(lease: Lease, floor: int = 0) -> Term:
    """Take a lease, with patience, and return the term."""
    until = time.monotonic() + 30.0
    while time.monotonic() < until:
        term = lease.take(floor)
        if term is not None:
            return term
        time.sleep(0.002)
    raise AssertionError("nobody lets it go")


def test_law_1_one_holder_at_a_time(place: Place) -> None:
    holder, other = place.lease(TTL_S), place.lease(TTL_S)
    assert taken(holder).epoch == 1
    until = time.monotonic() + 3 * TTL_S
    while time.monotonic() < until:
        assert other.take() is None
        assert holder.renew() > elapsed_ns()
        time.sleep(TTL_S / 10)
    holder.release()


def test_law_2_epochs_rise_above_every_floor(place: Place) -> None:
    epochs = []
    for floor in (0, 0, 10, 3, 11):
        lease = place.lease(TTL_S)
        epochs.append(taken(lease, floor).epoch)
        lease.release()
    assert epochs == [1, 2, 11, 12, 13]


def test_law_3_trust_ends_before_another_takes_it(place: Place) -> None:
    holder, other = place.lease(TTL_S), place.lease(TTL_S)
    first = taken(holder)
    until_ns = holder.renew()
    assert until_ns >= first.until_ns
    second = taken(other)
    assert elapsed_ns() > until_ns
    assert second.epoch == 2
    assert Holder.parse(second.previous) == Holder.here()
    with pytest.raises(LeaseLostError, match="epoch 1 was taken by another"):
        holder.renew()
    assert other.renew() > elapsed_ns()
    holder.release()  # what is another's stays so
    assert holder.take() is None
    other.release()


def test_law_4_what_was_given_back_is_taken_at_once(place: Place) -> None:
    holder, other = place.lease(60.0), place.lease(60.0)
    taken(holder)
    assert other.take() is None
    holder.release()
    holder.release()
    term = other.take()
    assert term is not None
    assert term.epoch == 2
    with pytest.raises(LeaseLostError):
        holder.renew()
    other.release()


def test_law_5_epochs_are_used_up(place: Place) -> None:
    place.use_up()
    with pytest.raises(EpochsUsedUpError, match="begin a new state folder"):
        place.lease(TTL_S).take()
    with pytest.raises(EpochsUsedUpError):
        place.lease(TTL_S).take(floor=EPOCH_MAX)


@pytest.mark.parametrize("ttl_s", [0.0, 0.05, 61.0, float("nan")])
def test_a_time_that_cannot_be_kept_is_refused(ttl_s: float) -> None:
    with pytest.raises(ConfigError):
        LeaseTerms(ttl_s)
