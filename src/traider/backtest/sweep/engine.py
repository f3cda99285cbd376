"""Run the trials of a sweep in threads: the kernel holds no lock, so they run side by side."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from traider.backtest.sweep.grid import Point
from traider.backtest.sweep.history import History
from traider.backtest.sweep.trial import Failure, Trial, run_trial
from traider.domain.errors import StrategyError
from traider.kernel.specification import KernelSpec

_LOOK_SECONDS: Final = 0.1
"""How often a person's wish to stop is looked for while trials run."""


@dataclass(frozen=True)
class Task:
    """A trial to run: its point, the digest of its configuration, its kernel with the tier on."""

    number: int
    values: Point
    digest: str
    spec: KernelSpec


def run_trials(
    tasks: Iterable[Task],
    history: History,
    threads: int,
    done: Callable[[Trial | Failure], None],
    stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Run ``tasks`` in ``threads`` and hand each outcome to ``done``; return whether all ran.

    ``done`` and ``stop`` are called in the calling thread only. After a wish to stop the trials
    under way are given up, those that are finished are handed over.

    Raises:
        KernelError: the kernel stopped with a failure code; trials under way are given up.
    """
    given_up = threading.Event()
    waiting = iter(tasks)
    running: set[Future[Trial | Failure | None]] = set()
    complete = True
    with ThreadPoolExecutor(threads) as pool:
        try:
            while True:
                if stop():
                    given_up.set()
                while len(running) < 2 * threads and not given_up.is_set():
                    task = next(waiting, None)
                    if task is None:
                        break
                    running.add(pool.submit(_attempt, task, history, given_up))
                if not running:
                    break
                finished, running = wait(running, _LOOK_SECONDS, FIRST_COMPLETED)
                for future in finished:
                    outcome = future.result()
                    if outcome is None:
                        complete = False
                    else:
                        done(outcome)
        finally:
            given_up.set()
    return complete and next(waiting, None) is None


def _attempt(task: Task, history: History, given_up: threading.Event) -> Trial | Failure | None:
    """Run one task; None when it was given up."""
    if given_up.is_set():
        return None
    try:
        measured = run_trial(task.spec, history, given_up.is_set)
    except StrategyError as fault:
        return Failure(task.number, task.values, task.digest, fault.what)
    if measured is None:
        return None
    return Trial(task.number, task.values, task.digest, measured)
