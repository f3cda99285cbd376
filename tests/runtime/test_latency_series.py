"""Law 1: each bucket on the page holds the durations up to its bound, to 1 %."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from traider.domain.metric_names import (
    JOURNAL_APPEND_SECONDS,
    LATENCY_BOUNDS,
    STAGE_LATENCY_SECONDS,
)
from traider.gateway.latency import LatencyBook, Stage
from traider.runtime.latency_series import LatencySeries

SECOND = 1_000_000_000


@given(st.lists(st.integers(0, 150 * SECOND), min_size=1))
def test_buckets_hold_what_is_at_most_their_bound(durations: list[int]) -> None:
    book = LatencyBook()
    for duration in durations:
        book.record(Stage.SEND, duration)
    found = LatencySeries(book).histograms()
    assert list(found) == [(STAGE_LATENCY_SECONDS, (("stage", "send"),))]
    (histogram,) = found.values()
    assert histogram.observations == len(durations)
    assert histogram.total == sum(durations) / SECOND
    for bound, count in zip(LATENCY_BOUNDS, accumulate(histogram.counts), strict=False):
        assert sum(each <= bound * SECOND for each in durations) <= count
        assert count <= sum(each <= bound * SECOND * 1.01 for each in durations)


def test_a_stage_that_was_not_seen_has_no_series() -> None:
    assert LatencySeries(LatencyBook()).histograms() == {}


def test_the_journal_is_a_stage_and_a_metric_of_its_own() -> None:
    book = LatencyBook()
    book.record(Stage.JOURNAL, 5)
    found = LatencySeries(book).histograms()
    stage = found[STAGE_LATENCY_SECONDS, (("stage", "journal"),)]
    assert found[JOURNAL_APPEND_SECONDS, ()] == stage
