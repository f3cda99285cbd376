"""Verify a chain: every byte of every record, its place, its link, and the noted end.

The first thing that is wrong is told with file, record and what it is. A line counts only as the
canonical text of what it says, so that one changed byte is found wherever it stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from traider.compliance.proved_lines import proved_record
from traider.compliance.records import GENESIS, AuditRecord, hash_of, record_of
from traider.compliance.segments import (
    ChainHead,
    list_segments,
    noted_elsewhere,
    read_head,
    segment_path,
)
from traider.compliance.tombstones import Tombstone, tombstones
from traider.domain.errors import DataError, UsageError

_TOLD_EVERY: Final = 4096

Look = Callable[[AuditRecord], str]
"""Looks at a record that is whole; returns what is wrong with what it tells, nothing if all is.
Floats of its payload are the text that they are written as."""


@dataclass(frozen=True)
class ChainFault:
    """The first thing that is wrong with a chain."""

    file: str
    record: int
    """The place that is damaged, or was due; -1 where no record is meant."""
    what: str

    @property
    def line(self) -> str:
        """Return it as one line."""
        at = f", record {self.record}" if self.record >= 0 else ""
        return f"{self.file}{at}: {self.what}"


@dataclass
class ChainVerdict:
    """What a chain turned out to be."""

    records: int = 0
    segments: int = 0
    moved: list[Tombstone] = field(default_factory=list)
    """Segments that are elsewhere, and are proved by what the chain tells of them."""
    head: ChainHead | None = None
    fault: ChainFault | None = None
    notes: list[str] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    """Hashes of the records that were asked for, by place."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault is None

    @property
    def archived(self) -> int:
        """How many segments are elsewhere."""
        return len(self.moved)


@dataclass(frozen=True)
class Watch:
    """Who looks on while a chain is verified."""

    look: Look = lambda _record: ""
    wanted: frozenset[int] = frozenset()
    """Places whose hashes are to be kept."""
    passed: Callable[[Tombstone], None] = lambda _moved: None
    """Takes each segment that is elsewhere, where its records were due."""
    progress: Callable[[float, int], None] = lambda _done, _records: None
    """Takes the part of the bytes that was looked at, and how many records those are."""
    stop: Callable[[], bool] = lambda: False


def verify_chain(folder: Path, watch: Watch | None = None) -> ChainVerdict:
    """Verify the chain in ``folder``.

    Raises:
        UsageError: there is none.
    """
    try:
        checking = _Checking(folder, watch or Watch())
    except UsageError:
        return _all_gone(folder)
    checking.run()
    return checking.verdict


def _all_gone(folder: Path) -> ChainVerdict:
    """Return the verdict of a folder without a segment, of which an end is noted.

    Raises:
        UsageError: there never was an audit.
        DataError: what is noted cannot be read.
    """
    head = read_head(folder)
    if head is None or head.seq < 0:
        list_segments(folder)
    what = "the file is not there, and records were written"
    return ChainVerdict(fault=ChainFault(segment_path(folder, 0).name, 0, what))


