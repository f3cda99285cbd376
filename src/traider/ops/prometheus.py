"""The metrics of a process as a page that Prometheus reads.

    page = PrometheusPage(metrics, (LatencySeries(book),))
    body, content_type = page.render(request.headers.get("Accept", ""))

The page is made from what ``ProcessMetrics`` holds when it is asked for, so counting costs the same
whether somebody reads or not, and the number of series is bounded there. It has a registry of its
own: nothing that another library registers in this process shows up.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import Protocol

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from traider.domain.metric_names import DEFINITIONS, METRICS_DROPPED_TOTAL, PREFIX, MetricKind
from traider.ops.metrics import Histogram, Key, ProcessMetrics


class HistogramSource(Protocol):
    """Who has histograms of its own, read when the page is."""

    def histograms(self) -> Mapping[Key, Histogram]:
        """Return them by name and labels."""


class PrometheusPage:
    """Render all metrics of a process, its memory and processor time among them."""

    def __init__(self, metrics: ProcessMetrics, sources: Sequence[HistogramSource] = ()) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Series(metrics, sources))
        ProcessCollector(registry=self._registry)
        self._lock = threading.Lock()

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """Return the page and its content type, in the newest format that ``accept`` names."""
        encode, content_type = choose_encoder(accept)
        with self._lock:
            return encode(self._registry), content_type


class _Series(Collector):
    """Hand over every series as the library's own records."""

    def __init__(self, metrics: ProcessMetrics, sources: Sequence[HistogramSource]) -> None:
        self._metrics = metrics
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        """Yield one family a name."""
        found = self._metrics.read()
        counters = {**found.counters, (METRICS_DROPPED_TOTAL, ()): float(found.dropped)}
        histograms = dict(found.histograms)
        for source in self._sources:
            histograms.update(source.histograms())
        for family in chain(
            _plain(counters.items(), MetricKind.COUNTER),
            _plain(found.gauges.items(), MetricKind.GAUGE),
            _ranged(histograms.items()),
        ):
            yield family
            # Let the trader in between two families: a page takes milliseconds, and whoever waits
            # for the interpreter's lock otherwise waits until the holder's turn is over.
            time.sleep(0)


def _plain(series: Iterable[tuple[Key, float]], kind: MetricKind) -> Iterator[Metric]:
    families: dict[str, Metric] = {}
    for (name, labels), value in series:
        if name not in families:
            families[name] = _family(name, kind)
        families[name].add_sample(PREFIX + name, dict(labels), value)
    yield from families.values()


def _ranged(series: Iterable[tuple[Key, Histogram]]) -> Iterator[Metric]:
    families: dict[str, Metric] = {}
    for (name, pairs), histogram in series:
        if name not in families:
            families[name] = _family(name, MetricKind.HISTOGRAM)
        family, labels = families[name], dict(pairs)
        ends = [*(repr(float(bound)) for bound in histogram.bounds), "+Inf"]
        for end, count in zip(ends, accumulate(histogram.counts), strict=True):
            family.add_sample(f"{PREFIX}{name}_bucket", {**labels, "le": end}, count)
        family.add_sample(f"{PREFIX}{name}_count", labels, histogram.observations)
        family.add_sample(f"{PREFIX}{name}_sum", labels, histogram.total)
    yield from families.values()


def _family(name: str, kind: MetricKind) -> Metric:
    definition = DEFINITIONS.get(name)
    text = definition.text if definition else f"{name.replace('_', ' ')}."
    # Of a counter the library writes the ending itself, where the format wants one.
    shown = name.removesuffix("_total") if kind is MetricKind.COUNTER else name
    return Metric(PREFIX + shown, text, kind.value)
