"""A process beside the server that does one piece of work at a time, nicer than the trader.

    beside = Beside()
    found = beside.run(Work(attribution_of, (state,)), told)    # told(0.4, "replaying")
    beside.close()

It is begun with the first piece of work, keeps what it learned for the next one, and ends when
there was none for a while. It ends with the server, however that ends.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

from traider.api.problems import ConflictError
from traider.domain.errors import KernelError, TraiderError

NICENESS: Final = 10
IDLE_S: Final = 1_800.0
_END_S: Final = 5.0
_CHILD: Final = "traider.api.making.child"

Told = Callable[[float, str], None]
"""Hears the fraction done, 0 to 1, and what is being done."""


@dataclass(frozen=True)
class Work:
    """A function of a module, called there with its arguments and what takes its progress."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class _Progress:
    done: float
    what: str


@dataclass(frozen=True)
class _Made:
    value: Any


@dataclass(frozen=True)
class _Failed:
    fault: TraiderError


class Beside:
    """One such process; threads that want work done take turns."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._is_closed = False

    @property
    def pid(self) -> int:
        """The process; 0 while there is none."""
        process = self._process
        return 0 if process is None or process.poll() is not None else process.pid

    def run(self, work: Work, told: Told) -> Any:  # noqa: ANN401 - whatever the work gives
        """Have ``work`` done and return what it gives.

        Raises:
            TraiderError: it cannot be done.
            KernelError: the process died of it: what nobody foresaw is on its stderr.
            ConflictError: the server ends.
        """
        fault: TraiderError = _ended()
        with self._turn:
            for _ in range(2):
                pipe, is_new = self._begun()
                try:
                    pipe.send(work)
                    first = pipe.recv()
                except (EOFError, OSError):
                    # It ended before it heard of this, having had nothing to do for long.
                    fault = self._died()
                    if is_new or isinstance(fault, ConflictError):
                        raise fault from None
                    continue
                return self._heard(first, pipe, told)
            raise fault

    def _heard(self, found: Any, pipe: Connection, told: Told) -> Any:  # noqa: ANN401 - as above
        """Hear the process out."""
        while isinstance(found, _Progress):
            told(found.done, found.what)
            try:
                found = pipe.recv()
            except (EOFError, OSError):
                raise self._died() from None
        if isinstance(found, _Failed):
            raise found.fault
        assert isinstance(found, _Made)  # noqa: S101 - the process sends nothing else
        return found.value

    def close(self) -> None:
        """End the process, whatever it does; who waits for it is told."""
        with self._lock:
            self._is_closed = True
            process = self._process
        if process is not None:
            process.terminate()
            _ended_code(process)

    def _begun(self) -> tuple[Connection, bool]:
        """Return the pipe of the process, and whether it was begun just now."""
        with self._lock:
            if self._is_closed:
                raise _ended()
            if self._pipe is not None and self.pid:
                return self._pipe, False
            self._pipe = self._spawned()
            return self._pipe, True

    def _spawned(self) -> Connection:
        # Not by multiprocessing: that would run a person's own script anew, which asks for this.
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-m", _CHILD, str(theirs.fileno()), str(self._idle_s)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a person's Ctrl-C is the server's affair
            )
        return Connection(ours.detach())

    def _died(self) -> TraiderError:
        process, self._pipe = self._process, None
        if self._is_closed:
            return _ended()
        code = None if process is None else _ended_code(process)
        return KernelError(f"the process that makes it ended with {code}", fix="ask again")


def _ended_code(process: "subprocess.Popen[bytes]") -> int:
    """Return the code of a process that ends; one that does not is killed."""
    try:
        return process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _ended() -> ConflictError:
    return ConflictError("the API ends", fix="ask the next one")


def work(pipe: Connection, idle_s: float) -> None:
    """Do work until the pipe ends, or there was none for a while: the other process."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(NICENESS)

    def told(done: float, what: str) -> None:
        pipe.send(_Progress(done, what))

    try:
        while pipe.poll(idle_s):
            pipe.send(_done(pipe.recv(), told))
    except (EOFError, ConnectionError):
        return


def _done(asked: Work, told: Told) -> _Made | _Failed:
    try:
        return _Made(asked.make(*asked.arguments, told))
    except TraiderError as fault:
        return _Failed(fault)
