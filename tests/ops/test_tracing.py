import pytest

from tests.ports.clock import FixedClock
from tests.ports.log import MemoryLog
from tests.ports.trace import MemoryTracer
from traider.domain.ports import Tracer
from traider.ops.tracing import LogTracer


def test_a_span_is_written_when_it_ends_with_its_duration_and_fields() -> None:
    clock, log = FixedClock(), MemoryLog()
    with LogTracer(clock, log).span("backtest", bars=3) as span:
        clock.advance(2_500_000)
        span.note(trades=1)
        assert log.lines == []
    (line,) = log.lines
    assert (line.level, line.message) == ("info", "span")
    assert line.fields["span"] == "backtest"
    assert line.fields["duration_ms"] == 2.5
    assert (line.fields["bars"], line.fields["trades"]) == (3, 1)
    assert line.fields["trace_id"] == span.trace_id
    assert line.fields["parent_id"] == ""


def test_a_span_inside_another_is_its_child() -> None:
    log = MemoryLog()
    tracer = LogTracer(FixedClock(), log)
    with tracer.span("outer"), tracer.span("inner"):
        pass
    with tracer.span("later"):
        pass
    inner, outer, later = (line.fields for line in log.lines)
    assert inner["parent_id"] == outer["span_id"]
    assert inner["trace_id"] == outer["trace_id"]
    assert later["trace_id"] != outer["trace_id"]
    assert later["parent_id"] == ""


def test_an_exception_marks_the_span_as_failed_and_goes_on() -> None:
    log = MemoryLog()
    with pytest.raises(KeyError), LogTracer(FixedClock(), log).span("load"):
        raise KeyError("missing")
    (line,) = log.lines
    assert (line.level, line.message) == ("info", "span failed")
    assert line.fields["fault"] == "KeyError"


def test_the_fake_keeps_spans() -> None:
    memory = MemoryTracer()
    tracer: Tracer = memory
    seen = []
    with tracer.span("work", bars=1) as span:
        span.note(trades=2)
        seen.append(memory.spans[0].ended)
    seen.append(memory.spans[0].ended)
    assert seen == [False, True]
    assert memory.spans[0].fields == {"bars": 1, "trades": 2}
