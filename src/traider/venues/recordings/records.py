"""What a recording consists of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError
from traider.venues.captures import ReceiveOrder, at_line, read_capture

SESSION_BYTES_MAX: Final = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection of a recording; ``name`` is unique in it."""

    name: str
    address: str = ""
    """Where to, empty when the recorder does not tell."""
    requests: tuple[bytes, ...] = ()
    """What was sent over it, in order."""


@dataclass(frozen=True, slots=True)
class Record:
    """Something that happened at ``ts_recv`` (ns UTC), and the line that tells of it."""

    path: Path
    line: int
    ts_recv: int


@dataclass(frozen=True, slots=True)
class Connected(Record):
    """A connection was opened; when it was open before, it had ended."""

    connection: str


@dataclass(frozen=True, slots=True)
class Received(Record):
    """A message of a connection."""

    connection: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Answered(Record):
    """The answer to a REST request."""

    url: str
    raw: bytes


@dataclass(frozen=True)
class Recording:
    """What was recorded of one venue."""

    paths: tuple[Path, ...]
    source: str
    """The recorder's name of the venue; empty when it tells none."""
    connections: tuple[Connection, ...]
    answers: tuple[Answered, ...] = ()
    held: tuple[Record, ...] | None = None
    """All records, by time; None when they are read from the files."""

    @property
    def name(self) -> str:
        """The name of the first file without its endings."""
        return self.paths[0].name.partition(".")[0]

    def records(self) -> Iterator[Record]:
        """Yield the records, each at a receive time after the one before.

        Raises:
            DataError: a file is damaged, or its times go back; the line is in the message.
        """
        order = ReceiveOrder()
        if self.held is None:
            (connection,) = self.connections
            for path in self.paths:
                for number, ts_recv, raw in read_capture(path, order):
                    yield Received(path, number, ts_recv, connection.name, raw)
            return
        for record in self.held:
            yield replace(record, ts_recv=_placed(order, record))


def in_order(records: Sequence[Record]) -> tuple[Record, ...]:
    """Return ``records`` by time; those of one time stay in the order of the file."""
    return tuple(sorted(records, key=lambda record: record.ts_recv))


def _placed(order: ReceiveOrder, record: Record) -> int:
    try:
        return order.place(record.ts_recv)
    except DataError as fault:
        raise at_line(fault, record.path, record.line) from fault
