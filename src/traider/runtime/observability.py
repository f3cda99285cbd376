"""What a role of the running trader says of itself, put together from ``[observability]``.

    with observe(config, "trader") as seen:
        seen.log.info("ready", metrics=seen.url)
        traces = seen.order_traces(names)       # None unless a collector is configured
        await StatusWatch(seen, desk.status, Beside(folder)).run()

One process has one: its log, its metrics at an address, its health, its alerts. Everything that
leaves the machine is off until an address is set.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from traider import __version__
from traider.domain.metric_names import BUILD_INFO
from traider.domain.ports import AlertChannel, Field, Log
from traider.gateway.latency import LatencyBook, Stage
from traider.ops.alert_book import AlertBook
from traider.ops.alerts import ConsoleAlerts
from traider.ops.clock import SystemClock
from traider.ops.endpoint import Endpoint, EndpointTerms
from traider.ops.faults import LogFaults
from traider.ops.health import HealthBoard
from traider.ops.logging import close_log, note_on_every_line, open_log
from traider.ops.metrics import ProcessMetrics
from traider.ops.notifying import Notifier
from traider.ops.otel_tracing import OtelTracer, open_otel
from traider.ops.prometheus import PrometheusPage
from traider.ops.sentry import SentryReports, open_sentry
from traider.ops.tracing import LogTracer
from traider.runtime.config import Config
from traider.runtime.config_observability import ROLE_PORTS, ROLES_PORT, ObservabilityConfig
from traider.runtime.deferred_traces import DeferredTraces
from traider.runtime.latency_series import LatencySeries
from traider.runtime.latency_watch import LatencyTerms, LatencyWatch
from traider.runtime.notifications import open_notifier
from traider.runtime.notified_file import write_notified
from traider.runtime.observation import Observation
from traider.runtime.order_traces import OrderTraces
from traider.runtime.status_body import AlertBody, HealthBody


@dataclass(frozen=True)
class RoleObservation(Observation):
    """Everything a role says about itself; ``alerts`` tells each condition once."""

    role: str
    health: HealthBoard
    faults: LogFaults
    told: AlertBook
    """The same as ``alerts``, with what was told."""
    latency: LatencyBook
    latency_watch: LatencyWatch
    url: str
    """Where metrics and health are served; empty when they are not."""
    otel: OtelTracer | None
    endpoint: Endpoint | None
    """What serves there."""
    closing: ExitStack

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        del kind, fault, trace
        self.close()

    def close(self) -> None:
        """Send what waits, stop serving, and close the log."""
        self.closing.close()

    def note(self, **fields: Field) -> None:
        """Let every line of the log carry ``fields``, such as the leader's epoch."""
        note_on_every_line(**fields)

    def order_traces(self, names: Sequence[str]) -> DeferredTraces | None:
        """Return what traces the orders of the instruments ``names``; None without a collector.

        It is closed with this.
        """
        if self.otel is None:
            return None
        traces = DeferredTraces(OrderTraces(self.otel, names))
        self.closing.callback(traces.close)
        return traces

    def alert_bodies(self) -> tuple[AlertBody, ...]:
        """Return the last ten alerts for a status."""
        return tuple(
            AlertBody(
                each.alert.key,
                each.alert.severity.value,
                each.alert.title,
                each.alert.detail,
                each.at_ns,
            )
            for each in self.told.recent()
        )

    def health_bodies(self) -> tuple[HealthBody, ...]:
        """Return how each part of this process is, for a status."""
        return tuple(
            HealthBody(each.part, each.is_good, each.detail, each.since_ns)
            for each in self.health.parts()
        )


@dataclass(frozen=True)
class ObserveTerms:
    """What the process adds to its configuration."""

    log_file: Path | None = None
    """The state folder's log instead of the configured one."""
    mode: str = ""
    """Mode of the run, which faults are filed under."""
    console_level: str = "warning"
    state: Path | None = None
    """State folder where it is kept what the ways to people did; nowhere when None."""


_PLAIN: Final = ObserveTerms()


