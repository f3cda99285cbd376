"""Follow a journal while it is written: from one file to the next, block by block."""

from pathlib import Path
from typing import Final

from traider.domain.events import EventArray, empty_events
from traider.journal.blocks import BlockKind
from traider.journal.byte_sources import PackedFile, RawFile
from traider.journal.scanning import Block, BlockScan, Stop
from traider.journal.segment_events import damaged, joined_payloads, open_segment
from traider.journal.segment_files import Role, SegmentPaths

TAKE_BYTES: Final = 4 * 1024 * 1024
PATIENCE: Final = 100
"""How often the end of a file may look damaged before it counts as damaged."""


class Tail:
    """A place in a journal that moves on over what is written."""

    def __init__(self, folder: Path, segment: int, start: int) -> None:
        """Stand at the beginning of ``segment``; events before ``start`` are passed over."""
        self._folder = folder
        self._segment = segment
        self._start = start
        self._offset = self._place = 0
        self._source: RawFile | PackedFile | None = None
        self._doubts = 0

    def take(self) -> EventArray:
        """Return what is new, up to some mebibytes; nothing when nothing is.

        Raises:
            DataError: a block is damaged.
        """
        while True:
            # Looked for before the file is read: a next file means that this one is complete.
            is_complete = self._paths(self._segment + 1).found is not None
            blocks = self._read()
            if blocks:
                return self._wanted(blocks)
            if not is_complete:
                return empty_events(0)
            self.close()
            self._segment, self._offset, self._place = self._segment + 1, 0, 0

    def _paths(self, segment: int) -> SegmentPaths:
        return SegmentPaths(self._folder, Role.EVENTS, segment)

    def _read(self) -> list[Block]:
        if self._source is None:
            self._source = open_segment(self._paths(self._segment))
        scan = BlockScan(self._source, self._offset, self._place)
        blocks: list[Block] = []
        taken = 0
        for block in scan:
            if block.header.kind == BlockKind.INDEX:
                break  # it may be cut off again, and the file go on; so it is not passed
            self._offset, self._place = scan.end, scan.place
            header = block.header
            if header.kind == BlockKind.EVENTS and header.sequence + header.records > self._start:
                blocks.append(block)
                taken += header.block_bytes
            if taken >= TAKE_BYTES:
                break
        else:
            self._judge(scan)
        return blocks

    def _judge(self, scan: BlockScan) -> None:
        if scan.stop not in (Stop.HEADER, Stop.PAYLOAD, Stop.VERSION):
            self._doubts = 0
            return
        self._doubts += 1
        if self._doubts > PATIENCE:
            assert self._source is not None  # noqa: S101 - it was just read
            raise damaged(self._source.path, self._segment, scan.place, scan.end)

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
