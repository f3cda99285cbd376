"""Verify a chain: every byte of every record, its place, its link, and the noted end.

The first thing that is wrong is told with file, record and what it is. A line counts only as the
canonical text of what it says, so that one changed byte is found wherever it stands.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from traider.compliance.proved_lines import proved_record
from traider.compliance.records import GENESIS, AuditRecord, hash_of, record_of
from traider.compliance.segments import ChainHead, list_segments, read_head, segment_path
from traider.domain.errors import DataError

TOMBSTONE: Final = "tombstone"
"""Action of a record that tells where a segment was moved to."""
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
    archived: int = 0
    """Segments that were moved, and are proved by what the chain tells of them."""
    head: ChainHead | None = None
    fault: ChainFault | None = None
    notes: list[str] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    """Hashes of the records that were asked for, by place."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault is None


@dataclass(frozen=True)
class Watch:
    """Who looks on while a chain is verified."""

    look: Look = lambda _record: ""
    wanted: frozenset[int] = frozenset()
    """Places whose hashes are to be kept."""
    progress: Callable[[float, int], None] = lambda _done, _records: None
    """Takes the part of the bytes that was looked at, and how many records those are."""
    stop: Callable[[], bool] = lambda: False


def verify_chain(folder: Path, watch: Watch | None = None) -> ChainVerdict:
    """Verify the chain in ``folder``.

    Raises:
        UsageError: there is none.
    """
    checking = _Checking(folder, watch or Watch())
    checking.run()
    return checking.verdict


class _Checking:
    """One pass over the files of a chain."""

    def __init__(self, folder: Path, watch: Watch) -> None:
        self.verdict = ChainVerdict()
        self._folder = folder
        self._watch = watch
        self._segments = list_segments(folder)
        self._seq, self._previous = 0, GENESIS
        self._moved = tombstones(self._segments)
        self._bytes = max(sum(path.stat().st_size for path in self._segments.values()), 1)
        self._seen_bytes = 0

    def run(self) -> None:
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
        elif (told["first"], told["previous"]) != (self._seq, self._previous):
            self._fault(name, f"the file that was moved began with record {told['first']}")
        else:
            self._seq, self._previous = int(told["last"]) + 1, str(told["hash"])
            self.verdict.archived += 1

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
        head = read_head(self._folder)
        if is_last and (head is None or head.seq < self._seq):
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
        try:
            head = read_head(self._folder)
        except DataError as fault:
            self._fault("head", fault.what, -1)
            return
        if head is None:
            if self._seq:
                self.verdict.notes.append("no end is noted beside the chain")
            return
        name = segment_path(self._folder, max(self._segments)).name
        if head.seq >= self._seq:
            self._fault(name, f"records {self._seq} to {head.seq} were written and are not there")
        elif head.seq == self._seq - 1 and head.hash != self._previous:
            self._fault(name, "it is not the record that was written last", head.seq)


def _is_whole(record: AuditRecord, line: bytes) -> bool:
    """Whether a line is the canonical text of what it says, and gives its hash."""
    try:
        return hash_of(record) == record.hash and record.line() == line
    except ValueError:
        return False


def tombstones(segments: Mapping[int, Path]) -> dict[int, Mapping[str, Any]]:
    """Return what the chain tells of segments that were moved, by number.

    It is not verified here: each tombstone is a record of the chain, which is.
    """
    found: dict[int, Mapping[str, Any]] = {}
    wanted = f'"action":"{TOMBSTONE}"'.encode()
    for path in segments.values():
        with path.open("rb") as file:
            for line in file:
                if wanted in line[:64]:
                    try:
                        _bury(record_of(line).payload, found)
                    except (DataError, KeyError, TypeError, ValueError):
                        continue  # told where the pass over the chain comes to it
    return found


def _bury(payload: Mapping[str, Any], found: dict[int, Mapping[str, Any]]) -> None:
    """Take what a tombstone tells, and what those in its file told."""
    for earlier in payload["earlier"]:
        _bury(earlier, found)
    found[int(payload["segment"])] = {**payload, "earlier": []}
