"""The lease of processes of one machine: a file that its holder locks, and beats in.

``leader.lock`` holds the epoch, who holds it, and the time of the last beat. Its holder keeps it
locked, so that the end of the process, however it came, frees it at once. Who takes over puts a new
file in its place: from then on the old holder's file has no name, which is how it learns.

A frozen holder keeps its lock, but does not beat; after ``ttl_s`` its file may be replaced. It may
beat just then. So it counts a beat only if its file still has the name afterwards; and who took
over looks at the old file once more afterwards, and waits out a beat that it finds there. Whichever
came first, no time belongs to both.
"""

import contextlib
import errno
import fcntl
import os
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError, UsageError
from traider.journal.segment_files import sync_folder
from traider.runtime.leadership.holder import Holder
from traider.runtime.leadership.lease import (
    LeaseLostError,
    LeaseTerms,
    Term,
    elapsed_ns,
    next_epoch,
)

LOCK_NAME: Final = "leader.lock"
GUARD_NAME: Final = "leader.guard"
"""Locked while one process takes over, so that two do not at once."""
_HEAD: Final = struct.Struct("<8sQQqH")
"""Magic word, epoch, time that a beat is good for, last beat, bytes of the holder's text."""
_MAGIC: Final = b"TRLEASE1"
_BEAT: Final = struct.Struct("<q")
_BEAT_AT: Final = 24
_LET_GO: Final = 0
_RECORD_BYTES_MAX: Final = 4096


@dataclass(frozen=True)
class _Record:
    """What a file of a lease says; all nothing where there is none."""

    epoch: int = 0
    ttl_ns: int = 0
    beat_ns: int = _LET_GO
    holder: str = ""


class FileLease:
    """The lease in a folder on a local disk; for one thread at a time."""

    def __init__(self, folder: Path, terms: LeaseTerms | None = None) -> None:
        self.folder = folder
        self._terms = terms or LeaseTerms()
        self._path = folder / LOCK_NAME
        self._file = -1
        self._epoch = 0

    @property
    def terms(self) -> LeaseTerms:
        """How long it is good for."""
        return self._terms

    @property
    def is_local(self) -> bool:
        """True: a file answers at once."""
        return True

    def take(self, floor: int = 0) -> Term | None:
        """Try once to take the lease; None while another holds it.

        Raises:
            EpochsUsedUpError: there is no higher epoch.
            UsageError: the folder cannot be written to.
            DataError: the file is no lease's.
        """
        try:
            guard = os.open(self.folder / GUARD_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise self._unwritable(fault) from fault
        try:
            if not _locked(guard):
                return None
            return self._taken(floor)
        except OSError as fault:
            raise self._unwritable(fault) from fault
        finally:
            os.close(guard)

    def _taken(self, floor: int) -> Term | None:
        before = self._open()
        try:
            record = _read(before, self._path)
            is_alive = before >= 0 and not _locked(before)
            if is_alive and elapsed_ns() - record.beat_ns <= record.ttl_ns:
                return None
            self._put(next_epoch(max(record.epoch, floor), str(self.folder)))
            if is_alive:
                self._wait_out(before, record)
        finally:
            if before >= 0:
                os.close(before)
        return Term(self._epoch, self.renew(), record.holder)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return -1

    def _put(self, epoch: int) -> None:
        """Put a file of our own in place, locked, on the disk."""
        unfinished = self._path.with_name(f"{LOCK_NAME}.{os.getpid()}")
        holder = Holder.here().text().encode()
        record = _HEAD.pack(_MAGIC, epoch, self._terms.ttl_ns, elapsed_ns(), len(holder)) + holder
        file = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _write_whole(file, record)
            os.fsync(file)
            unfinished.replace(self._path)
            sync_folder(self.folder)
        except OSError:
            os.close(file)
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        self._let_go()
        self._file, self._epoch = file, epoch

    def _wait_out(self, before: int, known: "_Record") -> None:
        """Wait until a beat that came while this file was put in its place is good no more."""
        last = _read(before, self._path)
        while last.beat_ns != known.beat_ns:
            rest_ns = last.beat_ns + last.ttl_ns - elapsed_ns()
            if rest_ns <= 0:
                return
            time.sleep(min(rest_ns / 1e9, self._terms.renew_s))
            self.renew()

    def renew(self) -> int:
        """Keep the lease; return until when the holder may rely on it.

        Raises:
            LeaseLostError: another took it.
        """
        if self._file < 0:
            raise self._lost("is not held")
        now = elapsed_ns()
        try:
            os.pwrite(self._file, _BEAT.pack(now), _BEAT_AT)
            ours, named = os.fstat(self._file), self._path.stat()
        except OSError as fault:
            raise self._lost(f"cannot be kept: {fault.strerror}") from fault
        if (ours.st_dev, ours.st_ino) != (named.st_dev, named.st_ino):
            raise self._lost("was taken by another")
        return now + self._terms.trust_ns

    def release(self) -> None:
        """Let the lease go, so that the next need not wait."""
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.pwrite(self._file, _BEAT.pack(_LET_GO), _BEAT_AT)
        self._let_go()

    def _let_go(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _lost(self, what: str) -> LeaseLostError:
        return LeaseLostError(
            f"the lease of epoch {self._epoch} {what}",
            where=str(self._path),
            fix="start again to stand by",
        )

    def _unwritable(self, fault: OSError) -> UsageError:
        return UsageError(
            f"no lease can be kept here: {fault.strerror}",
            where=str(self.folder),
            fix="use a state folder on a local disk that you may write to",
        )


def _write_whole(file: int, record: bytes) -> None:
    """Write a record; a disk without room takes what fits and says nothing.

    Raises:
        OSError: there is no room.
    """
    if os.write(file, record) < len(record):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _locked(file: int) -> bool:
    """Lock a file unless another process has it; it is let go with the file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(file: int, path: Path) -> _Record:
    """Return what a file says; ``file`` -1 is none.

    Raises:
        DataError: it is no lease's.
    """
    if file < 0:
        return _Record()
    found = os.pread(file, _RECORD_BYTES_MAX, 0)
    if len(found) < _HEAD.size or not found.startswith(_MAGIC):
        raise DataError(
            "the file is no leader's", where=str(path), fix="remove it while no trader runs"
        )
    _, epoch, ttl_ns, beat_ns, length = _HEAD.unpack_from(found)
    holder = found[_HEAD.size : _HEAD.size + length].decode(errors="replace")
    return _Record(epoch, ttl_ns, beat_ns, holder)
