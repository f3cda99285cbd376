"""Law 1: a percentile is never below the exact one and at most 1 % above it, up to 100 s.

Law 2: merging histograms is recording everything into one.
Law 3: what is recorded after a copy is what the difference to the copy holds.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.gateway.latency import LatencyBook, LatencyHistogram, Percentiles, Stage

DURATIONS = st.lists(st.integers(0, 100_000_000_000), min_size=1, max_size=200)
SHARES = (0.0, 0.5, 0.95, 0.99, 0.999, 1.0)


def recorded(durations: list[int]) -> LatencyHistogram:
    histogram = LatencyHistogram()
    for duration in durations:
        histogram.record(duration)
    return histogram


def exact(durations: list[int], share: float) -> int:
    return sorted(durations)[max(math.ceil(share * len(durations)), 1) - 1]


@given(DURATIONS)
def test_a_percentile_is_right_to_one_percent(durations: list[int]) -> None:
    histogram = recorded(durations)
    for share in SHARES:
        truth = exact(durations, share)
        assert truth <= histogram.quantile_ns(share) <= truth + truth // 100
    assert histogram.quantile_ns(1.0) == histogram.max_ns == max(durations)
    assert (histogram.count, histogram.total_ns) == (len(durations), sum(durations))


@given(DURATIONS, DURATIONS)
def test_merging_is_recording_into_one(first: list[int], second: list[int]) -> None:
    merged = recorded(first)
    merged.merge(recorded(second))
    assert merged.percentiles() == recorded(first + second).percentiles()


@given(DURATIONS, DURATIONS)
def test_the_difference_to_a_copy_is_what_came_after_it(
    before: list[int], after: list[int]
) -> None:
    histogram = recorded(before)
    earlier = histogram.copy()
    for duration in after:
        histogram.record(duration)
    span, alone = histogram.since(earlier), recorded(after)
    assert (span.count, span.total_ns) == (len(after), sum(after))
    for share in SHARES:
        truth = exact(after, share)
        assert alone.quantile_ns(share) <= span.quantile_ns(share) <= truth + truth // 100
    assert histogram.since(histogram.copy()).percentiles() == Percentiles()


@given(DURATIONS, st.integers(0, 200_000_000_000))
def test_counts_up_to_a_bound_miss_none_and_take_at_most_one_percent_more(
    durations: list[int], bound: int
) -> None:
    (found,) = recorded(durations).counts_up_to((bound,))
    assert sum(each <= bound for each in durations) <= found
    assert found <= sum(each <= bound + bound // 100 for each in durations)


def test_what_is_too_long_or_negative_is_counted() -> None:
    histogram = recorded([-5, 10**13, 10**12])
    assert histogram.quantile_ns(0.3) == 0
    assert histogram.quantile_ns(0.99) == histogram.max_ns == 10**13
    assert histogram.count == 3


def test_an_empty_histogram_says_zero_and_a_wrong_share_is_refused() -> None:
    histogram = LatencyHistogram()
    assert histogram.percentiles() == Percentiles()
    assert histogram.quantiles_ns(()) == ()
    with pytest.raises(ValueError, match="share"):
        histogram.quantile_ns(1.5)


def test_a_book_keeps_the_stages_apart_and_leaves_out_what_was_not_seen() -> None:
    book, other = LatencyBook(), LatencyBook()
    book.record(Stage.SEND, 1_000_000)
    other.record(Stage.SEND, 3_000_000)
    other.record(Stage.ACK, 7)
    book.merge(other)
    assert book.percentiles(Stage.SEND).count == 2
    assert set(book.snapshot()) == {Stage.SEND, Stage.ACK}
    assert book.snapshot()[Stage.ACK] == Percentiles(7, 7, 7, 7, 7, 1, 7)
    assert book.percentiles(Stage.FILL) == Percentiles()
