"""The events of one segment, found by sequence and by time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.errors import DataError
from traider.domain.events import EVENT, EventArray
from traider.journal.blocks import (
    HEAD_BYTES,
    HEADER_BYTES,
    KIND,
    PAYLOAD_BYTES,
    PLACE,
    RECORDS,
    SEGMENT,
    SEQUENCE,
    BlockHeader,
    BlockKind,
    Fields,
    crc_of,
    whole_header_at,
)
from traider.journal.byte_sources import READ_BYTES, PackedFile, RawFile, checked_head, open_source
from traider.journal.groups import EARLIEST, GROUP, LATEST, GroupArray, GroupTable
from traider.journal.scanning import Block, BlockScan, Stop, whole_blocks
from traider.journal.segment_files import Role, SegmentPaths

IntArray = npt.NDArray[np.int64]
_TRIES: Final = 5
RECORD_BYTES: Final = EVENT.itemsize
HEAD_KINDS: Final = {Role.EVENTS: BlockKind.EVENTS_HEAD, Role.FACTS: BlockKind.FACTS_HEAD}


def open_segment(paths: SegmentPaths) -> RawFile | PackedFile:
    """Open one of a segment's files in the form that is there.

    Raises:
        DataError: it is missing or damaged.
    """
    for _ in range(_TRIES):
        path = paths.found
        if path is None:
            continue
        try:
            return open_source(path)
        except FileNotFoundError:
            continue  # it was packed just now, so the other form is there
    raise DataError(
        "the file is missing", where=str(paths.raw), fix="restore it from a copy"
    ) from None


def damaged(path: Path, segment: int, block: int, offset: int) -> DataError:
    """Return the error of a block that is not whole."""
    return DataError(
        f"segment {segment}, block {block} at byte {offset} is damaged",
        where=str(path),
        fix="see all faults with traider journal verify, and restore the file from a copy",
    )


def segment_head(
    source: RawFile | PackedFile, role: Role, segment: int
) -> tuple[BlockHeader, bytes]:
    """Return the head of one of a segment's files, and the journal's id that it holds.

    Raises:
        DataError: it is damaged, of another format version, or the head of another segment.
    """
    found = source.read(0, HEAD_BYTES)[:HEAD_BYTES]
    head, journal_id = checked_head(found, source.path), found[HEADER_BYTES:]
    if head.kind != HEAD_KINDS[role] or crc_of(journal_id) != head.payload_crc:
        raise damaged(source.path, segment, 0, 0)
    if head.segment != segment:
        raise misplaced(source.path, f"the file is that of segment {head.segment}, not {segment}")
    return head, journal_id


def misplaced(path: Path, what: str) -> DataError:
    """Return the error of a file that does not belong where it lies, or lacks its end."""
    return DataError(
        what,
        where=str(path),
        fix="see all faults with traider journal verify, and restore the files from a copy",
    )


def joined_payloads(blocks: list[Block]) -> EventArray:
    """Return the events of ``blocks``; read-only."""
    return _joined([block.payload for block in blocks])


def _joined(payloads: list[memoryview]) -> EventArray:
    whole = payloads[0] if len(payloads) == 1 else b"".join(payloads)
    return np.frombuffer(whole, dtype=EVENT)


@dataclass(frozen=True)
class Span:
    """Which events are meant: by sequence and by ``ts_recv``, each from a start up to an end."""

    start: int = 0
    end: int = LATEST
    start_ns: int = EARLIEST
    end_ns: int = LATEST


def _runs_within(stamps: IntArray, span: Span) -> Iterator[slice]:
    """Yield the runs of neighbors whose stamps lie within ``span``; one, where stamps rise."""
    within = (stamps >= span.start_ns) & (stamps < span.end_ns)
    edges = np.flatnonzero(np.diff(within, prepend=False, append=False))
    for start, end in edges.reshape(-1, 2).tolist():
        yield slice(start, end)


class SegmentEvents:
    """A segment's file of events: its table of groups, and what they hold."""

    def __init__(self, folder: Path, segment: int) -> None:
        """Read the index, or what stands for it while the segment is under way."""
        self.segment = segment
        self.damage: DataError | None = None
        """What ends the readable part of a segment; all of it, where ``first`` is not known."""
        self.first: int | None = None
        self.journal_id = b""
        self.groups: GroupArray = np.zeros(0, GROUP)
        self.is_ended = False
        self._paths = SegmentPaths(folder, Role.EVENTS, segment)
        self._table = GroupTable()
        self._seen = _state(self._paths.found)
        self._load()

    @property
    def path(self) -> Path:
        """Where it lies, or would lie."""
        return self._paths.found or self._paths.raw

    def _load(self) -> None:
        self._seen = _state(self._paths.found)
        try:
            source = open_segment(self._paths)
        except DataError as fault:
            self.damage = fault
            return
        try:
            self.damage = None
            head, self.journal_id = segment_head(source, Role.EVENTS, self.segment)
            self.first = head.sequence
            self.groups = self._joined_on(self._groups(source), source.path)
        except DataError as fault:
            self.damage = fault
        finally:
            source.close()

    def _joined_on(self, groups: GroupArray, path: Path) -> GroupArray:
        """Return the groups up to the first whose events do not follow those before it."""
        counts = groups["count"].astype(np.int64)
        wanted = (self.first or 0) + np.cumsum(counts) - counts
        apart = np.flatnonzero((counts > 0) & (groups["first_sequence"] != wanted))
        if not len(apart):
            return groups
        place = int(groups["blocks"][: apart[0]].sum())
        self.damage = damaged(path, self.segment, place, int(groups["offset"][apart[0]]))
        return groups[: apart[0]]

    def _groups(self, source: RawFile | PackedFile) -> GroupArray:
        if isinstance(source, PackedFile):
            self.is_ended = True
            return source.groups
        index = source.index()
        self.is_ended = index is not None
        if index is not None:
            return index.groups
        self._scan(source)
        return self._table.rows()

    def refresh(self, *, is_last: bool) -> None:
        """Take in what the writer added since.

        An index counts for little: a writer that died before it made the next segment cuts it off
        and goes on in the file. So a file that is not as it was is looked at anew.
        """
        if is_last or not self.is_ended or self._seen != _state(self._paths.found):
            self._load()

    def _scan(self, source: RawFile) -> None:
        if source.size < self._table.end:
            self._table = GroupTable()  # what was not acknowledged was cut off again
        if not self._table.end:
            self._table.add(whole_header_at(source.read(0, HEADER_BYTES)))
        while ordinary := self._ordinary(source.read(self._table.end, READ_BYTES)):
            self._table.add_all(ordinary)
        scan = BlockScan(source, self._table.end, self._table.blocks)
        for block in scan:
            if block.header.kind != BlockKind.INDEX:
                self._table.add(block.header)
        if scan.stop in (Stop.HEADER, Stop.PAYLOAD, Stop.VERSION):
            self.damage = damaged(source.path, self.segment, scan.place, scan.end)

    @staticmethod
    def _ordinary(piece: bytes) -> list[tuple[int, Fields]]:
        """Return the blocks of events that ``piece`` begins with."""
        blocks = whole_blocks(piece, len(piece))
        return list(takewhile(lambda block: block[1][KIND] == BlockKind.EVENTS, blocks))

    @property
    def end(self) -> int:
        """The sequence after the segment's last event."""
        return (self.first or 0) + int(self.groups["count"].sum())

    def selected(self, span: Span) -> Iterator[tuple[int, EventArray]]:
        """Yield runs of events within ``span``, each with the sequence of its first event.

        Raises:
            DataError: a block is damaged.
        """
        groups = self.groups
        first = groups["first_sequence"]
        ends = first + groups["count"].astype(np.int64)
        met = (groups["count"] > 0) & (first < span.end) & (ends > span.start)
        met &= (groups["ts_first"] < span.end_ns) & (groups["ts_last"] >= span.start_ns)
        for group, events in self._read(groups, np.flatnonzero(met)):
            base = int(first[group])
            before = max(0, span.start - base)
            part = events[before : span.end - base]
            row = groups[group]
            if span.start_ns <= row["ts_first"] and row["ts_last"] < span.end_ns:
                yield base + before, part
            else:
                for run in _runs_within(part["ts_recv"], span):
                    yield base + before + run.start, part[run]

    def _read(
        self, groups: GroupArray, wanted: npt.NDArray[np.intp]
    ) -> Iterator[tuple[int, EventArray]]:
        """Yield groups with their events.

        Raises:
            DataError: a block is damaged, or the index tells of blocks that are not there.
        """
        if not len(wanted):
            return
        source = open_segment(self._paths)
        try:
            for group in wanted:
                events, damage = _group_events(source, groups[group], self.segment)
                yield int(group), events
                if damage is not None:
                    raise damage
        finally:
            source.close()


