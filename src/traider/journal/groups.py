"""The index of a segment's file: groups of blocks, by sequence and by time.

A group is a run of whole blocks of about a mebibyte; packed, it is one frame of zstd. The index
is written when the segment ends: a block of kind INDEX, then a trailer of 16 bytes that tells
where it begins, so that a reader finds it from the file's end. Of a segment under way the writer
and each reader make the same table for themselves.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.journal.blocks import (
    HEADER_BYTES,
    NO_HASH,
    NUMBER,
    PAYLOAD_BYTES,
    RECORDS,
    SEQUENCE,
    TS_FIRST,
    TS_LAST,
    BlockHeader,
    BlockKind,
    Fields,
    crc_of,
    packed_header,
    whole_header_at,
)

GROUP: Final = np.dtype(
    [
        ("offset", "<u8"),
        ("stored_offset", "<u8"),
        ("bytes", "<u4"),
        ("stored_bytes", "<u4"),
        ("stored_crc", "<u4"),
        ("blocks", "<u4"),
        ("first_number", "<u8"),
        ("first_sequence", "<i8"),
        ("count", "<u8"),
        ("ts_first", "<i8"),
        ("ts_last", "<i8"),
    ]
)
"""A group: where it lies in the raw file and in this one, and what it holds."""
GroupArray = npt.NDArray[np.void]

GROUP_BYTES: Final = 1024 * 1024
_TRAILER: Final = struct.Struct("<Q8s")
_TRAILER_MAGIC: Final = b"TRDJEND\n"
TRAILER_BYTES: Final = _TRAILER.size
LATEST: Final = 2**63 - 1
EARLIEST: Final = -(2**63)


class GroupTable:
    """The groups of a file, made as its blocks are met."""

    def __init__(self) -> None:
        self.blocks = 0
        """Blocks in all groups, and so the place of the next one in its file."""
        self._rows: list[tuple[int, ...]] = []
        self._begin(0)

    def _begin(self, offset: int) -> None:
        self._offset = self._end = offset
        self._blocks = self._count = 0
        self._first_number = self._first_sequence = -1
        self._ts_first, self._ts_last = LATEST, EARLIEST

    def add(self, header: BlockHeader) -> None:
        """Take in the next block of the file."""
        if not self._blocks:
            self._first_number = header.number
        self.blocks += 1
        self._blocks += 1
        self._end += header.block_bytes
        if header.records:
            if not self._count:
                self._first_sequence = header.sequence
            self._count += header.records
            self._ts_first = min(self._ts_first, header.ts_first)
            self._ts_last = max(self._ts_last, header.ts_last)
        if self._end - self._offset >= GROUP_BYTES:
            self._rows.append(self._row())
            self._begin(self._end)

    def add_all(self, blocks: Sequence[tuple[int, Fields]]) -> None:
        """Take in many blocks, each as ``whole_blocks`` finds it."""
        begin, end = self._offset, self._end
        self.blocks += len(blocks)
        for _, fields in blocks:
            if not self._blocks:
                self._first_number = fields[NUMBER]
            if not self._count:
                self._first_sequence = fields[SEQUENCE]
            self._blocks += 1
            end += HEADER_BYTES + fields[PAYLOAD_BYTES]
            self._count += fields[RECORDS]
            self._ts_first = min(self._ts_first, fields[TS_FIRST])
            self._ts_last = max(self._ts_last, fields[TS_LAST])
            if end - begin >= GROUP_BYTES:
                self._end = end
                self._rows.append(self._row())
                self._begin(end)
                begin = end
        self._end = end

    def skip_to(self, offset: int) -> None:
        """Begin a group at ``offset``, where one begins anyway."""
        if offset != self._end:
            self._begin(offset)

    def _row(self) -> tuple[int, ...]:
        size = self._end - self._offset
        return (
            *(self._offset, self._offset, size, size, 0, self._blocks, self._first_number),
            *(self._first_sequence, self._count, self._ts_first, self._ts_last),
        )

    @property
    def end(self) -> int:
        """Where the next block begins."""
        return self._end

    def rows(self) -> GroupArray:
        """Return the groups so far, the one under way with them."""
        rows = [*self._rows, self._row()] if self._blocks else self._rows
        return np.array(rows, dtype=GROUP)


@dataclass(frozen=True)
class Index:
    """An index as it is found in a file."""

    groups: GroupArray
    offset: int
    """Where in the file its block begins."""


def index_bytes(groups: GroupArray, head: BlockHeader, offset: int) -> bytes:
    """Return the index and its trailer, to be written at ``offset`` of the file of ``head``."""
    payload = groups.tobytes()
    header = BlockHeader(
        BlockKind.INDEX,
        number=head.number,
        sequence=head.sequence,
        ts_first=0,
        ts_last=0,
        records=len(groups),
        payload_bytes=len(payload),
        segment=head.segment,
        place=int(groups["blocks"].sum()),
        previous=NO_HASH,
        payload_crc=crc_of(payload),
    )
    return packed_header(header) + payload + trailer_bytes(offset)


def trailer_bytes(offset: int) -> bytes:
    """Return the end of a file whose index begins at ``offset``."""
    return _TRAILER.pack(offset, _TRAILER_MAGIC)


def index_offset(trailer: bytes) -> int | None:
    """Return where the index begins by the last bytes of a file; nothing where they tell none."""
    if len(trailer) != TRAILER_BYTES:
        return None
    offset, magic = _TRAILER.unpack(trailer)
    return int(offset) if magic == _TRAILER_MAGIC else None


def groups_of(block: bytes) -> GroupArray | None:
    """Return the groups of an index block; nothing where it is none, or is damaged."""
    header = whole_header_at(block)
    if header.kind != BlockKind.INDEX:
        return None
    payload = block[HEADER_BYTES : header.block_bytes]
    if len(payload) != header.payload_bytes or crc_of(payload) != header.payload_crc:
        return None
    if header.payload_bytes != header.records * GROUP.itemsize:
        return None
    return np.frombuffer(payload, dtype=GROUP)
