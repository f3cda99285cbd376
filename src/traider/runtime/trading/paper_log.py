"""The order log of a paper run after a crash: what the journal has beyond it is put in.

In simulated time the journal is written first, and the log repeats its events about orders and
commands in the same order. So a log that a crash cut short ends somewhere in the journal: after its
last report, and after what it holds behind that.

The log is forced onto the disk event by event and the journal in groups, so a machine that loses
its power may keep more of the log. What the journal has not never happened: such a log is set
aside, and made anew from the journal.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Final

import numpy as np

from traider.domain.errors import DataError
from traider.domain.events import EVENT, EventArray, Kind
from traider.domain.ports import Clock
from traider.gateway.order_log import OrderLog
from traider.gateway.reports import is_report
from traider.journal import JournalInstrument
from traider.journal.reader import JournalReader

COMMANDS: Final = (Kind.PAUSE, Kind.KILL, Kind.REARM, Kind.LIMITS_CHANGE)
"""What the gateway notes of the journal beside orders."""
_FIX: Final = "restore the log and the journal that belong together"


class LogAheadError(DataError):
    """The log knows what the journal does not."""


def open_paper_log(
    folder: Path,
    instruments: Sequence[JournalInstrument],
    journal: JournalReader,
    start: tuple[int, int] = (0, 0),
    clock: Clock | None = None,
) -> tuple[OrderLog, tuple[str, ...]]:
    """Return the log of a paper run, complete, and what had to be said about it.

    Raises:
        UsageError: another process writes it, or the folder cannot be used.
        DataError: something in it is damaged that no crash explains.
    """
    log = OrderLog.open(folder, instruments, clock)
    with ExitStack() as undoing:
        undoing.callback(log.close)
        try:
            complete_log(log, journal, start)
        except LogAheadError as fault:
            log.close()
            undoing.pop_all()
            aside = _set_aside(folder)
            log = OrderLog.open(folder, instruments, clock)
            undoing.callback(log.close)
            complete_log(log, journal)
            undoing.pop_all()
            return log, (f"{fault.what}: it is kept as {aside.name}, and made anew",)
        undoing.pop_all()
    return log, ()


def _set_aside(folder: Path) -> Path:
    """Rename the folder of a log; return its new place."""
    taken = {path.name for path in folder.parent.iterdir()}
    number = next(each for each in count(1) if f"{folder.name}-ahead-{each}" not in taken)
    aside = folder.with_name(f"{folder.name}-ahead-{number}")
    folder.rename(aside)
    return aside


def complete_log(log: OrderLog, journal: JournalReader, start: tuple[int, int] = (0, 0)) -> int:
    """Append to ``log`` what the journal has beyond it; return how many events that were.

    Args:
        log: of the run's gateway.
        journal: of the same run.
        start: a position of the journal, and how many reports stand before it; used where the log
            holds as many.

    Raises:
        LogAheadError: the log holds what the journal has not.
    """
    sequence, reports = start if start[1] <= log.reports else (0, 0)
    known: Counter[bytes] = Counter()
    for events in log.events_after(log.reports):
        known.update(events[place : place + 1].tobytes() for place in range(len(events)))
    added = 0
    for events in _after(journal, sequence, log.reports - reports):
        kinds = events["kind"]
        wanted = is_report(events)
        for place in np.flatnonzero((kinds == Kind.ORDER_INTENT) | np.isin(kinds, COMMANDS)):
            record = events[place : place + 1].tobytes()
            if known[record]:
                known[record] -= 1
            else:
                wanted[place] = True
        if wanted.any():
            log.append(events[wanted])
            added += int(np.count_nonzero(wanted))
    rest = np.frombuffer(b"".join(known.elements()), dtype=EVENT)
    if ahead := np.count_nonzero(rest["kind"] == Kind.ORDER_INTENT):
        raise LogAheadError(
            f"the log of orders holds {ahead} orders that the journal has not", fix=_FIX
        )
    return added


def _after(journal: JournalReader, sequence: int, reports: int) -> Iterator[EventArray]:
    """Yield the journal's events after so many reports from ``sequence`` on."""
    left = reports
    for events in journal.events(sequence):
        if not left:
            yield events
            continue
        places = np.flatnonzero(is_report(events))
        if len(places) < left:
            left -= len(places)
            continue
        yield events[int(places[left - 1]) + 1 :]
        left = 0
    if left:
        raise LogAheadError(
            f"the log of orders holds {left} reports more than the journal", fix=_FIX
        )
