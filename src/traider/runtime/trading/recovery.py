"""Where a trader was: the newest snapshot, and the journal after it replayed and compared."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from traider.domain.errors import DataError, KernelError
from traider.domain.events import EventArray
from traider.journal.reader import JournalReader
from traider.journal.snapshots import SnapshotStore
from traider.journal.writer import JournalWriter
from traider.kernel.live_machine import Mismatch, Replayer
from traider.kernel.machine import Drained
from traider.kernel.specification import KernelSpec
from traider.runtime.trading.snapshots import latest_state
from traider.runtime.trading.standing import Standing
from traider.runtime.trading.watched_machine import WatchedMachine


@dataclass(frozen=True)
class Recovered:
    """A trader's state after all events of its journal."""

    replayer: Replayer
    standing: Standing
    snapshot: int
    """Sequence of the snapshot it began with; 0 for none."""
    replayed: int
    """Events of the journal after it."""
    warnings: tuple[str, ...]
    log_start: tuple[int, int] = (0, 0)
    """A position of the journal, and the reports before it: where an order log may be read from."""


class Follower:
    """Keeps a kernel where a journal is: the warm state of a start, and of a standby.

    Args:
        spec: of the trader that writes the journal.
        simulates: whether its orders go to the simulated venue.
    """

    def __init__(self, spec: KernelSpec, *, simulates: bool) -> None:
        self.standing = Standing()
        self.replayer = Replayer(spec, simulates=simulates)
        self.replayer.machine = WatchedMachine(spec, self._see, simulates=simulates)

    def _see(self, drained: Drained) -> None:
        self.standing.see(drained)  # which ``begin`` replaces

    def begin(self, journal: Path, end: int) -> tuple[int, tuple[str, ...]]:
        """Take up the newest snapshot before event ``end``; return its sequence and warnings."""
        kept, warnings = latest_state(journal, end)
        if kept is None:
            return 0, warnings
        try:
            self.replayer.restore(kept.state)
        except KernelError as fault:
            return 0, (*warnings, f"a snapshot is passed over: {fault.what}")
        self.standing = kept.standing
        return kept.sequence, warnings

    def append(self, events: EventArray) -> None:
        """Take the next events of the journal.

        Raises:
            DataError: the kernel makes something else of them than the journal has.
        """
        self.replayer.take(events)
        if self.replayer.mismatch is not None:
            raise _differs(self.replayer.mismatch)
        self.standing.append(events)

    def catch_up(self) -> EventArray:
        """Let the time pass that had passed; return events that a crash kept from the journal.

        Raises:
            DataError: the kernel makes something else of the journal's end than it has.
        """
        fresh = self.replayer.pass_time(self.standing.passed_ns)
        if self.replayer.mismatch is not None:
            raise _differs(self.replayer.mismatch)
        if len(self.replayer.awaited):
            fresh = join_passed(self.replayer, self.standing)
        return fresh


def join_passed(replayer: Replayer, standing: Standing) -> EventArray:
    """Let one nanosecond more pass: verdicts of the last instant stand after its end."""
    standing.passed_ns += 1
    fresh = replayer.pass_time(standing.passed_ns)
    if replayer.mismatch is not None:
        raise _differs(replayer.mismatch)
    if len(replayer.awaited):
        raise DataError(
            f"the journal ends with {len(replayer.awaited)} events that no replay makes",
            fix="run traider parity on it; it was written by another version or configuration",
        )
    return fresh


def recover(
    journal: JournalWriter,
    spec: KernelSpec,
    *,
    simulates: bool,
    progress: Callable[[float], None] = lambda _: None,
) -> Recovered:
    """Return the state that a journal leads to; what a crash left out of it is appended.

    Raises:
        DataError: the journal is damaged, or the kernel makes something else of it than it has.
        KernelError, StrategyError: the kernel cannot take it.
    """
    follower = Follower(spec, simulates=simulates)
    reader = JournalReader(journal.folder)
    forgotten = forget_lost(journal)
    snapshot, warnings = follower.begin(journal.folder, journal.sequence)
    warnings = (*forgotten, *warnings)
    log_start = snapshot, follower.standing.reports
    for events in reader.events(snapshot, journal.sequence):
        follower.append(events)
        progress(follower.standing.events / journal.sequence)
    if journal.sequence:
        fresh = follower.catch_up()
        if len(fresh):
            journal.append(fresh)
            follower.standing.append(fresh)
    return Recovered(
        follower.replayer,
        follower.standing,
        snapshot,
        journal.sequence - snapshot,
        warnings,
        log_start,
    )


def forget_lost(journal: JournalWriter) -> tuple[str, ...]:
    """Remove states of events that the journal has no more; return warnings.

    A machine that loses its power may keep a state and not the last events before it. Whoever goes
    on writes other events in their place, and a later start would take that state for one of these.
    """
    names = SnapshotStore(journal.folder).forget_after(journal.sequence)
    return tuple(f"{name} is of events that the journal lost: removed" for name in names)


def _differs(mismatch: Mismatch) -> DataError:
    return DataError(
        "the kernel does not make of the journal what it has",
        where=f"event {mismatch.sequence}",
        fix="run traider parity on it; it was written by another version or configuration",
    )
