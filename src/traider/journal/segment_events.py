"""The events of one segment, found by sequence and by time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from traider.domain.errors import DataError
from traider.domain.events import EVENT, EventArray
from traider.journal.blocks import HEADER_BYTES, BlockKind, header_at
from traider.journal.byte_sources import PackedFile, RawFile, open_source
from traider.journal.groups import GroupArray, GroupTable
from traider.journal.scanning import Block, BlockScan, Stop
from traider.journal.segment_files import Role, SegmentPaths

_TRIES: Final = 5
RECORD_BYTES: Final = EVENT.itemsize


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


def joined_payloads(blocks: list[Block]) -> EventArray:
    """Return the events of ``blocks``; read-only."""
    if len(blocks) == 1:
        return np.frombuffer(blocks[0].payload, dtype=EVENT)
    return np.frombuffer(b"".join(block.payload for block in blocks), dtype=EVENT)


class SegmentEvents:
    """A segment's file of events: its table of groups, and what they hold."""

    def __init__(self, folder: Path, segment: int) -> None:
        """Read the index, or what stands for it while the segment is under way.

        Raises:
            DataError: the file is missing, or damaged where nothing can be read.
        """
        self.segment = segment
        self.damage: DataError | None = None
        """What ends the readable part of a segment that has more."""
        self._paths = SegmentPaths(folder, Role.EVENTS, segment)
        self._table = GroupTable()
        source = open_segment(self._paths)
        try:
            self.first = self._first(source)
            self.groups = self._groups(source)
        finally:
            source.close()

    def _first(self, source: RawFile | PackedFile) -> int:
        """Return the sequence of the segment's first event, by the head of its file."""
        raw = source.read(0, HEADER_BYTES)
        head = header_at(raw, 0)
        if head is None or head.kind != BlockKind.EVENTS_HEAD:
            raise damaged(source.path, self.segment, 0, 0)
        return head.sequence

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

    def refresh(self) -> None:
        """Take in what the writer added since.

        Raises:
            DataError: the file is missing or damaged.
        """
        if self.is_ended:
            return
        source = open_segment(self._paths)
        try:
            self.groups = self._groups(source)
        finally:
            source.close()

    def _scan(self, source: RawFile) -> None:
        scan = BlockScan(source, self._table.end)
        for block in scan:
            if block.header.kind != BlockKind.INDEX:
                self._table.add(block.header)
        self.damage = None
        if scan.stop in (Stop.HEADER, Stop.PAYLOAD, Stop.VERSION):
            self.damage = damaged(source.path, self.segment, scan.place, scan.end)

    @property
    def end(self) -> int:
        """The sequence after the segment's last event."""
        return self.first + int(self.groups["count"].sum())

    def events(self, start: int, end: int) -> Iterator[EventArray]:
        """Yield the events with ``start <= sequence < end``, a group at a time.

        Raises:
            DataError: a block is damaged.
        """
        groups = self.groups
        first = groups["first_sequence"]
        ends = first + groups["count"].astype(np.int64)
        wanted = np.flatnonzero((groups["count"] > 0) & (first < end) & (ends > start))
        for group, events in self._read(groups, wanted):
            base = int(first[group])
            yield events[max(0, start - base) : end - base]

    def between(self, start_ns: int, end_ns: int) -> Iterator[EventArray]:
        """Yield the events with ``start_ns <= ts_recv < end_ns``, in order of sequence.

        Raises:
            DataError: a block is damaged.
        """
        groups = self.groups
        met = (groups["ts_first"] < end_ns) & (groups["ts_last"] >= start_ns)
        for group, events in self._read(groups, np.flatnonzero((groups["count"] > 0) & met)):
            row = groups[group]
            if start_ns <= row["ts_first"] and row["ts_last"] < end_ns:
                yield events
                continue
            stamps = events["ts_recv"]
            found = events[(stamps >= start_ns) & (stamps < end_ns)]
            if len(found):
                found.flags.writeable = False
                yield found

    def _read(
        self, groups: GroupArray, wanted: np.ndarray[tuple[int], np.dtype[np.intp]]
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
                yield int(group), _group_events(source, groups[group], self.segment)
        finally:
            source.close()


class _Held:
    """The raw bytes of one group, as a source that a scan reads from."""

    def __init__(self, path: Path, offset: int, held: bytes) -> None:
        self.path = path
        self._offset = offset
        self._held = held

    def read(self, offset: int, size: int) -> bytes:
        place = offset - self._offset
        return self._held[place:] if place or size < len(self._held) else self._held

    def close(self) -> None:
        self._held = b""


def _group_events(source: RawFile | PackedFile, row: np.void, segment: int) -> EventArray:
    offset, size = int(row["offset"]), int(row["bytes"])
    held = source.read(offset, size)[:size]
    scan = BlockScan(_Held(source.path, offset, held), offset)
    blocks = list(scan)
    events = [block for block in blocks if block.header.kind == BlockKind.EVENTS]
    count = sum(block.header.records for block in events)
    if len(blocks) != row["blocks"] or count != row["count"]:
        raise damaged(source.path, segment, scan.place, scan.end)
    return joined_payloads(events)
