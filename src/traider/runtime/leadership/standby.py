"""Stand by: follow the leader's journal with a warm kernel, and take over when it is gone.

The follower is an ``EventSink`` that takes the journal in, as ``runtime.trading.recovery.Follower``
does, and raises when the kernel makes something else of it.

    standby = Standby(StandbyPlan(state / "journal", (state / "orders",)), follower, lease, log)
    standby.run(promote, stop, on_lost)

Order of a take-over: the lease, whose epoch is above every one in the journal; then the old leader
must write no more (``writers``); then the rest of its journal is taken; then ``promote(follower,
leadership)`` goes on as leader, and what it returns is returned. What the journal's end lacks, or
holds half, is for whoever opens it to mend.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

import numpy as np

from traider.domain.errors import DatabaseError, DataError, TraiderError, UsageError
from traider.domain.events import EventArray, Kind
from traider.domain.ports import EventSink, Log
from traider.journal.reader import JournalReader
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import Lease, LeaseLostError
from traider.runtime.leadership.writers import StillWritingError, end_writers

LOOK_S: Final = 0.05
"""Between two looks whether the lease is free, or the journal is there or whole."""
AGAIN_S: Final = 1.0
"""Before the lease is asked for again, where somebody else writes: a leader takes it meanwhile."""


Warm = TypeVar("Warm", bound=EventSink)
Led = TypeVar("Led")


class CannotFollowError(TraiderError):
    """What was replayed differs from the journal, or cannot go on: nothing can be led with it."""


@dataclass(frozen=True)
class StandbyPlan:
    """What is followed, and what must be free before a take-over."""

    journal: Path
    """The leader's journal."""
    others: tuple[Path, ...] = ()
    """What else a leader holds: the order log of a gateway in its process, or a locked file."""
    start: int = 0
    """The first event that the follower does not know."""


@dataclass(frozen=True)
class Lag:
    """How far behind the leader's journal."""

    events: int
    seconds: float
    """Since the last time that nothing was left to take."""


