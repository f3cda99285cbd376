"""Find where a journal ends, and cut off what a crash left half done.

A crash can leave the last block torn, a segment half begun, an index half written; power lost
can take what was not yet on the disk. All that lies at the end, and is cut. What is damaged with
whole blocks after it, or was known to be on the disk, is no trace of a crash: then the journal is
not opened for writing, and not a byte of it is changed.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from traider.domain.errors import DataError
from traider.domain.fault_points import reach
from traider.journal.beginnings import is_half_begun
from traider.journal.blocks import ID_BYTES, BlockKind
from traider.journal.byte_sources import PackedFile, RawFile
from traider.journal.chain import Strand, Tip, linked
from traider.journal.facts import fact_of
from traider.journal.groups import GroupTable
from traider.journal.instruments import INSTRUMENTS_FACT, JournalInstrument, instruments_of
from traider.journal.mark import NO_BLOCK, JournalHead, read_mark
from traider.journal.scanning import Stop, next_whole_block
from traider.journal.segment_events import open_segment
from traider.journal.segment_files import (
    Role,
    SegmentPaths,
    is_unfinished,
    list_segments,
    missing_files,
    sync_folder,
)


@dataclass(frozen=True)
class CutTail:
    """What was cut off one file."""

    file: str
    offset: int
    bytes: int
    kept_as: str = ""
    """Where a copy lies, when it was more than a torn block."""


@dataclass(frozen=True)
class Recovery:
    """What opening a journal found to mend."""

    cuts: tuple[CutTail, ...] = ()
    lost_blocks: int = 0
    """Blocks that had been on the disk and are gone from the journal's end."""

    def __bool__(self) -> bool:
        """Return whether there was anything."""
        return bool(self.cuts or self.lost_blocks)


@dataclass
class StrandEnd:
    """One of the last segment's files as a writer takes it up."""

    table: GroupTable
    blocks: int


@dataclass
class Resumed:
    """Where a journal goes on."""

    segment: int
    """The last segment; -1 before the first."""
    takes_more: bool
    """Whether that segment takes further blocks."""
    head: JournalHead
    journal_id: bytes
    ends: dict[Role, StrandEnd]
    has_instruments: bool
    """Whether the segment tells its instruments."""
    instruments: tuple[JournalInstrument, ...] = ()
    recovery: Recovery = Recovery()

    @classmethod
    def nothing(cls) -> Self:
        """Return where a new journal begins."""
        journal_id = os.urandom(ID_BYTES)
        return cls(
            -1,
            takes_more=False,
            head=NO_BLOCK,
            journal_id=journal_id,
            ends={},
            has_instruments=False,
        )


def resume(folder: Path) -> Resumed:
    """Return where the journal of ``folder`` goes on, with its end mended.

    Raises:
        DataError: something is missing or damaged that no crash explains.
        OSError: the disk refuses to be mended.
    """
    for path in folder.iterdir():
        if is_unfinished(path) and path.is_file():
            path.unlink()
    _drop_half_begun(folder)
    segments = list_segments(folder)
    if not segments:
        return Resumed.nothing()
    missing = missing_files(segments)
    if missing:
        raise DataError(
            f"{missing[0].raw.name} is missing",
            where=str(folder),
            fix="restore it from a copy, or begin a journal in another folder",
        )
    return _Taken(folder, max(segments)).resumed()


def _drop_half_begun(folder: Path) -> None:
    """Remove the files of a segment whose heads were not both written."""
    segments = list_segments(folder)
    if not segments:
        return
    last = max(segments)
    facts, events = (SegmentPaths(folder, role, last) for role in (Role.FACTS, Role.EVENTS))
    if not facts.raw.exists() or not is_half_begun(folder, last):
        return
    if last and last - 1 not in segments:
        return  # more is amiss than a crash: it is told as missing
    events.raw.unlink(missing_ok=True)
    reach("half-begun-dropped")
    facts.raw.unlink()
    sync_folder(folder)


