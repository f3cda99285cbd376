"""What watching costs: a metric, a latency, a span off and on, an order's trace, a page.

    python -m benchmarks.observability

Times are those of the processor, so that what else runs does not count. Peers in the same run are
the client library of Prometheus, whose page ours is, and a list of numbers sorted when it is asked.
"""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from prometheus_client import CollectorRegistry, Counter
from prometheus_client import Histogram as LibraryHistogram

from benchmarks.tables import print_table
from traider.domain import metric_names as names
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.ports import Field, Log
from traider.gateway.latency import LatencyBook, Stage
from traider.ops.metrics import ProcessMetrics
from traider.ops.otel_tracing import OtelTracer, open_otel
from traider.ops.prometheus import PrometheusPage
from traider.runtime.deferred_traces import DeferredTraces
from traider.runtime.event_metrics import EventMetrics
from traider.runtime.latency_series import LatencySeries
from traider.runtime.order_traces import OrderTraces

REPEATS = 5
BATCH_EVENTS = 16
GOAL_GATE_US = 20


class _Silence:
    """A log that keeps nothing."""

    def debug(self, message: str, /, **fields: Field) -> None:
        """Drop it."""

    def info(self, message: str, /, **fields: Field) -> None:
        """Drop it."""

    def warning(self, message: str, /, **fields: Field) -> None:
        """Drop it."""

    def error(self, message: str, /, **fields: Field) -> None:
        """Drop it."""

    def bind(self, **fields: Field) -> Log:
        """Return itself."""
        del fields
        return self


class _Collector(BaseHTTPRequestHandler):
    """Take spans and forget them."""

    def do_POST(self) -> None:
        """Read the body and answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""
        del args


def nanoseconds(work: Callable[[], object], times: int) -> float:
    """Return what ``work`` takes of the processor, the best of five rounds."""
    best = float("inf")
    for _ in range(REPEATS):
        started = time.thread_time_ns()
        for _ in range(times):
            work()
        best = min(best, (time.thread_time_ns() - started) / times)
    return best


def _batch(*kinds: Kind) -> EventArray:
    parts = []
    for place, kind in enumerate(kinds):
        event = empty_events(1)
        event["kind"], event["ts_recv"] = kind, 1_700_000_000_000_000_000 + place
        if kind >= Kind.ACK:
            event["order_id"] = 1 << 52
        parts.append(event)
    return join_events(parts)


def _metric_rows() -> list[tuple[str, float]]:
    metrics, registry = ProcessMetrics(), CollectorRegistry()
    counter = Counter("peer", "A counter.", ["instrument"], registry=registry)
    histogram = LibraryHistogram(
        "peer_seconds", "A histogram.", buckets=names.LATENCY_BOUNDS, registry=registry
    )
    return [
        (
            "count with a label",
            nanoseconds(lambda: metrics.count(names.FILLS_TOTAL, instrument="BTC-USD"), 20_000),
        ),
        (
            "the same, Prometheus' client",
            nanoseconds(lambda: counter.labels(instrument="BTC-USD").inc(), 20_000),
        ),
        (
            "observe a histogram",
            nanoseconds(lambda: metrics.observe(names.RECONCILE_SECONDS, 0.003), 20_000),
        ),
        ("the same, Prometheus' client", nanoseconds(lambda: histogram.observe(0.003), 20_000)),
    ]


def _latency_rows() -> list[tuple[str, float]]:
    book = LatencyBook()
    plain: list[int] = []
    return [
        ("record a latency", nanoseconds(lambda: book.record(Stage.SEND, 412_345), 50_000)),
        (
            "the same, kept in a list and sorted at the end",
            nanoseconds(lambda: plain.append(412_345), 50_000),
        ),
        ("its four percentiles", nanoseconds(lambda: book.percentiles(Stage.SEND), 2_000)),
        ("those of the list, 250,000 numbers", nanoseconds(lambda: sorted(plain), 3)),
    ]


def _event_rows() -> list[tuple[str, float]]:
    metrics = ProcessMetrics()
    counted = EventMetrics(metrics, ["BTC-USD"], "local")
    market = _batch(*[Kind.DEPTH_UPDATE] * BATCH_EVENTS)
    return [
        (
            f"count a message of {BATCH_EVENTS} journaled events",
            nanoseconds(lambda: counted.append(market), 10_000),
        ),
    ]


def _trace_rows(tracer: OtelTracer) -> list[tuple[str, float]]:
    market = _batch(*[Kind.DEPTH_UPDATE] * BATCH_EVENTS)
    life = _batch(Kind.TRADE, Kind.ORDER_INTENT, Kind.VERDICT, Kind.SENT, Kind.ACK, Kind.FILL)
    traces = OrderTraces(tracer, ["BTC-USD"])
    deferred = DeferredTraces(OrderTraces(tracer, ["BTC-USD"]))
    off: DeferredTraces | None = None

    def when_off() -> None:
        if off is not None:
            off.append(market)

    def span() -> None:
        with tracer.span("work", part="bench"):
            pass

    rows = [
        ("traces off, a message", nanoseconds(when_off, 50_000)),
        (
            "traces on, what the trader waits for, a message or an order",
            nanoseconds(lambda: deferred.append(market), 5_000),
        ),
        (
            f"traces on, beside it, a message of {BATCH_EVENTS} events without an order",
            nanoseconds(lambda: traces.append(market), 10_000),
        ),
        (
            "traces on, beside it, an order from its cause to its fill, eight spans",
            nanoseconds(lambda: traces.append(life), 300),
        ),
        ("a span of its own, on", nanoseconds(span, 2_000)),
    ]
    deferred.close()
    return rows


def _page_rows() -> list[tuple[str, float]]:
    metrics, book = ProcessMetrics(), LatencyBook()
    for definition in names.DEFINITIONS.values():
        for value in ("one", "two", "three"):
            labels = dict.fromkeys(definition.labels, value)
            if definition.kind is names.MetricKind.GAUGE:
                metrics.set(definition.name, 1.0, **labels)
            elif definition.kind is names.MetricKind.COUNTER:
                metrics.count(definition.name, 1.0, **labels)
    for stage in Stage:
        book.record(stage, 1_000_000)
    page = PrometheusPage(metrics, (LatencySeries(book),))
    return [("a whole page, in the endpoint's thread", nanoseconds(page.render, 20))]


def measure() -> None:
    """Print the table; spans go to a collector on the loopback that takes them."""
    server = HTTPServer(("127.0.0.1", 0), _Collector)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    tracer = open_otel(url, _Silence(), role="bench", version="0")
    try:
        rows = [
            *_metric_rows(), *_latency_rows(), *_event_rows(), *_trace_rows(tracer), *_page_rows(),
        ]  # fmt: skip
    finally:
        tracer.close()
        server.shutdown()
        thread.join()
        server.server_close()
    print_table(
        "What watching costs (gate at most 20 us in the same trader)",
        ("what", "us", "of the gate's 20 us"),
        [
            (name, f"{took / 1_000:,.2f}", f"{took / 1_000 / GOAL_GATE_US:.1%}".replace("%", " %"))
            for name, took in rows
        ],
    )


if __name__ == "__main__":
    measure()
