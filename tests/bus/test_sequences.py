"""Law: whatever is lost, repeated or cut differently, a stream comes in order, each event once.

What is told as missing is exactly what did not come.
"""

from hypothesis import given
from hypothesis import strategies as st

from tests.bus.streams import batch, numbers
from traider.bus.batches import Position
from traider.bus.sequences import SequenceWatch

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 15)), max_size=30)


@given(SPANS)
def test_each_event_comes_once_in_order_and_what_is_missing_is_told(
    spans: list[tuple[int, int]],
) -> None:
    watch, taken, missing = SequenceWatch(), list[int](), 0
    for first, count in spans:
        watch.begin("TEST:A", None, {"TEST:A": Position(1, 0)})
        seen = watch.look(batch(first, count))
        if seen is not None:
            taken += numbers(seen.batch.events)
            missing += seen.missing
    assert taken == sorted(set(taken))
    assert missing == watch.missing
    assert missing == (taken[-1] + 1 - len(taken) if taken else 0)
    assert watch.duplicates == sum(count for _, count in spans) - len(taken)


@given(st.integers(0, 40), st.integers(0, 40))
def test_what_the_reader_knows_counts_before_what_was_committed(own: int, committed: int) -> None:
    class Known:
        def position(self, key: str) -> Position | None:
            return {"TEST:A": Position(1, own)}.get(key)

        def revoked(self, keys: object) -> None:
            raise AssertionError(keys)

        lost = revoked

    watch = SequenceWatch()
    watch.begin("TEST:A", Known(), {"TEST:A": Position(1, committed)})
    seen = watch.look(batch(0, 41))
    assert seen is not None
    assert seen.batch.first == own


def test_a_stream_that_is_forgotten_begins_where_it_is_met() -> None:
    watch = SequenceWatch()
    assert watch.look(batch(0, 10)) is not None
    watch.forget(["TEST:A", "TEST:B"])
    seen = watch.look(batch(5, 10))
    assert seen is not None
    assert (seen.missing, len(seen.batch.events)) == (0, 10)


def test_the_start_of_a_new_epoch_may_be_missing_too() -> None:
    watch = SequenceWatch()
    watch.look(batch(0, 10, epoch=1))
    seen = watch.look(batch(4, 1, epoch=2))
    assert seen is not None
    assert (seen.missing, seen.begins_anew) == (4, True)
    assert watch.look(batch(10, 3, epoch=1)) is None
    assert watch.stale == 3
