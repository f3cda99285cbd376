"""Write the chain: append records, force them onto the disk, go on after a crash.

    with AuditWriter.open(folder) as writer:
        writer.append(entries)
        writer.sync()

A kill may leave the last line half written: it is cut off when the chain is opened again, and
written anew. Anything else that does not fit is no crash: it is told, and nothing is appended
behind it.
"""

import fcntl
import os
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from traider.compliance.reading import last_record, records_backwards
from traider.compliance.records import GENESIS, AuditRecord, Entry, chained
from traider.compliance.segments import (
    LOCK,
    ChainHead,
    list_segments,
    read_head,
    segment_path,
    write_head,
)
from traider.domain.errors import DataError, UsageError

SEGMENT_BYTES: Final = 32 * 1024 * 1024


class AuditWriter:
    """The one writer of a chain, for one thread; made by ``open``."""

    def __init__(self, folder: Path, lock: int, segment_bytes: int) -> None:
        self.folder = folder
        self.last: AuditRecord | None = None
        """The record at the end."""
        self._lock = lock
        self._segment_bytes = segment_bytes
        self._segment = 0
        self._bytes = 0
        self._file: BinaryIO | None = None
        self._noted: AuditRecord | None = None

    @classmethod
    def open(cls, folder: Path, segment_bytes: int = SEGMENT_BYTES) -> Self:
        """Begin a chain in ``folder``, or take it up where it ends.

        Raises:
            UsageError: another process writes it, or the folder cannot be used.
            DataError: its end is not as a crash would leave it.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise UsageError(
                f"cannot be written: {fault.strerror}", where=str(folder), fix="make room there"
            ) from fault
        with ExitStack() as undoing:
            undoing.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise UsageError(
                    "another process writes this audit",
                    where=str(folder),
                    fix="let it; a running trader keeps its own audit",
                ) from None
            writer = cls(folder, lock, segment_bytes)
            writer._take_up()
            undoing.pop_all()
        return writer

    @property
    def next_seq(self) -> int:
        """The place that the next record gets."""
        return 0 if self.last is None else self.last.seq + 1

    def append(self, entries: Iterable[Entry]) -> int:
        """Append ``entries``; return how many. They are safe after ``sync`` only.

        Raises:
            OSError: the disk refuses.
        """
        count = 0
        for entry in entries:
            previous = GENESIS if self.last is None else self.last.hash
            record = chained(self.next_seq, entry, previous)
            line = record.line() + b"\n"
            self._file_for(len(line)).write(line)
            self._bytes += len(line)
            self.last = record
            count += 1
        return count

    def sync(self) -> None:
        """Force everything onto the disk, and note the end.

        Raises:
            OSError: the disk refuses.
        """
        if self._file is None or self.last is None or self.last is self._noted:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        write_head(self.folder, ChainHead(self.last.seq, self.last.hash))
        self._noted = self.last

    def close(self) -> None:
        """Force everything onto the disk, and let the chain go."""
        if self._lock < 0:
            return
        try:
            self.sync()
        finally:
            if self._file is not None:
                self._file.close()
            os.close(self._lock)
            self._lock, self._file = -1, None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def segment(self) -> int:
        """The number of the segment that is under way; those before it never change again."""
        return self._segment

    def _take_up(self) -> None:
        try:
            segments = list_segments(self.folder)
        except UsageError:
            segments = {}
        self._segment = max(segments, default=0)
        path = segment_path(self.folder, self._segment)
        self._cut_off_half_line(path)
        self.last = self._noted = last_record(self.folder)
        self._bytes = path.stat().st_size if path.exists() else 0
        self._check_end(path)

    def _check_end(self, path: Path) -> None:
        """Hold the end against the one that was noted, and note one where none is.

        Raises:
            DataError: it is another, or was written and is not there.
        """
        head = read_head(self.folder)
        if head is None:
            # Noted before the first record, so that a chain without a noted end lost it.
            last = self.last
            end = (-1, GENESIS) if last is None else (last.seq, last.hash)
            write_head(self.folder, ChainHead(*end))
            return
        # The end is noted after it was written: a chain that ends before it lost records.
        if head.seq >= self.next_seq:
            have = "nothing" if self.last is None else f"record {self.last.seq}"
            raise DataError(
                f"ends with {have}, and record {head.seq} was written",
                where=str(path),
                fix="restore the audit from a copy; traider audit verify tells more",
            )
        if head.seq < 0:
            return
        noted = next(records_backwards(self.folder, head.seq + 1), None)
        if noted is not None and noted.seq == head.seq and noted.hash != head.hash:
            raise DataError(
                f"record {head.seq} is not the one that was written",
                where=str(path),
                fix="restore the audit from a copy; traider audit verify tells more",
            )

    @staticmethod
    def _cut_off_half_line(path: Path) -> None:
        if not path.exists():
            return
        raw = path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        if whole < len(raw):
            with path.open("r+b") as file:
                file.truncate(whole)
                os.fsync(file.fileno())

    def _file_for(self, size: int) -> BinaryIO:
        """Return the file that the next line of ``size`` bytes goes to."""
        if self._bytes and self._bytes + size > self._segment_bytes:
            if self._file is not None:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                self._file = None
            self._segment += 1
            self._bytes = 0
        if self._file is None:
            self._file = segment_path(self.folder, self._segment).open("ab")
        return self._file
