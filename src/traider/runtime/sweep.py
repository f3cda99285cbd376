"""Put a sweep together: from a configuration and a grid to trials, statistics and a report."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from traider import __version__
from traider.backtest.run import BacktestPlan, Progress
from traider.backtest.sweep.engine import Task, run_trials
from traider.backtest.sweep.files import axes_record, write_sweep_files
from traider.backtest.sweep.findings import sweep_findings
from traider.backtest.sweep.folder import Outcome, SweepFolder
from traider.backtest.sweep.grid import Grid
from traider.backtest.sweep.history import History, read_history
from traider.backtest.sweep.page import write_sweep_page
from traider.backtest.sweep.ranking import METRICS
from traider.backtest.sweep.result import SweepCounts, SweepResult, SweepSetting
from traider.backtest.sweep.trial import Failure, Trial
from traider.domain.errors import Interrupted, StrategyError, UsageError
from traider.kernel import CACHE_FOLDER, is_warm, source_digest
from traider.runtime.config import Config, config_digest
from traider.runtime.sweep_axes import parse_axes, parse_requirements
from traider.runtime.sweep_points import Skipped, drawn_numbers, sweep_tasks, valid_points
from traider.runtime.wiring import new_folder, plan_backtest, warm_up_kernel

_FORMAT: Final = 1


@dataclass(frozen=True)
class SweepRequest:
    """What a person asks of a sweep beside the configuration."""

    grid: tuple[str, ...]
    """``key=a:b:step`` or ``key=v1,v2`` each."""
    require: tuple[str, ...] = ()
    """``key<key`` each: comparisons that every point must meet."""
    random: int | None = None
    """Size of the random sample; None for the whole grid."""
    threads: int | None = None
    """None takes one a processor."""
    metric: str = "sharpe"
    resume: Path | None = None
    """Folder of a sweep to go on with."""
    trials_before: int = 0
    """Trials of earlier sweeps of the same idea."""


@dataclass(frozen=True)
class FinishedSweep:
    """A sweep that was run and written: its result, its page, its folder, how long trials took."""

    result: SweepResult
    report: Path
    folder: Path
    threads: int
    seconds: float
    fresh: int
    """Trials run now; those of an earlier, interrupted run are not counted."""


@dataclass(frozen=True)
class _Prepared:
    """Everything that is known before the first trial."""

    setting: SweepSetting
    plan: BacktestPlan
    tasks: list[Task]
    history: History
    drawn: int
    skipped: Skipped


def run_sweep(
    config: Config,
    request: SweepRequest,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> FinishedSweep:
    """Check every point, run the valid ones in threads, keep each outcome, write the results.

    Raises:
        TraiderError: the grid, the data, the strategy or the kernel cannot be used.
        Interrupted: stopped before there was any outcome; nothing is kept.
    """
    _check(request)
    prepared = _prepare(config, request, progress, stop)
    folder, known = _open_folder(prepared, config, request)
    threads = request.threads or processors()
    outcomes = {outcome.number: outcome for outcome in known}
    left = [task for task in prepared.tasks if task.number not in outcomes]

    def keep(outcome: Outcome) -> None:
        folder.add(outcome)
        outcomes[outcome.number] = outcome
        if progress is not None:
            done, planned = len(outcomes), len(prepared.tasks)
            progress(done / planned, f"{done:,} of {planned:,} trials")

    started = time.perf_counter()
    with folder:
        run_trials(left, prepared.history, threads, keep, stop)
    seconds = time.perf_counter() - started
    result = _result(prepared, request, outcomes.values(), folder)
    write_sweep_files(result, folder.path)
    report = write_sweep_page(result, folder.path)
    fresh = len(outcomes) - len(known)
    return FinishedSweep(result, report, folder.path, threads, seconds, fresh)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check(request: SweepRequest) -> None:
    """Refuse numbers that mean nothing.

    Raises:
        UsageError: names the option.
    """
    if request.metric not in METRICS:
        raise UsageError(
            f"{request.metric!r} is no metric",
            where="--metric",
            fix=f"use one of {', '.join(METRICS)}",
        )
    for option, number, least in (
        ("--random", request.random, 1),
        ("--threads", request.threads, 1),
        ("--trials-before", request.trials_before, 0),
    ):
        if number is not None and number < least:
            raise UsageError(f"{number} is too few", where=option, fix=f"give {least} or more")


def _prepare(
    config: Config,
    request: SweepRequest,
    progress: Progress | None,
    stop: Callable[[], bool],
) -> _Prepared:
    axes = parse_axes(request.grid, config)
    requirements = parse_requirements(request.require, axes, config)
    grid = Grid(axes)
    numbers = drawn_numbers(grid, request.random, config.seed)
    skipped = Skipped()
    if progress is not None:
        progress(0.0, f"checking {len(numbers):,} points")
    points = valid_points(config, grid, requirements, numbers, skipped)
    if not points and skipped.first is not None:
        raise skipped.first
    # Asked before the alphas are compiled, which puts the first machine code into the cache.
    warm_up_kernel(progress, stop, first=not is_warm(CACHE_FOLDER))
    plan = plan_backtest(config)
    setting = SweepSetting(
        title=plan.title,
        config=plan.config,
        digest=config_digest(config).hex(),
        currency=config.currency,
        capital=config.capital,
        fill_tier=config.fill_tier,
        grid=grid,
        requirements=requirements,
        random=request.random,
        seed=config.seed,
    )
    if progress is not None:
        progress(0.0, "reading the data")
    tasks = sweep_tasks(points, plan.files, skipped)
    return _Prepared(setting, plan, tasks, read_history(plan), len(numbers), skipped)


def _open_folder(
    prepared: _Prepared, config: Config, request: SweepRequest
) -> tuple[SweepFolder, list[Outcome]]:
    identity = _identity(prepared, config)
    axes = prepared.setting.grid.axes
    if request.resume is None:
        return SweepFolder.create(new_folder(config.output), identity, axes), []
    points = {task.number: (task.values, task.digest) for task in prepared.tasks}
    return SweepFolder.resume(request.resume, identity, axes, points)


def _identity(prepared: _Prepared, config: Config) -> dict[str, object]:
    """Return what decides the trials, under the words of the message that says what differs."""
    setting = prepared.setting
    # Those of data are told by their events.
    files = [path for key, path in config.named_files() if key.startswith("strategy.")]
    return {
        "format": _FORMAT,
        "fill tier": setting.fill_tier,
        "grid": axes_record(setting.grid.axes),
        "requirement": [requirement.canonical for requirement in setting.requirements],
        "random sample": setting.random,
        "data": prepared.history.digest(),
        "alpha file": {path.name: _digest(path) for path in files},
        "configuration": setting.digest,
        "version": __version__,
        "kernel or processor": source_digest(),
    }


def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def _result(
    prepared: _Prepared,
    request: SweepRequest,
    outcomes: Iterable[Outcome],
    folder: SweepFolder,
) -> SweepResult:
    """Return what came of the trials, and put their file into order.

    Raises:
        Interrupted: there is no outcome at all; the folder is removed.
        StrategyError: every trial stopped with an error.
    """
    rows = sorted(outcomes, key=lambda outcome: outcome.number)
    trials = tuple(row for row in rows if isinstance(row, Trial))
    failures = tuple(row for row in rows if isinstance(row, Failure))
    if not rows:
        folder.discard()
        raise Interrupted("stopped before the first trial was done", fix="run it again")
    folder.put_in_order(rows)
    if not trials:
        raise StrategyError(
            failures[0].reason,
            where=f"all of {len(failures):,} trials",
            fix="mend the alpha, and try it with traider backtest",
        )
    plan = prepared.plan
    counts = SweepCounts(
        grid=prepared.setting.grid.size,
        drawn=prepared.drawn,
        skipped=dict(sorted(prepared.skipped.reasons.items())),
        planned=len(prepared.tasks),
        run=len(trials),
        failed=len(failures),
    )
    result = SweepResult(
        setting=prepared.setting,
        counts=counts,
        trials=trials,
        failures=failures,
        metric_name=request.metric,
        trials_before=request.trials_before,
        start_ns=plan.first_ns,
        end_ns=plan.last_ns,
        bars=prepared.history.bars,
        events=len(prepared.history.events) - 1,
        notes=plan.notes,
    )
    return replace(result, findings=sweep_findings(result))
