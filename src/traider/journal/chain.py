"""The chain of one segment: its two files merged in the order in which they were written."""

from collections.abc import Iterator
from dataclasses import dataclass

from traider.journal.blocks import BlockKind
from traider.journal.byte_sources import ByteSource
from traider.journal.groups import GroupTable
from traider.journal.mark import JournalHead
from traider.journal.scanning import Block, BlockScan, Stop
from traider.journal.segment_files import Role

_HEADS = {Role.EVENTS: BlockKind.EVENTS_HEAD, Role.FACTS: BlockKind.FACTS_HEAD}
_BODIES = {Role.EVENTS: BlockKind.EVENTS, Role.FACTS: BlockKind.FACT}


class Strand:
    """One of the two files: its next block, and a table of those taken."""

    def __init__(self, role: Role, segment: int, source: ByteSource) -> None:
        self.role = role
        self.segment = segment
        self.source = source
        self.table = GroupTable()
        self.blocks = 0
        self.index: Block | None = None
        """The index at the end of a raw file that ended."""
        self.has_misplaced = False
        """Whether the pass ended at a whole block that belongs elsewhere."""
        self.scan = BlockScan(source)
        self._blocks = iter(self.scan)
        self.next = self._read()

    @property
    def end(self) -> int:
        """Where the last block taken ends."""
        return self.table.end

    @property
    def stop(self) -> Stop:
        """Why there is no next block; only meaningful when there is none."""
        return self.scan.stop

    def take(self) -> Block:
        """Return the next block and move on."""
        assert self.next is not None  # noqa: S101 - the caller looked
        block = self.next
        self.table.add(block.header)
        self.blocks += 1
        self.next = self._read()
        return block

    def _read(self) -> Block | None:
        block = next(self._blocks, None)
        if block is None:
            return None
        if block.header.kind == BlockKind.INDEX:
            self.index = block
            return None
        wanted = _BODIES[self.role] if self.blocks else _HEADS[self.role]
        header = block.header
        if (header.kind, header.segment, header.place) != (wanted, self.segment, self.blocks):
            self.has_misplaced = True
            return None
        return block


@dataclass
class Tip:
    """The end of the chain as far as it was followed."""

    head: JournalHead

    @property
    def next_number(self) -> int:
        """Place of the next block."""
        return self.head.number + 1

    def take(self, block: Block) -> None:
        """Move on over ``block``."""
        header = block.header
        sequence = self.head.sequence
        if header.kind == BlockKind.EVENTS:
            sequence = header.sequence + header.records
        elif header.kind in (BlockKind.EVENTS_HEAD, BlockKind.FACTS_HEAD):
            sequence = header.sequence
        self.head = JournalHead(header.number, sequence, block.hash)


def linked(tip: Tip, strands: dict[Role, Strand]) -> Iterator[tuple[Strand, Block]]:
    """Yield the blocks that continue the chain from ``tip``, and move the tip over each.

    Ends where neither file holds the block that the chain calls for.
    """
    while True:
        strand = next(
            (
                strand
                for strand in strands.values()
                if strand.next is not None
                and strand.next.header.number == tip.next_number
                and strand.next.header.previous == tip.head.hash
            ),
            None,
        )
        if strand is None:
            return
        block = strand.take()
        tip.take(block)
        yield strand, block
