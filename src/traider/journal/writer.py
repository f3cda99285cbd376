"""Write a journal: what was appended is kept, through any crash, or the append says that it is not.

    with JournalWriter.open(folder, instruments) as journal:
        journal.append(events)
        journal.append_fact("order-request", body)

A journal has one writer at a time. An append is one write to the end of one file, so a killed
process loses nothing that was acknowledged. When the disk refuses, what was not acknowledged is
cut off again, the writer has failed for good, and every later append is refused.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, Self

import numpy as np

from traider.domain.errors import DataError, UsageError
from traider.domain.events import EVENT, EventArray
from traider.domain.fault_points import reach
from traider.domain.ports import Clock
from traider.journal.append_file import AppendFile
from traider.journal.blocks import BlockHeader, BlockKind, Bytes, crc_of
from traider.journal.facts import fact_payload
from traider.journal.groups import index_bytes
from traider.journal.instruments import (
    INSTRUMENTS_FACT,
    JournalInstrument,
    instruments_body,
    joined_instruments,
)
from traider.journal.mark import NO_BLOCK, JournalHead, MarkFile
from traider.journal.packing import Packer
from traider.journal.recovery import Recovery, Resumed, resume
from traider.journal.segment_files import LOCK_NAME, Role, SegmentPaths, sync_folder
from traider.journal.syncing import BackgroundSync
from traider.journal.terms import FsyncPolicy, JournalTerms

RECOVERED_FACT: Final = "recovered"
BLOCK_EVENTS_MAX: Final = 1024 * 1024
"""A longer append becomes several blocks; each is kept or not as a whole."""
_LOCK_TRIES: Final = 5
_LOCK_PAUSE_S: Final = 0.01
_HEADS: Final = {Role.EVENTS: BlockKind.EVENTS_HEAD, Role.FACTS: BlockKind.FACTS_HEAD}


class _MachineClock:
    """The machine's own clocks."""

    def now_ns(self) -> int:
        """Return the time in nanoseconds since the epoch, UTC."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Return a count of nanoseconds that never goes back."""
        return time.monotonic_ns()


class JournalFailedError(DataError):
    """The disk refused, or the writer was closed: nothing more is appended."""


