"""From a warm kernel that followed a journal to the state that a trader starts with.

follower, start = warm_follower(state / "journal", spec, simulates=True)
standby = Standby(StandbyPlan(state / "journal", start=start), follower, lease, log)

def promote(follower, leadership):
    journal = JournalWriter.open(state / "journal", instruments, terms)
    recovered = take_up(follower, journal, start)      # as runtime.trading.recovery.recover
    …                                                  # a trader, begun with leadership.epoch
"""

from pathlib import Path

from traider.domain.errors import DataError, UsageError
from traider.journal.reader import JournalReader
from traider.journal.writer import JournalWriter
from traider.kernel.specification import KernelSpec
from traider.runtime.trading.recovery import Follower, Recovered


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


def take_up(follower: Follower, journal: JournalWriter, start: int) -> Recovered:
    """Return the state after all of ``journal``, which is ours now.

    What the follower has not seen is taken, and what a crash kept out of the journal is appended.

    Args:
        follower: warm.
        journal: opened for writing, so that nobody else writes.
        start: where the follower began.

    Raises:
        DataError: the journal ends before what was followed, or the kernel makes something else of
            its end than it has.
    """
    known = follower.standing.events
    if journal.sequence < known:
        raise DataError(
            f"the journal ends before event {journal.sequence}, and {known} were followed",
            where=str(journal.folder),
            fix="start again, to begin with what the journal has",
        )
    for events in JournalReader(journal.folder).events(known, journal.sequence):
        follower.append(events)
    if journal.sequence:
        fresh = follower.catch_up()
        if len(fresh):
            journal.append(fresh)
            follower.standing.append(fresh)
    return Recovered(follower.replayer, follower.standing, start, journal.sequence - start, ())
