"""Run one back-test for a person: log, progress bar, Ctrl-C, and the outcome on stdout."""

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Protocol

from rich.console import Console

from traider.backtest.results import BacktestResult
from traider.cli.backtest_outcome import outcome_json, print_overview, print_place
from traider.cli.interrupt import StopRequest, stop_on_interrupt
from traider.cli.progress import ProgressReport, Show, progress_shown
from traider.cli.research_outcome import print_research, research_json
from traider.runtime.config import Config, config_digest
from traider.runtime.observation import Observation, observe
from traider.runtime.research import Research


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

    @property
    def research(self) -> Research:
        """What followed the run."""


class Runner(Protocol):
    """Run a configuration to its end, or until asked to stop."""

    def __call__(
        self, config: Config, *, progress: ProgressReport | None, stop: Callable[[], bool]
    ) -> Finished:
        """Run ``config``."""


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
        outcome = outcome_json(finished.result, finished.report, finished.folder)
        print(json.dumps({**outcome, **research_json(finished.research, finished.folder)}))  # noqa: T201
    elif show is Show.SUMMARY:
        console = Console()
        print_overview(console, finished.result)
        print_research(console, finished.research)
        print_place(console, finished.report)
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
    with observation.tracer.span("backtest") as span, progress_shown(show) as progress:
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
