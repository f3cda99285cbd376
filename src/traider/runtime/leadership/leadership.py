"""Lead while a lease lasts: renew it, and know of its end before anyone can take over.

    leadership = Leadership(lease, term, log, on_lost)
    leadership.start()
    …
    leadership.check()       # before everything that only a leader may do
    …
    leadership.end()

Two threads of their own: one renews, and may hang with the network; the other only watches the
clock. A process that was frozen finds out at the next ``check``, by the clock that went on.
Once lost, a leadership stays lost: the process stops, and starts again to stand by.
"""

import threading
from collections.abc import Callable

from traider.domain.errors import TraiderError
from traider.domain.ports import Log
from traider.runtime.leadership.lease import (
    EPOCH_MAX,
    EPOCHS_LEFT_WARNED,
    Lease,
    LeaseLostError,
    Term,
    elapsed_ns,
)


class Leadership:
    """One term of a leader.

    Args:
        lease: that was taken.
        term: as it was given.
        log: where faults of renewing go.
        on_lost: called once, from a thread of this class, when leadership ends against our will.
    """

    def __init__(
        self, lease: Lease, term: Term, log: Log, on_lost: Callable[[LeaseLostError], None]
    ) -> None:
        self.epoch = term.epoch
        self._lease = lease
        self._log = log
        self._on_lost = on_lost
        self._until_ns = term.until_ns
        self._loss: LeaseLostError | None = None
        self._renewing = threading.Lock()
        self._settling = threading.Lock()
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._renew_on, name="lease renewal", daemon=True),
            threading.Thread(target=self._watch, name="lease watch", daemon=True),
        ]
        left = EPOCH_MAX - term.epoch
        if left <= EPOCHS_LEFT_WARNED:
            log.warning("few epochs of leaders are left", left=left, epoch=term.epoch)

    def start(self) -> None:
        """Renew from now on."""
        for thread in self._threads:
            thread.start()

    def check(self) -> None:
        """Return if this process leads now; costs one look at the clock.

        Past the time that the last renewal is good for, a lease of this machine is renewed once
        more: a process that was slow leads on, one that was replaced does not.

        Raises:
            LeaseLostError: it does not lead, and never will again.
        """
        if self._loss is None and elapsed_ns() < self._until_ns:
            return
        self._renew_late()
        if self._loss is not None:
            raise self._loss

    @property
    def is_held(self) -> bool:
        """Whether this process leads now, as far as it knows without asking."""
        return self._loss is None and elapsed_ns() < self._until_ns

    def end(self) -> None:
        """Give the leadership up, if it is held, so that the next need not wait."""
        self._ended.set()
        if self._renewing.acquire(timeout=self._lease.terms.ttl_s):
            try:
                self._lease.release()
            finally:
                self._renewing.release()
        self._settle("was given up", told=False)

    def _renew_on(self) -> None:
        while not self._ended.wait(self._lease.terms.renew_s) and self._loss is None:
            with self._renewing:
                self._renew()

    def _renew(self) -> None:
        """Renew once; holds ``_renewing``."""
        if self._ended.is_set() or self._loss is not None:
            return
        try:
            until_ns = self._lease.renew()
        except LeaseLostError as loss:
            self._settle(loss.what, told=True, cause=loss.__cause__)
        except TraiderError as fault:
            self._log.warning("the lease was not renewed", why=fault.line())
        else:
            self._until_ns = max(self._until_ns, until_ns)

    def _renew_late(self) -> None:
        """Try once more to keep what was not renewed in time, if that takes no time; or lose it."""
        if self._lease.is_local:
            with self._renewing:
                if elapsed_ns() >= self._until_ns:
                    self._renew()
        if elapsed_ns() >= self._until_ns:
            self._settle(f"the lease of epoch {self.epoch} was not renewed in time", told=True)

    def _watch(self) -> None:
        """Tell of the end when it comes, though nobody asks and the renewal hangs."""
        while self._loss is None:
            rest_ns = self._until_ns - elapsed_ns()
            if rest_ns <= 0:
                self._renew_late()
            elif self._ended.wait(rest_ns / 1e9):
                return

    def _settle(self, what: str, *, told: bool, cause: BaseException | None = None) -> None:
        """Lose the leadership for good, and say so once."""
        with self._settling:
            if self._loss is not None:
                return
            self._loss = LeaseLostError(what, fix="start again to stand by")
            self._loss.__cause__ = cause
        if told and not self._ended.is_set():
            self._log.error("leadership lost", epoch=self.epoch, why=what)
            self._on_lost(self._loss)
