"""Go through one file of a segment and miss no damage: whole blocks, and what lies between them."""

from collections.abc import Collection, Generator, Iterator
from typing import Final, NamedTuple

import numpy as np

from traider.domain.errors import DataError
from traider.domain.events import EVENT
from traider.journal.blocks import (
    HEADER_BYTES,
    KIND,
    NUMBER,
    PAYLOAD_BYTES,
    PLACE,
    PREVIOUS,
    RECORDS,
    SEGMENT,
    SEQUENCE,
    BlockHeader,
    BlockKind,
    Fields,
    hash_of_block,
    header_of,
    whole_header_at,
)
from traider.journal.byte_sources import ByteSource, HeldBytes, PackedFile, RawFile, unpacked_frame
from traider.journal.faults import FaultKind, FaultList, JournalFault
from traider.journal.groups import (
    TRAILER_BYTES,
    GroupArray,
    GroupTable,
    groups_of,
    index_offset,
    trailer_bytes,
)
from traider.journal.scanning import Block, BlockScan, Stop, next_whole_block, whole_blocks
from traider.journal.segment_files import PACKED, Role, SegmentPaths, unreadable

HEAD_KINDS = {Role.EVENTS: BlockKind.EVENTS_HEAD, Role.FACTS: BlockKind.FACTS_HEAD}
BODY_KINDS = {Role.EVENTS: BlockKind.EVENTS, Role.FACTS: BlockKind.FACT}
RUN_BYTES: Final = 4 * 1024 * 1024
RECORD: Final = EVENT.itemsize
_STOPS = {
    Stop.SHORT: (FaultKind.TORN, "the file ends inside a block"),
    Stop.VERSION: (FaultKind.VERSION, "a block of another format version"),
    Stop.HEADER: (FaultKind.HEADER, "the header of the block is damaged"),
}


class Entry(NamedTuple):
    """A run of blocks of one file that follow one another in the chain; often just one."""

    header: BlockHeader
    """Of the first."""
    offset: int
    """Of the first, in the raw file."""
    hash: bytes
    """Of the last; empty where its payload is damaged."""
    block: Block | None = None
    """The block, where it was looked at alone and is whole."""
    blocks: int = 1
    records: int = 0
    """Events, or facts, in all of them."""


class _Run(NamedTuple):
    blocks: list[tuple[int, Fields]]
    hash: bytes
    """Of the last one."""


