"""Run one sweep for a person: log, progress bar, Ctrl-C, and the outcome on stdout."""

import json
import sys
from contextlib import nullcontext, redirect_stdout

from rich.console import Console

from traider.cli.interrupt import StopRequest, stop_on_interrupt
from traider.cli.progress import Show, progress_shown
from traider.cli.sweep_outcome import outcome_json, print_summary
from traider.runtime.config import Config, config_digest
from traider.runtime.observation import Observation, observe
from traider.runtime.sweep import FinishedSweep, SweepRequest, run_sweep


def run_session(config: Config, request: SweepRequest, show: Show) -> FinishedSweep:
    """Run ``request`` and print the outcome; a stopped sweep is printed too."""
    observation = observe(config.log, console_level="error" if show is Show.NOTHING else "warning")
    # With --json stdout is one object: what an alpha's own file prints goes to stderr.
    aside = redirect_stdout(sys.stderr) if show is Show.JSON else nullcontext()
    try:
        with aside, stop_on_interrupt(quiet=show is not Show.SUMMARY) as stop:
            finished = _observed(config, request, show, stop, observation)
    finally:
        observation.close()
    if show is Show.JSON:
        print(json.dumps(outcome_json(finished)))  # noqa: T201
    elif show is Show.SUMMARY:
        print_summary(Console(), finished)
    return finished


def _observed(
    config: Config,
    request: SweepRequest,
    show: Show,
    stop: StopRequest,
    observation: Observation,
) -> FinishedSweep:
    log = observation.log
    log.info(
        "sweep started",
        config_digest=config_digest(config).hex(),
        files=", ".join(path.name for path in config.data.files),
        grid=" ".join(request.grid),
    )
    with observation.tracer.span("sweep") as span, progress_shown(show) as progress:
        finished = run_sweep(config, request, progress=progress, stop=stop)
        counts = finished.result.counts
        span.note(trials=counts.run, skipped=sum(counts.skipped.values()), failed=counts.failed)
    observation.metrics.count("sweeps_total")
    observation.metrics.count("trials_total", finished.fresh)
    log.info(
        "sweep finished" if finished.result.is_complete else "sweep stopped",
        trials=counts.run,
        folder=str(finished.folder),
        report=str(finished.report),
    )
    observation.log_metrics()
    return finished
