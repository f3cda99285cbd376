"""The order log of a paper run after a crash: what the journal has beyond it is put in.

In simulated time the journal is written first, and the log repeats its events about orders and
commands in the same order. So a log that a crash cut short ends somewhere in the journal: after its
last report, and after what it holds behind that.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import numpy as np

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind
from traider.gateway.order_log import OrderLog
from traider.gateway.reports import is_report
from traider.journal.reader import JournalReader

COMMANDS: Final = (Kind.PAUSE, Kind.KILL, Kind.REARM, Kind.LIMITS_CHANGE)
"""What the gateway notes of the journal beside orders."""


def complete_log(log: OrderLog, journal: JournalReader, start: tuple[int, int] = (0, 0)) -> int:
    """Append to ``log`` what the journal has beyond it; return how many events that were.

    Args:
        log: of the run's gateway.
        journal: of the same run.
        start: a position of the journal, and how many reports stand before it; used where the log
            holds as many.

    Raises:
        DataError: the log holds more reports than the journal: they are of different runs.
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
        raise DataError(
            f"the log of orders holds {left} reports more than the journal",
            fix="restore the log and the journal that belong together",
        )