class CheckedFile:
    """One file, checked as it is gone through.

    ``entries`` yields the blocks of the chain; ``faults`` fills meanwhile. ``breaks`` counts the
    places where blocks may be lacking for a reason that is among the faults. A run ends at each
    number that is ``asked`` for.
    """

    def __init__(self, paths: SegmentPaths, *, is_last: bool, asked: Collection[int] = ()) -> None:
        self.role = paths.role
        self.segment = paths.segment
        self.breaks = 0
        self._is_last = is_last
        self._asked = asked
        self._table = GroupTable()
        self._place = 0
        self._source: RawFile | None = None
        self.size = 0
        """Bytes of the file as it was opened; what is added later is not looked at."""
        fault = self._open(paths)
        self.faults = FaultList(self.path.name, paths.segment)
        if fault is not None:
            self._break(FaultKind.UNREADABLE, unreadable(self.path, fault).what, 0, 0)

    def _open(self, paths: SegmentPaths) -> OSError | None:
        """Open the file in the form that is there; return why it could not be."""
        self.path = paths.found or paths.packed
        try:
            self._source = RawFile(self.path)
        except FileNotFoundError:
            self.path = paths.packed  # it was packed just now
            try:
                self._source = RawFile(self.path)
            except OSError as fault:
                return fault
        except OSError as fault:
            return fault
        self.size = self._source.size
        return None

    def entries(self) -> Iterator[Entry]:
        """Yield the blocks of the chain, in order."""
        source = self._source
        if source is None:
            return
        try:
            yield from self._packed(source) if self.path.suffix == PACKED else self._raw(source)
        except DataError as fault:
            self._break(FaultKind.UNREADABLE, fault.what, self._table.end, 0)
        finally:
            source.close()

    def _break(self, kind: FaultKind, what: str, offset: int, size: int) -> None:
        self.breaks += 1
        self._tell(kind, what, offset, size)

    def _tell(self, kind: FaultKind, what: str, offset: int, size: int) -> None:
        self.faults.add(kind, what, block=self._place, offset=offset, size=size)

    # ----------------------------------------------------------------------------- as written

    def _raw(self, source: RawFile) -> Iterator[Entry]:
        end = yield from self._blocks(source, self.size)
        if end < self.size:
            self._check_raw_index(source, end)
        elif not self._is_last and not self.breaks:
            self._tell(FaultKind.INDEX, "the index of the ended segment is not there", end, 0)

    def _blocks(self, source: ByteSource, limit: int) -> Generator[Entry, None, int]:
        """Yield the blocks up to ``limit``; return where an index begins, or ``limit``."""
        while True:
            yield from self._runs(source, limit)
            offset = self._table.end
            scan = BlockScan(source, offset)
            block = next(iter(scan), None)
            if offset >= limit or (block is None and scan.stop is Stop.END):
                return limit
            if block is not None:
                header, found = block.header, block.hash
            elif scan.stop is Stop.PAYLOAD:
                header, found = whole_header_at(source.read(offset, HEADER_BYTES)), b""
            else:
                following = next_whole_block(source, offset)
                until = limit if following is None else min(following, limit)
                self._break(*_STOPS[scan.stop], offset, until - offset)
                self._table.skip_to(until)
                continue
            if header.kind == BlockKind.INDEX:
                return offset
            if not found:
                what = "the payload of the block is damaged"
                self._tell(FaultKind.PAYLOAD, what, offset, header.block_bytes)
            yield from self._taken(Entry(header, offset, found, block, records=header.records))

    def _taken(self, entry: Entry) -> Iterator[Entry]:
        """Yield ``entry`` where it belongs into this file; tell of it where it does not."""
        header = entry.header
        # After a head that is damaged, which was told, the next block may well be the one due.
        is_body = self._place or (self.breaks and header.place)
        kinds = BODY_KINDS if is_body else HEAD_KINDS
        if (header.kind, header.segment) == (kinds[self.role], self.segment):
            self._table.add(header)
            yield entry
        else:
            what = f"a block of segment {header.segment} that belongs elsewhere"
            self._break(FaultKind.MISPLACED, what, entry.offset, header.block_bytes)
            self._table.skip_to(entry.offset + header.block_bytes)
        self._place = header.place + 1

    def _runs(self, source: ByteSource, limit: int) -> Iterator[Entry]:
        """Yield runs of blocks as long as nothing is out of the ordinary."""
        while self._place and self._table.end < limit:
            offset = self._table.end
            piece = source.read(offset, RUN_BYTES)
            blocks = whole_blocks(piece, limit - offset)
            taken = 0
            for run in self._linked(memoryview(piece), blocks):
                _, first = run.blocks[0]
                records = sum(fields[RECORDS] for _, fields in run.blocks)
                self._table.add_all(run.blocks)
                start = offset + run.blocks[0][0]
                count = len(run.blocks)
                taken += count
                self._place += count
                yield Entry(header_of(first), start, run.hash, None, count, records)
            if not taken or taken < len(blocks):
                return

    def _linked(self, view: memoryview, blocks: list[tuple[int, Fields]]) -> Iterator[_Run]:
        """Yield the runs of ``blocks`` up to the first that does not belong here."""
        kind, segment, place = BODY_KINDS[self.role], self.segment, self._place
        step = int(kind == BlockKind.EVENTS)
        begin = 0
        number, sequence, previous = -1, 0, b""
        for here, (start, fields) in enumerate(blocks):
            ordinary = (
                fields[KIND] == kind
                and fields[SEGMENT] == segment
                and fields[PLACE] == place + here
                and (kind != BlockKind.EVENTS or fields[PAYLOAD_BYTES] == RECORD * fields[RECORDS])
            )
            if not ordinary:
                if here > begin:
                    yield _Run(blocks[begin:here], previous)
                return
            follows = fields[NUMBER] == number and fields[PREVIOUS] == previous
            if here > begin and not (follows and fields[SEQUENCE] == sequence):
                yield _Run(blocks[begin:here], previous)
                begin = here
            number, sequence = fields[NUMBER] + 1, fields[SEQUENCE] + step * fields[RECORDS]
            previous = hash_of_block(view[start : start + HEADER_BYTES + fields[PAYLOAD_BYTES]])
            if fields[NUMBER] in self._asked:
                yield _Run(blocks[begin : here + 1], previous)
                begin = here + 1
        if len(blocks) > begin:
            yield _Run(blocks[begin:], previous)

    def _check_raw_index(self, source: RawFile, offset: int) -> None:
        wanted = whole_header_at(source.read(offset, HEADER_BYTES)).block_bytes + TRAILER_BYTES
        if self._is_last and self.size < offset + wanted:
            what = "the index of the segment is half written"
            self._tell(FaultKind.TORN, what, offset, self.size - offset)
            return
        block = source.read(offset, max(0, self.size - TRAILER_BYTES - offset))
        self._check_index(groups_of(block), offset, len(block))
        if source.read(self.size - TRAILER_BYTES, TRAILER_BYTES) != trailer_bytes(offset):
            self._tell_trailer()

    def _tell_trailer(self) -> None:
        what = "the end of the file is damaged"
        self._tell(FaultKind.TRAILER, what, self.size - TRAILER_BYTES, TRAILER_BYTES)

    def _check_index(self, groups: GroupArray | None, offset: int, size: int) -> None:
        if groups is None:
            self._tell(FaultKind.INDEX, "the index is damaged", offset, size)
        elif not self.breaks and not _says_the_same(groups, self._table.rows()):
            self._tell(FaultKind.INDEX, "the index is not that of the blocks", offset, size)

    # --------------------------------------------------------------------------------- packed

    def _packed(self, source: RawFile) -> Iterator[Entry]:
        head = whole_header_at(source.read(0, HEADER_BYTES))
        if head.kind != BlockKind.PACKED_HEAD or head.segment != self.segment:
            self._tell(FaultKind.HEADER, "the head of the packed file is damaged", 0, HEADER_BYTES)
        end = self.size - TRAILER_BYTES
        told = index_offset(source.read(max(0, end), TRAILER_BYTES))
        is_there = told is not None and told < end and _kind_at(source, told) == BlockKind.INDEX
        offset = told if is_there else _index_place(source)
        if offset is None and told is not None and told < end:
            self._break(FaultKind.INDEX, "the index is damaged", told, end - told)
            return
        if told != offset or offset is None:
            self._tell_trailer()
        if offset is None:
            self.breaks += 1
            return
        groups = groups_of(source.read(offset, end - offset))
        if groups is None or not _is_dense(groups, offset):
            self._break(FaultKind.INDEX, "the index is damaged", offset, end - offset)
            return
        for row in groups:
            yield from self._frame(source, row)
        self._check_index(groups, offset, end - offset)

    def _frame(self, source: RawFile, row: np.void) -> Iterator[Entry]:
        place = self._place
        raw = unpacked_frame(source, row)
        if raw is None:
            size = int(row["stored_bytes"])
            what = f"the frame of {int(row['blocks'])} blocks is damaged"
            self._break(FaultKind.FRAME, what, int(row["stored_offset"]), size)
        else:
            start = int(row["offset"])
            yield from self._blocks(HeldBytes(self.path, start, raw), start + len(raw))
        self._place = place + int(row["blocks"])
        self._table.skip_to(int(row["offset"]) + int(row["bytes"]))


