"""Law 1: a histogram's counts add up to its observations, and its total to their sum."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ports.metrics import MemoryMetrics, Write
from traider.domain.ports import Metrics
from traider.ops import metrics as metrics_module
from traider.ops.metrics import ProcessMetrics


def test_counters_add_up_by_name_and_labels() -> None:
    metrics = ProcessMetrics()
    metrics.count("orders_total", side="buy", instrument="BTC")
    metrics.count("orders_total", 2.0, instrument="BTC", side="buy")
    metrics.count("orders_total")
    assert metrics.snapshot().counters == {
        "orders_total{instrument=BTC,side=buy}": 3.0,
        "orders_total": 1.0,
    }


def test_a_counter_never_falls() -> None:
    metrics = ProcessMetrics()
    with pytest.raises(ValueError, match="cannot fall"):
        metrics.count("orders_total", -1.0)
    assert metrics.snapshot().counters == {}


def test_a_gauge_keeps_the_last_value() -> None:
    metrics = ProcessMetrics()
    metrics.set("nav", 1.0)
    metrics.set("nav", 0.5)
    assert metrics.snapshot().gauges == {"nav": 0.5}


def test_a_value_on_a_bound_falls_in_the_bucket_below_it() -> None:
    metrics = ProcessMetrics(bounds=(2.0, 1.0))
    for value in (0.5, 1.0, 1.5, 2.0, 2.5):
        metrics.observe("seconds", value)
    histogram = metrics.snapshot().histograms["seconds"]
    assert histogram.bounds == (1.0, 2.0)
    assert histogram.counts == (2, 2, 1)


@given(st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1))
def test_histogram_counts_every_observation(values: list[float]) -> None:
    metrics = ProcessMetrics()
    for value in values:
        metrics.observe("seconds", value)
    histogram = metrics.snapshot().histograms["seconds"]
    assert histogram.observations == len(values)
    assert math.isclose(histogram.total, sum(values), abs_tol=1e-6)


def test_a_snapshot_does_not_change_afterwards() -> None:
    metrics = ProcessMetrics()
    metrics.count("events_total")
    before = metrics.snapshot()
    metrics.count("events_total")
    assert before.counters == {"events_total": 1.0}


def test_series_are_bounded_and_known_ones_still_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_module, "SERIES_MAX", 2)
    metrics = ProcessMetrics()
    metrics.count("a")
    metrics.set("b", 1.0)
    metrics.observe("c", 1.0)
    metrics.count("a")
    snapshot = metrics.snapshot()
    assert snapshot.counters == {"a": 2.0}
    assert snapshot.histograms == {}
    assert snapshot.dropped == 1


def test_the_fake_keeps_writes_in_order() -> None:
    memory = MemoryMetrics()
    metrics: Metrics = memory
    metrics.count("a", side="buy")
    metrics.set("b", 2.0)
    metrics.observe("c", 3.0)
    assert memory.writes == [
        Write("count", "a", 1.0, {"side": "buy"}),
        Write("set", "b", 2.0, {}),
        Write("observe", "c", 3.0, {}),
    ]
