"""One file that only grows: whole writes, or none."""

import os
from pathlib import Path

from traider.domain.fault_points import reach
from traider.journal.blocks import BlockHeader, Bytes, hash_of, packed_header
from traider.journal.groups import GroupTable


class AppendFile:
    """A segment's file while it is written."""

    def __init__(self, path: Path, table: GroupTable | None = None) -> None:
        """Open a file, or make it; ``table`` holds the blocks that are there."""
        self.path = path
        self.table = table or GroupTable()
        self.blocks = 0
        """Place of the next block."""
        self.is_dirty = False
        """Whether something was written since the last sync."""
        self.acknowledged_bytes = self.size
        """Where a refused append is cut back to."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o644)

    @property
    def size(self) -> int:
        """Length of the blocks that are there."""
        return self.table.end

    def write(self, header: BlockHeader, payload: Bytes) -> bytes:
        """Write a block and return its hash; nothing is counted when the disk refuses it.

        Raises:
            OSError: not all of it could be written; ``cut_back`` removes what was.
        """
        head = packed_header(header)
        self.is_dirty = True
        reach("block-write")
        self._write_all(head, payload)
        reach("block-written")
        self.table.add(header)
        self.blocks += 1
        return hash_of(head, payload)

    def _write_all(self, head: bytes, payload: Bytes) -> None:
        wanted = len(head) + len(payload)
        written = os.writev(self._descriptor, (head, payload))
        if written < wanted:
            rest = memoryview(b"".join((head, payload)))
            while written < wanted:
                written += os.write(self._descriptor, rest[written:])

    def write_index(self, index: bytes) -> None:
        """Write the index after the last block.

        Raises:
            OSError: not all of it could be written.
        """
        self.is_dirty = True
        reach("index-write")
        self._write_all(index, b"")
        reach("index-written")

    def cut_back(self) -> None:
        """Remove what was not acknowledged, the file itself where that is all of it.

        Raises:
            OSError: the disk refuses even that.
        """
        if not self.acknowledged_bytes:
            self.path.unlink()
        os.ftruncate(self._descriptor, self.acknowledged_bytes)

    def acknowledge(self) -> None:
        """Count all that is there as acknowledged."""
        self.acknowledged_bytes = self.size

    def sync(self) -> None:
        """Force what was written onto the disk.

        Raises:
            OSError: the disk could not keep it.
        """
        if self.is_dirty:
            self.force()
            reach("file-synced")
            self.is_dirty = False

    def force(self) -> None:
        """Force all that was written by now onto the disk, from whichever thread.

        Raises:
            OSError: the disk could not keep it.
        """
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Close the file; its number may then be another file's, so it is forgotten."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