class _Taken:
    """The last segment, followed to the end of its chain."""

    def __init__(self, folder: Path, segment: int) -> None:
        self.folder = folder
        self.segment = segment
        self.sources: dict[Role, RawFile | PackedFile] = {}
        self.paths = {role: SegmentPaths(folder, role, segment) for role in Role}

    def resumed(self) -> Resumed:
        try:
            for role in Role:
                self.sources[role] = open_segment(self.paths[role])
            return self._followed()
        finally:
            for source in self.sources.values():
                source.close()

    def _followed(self) -> Resumed:
        strands = {
            role: Strand(role, self.segment, source) for role, source in self.sources.items()
        }
        tip, journal_id = self._beginning(strands)
        instruments: tuple[JournalInstrument, ...] | None = None
        for _, block in linked(tip, strands):
            if block.header.kind == BlockKind.FACT:
                fact = fact_of(bytes(block.payload), block.header.sequence, 0)
                if fact.kind == INSTRUMENTS_FACT:
                    instruments = instruments_of(fact.body)
        takes_more = all(path.raw.exists() for path in self.paths.values())
        recovery = self._mended(tip.head, strands, cuts=takes_more)
        return Resumed(
            self.segment,
            takes_more=takes_more,
            head=tip.head,
            journal_id=journal_id,
            ends={role: StrandEnd(strand.table, strand.blocks) for role, strand in strands.items()},
            has_instruments=instruments is not None,
            instruments=self._earlier() if instruments is None else instruments,
            recovery=recovery,
        )

    def _beginning(self, strands: dict[Role, Strand]) -> tuple[Tip, bytes]:
        """Return the chain before the segment, by its first head, and the journal's id."""
        for strand in strands.values():
            if strand.next is None:
                is_other = strand.stop is Stop.VERSION
                state = "of another format version" if is_other else "damaged"
                raise _refusal(strand, f"the head is {state}")
        head = strands[Role.FACTS].next
        assert head is not None  # noqa: S101 - looked at just now
        header = head.header
        before = JournalHead(header.number - 1, header.sequence, header.previous)
        if not self.segment and before != NO_BLOCK:
            raise _refusal(strands[Role.FACTS], "the first block does not begin a chain")
        return Tip(before), bytes(head.payload)

    def _earlier(self) -> tuple[JournalInstrument, ...]:
        for segment in range(self.segment - 1, -1, -1):
            found = instruments_in(self.folder, segment)
            if found is not None:
                return found
        return ()

    def _mended(self, head: JournalHead, strands: dict[Role, Strand], *, cuts: bool) -> Recovery:
        mark = read_mark(self.folder) or NO_BLOCK
        lost = max(0, mark.number - head.number)
        for strand in strands.values():
            _check_end(strand, lost)
        return Recovery(tuple(_cuts(strands.values())) if cuts else (), lost)


def instruments_in(folder: Path, segment: int) -> tuple[JournalInstrument, ...] | None:
    """Return the instruments that a segment's facts tell last; nothing where they tell none.

    Raises:
        DataError: the facts cannot be read.
    """
    source = open_segment(SegmentPaths(folder, Role.FACTS, segment))
    try:
        strand = Strand(Role.FACTS, segment, source)
        found = None
        while strand.next is not None:
            block = strand.take()
            if block.header.kind == BlockKind.FACT:
                fact = fact_of(bytes(block.payload), block.header.sequence, 0)
                if fact.kind == INSTRUMENTS_FACT:
                    found = instruments_of(fact.body)
        return found
    finally:
        source.close()


def _check_end(strand: Strand, lost: int) -> None:
    """Refuse an end that no crash leaves.

    Raises:
        DataError: it is damage, or what is missing had been on the disk.
    """
    if strand.next is not None:
        if lost and strand.role is Role.EVENTS:
            raise _refusal(strand, "a fact before it is gone, though it had been on the disk")
        return
    if strand.index is not None:
        return
    if strand.stop is Stop.VERSION:
        raise _refusal(strand, "the block is of another format version")
    if strand.stop in (Stop.END, Stop.SHORT) and not strand.has_misplaced:
        return
    if lost or strand.has_misplaced or next_whole_block(strand.source, strand.end) is not None:
        raise _refusal(strand, "the block is damaged")


def _refusal(strand: Strand, what: str) -> DataError:
    return DataError(
        f"{what}: block {strand.blocks} at byte {strand.end}",
        where=str(strand.source.path),
        fix="restore the file from a copy, or begin a journal in another folder; "
        "what comes before can still be read",
    )


def _cuts(strands: Iterable[Strand]) -> Iterable[CutTail]:
    """Cut each file after its last block of the chain; yield what that was, but for an index."""
    for strand in strands:
        path = strand.source.path
        surplus = path.stat().st_size - strand.end
        if not surplus:
            continue
        is_torn = strand.stop is Stop.SHORT and strand.next is None
        kept = "" if is_torn or strand.index is not None else _kept(path, strand.end)
        reach("tail-cut")
        os.truncate(path, strand.end)
        if strand.index is None:
            yield CutTail(path.name, strand.end, surplus, kept)


def _kept(path: Path, offset: int) -> str:
    """Keep a copy of what is cut; return its name."""
    copy = path.with_name(f"cut-{path.stem}-{offset}.bytes")
    with path.open("rb") as file, copy.open("wb") as out:
        file.seek(offset)
        out.write(file.read())
        out.flush()
        os.fsync(out.fileno())
    return copy.name
