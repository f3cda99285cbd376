"""Spans kept in memory, with ids that count up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from traider.domain.ports import Field


@dataclass
class MemorySpan:
    name: str
    trace_id: str
    fields: dict[str, Field]
    ended: bool = False

    def note(self, **fields: Field) -> None:
        self.fields.update(fields)


@dataclass
class MemoryTracer:
    """Keep every span in the order of opening."""

    spans: list[MemorySpan] = field(default_factory=list)

    @contextmanager
    def span(self, name: str, /, **fields: Field) -> Iterator[MemorySpan]:
        opened = MemorySpan(name, f"trace-{len(self.spans)}", dict(fields))
        self.spans.append(opened)
        try:
            yield opened
        finally:
            opened.ended = True