class Standby(Generic[Warm]):
    """One process that stands by; ``run`` belongs to one thread, ``lag`` to any."""

    def __init__(self, plan: StandbyPlan, follower: Warm, lease: Lease, log: Log) -> None:
        self.position = plan.start
        """The next event to take."""
        self.epoch = 0
        """The highest epoch in what was taken."""
        self._plan = plan
        self._follower = follower
        self._lease = lease
        self._log = log
        self._caught_up_s = time.monotonic()
        self._leadership: Leadership | None = None
        self._previous = ""
        self._fault: TraiderError | None = None

    def lag(self) -> Lag:
        """Return how far behind it is.

        Raises:
            UsageError: there is no journal.
        """
        events = max(JournalReader(self._plan.journal).end - self.position, 0)
        return Lag(events, time.monotonic() - self._caught_up_s if events else 0.0)

    def run(
        self,
        promote: Callable[[Warm, Leadership], Led],
        stop: Callable[[], bool],
        on_lost: Callable[[LeaseLostError], None],
    ) -> Led | None:
        """Follow until the lease is ours, then lead; None when told to stop before.

        Where a writer holds the journal that no lease tells of, one that just starts perhaps, the
        lease goes back and it follows on.

        Args:
            promote: leads, from the follower's state on; its leadership is renewed already.
            stop: asked between two looks.
            on_lost: told when leadership is lost later.

        Raises:
            CannotFollowError: what was replayed differs from the journal.
            TraiderError: the lease can never be taken: epochs are used up, say.
        """
        told = False
        while True:
            try:
                return self._run_once(promote, stop, on_lost)
            except StillWritingError as fault:
                if not told:
                    self._log.warning("somebody else writes here; following on", why=fault.line())
                told = True
            until = time.monotonic() + AGAIN_S
            self._follow(lambda: stop() or time.monotonic() > until)  # noqa: B023 - used at once
            self._leadership = None

    def _run_once(
        self,
        promote: Callable[[Warm, Leadership], Led],
        stop: Callable[[], bool],
        on_lost: Callable[[LeaseLostError], None],
    ) -> Led | None:
        """Follow and take over once; see ``run``."""
        ended = threading.Event()
        candidate = threading.Thread(
            target=self._stand, args=(ended, on_lost), name="lease candidate", daemon=True
        )
        candidate.start()
        try:
            # The candidate's end comes after all that it says.
            self._follow(lambda: stop() or not candidate.is_alive())
        except TraiderError:
            self._withdraw(candidate, ended)
            raise
        if self._leadership is None:
            is_lost = self._fault is None and not stop()
            self._withdraw(candidate, ended)
            if is_lost and self._leadership is None:
                raise TraiderError(
                    "the thread that asks for the lease ended by a fault", fix="stand by again"
                )
        if self._fault is not None:
            raise self._fault
        return None if self._leadership is None else self._taken_over(self._leadership, promote)

    def _withdraw(self, candidate: threading.Thread, ended: threading.Event) -> None:
        """Ask for the lease no more; one that was given meanwhile goes back."""
        ended.set()
        candidate.join(self._lease.terms.ttl_s)
        leadership, self._leadership = self._leadership, None
        if leadership is not None:
            leadership.end()

    def _stand(self, ended: threading.Event, on_lost: Callable[[LeaseLostError], None]) -> None:
        """Take the lease when it is free: in a thread, since a server may let one wait."""
        told = ""
        while not ended.wait(LOOK_S):
            try:
                term = self._lease.take(self.epoch)
            except DatabaseError as fault:
                if fault.line() != told:
                    self._log.warning("the lease cannot be asked for now", why=fault.line())
                told = fault.line()
                continue
            except TraiderError as fault:
                self._fault = fault
                return
            if term is None:
                continue
            if ended.is_set():
                self._lease.release()
                return
            leadership = Leadership(self._lease, term, self._log, on_lost)
            leadership.start()
            self._previous = term.previous
            self._leadership = leadership
            return

    def _follow(self, stop: Callable[[], bool]) -> None:
        """Take what is written until told to stop, through a journal that is not there yet."""
        told = ""
        while not stop():
            try:
                for events in self._new(stop):
                    self._take(events)
            except UsageError:
                time.sleep(LOOK_S)  # nobody has begun the journal
            except DataError as fault:
                # A leader that died left half a block; who opens the journal cuts it off.
                if fault.line() != told:
                    self._log.warning("the journal's end cannot be read now", why=fault.line())
                told = fault.line()
                time.sleep(LOOK_S)

    def _new(self, stop: Callable[[], bool]) -> Iterator[EventArray]:
        def nothing_new() -> bool:
            self._caught_up_s = time.monotonic()
            return stop()

        yield from JournalReader(self._plan.journal).follow(self.position, nothing_new)

    def _take(self, events: EventArray) -> None:
        try:
            self._follower.append(events)
        except TraiderError as fault:
            raise CannotFollowError(fault.what, where=fault.where, fix=fault.fix) from fault
        self.position += len(events)
        epochs = events["w0"][events["kind"] == Kind.LEADER_EPOCH]
        self.epoch = max(self.epoch, int(np.max(epochs, initial=0)))

    def _taken_over(
        self, leadership: Leadership, promote: Callable[[Warm, Leadership], Led]
    ) -> Led:
        begun, position = time.monotonic(), self.position
        try:
            end_writers((self._plan.journal, *self._plan.others), self._previous, self._log)
            self._drain()
            leadership.check()
        except TraiderError:
            leadership.end()
            raise
        self._log.warning(
            "took over",
            epoch=leadership.epoch,
            drained=self.position - position,
            took_s=round(time.monotonic() - begun, 3),
        )
        return promote(self._follower, leadership)

    def _drain(self) -> None:
        """Take what the old leader wrote last; nobody writes any more."""
        try:
            for events in self._new(lambda: True):
                self._take(events)
        except UsageError:
            return  # no leader has ever written
