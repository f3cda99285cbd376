import threading

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan

from tests.ops.http_receiver import Received, receiving
from tests.ports.log import MemoryLog
from traider.domain.errors import ConfigError
from traider.domain.ports import Log, Tracer
from traider.ops.otel_tracing import OtelTracer, open_otel
from traider.ops.trace_context import TRACE_ID


def opened(received: Received, ratio: float = 1.0, log: Log | None = None) -> OtelTracer:
    url = f"http://127.0.0.1:{received.port}/"
    return open_otel(url, log or MemoryLog(), role="trader", version="1.2", ratio=ratio)


def sent(received: Received) -> dict[str, SentSpan]:
    """Return the spans that arrived, by name."""
    found = {}
    for path, body in received.posts:
        assert path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {each.key: each.value.string_value for each in resource.resource.attributes}
            assert told == {"service.name": "traider-trader", "service.version": "1.2"}
            found.update({each.name: each for part in resource.scope_spans for each in part.spans})
    return found


def _fail_in_spans(port: Tracer) -> None:
    with port.span("outer", bars=3, nothing=None) as outer:
        outer.note(trades=1)
        assert TRACE_ID.get() == outer.trace_id
        with port.span("inner") as inner:
            assert inner.trace_id == outer.trace_id
        raise KeyError("missing")


def test_spans_arrive_at_a_collector_with_parents_fields_and_faults() -> None:
    with receiving() as received:
        tracer = opened(received)
        port: Tracer = tracer
        with pytest.raises(KeyError):
            _fail_in_spans(port)
        assert TRACE_ID.get() == ""
        tracer.close()
    spans = sent(received)
    assert spans["inner"].parent_span_id == spans["outer"].span_id
    attributes = {each.key: each.value.int_value for each in spans["outer"].attributes}
    assert attributes == {"bars": 3, "trades": 1}
    assert spans["outer"].status.code == spans["outer"].status.STATUS_CODE_ERROR
    assert spans["inner"].status.code != spans["outer"].status.code


def test_a_span_whose_times_are_told_keeps_them() -> None:
    with receiving() as received:
        tracer = opened(received)
        order = tracer.begin("order", 1_000)
        order.child("gate", 1_200, 1_300)
        order.note(order_id="00ff")
        order.end(2_000)
        tracer.close()
    spans = sent(received)
    assert (spans["order"].start_time_unix_nano, spans["order"].end_time_unix_nano) == (
        1_000,
        2_000,
    )
    assert (spans["gate"].start_time_unix_nano, spans["gate"].end_time_unix_nano) == (1_200, 1_300)
    assert spans["gate"].parent_span_id == spans["order"].span_id


def test_of_a_share_of_nothing_nothing_is_sent() -> None:
    with receiving() as received:
        tracer = opened(received, ratio=0.0)
        with tracer.span("work"), tracer.span("inner"):
            pass
        tracer.close()
    assert received.posts == []


def test_a_collector_that_is_away_is_told_once() -> None:
    with receiving() as received:
        pass
    log = MemoryLog()
    tracer = opened(received, log=log)
    for _ in range(600):
        with tracer.span("work"):
            pass
    tracer.close()
    assert [line.message for line in log.lines] == ["traces cannot be sent"]
    assert received.posts == []


def test_a_collector_that_does_not_answer_holds_nobody_up() -> None:
    may_answer = threading.Event()
    with receiving(may_answer) as received:
        tracer = opened(received)
        for _ in range(600):  # more than one batch: the thread that sends is kept waiting
            with tracer.span("work"):
                pass
        assert not may_answer.is_set()
        may_answer.set()
        tracer.close()
    assert "work" in sent(received)


def test_an_address_that_is_none_is_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match=r"observability\.otlp_url: .*give http"):
        open_otel("localhost:4318", MemoryLog(), role="trader", version="1")
