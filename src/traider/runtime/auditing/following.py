"""The audit while a trader runs: a thread that follows the journal, and is begun again alone.

It reads the journal as any other process could, so the trader never waits for it. Where much is to
be caught up it rests as long as it works, so that orders have the machine. It is a role: what the
disk refuses is a fault, after which it is begun again and finds the place that it had come to.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from traider.compliance.actions import actions_after, actions_size, last_action_line
from traider.compliance.reading import last_place
from traider.compliance.records import Entry
from traider.compliance.writing import SEGMENT_BYTES, AuditWriter
from traider.journal.snapshots import SnapshotStore
from traider.kernel.live_machine import digest_of
from traider.kernel.specification import KernelSpec
from traider.runtime.auditing.journal_audit import STATES_KEPT, JournalAudit
from traider.runtime.following_thread import FollowingThread
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.state_folder import StateFolder

PAUSE_S: Final = 1.0
STATE_EVENTS: Final = 1_000_000
"""Events after which a state is kept, so that a later start need not replay them."""
_BATCH: Final = 256
_REST_MAX_S: Final = 0.25


@dataclass(frozen=True)
class AuditOrder:
    """Which run is followed."""

    folder: Path
    """Its state folder."""
    spec: KernelSpec | None = None
    """Of its kernel, where somebody has it already."""
    rests: bool = True
    """Whether a trader shares the machine."""
    segment_bytes: int = SEGMENT_BYTES


class AuditFollower(FollowingThread):
    """Writes what the journal has and the audit has not."""

    def __init__(
        self, order: AuditOrder, beside: Callable[[AuditWriter], None] | None = None
    ) -> None:
        """Prepare to follow; ``beside`` is called now and then with the chain, to add to it."""
        super().__init__("audit")
        self._order = order
        self._beside = beside or (lambda _writer: None)
        self.told = 0
        """Position of the next event to tell."""
        self.written = 0
        """Records written since the beginning."""
        self._kept = 0

    def _follow(self, told: Callable[[], None]) -> None:
        """Write; raises UsageError where another process does, DataError for what is unreadable."""
        folder, size = self._order.folder / "audit", self._order.segment_bytes
        with AuditWriter.open(folder, size) as writer:
            self._tell(writer, told)

    def _tell(self, writer: AuditWriter, told: Callable[[], None]) -> None:
        run = RecordedRun.open(self._order.folder)
        audit = open_audit(run, self._order.spec, writer.folder)
        self._kept = audit.begun_at
        actions = ActionsTaken(writer)
        while True:
            # Asked before reading: what was written before the stop is told.
            is_last = self._stop.is_set()
            self._write(writer, audit.entries(ends=is_last))
            self.told = audit.told
            self.written += actions.take()
            self._beside(writer)
            writer.sync()
            self._keep_state(writer.folder, audit)
            if is_last:
                return
            told()
            self._stop.wait(PAUSE_S)

    def _write(self, writer: AuditWriter, entries: Iterator[Entry]) -> None:
        began = time.monotonic()
        while batch := list(islice(entries, _BATCH)):
            self.written += writer.append(batch)
            if self._order.rests and not self._stop.is_set():
                self._stop.wait(min(time.monotonic() - began, _REST_MAX_S))
                began = time.monotonic()

    def _keep_state(self, folder: Path, audit: JournalAudit) -> None:
        if self.told - self._kept < STATE_EVENTS:
            return
        found = audit.state
        if found is not None:
            sequence, state = found
            SnapshotStore(folder, STATES_KEPT).write(sequence, state, digest_of(state).encode())
            self._kept = sequence


class ActionsTaken:
    """Takes what people did elsewhere up into the chain, each action once."""

    def __init__(self, writer: AuditWriter) -> None:
        self._writer = writer
        self._line = last_action_line(writer.folder)
        self._bytes = -1

    def take(self) -> int:
        """Append the actions that are new; return how many.

        Raises:
            DataError: a line is none.
        """
        size = actions_size(self._writer.folder)
        if size == self._bytes:
            return 0
        fresh = list(actions_after(self._writer.folder, self._line))
        self._bytes, self._line = size, self._line + len(fresh)
        return self._writer.append(fresh)


def open_audit(run: RecordedRun, spec: KernelSpec | None, folder: Path) -> JournalAudit:
    """Return what tells the rest of a run's journal to the chain in ``folder``."""
    return JournalAudit(run, spec or run.spec(), last_place(folder), folder)


def update_audit(
    folder: Path, progress: Callable[[int], None] = lambda _position: None
) -> AuditFollower:
    """Bring the audit of a run that nobody trades up to date; return what did it.

    Raises:
        UsageError: there is no run, or its trader is at work and keeps its own audit.
        DataError: the audit or the journal cannot be read.
    """
    follower = AuditFollower(AuditOrder(folder, rests=False), lambda _: progress(follower.told))
    with StateFolder(folder):
        follower.close()
        follower.follow()
    return follower
