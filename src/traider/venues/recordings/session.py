"""Sessions: JSON lines of cryptofeed 3, a record each.

``{"t":"recv","conn":"KRAKEN.ws.50","ts":1618678132.8258188,"data":"<message as received>"}``;
``t`` is ``header``, ``http`` (a REST answer, with ``url``), ``connect`` (with ``addr``), ``send``
or ``recv``; ``ts`` is in seconds.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from msgspec import DecodeError, Struct, field
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.venues.captures import file_lines
from traider.venues.recordings.records import (
    SESSION_BYTES_MAX,
    Answered,
    Connected,
    Connection,
    Received,
    Record,
    Recording,
    in_order,
)

_SECOND_NS: Final = 1_000_000_000


class _Line(Struct, frozen=True, gc=False):
    """Any line; fields that its kind does not have are empty."""

    kind: str = field(name="t")
    connection: str = field(default="", name="conn")
    seconds: Decimal = field(default=Decimal(0), name="ts")
    address: str = field(default="", name="addr")
    url: str = ""
    exchange: str = ""
    data: str = ""

    @property
    def ts_recv(self) -> int:
        """The time in ns, exactly as it is written."""
        return int(self.seconds * _SECOND_NS)


_decode: Final = Decoder(_Line).decode


class Gathering:
    """What the lines of a recording add up to."""

    def __init__(self) -> None:
        self.source = ""
        self._connections: dict[str, Connection] = {}
        self._records: list[Record] = []
        self._bytes = 0

    def connect(self, record: Connected, address: str) -> None:
        """Take in an opened connection."""
        known = self._connections.get(record.connection, Connection(record.connection))
        self._connections[record.connection] = Connection(known.name, address, known.requests)
        self._records.append(record)

    def send(self, name: str, address: str, request: bytes) -> None:
        """Take in a request."""
        known = self._connections.get(name, Connection(name, address))
        requests = (*known.requests, request)
        self._connections[name] = Connection(name, known.address or address, requests)

    def add(self, record: Received | Answered) -> None:
        """Take in what was received.

        Raises:
            DataError: the recording is too long to be held in memory.
        """
        self._bytes += len(record.raw)
        if self._bytes > SESSION_BYTES_MAX:
            raise DataError(
                "holds more than 2 GiB of messages",
                where=str(record.path),
                fix="split the recording",
            )
        if isinstance(record, Received) and record.connection not in self._connections:
            self._connections[record.connection] = Connection(record.connection)
        self._records.append(record)

    def finish(self, paths: tuple[Path, ...]) -> Recording:
        """Return the whole recording."""
        records = in_order(self._records)
        answers = tuple(each for each in records if isinstance(each, Answered))
        connections = tuple(self._connections.values())
        return Recording(paths, self.source, connections, answers, records)


def read_session(paths: tuple[Path, ...]) -> Recording:
    """Read the files of one session.

    Raises:
        DataError: a file is damaged, or a line is no record; the line is in the message.
    """
    gathering = Gathering()
    for path in paths:
        for number, line in _records(path):
            _gather(gathering, path, number, line)
    return gathering.finish(paths)


def _records(path: Path) -> Iterator[tuple[int, _Line]]:
    for number, text in enumerate(file_lines(path), 1):
        if not text.strip():
            continue
        try:
            yield number, _decode(text)
        except DecodeError as fault:
            raise DataError(
                f"is no record of a session: {fault}",
                where=f"{path} line {number}",
                fix="fetch the file again",
            ) from fault


def _gather(gathering: Gathering, path: Path, number: int, line: _Line) -> None:
    place = (path, number, line.ts_recv)
    if line.kind == "recv":
        gathering.add(Received(*place, line.connection, line.data.encode()))
    elif line.kind == "http":
        gathering.add(Answered(*place, line.url, line.data.encode()))
    elif line.kind == "send":
        gathering.send(line.connection, line.address, line.data.encode())
    elif line.kind == "connect":
        gathering.connect(Connected(*place, line.connection), line.address)
    elif line.kind == "header":
        gathering.source = line.exchange
    else:
        raise DataError(
            f"has a record of kind {line.kind[:40]!r}",
            where=f"{path} line {number}",
            fix="known are header, http, connect, send and recv",
        )
