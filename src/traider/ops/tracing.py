"""Spans written to the log: one line when a span ends, with its duration and its parent."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from traider.domain.ports import Clock, Field, Log
from traider.ops.trace_context import TRACE_ID

_NS_PER_MS: Final = 1_000_000


@dataclass
class LogSpan:
    """A piece of work under way; its fields are written when it ends."""

    trace_id: str
    span_id: str
    parent_id: str
    fields: dict[str, Field] = field(default_factory=dict)

    def note(self, **fields: Field) -> None:
        """Attach ``fields`` to the span."""
        self.fields.update(fields)


_current: ContextVar[LogSpan | None] = ContextVar("traider_span", default=None)


class LogTracer:
    """Time spans by ``clock`` and write them to ``log``, a failed one with its fault.

    Whoever catches the exception tells the person, once; a span is a note for the file.
    """

    def __init__(self, clock: Clock, log: Log) -> None:
        self._clock = clock
        self._log = log

    @contextmanager
    def span(self, name: str, /, **fields: Field) -> Iterator[LogSpan]:
        """Time ``name``; a span opened inside becomes its child, an exception marks it failed."""
        parent = _current.get()
        opened = LogSpan(
            trace_id=parent.trace_id if parent else secrets.token_hex(8),
            span_id=secrets.token_hex(4),
            parent_id=parent.span_id if parent else "",
            fields=dict(fields),
        )
        token, trace_token = _current.set(opened), TRACE_ID.set(opened.trace_id)
        started_ns = self._clock.monotonic_ns()
        done = False
        try:
            yield opened
            done = True
        finally:
            failure = "" if done else type(sys.exception()).__name__
            _current.reset(token)
            TRACE_ID.reset(trace_token)
            self._write(name, opened, self._clock.monotonic_ns() - started_ns, failure)

    def _write(self, name: str, span: LogSpan, duration_ns: int, failure: str) -> None:
        fields: dict[str, Field] = {
            "span": name,
            "trace_id": span.trace_id,
            "span_id": span.span_id,
            "parent_id": span.parent_id,
            "duration_ms": duration_ns / _NS_PER_MS,
            **span.fields,
        }
        if failure:
            self._log.info("span failed", fault=failure, **fields)
        else:
            self._log.info("span", **fields)
