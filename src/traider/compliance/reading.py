"""Read the chain: all of it, its end, or what tells of one object, without reading the rest.

Records of events stand in the order of the journal, and each tells its place there, so that of a
position is found by halving. What tells of an order after that is found by its id among the bytes.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from traider.compliance.records import AuditRecord, record_of
from traider.compliance.segments import list_segments
from traider.compliance.tombstones import tombstones
from traider.domain.errors import DataError, UsageError

PLACE: Final = "place"
"""Key of a payload that holds an event's position in the journal, and the part of what it tells."""
_SEQ: Final = b',"seq":'


@contextmanager
def mapped(path: Path) -> Iterator[bytes | mmap.mmap]:
    """Give the bytes of a file without reading them all; whole lines only."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if not size:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as found:
            yield found


def records(folder: Path, first_segment: int = 0) -> Iterator[AuditRecord]:
    """Yield every record from a segment on; a line that is half written is not given out.

    Raises:
        UsageError: there is no audit.
        DataError: a line is no record.
    """
    for number, path in list_segments(folder).items():
        if number < first_segment:
            continue
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield _told(path, line)


def last_record(folder: Path) -> AuditRecord | None:
    """Return the record at the end of the chain, None of one that has none.

    Raises:
        DataError: the last line is no record.
    """
    try:
        segments = list_segments(folder)
    except UsageError:
        return None
    for path in reversed(segments.values()):
        with mapped(path) as raw:
            end = raw.rfind(b"\n")
            if end >= 0:
                return _told(path, bytes(raw[raw.rfind(b"\n", 0, end) + 1 : end]))
    return None


def records_backwards(folder: Path, before: int | None = None) -> Iterator[AuditRecord]:
    """Yield the records from the newest to the oldest, or from the one before record ``before``.

    Raises:
        UsageError: there is no audit.
        DataError: a line is no record.
    """
    for path in reversed(list_segments(folder).values()):
        with mapped(path) as raw:
            end = raw.rfind(b"\n")
            if before is not None and end >= 0:
                end = _end_before(raw, before, end)
            while end >= 0:
                begin = raw.rfind(b"\n", 0, end) + 1
                yield _told(path, bytes(raw[begin:end]))
                end = begin - 1


def _end_before(raw: bytes | mmap.mmap, before: int, last: int) -> int:
    """Return where the last line ends whose record is before ``before``; -1 where none is."""
    low, high = -1, last
    # Ends of lines: that at ``low`` is before, or the beginning; those after ``high`` are not.
    while low < high:
        end = raw.find(b"\n", (low + high) // 2 + 1, high + 1)
        if end < 0:
            end = high
        if _seq_of(raw, end) < before:
            low = end
        else:
            high = raw.rfind(b"\n", 0, end)
    return low


def _seq_of(raw: bytes | mmap.mmap, end: int) -> int:
    """Return the number of the record whose line ends at ``end``: the last but one of its words."""
    at = raw.rfind(_SEQ, 0, end) + len(_SEQ)
    return int(bytes(raw[at : raw.find(b",", at)]))


def place_of(record: AuditRecord) -> tuple[int, int] | None:
    """Return the journal position that a record tells of, and the part of it; None of others."""
    found = record.payload.get(PLACE)
    return None if found is None else (int(found[0]), int(found[1]))


def last_place(folder: Path) -> tuple[int, int]:
    """Return the place in the journal that the chain has come to; (-1, 0) before the first.

    Where the files that tell of it are elsewhere, the chain says how far they came.
    """
    try:
        segments = list_segments(folder)
    except UsageError:
        return -1, 0
    for path in reversed(segments.values()):
        place = last_place_in(path)
        if place is not None:
            return place
    moved = tombstones(segments).values()
    return max((each.told for each in moved if each.told is not None), default=(-1, 0))


def last_place_in(path: Path) -> tuple[int, int] | None:
    """Return the last place of the journal that a file tells of; None where it tells of none.

    Raises:
        DataError: a line is no record.
    """
    with mapped(path) as raw:
        end = raw.rfind(b"\n")
        while end >= 0:
            begin = raw.rfind(b"\n", 0, end) + 1
            place = place_of(_told(path, bytes(raw[begin:end])))
            if place is not None:
                return place
            end = begin - 1
    return None


def records_from(folder: Path, position: int) -> Iterator[AuditRecord]:
    """Yield the records from the first that tells of journal ``position`` or a later one."""
    segments = list_segments(folder)
    numbers = _from_position(segments, position)
    for number in numbers:
        path = segments[number]
        with mapped(path) as raw:
            offset = _offset_of(path, raw, position) if number == numbers[0] else 0
            yield from _lines(path, raw, offset)


def records_about(folder: Path, text: str, position: int = -1) -> Iterator[AuditRecord]:
    """Yield the records in which ``text`` stands, from journal ``position`` on, in order."""
    segments = list_segments(folder)
    for number in _from_position(segments, position):
        yield from records_in(segments[number], text)


def records_in(path: Path, text: str) -> Iterator[AuditRecord]:
    """Yield the records of a file in which ``text`` stands, in order.

    Raises:
        DataError: a line is no record.
    """
    wanted = text.encode()
    with mapped(path) as raw:
        at = raw.find(wanted)
        while at >= 0:
            begin = raw.rfind(b"\n", 0, at) + 1
            end = raw.find(b"\n", at)
            if end < 0:
                break
            yield _told(path, bytes(raw[begin:end]))
            at = raw.find(wanted, end)


def _from_position(segments: dict[int, Path], position: int) -> list[int]:
    """Return the segments that may tell of ``position`` or later."""
    numbers = list(segments)
    begin = 0
    for at, number in enumerate(numbers):
        with mapped(segments[number]) as raw:
            first = _first_place(segments[number], raw, 0)
        if first is not None and first[1] < position:
            begin = at
    return numbers[begin:]


def _lines(path: Path, raw: bytes | mmap.mmap, offset: int) -> Iterator[AuditRecord]:
    while True:
        end = raw.find(b"\n", offset)
        if end < 0:
            return
        yield _told(path, bytes(raw[offset:end]))
        offset = end + 1


def _first_place(path: Path, raw: bytes | mmap.mmap, offset: int) -> tuple[int, int] | None:
    """Return offset and position of the first record of an event at or after ``offset``."""
    while True:
        end = raw.find(b"\n", offset)
        if end < 0:
            return None
        place = place_of(_told(path, bytes(raw[offset:end])))
        if place is not None:
            return offset, place[0]
        offset = end + 1


def _offset_of(path: Path, raw: bytes | mmap.mmap, position: int) -> int:
    """Return where the first record of ``position`` or later begins, by halving."""
    low, high = 0, len(raw)
    while low < high:
        middle = raw.rfind(b"\n", 0, (low + high) // 2) + 1
        middle = max(middle, low)
        found = _first_place(path, raw, middle)
        if found is None or found[1] >= position:
            high = middle
            continue
        end = raw.find(b"\n", found[0]) + 1
        low = end
    return low


def _told(path: Path, line: bytes) -> AuditRecord:
    try:
        return record_of(line)
    except DataError as fault:
        raise DataError(
            fault.what, where=str(path), fix="see what is wrong with traider audit verify"
        ) from fault
