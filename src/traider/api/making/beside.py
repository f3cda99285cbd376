"""A process beside the server that does one piece of work at a time, nicer than the trader.

    beside = Beside("books")
    found = beside.run(Work(attribution_of, (state,)), told)    # told(0.4, "replaying")
    beside.close()

It is begun with the first piece of work, keeps what it learned for the next one, and ends when
there was none for a while. It ends with the server, however that ends.
"""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any, Final

from traider.api.problems import ConflictError
from traider.domain.errors import KernelError, TraiderError

NICENESS: Final = 10
IDLE_S: Final = 1_800.0
_END_S: Final = 5.0

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
    fault: TraiderError | None
    """None for what nobody foresaw."""
    trace: str = ""


class Beside:
    """One such process; threads that want work done take turns."""

    def __init__(self, name: str, idle_s: float = IDLE_S) -> None:
        self._name = name
        self._idle_s = idle_s
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._is_closed = False

    @property
    def pid(self) -> int:
        """The process; 0 while there is none."""
        process = self._process
        return 0 if process is None or not process.is_alive() else process.pid or 0

    def run(self, work: Work, told: Told) -> Any:  # noqa: ANN401 - whatever the work gives
        """Have ``work`` done and return what it gives.

        Raises:
            TraiderError: it cannot be done.
            ConflictError: the server ends.
        """
        with self._turn:
            pipe = self._begun(work)
            while True:
                try:
                    found = pipe.recv()
                except (EOFError, OSError):
                    raise self._died() from None
                if isinstance(found, _Progress):
                    told(found.done, found.what)
                elif isinstance(found, _Made):
                    return found.value
                elif found.fault is not None:
                    raise found.fault
                else:
                    raise RuntimeError(f"the work beside failed:\n{found.trace}")

    def close(self) -> None:
        """End the process, whatever it does; who waits for it is told."""
        with self._lock:
            self._is_closed = True
            process = self._process
            if process is not None and process.is_alive():
                process.terminate()
        if process is not None:
            process.join(_END_S)
            if process.is_alive():
                process.kill()
                process.join()

    def _begun(self, work: Work) -> Connection:
        """Return the pipe of a process that has the work now; a new one where the last is over."""
        for is_last in (False, True):
            with self._lock:
                if self._is_closed:
                    raise _ended()
                if self._pipe is None or self._process is None or not self._process.is_alive():
                    self._pipe = self._spawned()
                pipe = self._pipe
            try:
                pipe.send(work)
            except (BrokenPipeError, ConnectionError):
                # It ended by itself just now, having had nothing to do.
                self._pipe = None
                if is_last:
                    raise self._died() from None
            else:
                return pipe
        raise AssertionError  # pragma: no cover - the second turn returns or raises

    def _spawned(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, self._idle_s), name=f"beside-{self._name}", daemon=True
        )
        # As in runtime.parity.identity: a person's Ctrl-C must not meet the process's imports.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        return ours

    def _died(self) -> TraiderError:
        process, self._pipe = self._process, None
        if self._is_closed:
            return _ended()
        if process is not None:
            process.join(_END_S)
        code = None if process is None else process.exitcode
        return KernelError(f"the process that makes it ended with {code}", fix="ask again")


def _ended() -> ConflictError:
    return ConflictError("the API ends", fix="ask the next one")


def _work(pipe: Connection, idle_s: float) -> None:
    """Do work until the pipe ends, or there was none for a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(NICENESS)

    def told(done: float, what: str) -> None:
        pipe.send(_Progress(done, what))

    try:
        while pipe.poll(idle_s):
            pipe.send(_done(pipe.recv(), told))
    except (EOFError, ConnectionError):
        return


def _done(work: Work, told: Told) -> _Made | _Failed:
    try:
        return _Made(work.make(*work.arguments, told))
    except TraiderError as fault:
        return _Failed(fault)
    except ConnectionError:
        raise
    except Exception:  # noqa: BLE001 - told whole to the server, whose log has it
        return _Failed(None, traceback.format_exc())