class JournalWriter:
    """The one writer of a journal, for one thread; made by ``open``. An ``EventSink``."""

    def __init__(self, folder: Path, lock: int, terms: JournalTerms, clock: Clock) -> None:
        self.folder = folder
        self.instruments: tuple[JournalInstrument, ...] = ()
        self.recovery = Recovery()
        """What opening found to mend; it is kept as a fact too."""
        self._lock = lock
        self._terms = terms
        self._clock = clock
        self._files: dict[Role, AppendFile] = {}
        self._mark = MarkFile(folder)
        self._packer = Packer(folder)
        self._behind = BackgroundSync()
        self._segment = -1
        self._sequence = 0
        self._number = 0
        self._hash = b""
        self._journal_id = b""
        self._synced_ns = clock.monotonic_ns()
        self._refusal: JournalFailedError | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        instruments: Sequence[JournalInstrument] = (),
        terms: JournalTerms | None = None,
        clock: Clock | None = None,
    ) -> Self:
        """Make the journal of ``folder``, or take it up where it ends.

        ``instruments`` begin with those that the journal holds; none at all means just those.

        Raises:
            UsageError: another process writes it, the folder cannot be used, or the instruments
                contradict the journal's.
            DataError: something in it is missing or damaged that no crash explains.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = _locked(folder)
        except OSError as fault:
            raise _unwritable(folder, fault) from fault
        try:
            writer = cls(folder, lock, terms or JournalTerms(), clock or _MachineClock())
        except OSError as fault:
            os.close(lock)
            raise _unwritable(folder, fault) from fault
        with contextlib.ExitStack() as undoing:
            undoing.callback(writer._let_go)
            try:
                writer._take_up(resume(folder), instruments)
            except OSError as fault:
                raise _unwritable(folder, fault) from fault
            undoing.pop_all()
        return writer

    @property
    def sequence(self) -> int:
        """The position that the next event gets."""
        return self._sequence

    @property
    def segment(self) -> int:
        """The segment that is under way."""
        return self._segment

    def head(self) -> JournalHead:
        """Return the journal's end, to be kept as an anchor outside it."""
        return JournalHead(self._number - 1, self._sequence, self._hash)

    @property
    def packing_faults(self) -> tuple[str, ...]:
        """Ended segments that could not be packed; they are whole, and larger than need be."""
        return tuple(self._packer.faults)

    def append(self, events: EventArray) -> None:
        """Keep ``events``; when this returns they are, as far as the terms say.

        Raises:
            JournalFailedError: they are not kept, none of them, and no later ones will be.
        """
        if events.dtype != EVENT:
            raise TypeError(f"a journal keeps event records, not {events.dtype}")
        self._ready()
        reach("journal-append")
        before = self.head()
        try:
            if len(events):
                self._roll_when_full()
            file = self._files[Role.EVENTS]
            for start in range(0, len(events), BLOCK_EVENTS_MAX):
                self._append_events(file, events[start : start + BLOCK_EVENTS_MAX])
            self._sync_when_due()
        except OSError as fault:
            self._fail(fault, before)
        file.acknowledge()
        reach("journal-appended")

    def append_fact(self, kind: str, body: bytes, *, waits: bool = False) -> None:
        """Keep a fact; it follows the last event.

        One that ``waits`` is forced onto the disk with the events that are appended next.

        Raises:
            UsageError: the kind or the body cannot be kept.
            JournalFailedError: it is not kept, and nothing later will be.
        """
        payload = fact_payload(kind, body)
        self._ready()
        reach("journal-append-fact")
        before = self.head()
        try:
            self._roll_when_full()
            self._append_fact(payload)
            if not waits:
                self._sync_when_due()
        except OSError as fault:
            self._fail(fault, before)
        self._files[Role.FACTS].acknowledge()
        reach("journal-appended-fact")

    def sync(self) -> None:
        """Force all that was appended onto the disk.

        Raises:
            JournalFailedError: the disk could not keep it.
        """
        self._ready()
        try:
            self._sync()
        except OSError as fault:
            self._fail(fault, self.head())

    def close(self) -> None:
        """Sync, wait until ended segments are packed, and let the journal go.

        Raises:
            JournalFailedError: the disk could not keep what was appended.
        """
        if self._lock < 0:
            return
        try:
            if self._refusal is None:
                self.sync()
        finally:
            self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ------------------------------------------------------------------------------ appending

    def _append_events(self, file: AppendFile, events: EventArray) -> None:
        whole = np.ascontiguousarray(events)
        stamps = whole["ts_recv"].tolist()
        first, last = min(stamps), max(stamps)
        payload = whole.view(np.uint8).data
        self._append_block(
            file, (BlockKind.EVENTS, self._sequence, first, last, len(whole)), payload
        )
        self._sequence += len(whole)

    def _append_fact(self, payload: bytes) -> None:
        now = self._clock.now_ns()
        what = (BlockKind.FACT, self._sequence - 1, now, now, 1)
        self._append_block(self._files[Role.FACTS], what, payload)

    def _append_block(
        self, file: AppendFile, what: tuple[BlockKind, int, int, int, int], payload: Bytes
    ) -> None:
        kind, sequence, first, last, count = what
        header = BlockHeader(
            kind,
            self._number,
            sequence,
            first,
            last,
            count,
            len(payload),
            self._segment,
            file.blocks,
            self._hash,
            crc_of(payload),
        )
        self._hash = file.write(header, payload)
        self._number += 1

    def _sync_when_due(self) -> None:
        if self._terms.fsync is FsyncPolicy.EACH:
            self._sync()
        elif self._is_sync_due() and not self._behind.is_busy:
            self._sync_behind()

    def _is_sync_due(self) -> bool:
        is_timed = self._terms.fsync is FsyncPolicy.INTERVAL
        return is_timed and self._since_sync_ns() >= self._terms.interval_ns

    def _sync_behind(self) -> None:
        """Begin to force what is there onto the disk; the mark tells no more than that."""
        head, segment = self.head(), self._segment
        files = [file for file in self._files.values() if file.is_dirty]
        mark = self._mark

        def sync() -> None:
            for file in files:
                file.force()
            mark.write(head, segment)

        self._synced_ns = self._clock.monotonic_ns()
        self._behind.begin(sync)
        for file in files:
            file.is_dirty = False

    def _since_sync_ns(self) -> int:
        return self._clock.monotonic_ns() - self._synced_ns

    def _sync(self) -> None:
        self._behind.wait()
        reach("journal-sync")
        for file in self._files.values():
            file.sync()
        reach("journal-synced")
        self._mark.write(self.head(), self._segment)
        reach("journal-marked")
        self._synced_ns = self._clock.monotonic_ns()

    # ------------------------------------------------------------------------------- segments

    def _take_up(self, found: Resumed, wanted: Sequence[JournalInstrument]) -> None:
        self.instruments = joined_instruments(found.instruments, wanted)
        self.recovery = found.recovery
        self._journal_id = found.journal_id
        self._segment = found.segment
        self._number = found.head.number + 1
        self._sequence, self._hash = found.head.sequence, found.head.hash
        if found.takes_more:
            for role, end in found.ends.items():
                path = SegmentPaths(self.folder, role, found.segment).raw
                file = self._files[role] = AppendFile(path, end.table)
                file.blocks, file.is_dirty = end.blocks, True
            if self.instruments != found.instruments or not found.has_instruments:
                self._append_instruments()
        else:
            if found.segment < 0:
                self._mark.write(NO_BLOCK, 0)
            self._begin_segment()
        if found.recovery:
            self._append_fact(fact_payload(RECOVERED_FACT, _recovery_body(found.recovery)))
        for file in self._files.values():
            file.acknowledge()
        self._sync()
        sync_folder(self.folder)
        if self._terms.compress:
            for segment in range(self._segment):
                if any(SegmentPaths(self.folder, role, segment).raw.exists() for role in Role):
                    self._packer.pack(segment)

    def _append_instruments(self) -> None:
        if self.instruments:
            self._append_fact(fact_payload(INSTRUMENTS_FACT, instruments_body(self.instruments)))

    def _begin_segment(self) -> None:
        """Make the files of the next segment: facts first, so that events never lack theirs."""
        self._segment += 1
        for role in Role:
            path = SegmentPaths(self.folder, role, self._segment).raw
            file = self._files[role] = AppendFile(path)
            what = (_HEADS[role], self._sequence, 0, 0, 0)
            self._append_block(file, what, self._journal_id)
            file.sync()
            sync_folder(self.folder)
            reach("segment-file-begun")
        self._append_instruments()
        for file in self._files.values():
            file.acknowledge()

    def _roll_when_full(self) -> None:
        limit = self._terms.segment_bytes
        if self._files[Role.EVENTS].size < limit and self._files[Role.FACTS].size < limit:
            return
        ended = self._segment
        for file in self._files.values():
            groups = file.table.rows()
            head = BlockHeader(
                BlockKind.INDEX, int(groups["first_number"][0]), 0, 0, 0, 0, 0, ended, 0, b""
            )
            file.write_index(index_bytes(groups, head, file.size))
        self._sync()
        for file in self._files.values():
            file.close()
        reach("segment-ended")
        self._begin_segment()
        if self._terms.compress:
            self._packer.pack(ended)

    # --------------------------------------------------------------------------------- ending

    def _ready(self) -> None:
        if self._refusal is not None:
            raise self._refusal
        if self._lock < 0:
            raise JournalFailedError(
                "the journal was closed", where=str(self.folder), fix="open it again"
            )

    def _fail(self, fault: OSError, before: JournalHead) -> NoReturn:
        """Cut off what was not acknowledged, and take nothing more."""
        self._number, self._sequence, self._hash = before.number + 1, before.sequence, before.hash
        for role in (Role.EVENTS, Role.FACTS):  # events are never left without their facts
            with contextlib.suppress(OSError):  # what stays is cut when the journal is next opened
                self._files[role].cut_back()
        self._refusal = JournalFailedError(
            f"the journal cannot be written: {fault.strerror}; "
            f"it ends before event {self._sequence}",
            where=str(self.folder),
            fix="mend the disk or make room, then open the journal again",
        )
        raise self._refusal from fault

    def _let_go(self) -> None:
        self._behind.close()
        self._packer.close()
        for file in self._files.values():
            file.close()
        self._mark.close()
        os.close(self._lock)
        self._lock = -1


def _locked(folder: Path) -> int:
    """Return the lock of a journal, held until it is closed.

    Raises:
        UsageError: another writer holds it.
        OSError: it cannot be made.
    """
    lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_S)  # a verification holds it for an instant
        else:
            return lock
    os.close(lock)
    raise UsageError(
        "the journal has a writer already",
        where=str(folder),
        fix="stop that process, or write to another folder",
    )


def _unwritable(folder: Path, fault: OSError) -> UsageError:
    return UsageError(
        f"no journal can be written here: {fault.strerror}",
        where=str(folder),
        fix="name a folder that you may write to, on a disk with room",
    )


def _recovery_body(recovery: Recovery) -> bytes:
    return json.dumps(asdict(recovery)).encode()