def _state(path: Path | None) -> tuple[int, ...]:
    """Return what changes when a file is written or replaced."""
    try:
        found = None if path is None else path.stat()
    except FileNotFoundError:
        return ()  # packed just now: the next look finds the other form
    return () if found is None else (found.st_ino, found.st_size, found.st_mtime_ns)


def _group_events(
    source: RawFile | PackedFile, row: np.void, segment: int
) -> tuple[EventArray, DataError | None]:
    """Return the events of a group up to the first damage, and what that is."""
    offset, size = int(row["offset"]), int(row["bytes"])
    held = source.read(offset, size)[:size]
    blocks = _in_order(whole_blocks(held, size), int(row["first_sequence"]), segment)
    events = [block for block in blocks if block[1][KIND] == BlockKind.EVENTS]
    view = memoryview(held)
    payloads = [
        view[start + HEADER_BYTES : start + HEADER_BYTES + fields[PAYLOAD_BYTES]]
        for start, fields in events
    ]
    damage = None
    count = sum(fields[RECORDS] for _, fields in events)
    if len(blocks) != row["blocks"] or count != row["count"]:
        end = sum(HEADER_BYTES + fields[PAYLOAD_BYTES] for _, fields in blocks)
        place = blocks[-1][1][PLACE] + 1 if blocks else 0
        damage = damaged(source.path, segment, place, offset + end)
    return _joined(payloads), damage


def _in_order(
    blocks: list[tuple[int, Fields]], sequence: int, segment: int
) -> list[tuple[int, Fields]]:
    """Return the blocks up to the first that is of another segment or does not count on."""
    for place, (_, fields) in enumerate(blocks):
        if fields[SEGMENT] != segment:
            return blocks[:place]
        if fields[KIND] == BlockKind.EVENTS:
            if fields[SEQUENCE] != sequence:
                return blocks[:place]
            sequence += fields[RECORDS]
    return blocks
