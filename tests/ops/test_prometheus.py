"""Law 1: what the page says, read by the library's own parser, is what was counted.

Law 2: the buckets of a histogram rise to its count.
"""

import math

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse

from traider.domain.metric_names import (
    ACCOUNT_NAV,
    EVENTS_TOTAL,
    JOURNAL_APPEND_SECONDS,
    LATENCY_BOUNDS,
    STAGE_LATENCY_SECONDS,
)
from traider.ops import metrics as metrics_module
from traider.ops.metrics import Histogram, Key, ProcessMetrics
from traider.ops.prometheus import PrometheusPage

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(page: PrometheusPage, accept: str = "") -> Samples:
    body, content_type = page.render(accept)
    assert ("openmetrics" in content_type) == bool(accept)
    families = (parse_open if accept else parse)(body.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


@given(
    st.dictionaries(st.sampled_from("abc"), st.floats(0, 1e9)),
    st.lists(st.floats(0, 1e3), min_size=1),
)
def test_the_page_says_what_was_counted(counted: dict[str, float], seen: list[float]) -> None:
    metrics = ProcessMetrics()
    for feed, amount in counted.items():
        metrics.count(EVENTS_TOTAL, amount, kind="trade", feed=feed)
    for value in seen:
        metrics.observe(JOURNAL_APPEND_SECONDS, value)
    for accept in ("", OPEN_METRICS):
        read = samples(PrometheusPage(metrics), accept)
        for feed, amount in counted.items():
            assert read["traider_events_total", (("feed", feed), ("kind", "trade"))] == amount
        name = "traider_journal_append_seconds"
        assert read[f"{name}_count", ()] == len(seen)
        assert math.isclose(read[f"{name}_sum", ()], sum(seen), abs_tol=1e-6)
        buckets = [value for (sample, _), value in read.items() if sample == f"{name}_bucket"]
        assert buckets == sorted(buckets)
        assert buckets[-1] == len(seen)
        assert len(buckets) == len(LATENCY_BOUNDS) + 1


def test_help_and_type_are_told_and_a_name_nobody_defined_is_shown_too() -> None:
    metrics = ProcessMetrics()
    metrics.set(ACCOUNT_NAV, 12.5, currency='U"S\n')
    metrics.count("backtests_total")
    body, _ = PrometheusPage(metrics).render()
    text = body.decode()
    assert "# TYPE traider_account_nav gauge" in text
    assert "# HELP traider_account_nav Worth of the account at the marks, in its currency." in text
    assert "# TYPE traider_backtests_total counter" in text
    assert samples(PrometheusPage(metrics))["traider_account_nav", (("currency", 'U"S\n'),)] == 12.5


def test_what_had_no_room_is_counted() -> None:
    metrics = ProcessMetrics()
    for number in range(metrics_module.SERIES_MAX + 5):
        metrics.count("orders_total", order=str(number))
    assert samples(PrometheusPage(metrics))["traider_metrics_dropped_total", ()] == 5


def test_histograms_of_others_and_the_process_are_on_the_page() -> None:
    class Source:
        def histograms(self) -> dict[Key, Histogram]:
            return {(STAGE_LATENCY_SECONDS, (("stage", "send"),)): Histogram((0.1,), (2, 1), 3.5)}

    read = samples(PrometheusPage(ProcessMetrics(), (Source(),)))
    name = "traider_stage_latency_seconds"
    assert read[f"{name}_bucket", (("le", "0.1"), ("stage", "send"))] == 2
    assert read[f"{name}_bucket", (("le", "+Inf"), ("stage", "send"))] == 3
    assert read[f"{name}_sum", (("stage", "send"),)] == 3.5
    assert read["process_resident_memory_bytes", ()] > 1e6


def test_two_pages_of_one_process_do_not_meet() -> None:
    first, second = ProcessMetrics(), ProcessMetrics()
    first.set("leader_epoch", 1)
    second.set("leader_epoch", 2)
    pages = PrometheusPage(first), PrometheusPage(second)
    assert [samples(page)["traider_leader_epoch", ()] for page in pages] == [1, 2]
