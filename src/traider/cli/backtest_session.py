"""Run one back-test for a person: log, progress bar, Ctrl-C, and the outcome on stdout."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from enum import Enum, auto
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from traider.backtest.results import BacktestResult
from traider.cli.backtest_outcome import outcome_json, print_summary
from traider.cli.interrupt import StopRequest, stop_on_interrupt
from traider.runtime.config import Config, config_digest
from traider.runtime.observation import Observation, observe
from traider.runtime.progress import COMPILING

ProgressReport = Callable[[float, str], None]
"""Takes the fraction done, 0 to 1, and what is being done."""


class Finished(Protocol):
    """What a runner leaves behind."""

    @property
    def result(self) -> BacktestResult:
        """The result values."""

    @property
    def report(self) -> Path:
        """The page for people."""

    @property
    def folder(self) -> Path:
        """The folder of everything written."""


class Runner(Protocol):
    """Run a configuration to its end, or until asked to stop."""

    def __call__(
        self, config: Config, *, progress: ProgressReport | None, stop: Callable[[], bool]
    ) -> Finished:
        """Run ``config``."""


class Show(Enum):
    """What goes to stdout."""

    SUMMARY = auto()
    JSON = auto()
    NOTHING = auto()


def run_session(runner: Runner, config: Config, show: Show) -> Finished:
    """Run ``config`` with ``runner`` and print the outcome; a stopped run is printed too."""
    observation = observe(config.log, console_level="error" if show is Show.NOTHING else "warning")
    # With --json stdout is one object: what an alpha's own file prints goes to stderr.
    aside = redirect_stdout(sys.stderr) if show is Show.JSON else nullcontext()
    try:
        with aside, stop_on_interrupt(quiet=show is not Show.SUMMARY) as stop:
            finished = _observed(runner, config, show, stop, observation)
    finally:
        observation.close()
    if show is Show.JSON:
        print(json.dumps(outcome_json(finished.result, finished.report, finished.folder)))  # noqa: T201
    elif show is Show.SUMMARY:
        print_summary(Console(), finished.result, finished.report)
    return finished


def _observed(
    runner: Runner, config: Config, show: Show, stop: StopRequest, observation: Observation
) -> Finished:
    log = observation.log
    log.info(
        "back-test started",
        config_digest=config_digest(config).hex(),
        files=", ".join(path.name for path in config.data.files),
    )
    with observation.tracer.span("backtest") as span, _progress(show) as progress:
        finished = runner(config, progress=progress, stop=stop)
        result = finished.result
        span.note(bars=result.bars, events=result.events)
    for note in result.notes:
        log.info("note", text=note)
    observation.metrics.count("backtests_total")
    observation.metrics.count("events_total", result.events)
    observation.metrics.set("engine_seconds", result.engine_seconds)
    log.info(
        "back-test finished" if result.chosen.complete else "back-test stopped",
        fingerprint=result.chosen.fingerprint,
        final_equity=str(result.chosen.final_equity),
        report=str(finished.report),
    )
    observation.log_metrics()
    return finished


def _tell_compiling() -> ProgressReport:
    """Return a report that says once, on stderr, that the kernel is being compiled."""
    told = False

    def report(fraction: float, text: str) -> None:
        nonlocal told
        del fraction
        if text.startswith(COMPILING) and not told:
            told = True
            print(f"traider: {COMPILING}, some 20 seconds", file=sys.stderr, flush=True)  # noqa: T201

    return report


@contextmanager
def _progress(show: Show) -> Iterator[ProgressReport | None]:
    """Show a bar on stderr while the context is open, where a person can see it.

    Without a terminal only the one wait that surprises is told, in one line.
    """
    if show is Show.NOTHING:
        yield None
        return
    if show is not Show.SUMMARY or not sys.stderr.isatty():
        yield _tell_compiling()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)

        def report(fraction: float, text: str) -> None:
            bar.update(task, completed=fraction, description=text)

        yield report
