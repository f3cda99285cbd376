"""From a warm kernel that followed a journal to the state that a trader starts with.

warm = stand_by(StandbyOrder(paths.journal, spec_of, True, (paths.orders,)), lease, hooks)
journal = JournalWriter.open(paths.journal, instruments)
recovered = take_up(warm, journal)      # as ``runtime.trading.recovery.recover`` gives it
…                                       # a trader, begun with warm.leadership.epoch
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError, UsageError
from traider.domain.ports import Log
from traider.journal.instruments import JournalInstrument
from traider.journal.reader import JournalReader
from traider.journal.writer import JournalWriter
from traider.kernel.specification import KernelSpec
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import Lease, LeaseLostError
from traider.runtime.leadership.standby import Standby, StandbyPlan
from traider.runtime.trading.recovery import Follower, Recovered, forget_lost

_LOOK_S: Final = 0.1


@dataclass(frozen=True)
class StandbyOrder:
    """What is followed, and with which kernel."""

    journal: Path
    spec_of: Callable[[tuple[JournalInstrument, ...]], KernelSpec]
    """The kernel of the trader that writes the journal, for the instruments in it."""
    simulates: bool
    """Whether its orders go to the simulated venue."""
    others: tuple[Path, ...] = ()
    """What else a leader holds; see ``StandbyPlan``."""


@dataclass(frozen=True)
class StandbyHooks:
    """Who is asked and told meanwhile, from other threads too."""

    log: Log
    stop: Callable[[], bool]
    on_lost: Callable[[LeaseLostError], None]
    """Told when the leadership is lost that standing by led to."""
    watch: Callable[[Standby[Follower]], None] = lambda _: None
    """Shown the standby once its kernel is warm."""


@dataclass(frozen=True)
class Warm:
    """A kernel that followed a journal to its end, and the leadership to go on with it."""

    follower: Follower
    start: int
    """The event that the follower began with."""
    leadership: Leadership


def stand_by(order: StandbyOrder, lease: Lease, hooks: StandbyHooks) -> Warm | None:
    """Follow until the lease is ours; None when told to stop before. Call it in a thread.

    Raises:
        CannotFollowError: the kernel makes something else of the journal than it has.
        StillWritingError: the leader of before could not be ended.
        TraiderError: the lease can never be taken.
    """
    instruments = _instruments_of(order.journal, hooks.stop)
    if not instruments:
        return None
    spec = order.spec_of(instruments)
    follower, start = warm_follower(order.journal, spec, simulates=order.simulates)
    hooks.log.info("warm, following", event=start)
    plan = StandbyPlan(order.journal, order.others, start)
    standby = Standby(plan, follower, lease, hooks.log)
    hooks.watch(standby)
    leadership = standby.run(lambda _, taken: taken, hooks.stop, hooks.on_lost)
    return None if leadership is None else Warm(follower, start, leadership)


def _instruments_of(journal: Path, stop: Callable[[], bool]) -> tuple[JournalInstrument, ...]:
    """Return the instruments of a journal as soon as it has some; none when told to stop."""
    while not stop():
        try:
            instruments = JournalReader(journal).instruments
        except (UsageError, DataError):  # not begun, or only half
            instruments = ()
        if instruments:
            return instruments
        time.sleep(_LOOK_S)
    return ()


def warm_follower(journal: Path, spec: KernelSpec, *, simulates: bool) -> tuple[Follower, int]:
    """Return a kernel at the newest snapshot of a journal, and the first event it has yet to take.

    A journal that nobody began is followed from its first event.

    Raises:
        DataError: the journal is damaged.
    """
    follower = Follower(spec, simulates=simulates)
    try:
        end = JournalReader(journal).end
    except UsageError:
        return follower, 0
    start, _ = follower.begin(journal, end)
    return follower, start


def take_up(warm: Warm, journal: JournalWriter) -> Recovered:
    """Return the state after all of ``journal``, which is ours now.

    What the follower has not seen is taken, and what a crash kept out of the journal is appended.

    Args:
        warm: that followed it.
        journal: opened for writing, so that nobody else writes.

    Raises:
        DataError: the journal ends before what was followed, or the kernel makes something else of
            its end than it has.
    """
    follower = warm.follower
    known = follower.standing.events
    if journal.sequence < known:
        raise DataError(
            f"the journal ends before event {journal.sequence}, and {known} were followed",
            where=str(journal.folder),
            fix="start again, to begin with what the journal has",
        )
    forgotten = forget_lost(journal)
    for events in JournalReader(journal.folder).events(known, journal.sequence):
        follower.append(events)
    if journal.sequence:
        fresh = follower.catch_up()
        if len(fresh):
            journal.append(fresh)
            follower.standing.append(fresh)
    replayed = journal.sequence - warm.start
    return Recovered(follower.replayer, follower.standing, warm.start, replayed, forgotten)
