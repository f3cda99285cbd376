"""The events that every trial of a sweep runs over, read once and held in memory.

Threads share the one array and nobody writes to it: the kernel only reads what it is fed.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from traider.backtest.run import BacktestPlan
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.timeframes import DAY_NS

TimeArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class History:
    """All events of a run, and the UTC days they fall in, by the instant each day ends."""

    events: EventArray
    day_ends_ns: TimeArray
    bars: int

    @property
    def days(self) -> int:
        """Number of days with events: every trial has one return for each."""
        return len(self.day_ends_ns)

    def digest(self) -> str:
        """Return the digest of the events, 32 hexadecimal digits: other data, other digest.

        The first record names the configuration and is left out.
        """
        return hashlib.blake2b(self.events[1:].tobytes(), digest_size=16).hexdigest()


def read_history(plan: BacktestPlan) -> History:
    """Read all that ``plan`` runs over."""
    return history_of(join_events(list(plan.events())))


def history_of(events: EventArray) -> History:
    """Return the history that ``events`` are.

    A close at midnight belongs to the day that ends there, and so does the record a run begins
    with: a back-test that begins at midnight has a first day, without return, before it.
    """
    days = np.unique((events["ts_recv"] - 1) // DAY_NS)
    return History(events, (days + 1) * DAY_NS, int((events["kind"] == Kind.BAR).sum()))