def observe(
    config: Config,
    role: str,
    terms: ObserveTerms = _PLAIN,
    latency: LatencyBook | None = None,
) -> RoleObservation:
    """Open what ``role`` says about itself, until it is closed.

    Args:
        config: its tables ``[observability]`` and ``[log]``.
        role: trader, gateway, feed and so on.
        terms: what the process adds.
        latency: the book that the trading loop records into; a new one when None.

    Raises:
        ConfigError: the log cannot be written, an address is none, or a package is missing.
        UsageError: the configured port is taken.
    """
    with ExitStack() as closing:
        log_file = terms.log_file or config.log.file
        log = open_log(log_file, level=config.log.level, console_level=terms.console_level)
        closing.callback(close_log)
        note_on_every_line(role=role)
        source = f"traider {terms.mode or role}"
        notifier = open_notifier(config.notifications, source, SystemClock(), log)
        if notifier is not None:
            closing.callback(notifier.close)
            if terms.state is not None:
                notifier.on_tried = partial(write_notified, terms.state, role)
        return _observed(
            _Opened(config.observability, role, terms.mode, log, notifier, closing),
            latency or LatencyBook(),
        )


@dataclass(frozen=True)
class _Opened:
    """What is known once the log is open."""

    wanted: ObservabilityConfig
    role: str
    mode: str
    log: Log
    notifier: Notifier | None
    closing: ExitStack


def _observed(opened: _Opened, book: LatencyBook) -> RoleObservation:
    wanted, log, clock = opened.wanted, opened.log, SystemClock()
    metrics = ProcessMetrics()
    metrics.set(BUILD_INFO, 1.0, version=__version__)
    sentry, otel = _sentry(opened), _otel(opened)
    ways = (ConsoleAlerts(log), sentry, opened.notifier)
    channels: list[AlertChannel] = [way for way in ways if way is not None]
    told = AlertBook(channels, metrics, clock, again_s=wanted.alert_again_s)
    health = HealthBoard(clock, silent_s=wanted.silent_s)
    orders = book.stages[Stage.SIGNAL_TO_ORDER]
    endpoint = _serve(opened, PrometheusPage(metrics, (LatencySeries(book),)), health)
    return RoleObservation(
        clock=clock,
        log=log,
        metrics=metrics,
        tracer=otel or LogTracer(clock, log),
        alerts=told,
        role=opened.role,
        health=health,
        faults=LogFaults(log, [sentry] if sentry else []),
        told=told,
        latency=book,
        latency_watch=LatencyWatch(orders, told, metrics, clock, _latency_terms(wanted)),
        url="" if endpoint is None else endpoint.url,
        otel=otel,
        endpoint=endpoint,
        closing=opened.closing.pop_all(),
    )


def _serve(opened: _Opened, page: PrometheusPage, health: HealthBoard) -> Endpoint | None:
    if not opened.wanted.metrics:
        return None
    endpoint = Endpoint(page, health, _endpoint_terms(opened.wanted, opened.role))
    url = endpoint.start()
    opened.closing.callback(endpoint.stop)
    opened.log.info("metrics are served", url=f"{url}/metrics")
    return endpoint


def _otel(opened: _Opened) -> OtelTracer | None:
    wanted = opened.wanted
    if not wanted.otlp_url:
        return None
    otel = open_otel(
        wanted.otlp_url,
        opened.log,
        role=opened.role,
        version=__version__,
        ratio=wanted.trace_ratio,
    )
    opened.closing.callback(otel.close)
    return otel


def _sentry(opened: _Opened) -> SentryReports | None:
    dsn = opened.wanted.sentry_dsn.get_secret_value()
    if not dsn:
        return None
    sentry = open_sentry(
        dsn,
        release=f"traider@{__version__}",
        environment=opened.wanted.environment or opened.mode or "unknown",
        role=opened.role,
    )
    opened.closing.callback(sentry.close)
    return sentry


def _endpoint_terms(wanted: ObservabilityConfig, role: str) -> EndpointTerms:
    if wanted.port != ROLES_PORT:
        return EndpointTerms(wanted.host, wanted.port)
    return EndpointTerms(wanted.host, ROLE_PORTS.get(role, 0), falls_back=True)


def _latency_terms(wanted: ObservabilityConfig) -> LatencyTerms:
    return LatencyTerms(
        window_s=wanted.latency_window_s,
        orders_min=wanted.latency_orders,
        p95_ms=wanted.latency_p95_ms,
        p99_ms=wanted.latency_p99_ms,
    )
