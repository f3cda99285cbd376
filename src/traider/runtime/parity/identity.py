"""The identity check of a running trader, in a process of its own.

    check = IdentityCheck(partial(recorded_follower, state_folder), state_folder / "journal")
    check.begin(StateClaim(sequence, now_ns, state_hash))     # returns at once
    ...
    result = check.result()                                   # None until there is one

The process is spawned with the first claim, nicer than the trader, and ends with it: it reads
claims from a pipe and stops where the pipe ends. One claim is under way at a time; a further one
is passed over, and counted. Where the process dies, or cannot read the journal, that is told as a
fault, and the next claim begins another one.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from traider.domain.errors import TraiderError
from traider.runtime.parity.shadow import IdentityResult, JournalShadow, StateClaim
from traider.runtime.trading.recovery import Follower

NICENESS: Final = 10
_END_S: Final = 5.0

FollowerMaker = Callable[[], Follower]
"""Makes the kernel of a run; it is pickled, so a function of a module, or a ``partial`` of one."""


class IdentityCheck:
    """Checks claims of a trader about its state, one at a time, elsewhere."""

    def __init__(self, maker: FollowerMaker, journal: Path) -> None:
        self.skipped = 0
        """Claims passed over because the one before was still under way."""
        self._maker = maker
        self._journal = journal
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._under_way: StateClaim | None = None
        self._refusal = ""
        """Why the process could not be begun."""

    @property
    def is_busy(self) -> bool:
        """Whether a claim is under way."""
        return self._under_way is not None

    @property
    def pid(self) -> int:
        """The process that checks, 0 before the first claim."""
        return 0 if self._process is None else self._process.pid or 0

    def begin(self, claim: StateClaim) -> bool:
        """Have a claim checked; return whether it was taken."""
        if self._under_way is not None:
            self.skipped += 1
            return False
        try:
            if self._pipe is None:
                self._pipe = self._spawn()
            self._under_way = claim
            self._pipe.send(claim)
        except ConnectionError:
            # Told by ``result``, which finds the pipe ended.
            return True
        except OSError as fault:
            self._refusal = f"no process could be begun: {fault.strerror}"
            self._under_way = claim
        return True

    def result(self) -> IdentityResult | None:
        """Return what became of the claim under way, None while that is not known."""
        claim, pipe = self._under_way, self._pipe
        if claim is not None and self._refusal:
            line, self._refusal, self._under_way = self._refusal, "", None
            return IdentityResult(claim.sequence, ok=False, line=line, is_fault=True)
        if claim is None or pipe is None:
            return None
        try:
            if not pipe.poll():
                return None
            found = pipe.recv()
        except (EOFError, ConnectionError):
            self._under_way = None
            code = self._end()
            return IdentityResult(
                claim.sequence, ok=False, line=f"the process ended with {code}", is_fault=True
            )
        self._under_way = None
        assert isinstance(found, IdentityResult)  # noqa: S101 - the worker sends nothing else
        return found

    def close(self) -> None:
        """End the process."""
        self._under_way = None
        if self._process is not None:
            self._end()

    def _spawn(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_work,
            args=(theirs, self._maker, self._journal),
            name="identity-check",
            daemon=True,
        )
        # A person's Ctrl-C must not meet the worker's imports, before it says that it ignores it.
        # The tracker that every spawned process needs takes the mask off as it begins: so it is
        # begun before.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        # Only the worker holds its end now, so that its death ends the pipe.
        theirs.close()
        return ours

    def _end(self) -> int | None:
        """End the process as it stands; return its exit code."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if pipe is not None:
            pipe.close()
        if process is None:
            return None
        process.join(_END_S)
        if process.is_alive():
            process.kill()
            process.join()
        return process.exitcode


def _work(pipe: Connection, maker: FollowerMaker, journal: Path) -> None:
    """Answer claims until the pipe ends; a person's Ctrl-C is the trader's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(NICENESS)
    shadow = JournalShadow(maker, journal)
    while True:
        try:
            claim: StateClaim = pipe.recv()
        except EOFError:
            return
        try:
            found = shadow.check(claim)
        except TraiderError as fault:
            shadow = JournalShadow(maker, journal)
            found = IdentityResult(claim.sequence, ok=False, line=fault.line(), is_fault=True)
        try:
            pipe.send(found)
        except ConnectionError:
            return
