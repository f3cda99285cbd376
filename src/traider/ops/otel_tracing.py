"""Spans to an OpenTelemetry collector, over OTLP and HTTP; off unless an address is given.

The provider is one of its own, not the library's global one, and spans are sent in batches from a
thread. When the collector is away they are dropped; the trader never waits for it.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from traider.domain.errors import ConfigError
from traider.domain.ports import Field, Log
from traider.ops.trace_context import TRACE_ID

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as LibrarySpan
    from opentelemetry.trace import Tracer as LibraryTracer

_SEND_S: Final = 2.0
_WAIT_MS: Final = 500
_QUEUE_SPANS: Final = 4_096
_COMPLAINTS_S: Final = 60.0


class OtelSpan:
    """A piece of work under way, or one whose times are told."""

    def __init__(self, span: "LibrarySpan", tracer: "LibraryTracer") -> None:
        self._span = span
        self._tracer = tracer

    @property
    def trace_id(self) -> str:
        """The id of its trace, 32 hexadecimal digits."""
        return f"{self._span.get_span_context().trace_id:032x}"

    def note(self, **fields: Field) -> None:
        """Attach ``fields`` to the span."""
        self._span.set_attributes(_attributes(fields))

    def child(self, name: str, start_ns: int, end_ns: int) -> None:
        """Add a part that began and ended at the given times, ns UTC."""
        from opentelemetry.trace import set_span_in_context

        context = set_span_in_context(self._span)
        self._tracer.start_span(name, context=context, start_time=start_ns).end(end_ns)

    def end(self, end_ns: int) -> None:
        """End a span that ``OtelTracer.begin`` opened, ns UTC."""
        self._span.end(end_ns)


class OtelTracer:
    """Open spans on a provider."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("traider")

    @contextmanager
    def span(self, name: str, /, **fields: Field) -> Iterator[OtelSpan]:
        """Time ``name``; a span opened inside becomes its child, an exception marks it failed."""
        with self._tracer.start_as_current_span(name, attributes=_attributes(fields)) as opened:
            span = OtelSpan(opened, self._tracer)
            token = TRACE_ID.set(span.trace_id)
            try:
                yield span
            finally:
                TRACE_ID.reset(token)

    def begin(self, name: str, start_ns: int) -> OtelSpan:
        """Begin a trace of its own at ``start_ns``, ns UTC; it ends when it is told to."""
        from opentelemetry.context import Context

        opened = self._tracer.start_span(name, context=Context(), start_time=start_ns)
        return OtelSpan(opened, self._tracer)

    def close(self) -> None:
        """Send what waits and stop."""
        self._provider.shutdown()


class _Complaints(logging.Handler):
    """Take what the library complains of into our log, once a minute at most."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._told_s = -_COMPLAINTS_S

    def emit(self, record: logging.LogRecord) -> None:
        """Write ``record`` unless one was written a moment ago."""
        if record.created - self._told_s >= _COMPLAINTS_S:
            self._told_s = record.created
            self._log.warning("traces cannot be sent", what=record.getMessage())


def open_otel(url: str, log: Log, *, role: str, version: str, ratio: float = 1.0) -> OtelTracer:
    """Return a tracer that sends to the collector at ``url``, such as http://localhost:4318.

    Args:
        url: address of the collector; spans go to ``/v1/traces`` there.
        log: where it is told that the collector is away.
        role: the process; the service is called ``traider-ROLE``.
        version: of the program.
        ratio: share of traces that is sent.

    Raises:
        ConfigError: the packages are not installed, or the address is none.
    """
    if not url.startswith(("http://", "https://")):
        raise ConfigError(
            f"{url!r} is no address of a collector",
            where="observability.otlp_url",
            fix="give http://HOST:4318, or leave it empty",
        )
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError:
        raise ConfigError(
            "OpenTelemetry is not installed",
            where="observability.otlp_url",
            fix="install traider[ops], or leave the setting empty",
        ) from None
    library_log = logging.getLogger("opentelemetry")
    library_log.handlers[:] = [_Complaints(log)]
    library_log.propagate = False
    # Told in full, so that no variable of the environment and no detector adds the machine's name.
    resource = Resource({"service.name": f"traider-{role}", "service.version": version})
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(ratio)),
        resource=resource,
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=_SEND_S)
    provider.add_span_processor(
        BatchSpanProcessor(exporter, max_queue_size=_QUEUE_SPANS, schedule_delay_millis=_WAIT_MS)
    )
    return OtelTracer(provider)


def _attributes(fields: Mapping[str, Field]) -> dict[str, str | int | float | bool]:
    return {name: value for name, value in fields.items() if value is not None}