def _index_place(source: RawFile) -> int | None:
    """Return where the index of a packed file begins, whatever its trailer says."""
    place: int | None = HEADER_BYTES - 1
    while place is not None:
        place = next_whole_block(source, place)
        if place is not None and _kind_at(source, place) == BlockKind.INDEX:
            return place
    return None


def _kind_at(source: RawFile, place: int) -> int:
    return whole_header_at(source.read(place, HEADER_BYTES)).kind


def _says_the_same(one: GroupArray, other: GroupArray) -> bool:
    """Whether two tables tell of the same blocks, wherever these are stored."""
    return len(one) == len(other) and all(
        np.array_equal(one[name], other[name])
        for name in one.dtype.names or ()
        if not name.startswith("stored")
    )


def _is_dense(groups: GroupArray, end: int) -> bool:
    """Whether the frames fill a packed file from its head to its index at ``end``."""
    starts = groups["stored_offset"].astype(np.int64)
    ends = starts + groups["stored_bytes"]
    wanted = np.concatenate(([HEADER_BYTES], ends))
    return bool(np.array_equal(np.concatenate((starts, [end])), wanted))


def copy_faults(paths: SegmentPaths) -> list[JournalFault]:
    """Return what is wrong with a packed file that lies beside its raw one."""
    if not (paths.raw.exists() and paths.packed.exists()):
        return []
    faults = FaultList(paths.packed.name, paths.segment)
    try:
        raw = RawFile(paths.raw)
    except FileNotFoundError:
        return []  # it was packed just now
    try:
        packed = PackedFile(paths.packed)
        try:
            for group, row in enumerate(packed.groups):
                if packed.frame(group) != raw.read(int(row["offset"]), int(row["bytes"])):
                    offset, size = int(row["stored_offset"]), int(row["stored_bytes"])
                    faults.add(
                        FaultKind.COPY, "the frame is not the raw file", offset=offset, size=size
                    )
        finally:
            packed.close()
    except DataError as fault:
        faults.add(FaultKind.COPY, f"the packed file beside the raw one: {fault.what}")
    finally:
        raw.close()
    return faults.found
