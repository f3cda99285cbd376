"""Verify a journal: every byte of it, and that the chain through all of them is unbroken.

Every flipped byte is found, as every byte stands under a CRC-32 and most under the chain too. A
journal that is changed *and* given new sums is found where an anchor is kept (``anchor``): a hash
taken of it before, outside its folder. Without one, the file ``head`` tells of a cut end, as far
back as the last sync.
"""

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from traider.domain.events import EVENT
from traider.journal.blocks import HEAD_BYTES, HEADER_BYTES, BlockKind
from traider.journal.checked_files import CheckedFile, Entry, copy_faults
from traider.journal.faults import FaultKind, FaultList, JournalFault
from traider.journal.mark import NO_BLOCK, JournalHead, read_mark
from traider.journal.segment_files import (
    LOCK_NAME,
    MARK_NAME,
    Role,
    SegmentPaths,
    journal_folder,
    size_of,
)
from traider.journal.snapshots import SnapshotStore

RECORD_BYTES: Final = EVENT.itemsize

Progress = Callable[[float, str], None]
"""Takes the fraction done, 0 to 1, and what is being done."""


@dataclass(frozen=True)
class JournalVerdict:
    """What a journal holds, and what is wrong with it."""

    segments: int
    blocks: int
    events: int
    facts: int
    bytes: int
    """Of all segment files, as they lie there."""
    head: JournalHead
    """The end of the chain, to be kept as an anchor."""
    faults: tuple[JournalFault, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify_journal(
    folder: Path, *, anchor: JournalHead | None = None, progress: Progress | None = None
) -> JournalVerdict:
    """Return what the journal of ``folder`` holds and every fault in it.

    Args:
        folder: of the journal; a writer may be at work.
        anchor: an end that the journal had before (``JournalWriter.head``, or an earlier verdict).
        progress: told after each segment.

    Raises:
        UsageError: the folder holds no journal, or cannot be read.
    """
    return _Verification(folder, anchor, progress).run()


@dataclass
class _Chain:
    """The chain as far as it was followed; what is not known of it is None."""

    number: int | None = -1
    hash: bytes | None = NO_BLOCK.hash
    sequence: int | None = 0
    journal_id: bytes = b""
    known: dict[int, bytes] = field(default_factory=dict)
    """Hashes at the numbers that were asked for."""
    last: JournalHead = NO_BLOCK

    def forget(self) -> None:
        """Expect nothing of the next block."""
        self.number = self.hash = self.sequence = None


class _Strand:
    """One of a segment's files, and the block of it that is next."""

    def __init__(self, file: CheckedFile) -> None:
        self.file = file
        self._entries = file.entries()
        self.read()

    def read(self) -> None:
        """Move on to the next block; ``broke`` says whether blocks may lack before it."""
        before = self.file.breaks
        self.next = next(self._entries, None)
        self.broke = self.file.breaks != before


class _Verification:
    def __init__(self, folder: Path, anchor: JournalHead | None, progress: Progress | None) -> None:
        journal_folder(folder)
        self.folder = folder
        self.progress = progress
        self.has_writer = _has_writer(folder)
        self.mark = read_mark(folder)
        self.anchor = anchor
        self.faults: list[JournalFault] = []
        self.blocks = self.events = self.facts = self.bytes = 0
        self.chain = _Chain()
        self.asked = {end.number for end in (self.mark, anchor) if end is not None}
        self.is_broken = False
        """Whether blocks may lack here for a reason that was told."""
        self.end: tuple[int, str, int] = (0, "", 0)
        """Segment, file and offset that the events end at."""

    def run(self) -> JournalVerdict:
        segments = journal_folder(self.folder)
        last = max(segments)
        for segment in range(last + 1):
            self._segment(segment, segments.get(segment, set()), is_last=segment == last)
            if self.progress is not None:
                self.progress((segment + 1) / (last + 1), f"segment {segment}")
        self._check_mark()
        self._check_anchor()
        self.faults += SnapshotStore(self.folder).faults()
        return JournalVerdict(
            len(segments),
            self.blocks,
            self.events,
            self.facts,
            self.bytes,
            self.chain.last,
            tuple(self.faults),
        )

    def _segment(self, segment: int, roles: set[Role], *, is_last: bool) -> None:
        is_live = is_last and self.has_writer
        strands = []
        # The size of the events is taken first: what they follow is then in the facts for sure.
        for role in (Role.EVENTS, Role.FACTS):
            paths = SegmentPaths(self.folder, role, segment)
            if role in roles:
                strands.append(_Strand(CheckedFile(paths, is_last=is_last, asked=self.asked)))
                self.faults += copy_faults(paths)
            elif not is_live:
                self._tell_missing(paths, is_last=is_last)
        while any(strand.next is not None for strand in strands):
            strand = self._following(strands, is_live=is_live)
            if strand is None:
                break
            assert strand.next is not None  # noqa: S101 - that is how it was chosen
            self._take(strand.file, strand.next)
            strand.read()
        for strand in strands:
            self.bytes += strand.file.size
            self.is_broken |= strand.broke
            self.faults += [
                fault
                for fault in strand.file.faults.found
                if not (is_live and fault.kind is FaultKind.TORN)
            ]
            if strand.file.role is Role.EVENTS:
                self.end = (segment, strand.file.path.name, strand.file.size)

    def _tell_missing(self, paths: SegmentPaths, *, is_last: bool) -> None:
        self.is_broken = True
        self.chain.forget()
        faults = FaultList(paths.raw.name, paths.segment)
        facts = SegmentPaths(self.folder, Role.FACTS, paths.segment).raw
        if is_last and paths.role is Role.EVENTS and 0 <= size_of(facts) <= HEAD_BYTES:
            faults.add(FaultKind.TORN, "the segment is half begun")
        else:
            faults.add(FaultKind.MISSING, "the file is not there")
        self.faults += faults.found

    def _following(self, strands: list[_Strand], *, is_live: bool) -> _Strand | None:
        """Return the file that the chain goes on in; what lacks before is told."""
        ready = [strand for strand in strands if strand.next is not None]
        wanted = None if self.chain.number is None else self.chain.number + 1
        first = min(ready, key=_next_number)
        exact = next((strand for strand in ready if _next_number(strand) == wanted), None)
        if exact is not None:
            return exact
        if is_live and all(strand.file.role is Role.FACTS for strand in ready):
            return None  # they follow events that were written after the size was taken
        if wanted is not None and not (self.is_broken or any(each.broke for each in strands)):
            self._tell_gap(first, wanted)
        self.chain.forget()
        self.is_broken = len(strands) < len(Role)
        return first

    def _tell_gap(self, strand: _Strand, wanted: int) -> None:
        entry = strand.next
        assert entry is not None  # noqa: S101 - that is how it was chosen
        number = entry.header.number
        if number > wanted:
            what = f"blocks {wanted} to {number - 1} of the chain are in no file"
        else:
            what = f"block {number} of the chain is there again"
        strand.file.faults.add(FaultKind.GAP, what, block=entry.header.place, offset=entry.offset)

    def _take(self, file: CheckedFile, entry: Entry) -> None:
        header, chain = entry.header, self.chain
        tell = FaultTeller(file, entry)
        if chain.hash is not None and header.previous != chain.hash:
            tell(FaultKind.CHAIN, "the block does not hold the hash of the block before it")
        sequence = header.sequence + (header.kind == BlockKind.FACT)
        if chain.sequence is not None and sequence != chain.sequence:
            tell(FaultKind.SEQUENCE, f"the block is of event {sequence}, not {chain.sequence}")
        if header.kind == BlockKind.EVENTS:
            if header.payload_bytes != header.records * RECORD_BYTES:
                tell(FaultKind.SEQUENCE, f"the block has not the {header.records} events it counts")
            self.events += entry.records
            sequence += entry.records
        elif header.kind == BlockKind.FACT:
            self.facts += entry.records
        elif entry.block is not None:
            self._check_id(bytes(entry.block.payload), tell)
        self.blocks += entry.blocks
        last = header.number + entry.blocks - 1
        chain.number, chain.sequence = last, sequence
        chain.hash = entry.hash or None
        chain.last = JournalHead(last, sequence, entry.hash)
        if last in self.asked:
            chain.known[last] = entry.hash

    def _check_id(self, journal_id: bytes, tell: "FaultTeller") -> None:
        self.chain.journal_id = self.chain.journal_id or journal_id
        if journal_id != self.chain.journal_id:
            tell(FaultKind.MISPLACED, "the file is of another journal")

    # ----------------------------------------------------------------------------------- ends

    def _check_mark(self) -> None:
        if self.mark is None:
            faults = FaultList(MARK_NAME)
            faults.add(FaultKind.HEAD, "the file is damaged, or not there", size=HEADER_BYTES)
            self.faults += faults.found
        else:
            self._check_end(self.mark, "the file head", FaultKind.HEAD)

    def _check_anchor(self) -> None:
        if self.anchor is not None:
            self._check_end(self.anchor, "the anchor", FaultKind.CHAIN)

    def _check_end(self, end: JournalHead, name: str, kind: FaultKind) -> None:
        tip = self.chain.last.number
        if end.number > tip:
            segment, file, offset = self.end
            faults = FaultList(file, segment)
            what = f"the journal ends with block {tip} of the chain; {name} knows of {end.number}"
            faults.add(FaultKind.CUT, what, offset=offset)
            self.faults += faults.found
        elif self.chain.known.get(end.number, b"") not in (b"", end.hash):
            faults = FaultList(MARK_NAME)
            faults.add(kind, f"{name} is of another chain", size=HEADER_BYTES)
            self.faults += faults.found


def _next_number(strand: _Strand) -> int:
    return -1 if strand.next is None else strand.next.header.number


@dataclass(frozen=True)
class FaultTeller:
    """Tells of faults at one block."""

    file: CheckedFile
    entry: Entry

    def __call__(self, kind: FaultKind, what: str) -> None:
        """Take in one fault."""
        header = self.entry.header
        self.file.faults.add(
            kind, what, block=header.place, offset=self.entry.offset, size=header.block_bytes
        )


def _has_writer(folder: Path) -> bool:
    """Whether a process holds the journal for writing."""
    try:
        lock = os.open(folder / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False  # a copy of a journal, perhaps, without its lock
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
