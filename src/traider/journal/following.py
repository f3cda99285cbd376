"""Follow a journal while it is written: from one file to the next, block by block."""

from pathlib import Path
from typing import Final

from traider.domain.errors import DataError
from traider.domain.events import EventArray, empty_events
from traider.journal.blocks import HEAD_BYTES, BlockHeader, BlockKind
from traider.journal.byte_sources import PackedFile, RawFile
from traider.journal.scanning import Block, BlockScan, Stop
from traider.journal.segment_events import (
    damaged,
    joined_payloads,
    misplaced,
    open_segment,
    segment_head,
)
from traider.journal.segment_files import Role, SegmentPaths, size_of

TAKE_BYTES: Final = 4 * 1024 * 1024
PATIENCE: Final = 100
"""How often the end of a file may look damaged before it counts as damaged."""
_DAMAGED: Final = (Stop.HEADER, Stop.PAYLOAD, Stop.VERSION)


class Tail:
    """A place in a journal that moves on over what is written."""

    def __init__(self, folder: Path, segment: int, start: int) -> None:
        """Stand at the beginning of ``segment``; events before ``start`` are passed over."""
        self._folder = folder
        self._segment = segment
        self._start = start
        self._reach = -1
        """The event that the next block must begin with; -1 before the first head."""
        self._offset = self._place = 0
        self._source: RawFile | PackedFile | None = None
        self._doubts = 0
        self._fault: DataError | None = None
        """What looked damaged since the last block that was taken."""

    def take(self) -> EventArray:
        """Return what is new, up to some mebibytes; nothing when nothing is.

        Raises:
            DataError: a block is damaged, or events lack between what was read and what follows.
        """
        while True:
            # Looked for before the file is read: a next head means that this file is complete.
            following = self._following()
            blocks = self._read()
            if blocks:
                self._doubts, self._fault = 0, None
                return self._wanted(blocks)
            if following is None:
                return empty_events(0)
            self._check_complete(following)
            self.close()
            self._segment, self._offset, self._place = self._segment + 1, 0, 0

    def _following(self) -> BlockHeader | None:
        """Return the head of the next segment; nothing while it is not, or only half, begun.

        A file without a whole head is left by a writer that died; the next one removes it, and
        goes on in the segment before.
        """
        paths = SegmentPaths(self._folder, Role.EVENTS, self._segment + 1)
        if not paths.packed.exists() and size_of(paths.raw) < HEAD_BYTES:
            return None
        try:
            source = open_segment(paths)
        except DataError as fault:
            self._doubt(fault)
            return None
        try:
            return segment_head(source, Role.EVENTS, self._segment + 1)[0]
        except DataError as fault:
            self._doubt(fault)
            return None
        finally:
            source.close()

    def _check_complete(self, following: BlockHeader) -> None:
        if following.sequence == self._reach:
            return
        if self._fault is not None:
            raise self._fault
        paths = SegmentPaths(self._folder, Role.EVENTS, self._segment)
        what = f"the file ends before event {self._reach}, and the next one begins with event"
        raise misplaced(paths.found or paths.raw, f"{what} {following.sequence}")

    def _read(self) -> list[Block]:
        if self._source is None:
            self._source = open_segment(SegmentPaths(self._folder, Role.EVENTS, self._segment))
        scan = BlockScan(self._source, self._offset, self._place)
        blocks: list[Block] = []
        taken = 0
        for block in scan:
            if block.header.kind == BlockKind.INDEX:
                break  # it may be cut off again, and the file go on; so it is not passed
            fault = self._misfit(block)
            if fault is not None and blocks:
                break  # what comes before is given out first
            if fault is not None:
                raise fault
            header = block.header
            self._reach += header.records
            self._offset, self._place = scan.end, scan.place
            if header.kind == BlockKind.EVENTS and header.sequence + header.records > self._start:
                blocks.append(block)
                taken += header.block_bytes
            if taken >= TAKE_BYTES:
                break
        else:
            self._judge(scan)
        if not self._offset:
            self.close()  # half begun: the next writer makes it anew
        return blocks

    def _misfit(self, block: Block) -> DataError | None:
        """Return why ``block`` is not the one that must come next.

        Raises:
            DataError: it is the first, and no head of this segment.
        """
        assert self._source is not None  # noqa: S101 - the block is from it
        header = block.header
        if not self._offset:
            head, _ = segment_head(self._source, Role.EVENTS, self._segment)
            self._reach = max(self._reach, head.sequence)
        if header.segment == self._segment and header.sequence == self._reach:
            return None
        what = f"block {header.place} at byte {block.offset} begins with event {header.sequence}"
        return misplaced(self._source.path, f"{what}, where event {self._reach} is due")

    def _judge(self, scan: BlockScan) -> None:
        if scan.stop in _DAMAGED:
            assert self._source is not None  # noqa: S101 - it was just read
            self._doubt(damaged(self._source.path, self._segment, scan.place, scan.end))

    def _doubt(self, fault: DataError) -> None:
        """Wait whether what looks damaged is being written just now; else raise ``fault``."""
        self._fault = fault
        self._doubts += 1
        if self._doubts > PATIENCE:
            raise fault

    def _wanted(self, blocks: list[Block]) -> EventArray:
        events = joined_payloads(blocks)
        before = max(0, self._start - blocks[0].header.sequence)
        last = blocks[-1].header
        self._start = last.sequence + last.records
        return events[before:]

    def close(self) -> None:
        """Close the file at hand."""
        if self._source is not None:
            self._source.close()
            self._source = None
