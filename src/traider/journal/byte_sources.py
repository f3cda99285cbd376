"""The raw bytes of a segment's file, whether it lies there as written or packed.

Files are read, never mapped: a bad place on the disk is then an error that can be told, and a
file that is cut while it is read is merely shorter.
"""

import os
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.journal.blocks import (
    HEADER_BYTES,
    NO_HEADER,
    BlockHeader,
    BlockKind,
    WrongVersionError,
    crc_of,
    header_at,
)
from traider.journal.groups import TRAILER_BYTES, GroupArray, Index, groups_of, index_offset
from traider.journal.segment_files import PACKED, unreadable

READ_BYTES: Final = 1024 * 1024


class ByteSource(Protocol):
    """Gives the bytes that the writer wrote."""

    path: Path

    def read(self, offset: int, size: int) -> bytes:
        """Return the bytes at ``offset``: ``size`` or more, fewer where the file ends."""


class RawFile:
    """A file as it was written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    @property
    def size(self) -> int:
        """Its length now."""
        return os.fstat(self._descriptor).st_size

    def read(self, offset: int, size: int) -> bytes:
        """Return the bytes at ``offset``, fewer than ``size`` where the file ends.

        Raises:
            DataError: the disk does not give them.
        """
        try:
            found = os.pread(self._descriptor, size, offset)
            while len(found) < size:
                more = os.pread(self._descriptor, size - len(found), offset + len(found))
                if not more:
                    break
                found += more
        except OSError as fault:
            raise unreadable(self.path, fault) from fault
        return found

    def index(self) -> Index | None:
        """Return the index at the file's end; nothing where there is none that is whole."""
        size = self.size
        offset = index_offset(self.read(max(0, size - TRAILER_BYTES), TRAILER_BYTES))
        if offset is None or offset > size:
            return None
        groups = groups_of(self.read(offset, size - TRAILER_BYTES - offset))
        return None if groups is None else Index(groups, offset)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def checked_head(raw: bytes, path: Path) -> BlockHeader:
    """Return the header that a file begins with; where it is damaged, one of no kind.

    Raises:
        DataError: it is of another format version.
    """
    try:
        return header_at(raw, 0) or NO_HEADER
    except WrongVersionError as fault:
        raise DataError(
            str(fault), where=str(path), fix="read it with the traider that wrote it"
        ) from None


def unpacked_frame(file: RawFile, row: np.void) -> bytes | None:
    """Return the raw bytes of a group of a packed file; nothing where they are damaged.

    Raises:
        DataError: the disk does not give them.
    """
    stored = file.read(int(row["stored_offset"]), int(row["stored_bytes"]))
    if len(stored) != row["stored_bytes"] or crc_of(stored) != row["stored_crc"]:
        return None
    return pa.decompress(stored, int(row["bytes"]), codec="zstd", asbytes=True)


class PackedFile:
    """A packed file: each group is a frame of zstd; the last one unpacked is kept at hand."""

    def __init__(self, path: Path) -> None:
        """Open the file and read its index.

        Raises:
            DataError: it is no packed file, or its index is damaged.
        """
        self.path = path
        self._file = RawFile(path)
        self._held = (-1, b"")
        try:
            self.index = self._checked_index()
        except DataError:
            self._file.close()
            raise
        self._starts = self.groups["offset"].astype(np.int64)

    def _checked_index(self) -> Index:
        head = checked_head(self._file.read(0, HEADER_BYTES), self.path)
        index = self._file.index()
        if head.kind != BlockKind.PACKED_HEAD or index is None:
            raise DataError(
                "the head or the index of a packed file is damaged",
                where=str(self.path),
                fix="restore the file from a copy",
            )
        return index

    @property
    def groups(self) -> GroupArray:
        """Its groups."""
        return self.index.groups

    def read(self, offset: int, size: int) -> bytes:
        """Return the raw bytes from ``offset`` to the end of its group; none after the last.

        Groups hold whole blocks, so a block is always in one answer.

        Raises:
            DataError: the frame is damaged, or the disk does not give it.
        """
        del size
        group = int(np.searchsorted(self._starts, offset, side="right")) - 1
        if group < 0:
            return b""
        return self.frame(group)[offset - int(self._starts[group]) :]

    def frame(self, group: int) -> bytes:
        """Return the raw bytes of a group.

        Raises:
            DataError: the frame is damaged, or the disk does not give it.
        """
        if self._held[0] != group:
            self._held = (group, self._unpacked(group))
        return self._held[1]

    def _unpacked(self, group: int) -> bytes:
        row = self.groups[group]
        raw = unpacked_frame(self._file, row)
        if raw is None:
            raise DataError(
                f"frame {group} at byte {row['stored_offset']} is damaged",
                where=str(self.path),
                fix="see all faults with traider journal verify, and restore it from a copy",
            )
        return raw

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class HeldBytes:
    """A part of a file's raw bytes that is in memory."""

    def __init__(self, path: Path, offset: int, held: bytes) -> None:
        self.path = path
        self._offset = offset
        self._held = held

    def read(self, offset: int, size: int) -> bytes:
        """Return the bytes from ``offset`` on."""
        del size
        return self._held[offset - self._offset :]


def open_source(path: Path) -> RawFile | PackedFile:
    """Open one of a segment's files.

    Raises:
        DataError: it cannot be opened, or is packed and damaged.
        FileNotFoundError: it is not there, perhaps no longer.
    """
    try:
        return PackedFile(path) if path.suffix == PACKED else RawFile(path)
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise unreadable(path, fault) from fault