class _Checking:
    """One pass over the files of a chain."""

    def __init__(self, folder: Path, watch: Watch) -> None:
        self.verdict = ChainVerdict()
        self._folder = folder
        self._watch = watch
        self._segments = list_segments(folder)
        self._seq, self._previous = 0, GENESIS
        self._moved = tombstones(self._segments)
        self._noted: ChainHead | None = None
        self._noted_hash: str | None = None
        """Hash of the record that the noted end is of, as the chain has it."""
        self._bytes = max(sum(path.stat().st_size for path in self._segments.values()), 1)
        self._seen_bytes = 0

    def run(self) -> None:
        try:
            # Read before the records: a trader at work moves it on meanwhile.
            self._noted = read_head(self._folder) or noted_elsewhere(self._folder)
        except DataError as fault:
            self._fault("head", fault.what, -1)
            return
        for number in range(max(self._segments) + 1):
            path = self._segments.get(number)
            if path is None:
                self._pass_over(number)
            else:
                self._check_file(path, is_last=number == max(self._segments))
            if self.verdict.fault is not None or self._watch.stop():
                return
        if self._seq:
            self.verdict.head = ChainHead(self._seq - 1, self._previous)
        self.verdict.records = self._seq
        self._check_head()

    def _fault(self, file: str, what: str, record: int | None = None) -> None:
        self.verdict.records = self._seq
        self.verdict.fault = ChainFault(file, self._seq if record is None else record, what)

    def _pass_over(self, number: int) -> None:
        """Go on after a segment that was moved, as the chain tells of it."""
        told = self._moved.get(number)
        name = segment_path(self._folder, number).name
        if told is None:
            self._fault(name, "the file is not there, and no record tells where it was moved to")
        elif (told.first, told.previous) != (self._seq, self._previous):
            self._fault(name, f"the file that was moved began with record {told.first}")
        else:
            self._seq, self._previous = told.last + 1, told.hash
            self.verdict.moved.append(told)
            if told.last in self._watch.wanted:
                self.verdict.hashes[told.last] = told.hash
            self._watch.passed(told)

    def _check_file(self, path: Path, *, is_last: bool) -> None:
        self.verdict.segments += 1
        with path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    self._meet_half_line(path, is_last=is_last)
                    return
                what = self._what_is_wrong(line[:-1])
                if what:
                    self._fault(path.name, what)
                    return
                self._seen_bytes += len(line)
                if self._seq % _TOLD_EVERY == 0:
                    self._watch.progress(min(self._seen_bytes / self._bytes, 1.0), self._seq)
                    if self._watch.stop():
                        return

    def _meet_half_line(self, path: Path, *, is_last: bool) -> None:
        """Take what a kill leaves at the very end for that, where the end was not noted."""
        if is_last and (self._noted is None or self._noted.seq < self._seq):
            self.verdict.notes.append(
                f"{path.name} ends amid record {self._seq}, as a kill leaves it: it is written anew"
            )
        else:
            self._fault(path.name, "the line has no end: it was cut")

    def _what_is_wrong(self, line: bytes) -> str:
        """Return what is wrong with the next line, and move on where nothing is."""
        proved = proved_record(line)
        try:
            record = proved or record_of(line)
        except (DataError, RecursionError) as fault:
            return fault.what if isinstance(fault, DataError) else "is no record of an audit"
        what = self._misplaced(record)
        if what:
            return what
        if proved is None and not _is_whole(record, line):
            return "its words do not give its hash: it was edited"
        told = self._watch.look(record)
        if told:
            return told
        if record.seq in self._watch.wanted:
            self.verdict.hashes[record.seq] = record.hash
        if self._noted is not None and record.seq == self._noted.seq:
            self._noted_hash = record.hash
        self._seq, self._previous = record.seq + 1, record.hash
        return ""

    def _misplaced(self, record: AuditRecord) -> str:
        if record.seq > self._seq:
            last = record.seq - 1
            return f"records {self._seq} to {last} are not there: record {record.seq} follows"
        if record.seq < self._seq:
            return f"record {record.seq} stands where record {self._seq} is due"
        if record.previous != self._previous:
            return "it does not continue the record before it: one of the two was changed"
        return ""

    def _check_head(self) -> None:
        """Hold the noted end against the chain, which may have gone on behind it."""
        noted = self._noted
        name = segment_path(self._folder, max(self._segments)).name
        if noted is None:
            if self._seq:
                self._fault("head", "no end is noted beside the chain: it was taken away", -1)
        elif noted.seq >= self._seq:
            self._fault(name, f"records {self._seq} to {noted.seq} were written and are not there")
        elif self._noted_hash not in (None, noted.hash):
            self._fault(name, "it is not the record that was noted as written", noted.seq)


def _is_whole(record: AuditRecord, line: bytes) -> bool:
    """Whether a line is the canonical text of what it says, and gives its hash."""
    try:
        return hash_of(record) == record.hash and record.line() == line
    except ValueError:
        return False
