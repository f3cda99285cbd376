"""Put concrete things together: from a configuration to a running back-test.

The one place where rooms meet; everything below takes what it needs as arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from traider.backtest.bar_files import BarFile, scan_bar_file
from traider.backtest.doctor import examined
from traider.backtest.files import write_files
from traider.backtest.report import write_report
from traider.backtest.results import BacktestResult
from traider.backtest.run import BacktestPlan, Progress, run_plan
from traider.domain.errors import DataError, Interrupted, TraiderError
from traider.domain.payloads import config_digest_event
from traider.kernel import CACHE_FOLDER, is_warm
from traider.kernel.compiled import compile_kernel
from traider.runtime.config import Config, config_digest
from traider.runtime.kernel_spec import kernel_spec
from traider.runtime.progress import COMPILING
from traider.runtime.trading_rules import (
    check_instruments,
    check_scale,
    idle_settings,
    trading_rules,
)


@dataclass(frozen=True)
class FinishedBacktest:
    """A back-test that was run and written: its result, its page and its folder."""

    result: BacktestResult
    report: Path
    folder: Path


def run_backtest(
    config: Config,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> FinishedBacktest:
    """Scan the data, compile the kernel, run the three fill tiers, write report and files.

    Raises:
        TraiderError: the data, the strategy or the kernel cannot be used; nothing is written.
    """
    # Asked before the alphas are compiled, which puts the first machine code into the cache.
    warm_up_kernel(progress, stop, first=not is_warm(CACHE_FOLDER))
    plan = plan_backtest(config)
    folder = new_folder(config.output)
    try:
        result = examined(run_plan(plan, progress=progress, stop=stop))
    except TraiderError:
        folder.rmdir()
        raise
    write_files(result, folder)
    report = write_report(result, folder, trades_shown=config.report.trades_shown)
    return FinishedBacktest(result, report, folder)


def plan_backtest(config: Config) -> BacktestPlan:
    """Scan the files a configuration names and return the plan of its run."""
    files = tuple(
        scan_bar_file(path, config.data.start_ns, config.data.end_ns, trading_rules(config, path))
        for path in config.data.files
    )
    check_instruments(config, files)
    check_files(files)
    check_scale(config, files)
    spec = kernel_spec(config, files)
    names = ", ".join(file.instrument for file in files)
    return BacktestPlan(
        title=f"{config.strategy.kind} on {names}, {files[0].timeframe} bars",
        spec=spec,
        files=files,
        digest_event=config_digest_event(config_digest(config), 0),
        fill_tier=config.fill_tier,
        currency=config.currency,
        capital=config.capital,
        seed=config.seed,
        start_ns=config.data.start_ns,
        end_ns=config.data.end_ns,
        config=config.model_dump(mode="json"),
        notes=data_notes(files) + idle_settings(config, files),
    )


def check_files(files: tuple[BarFile, ...]) -> None:
    """Refuse files that cannot run together.

    Raises:
        DataError: two hold the same instrument, or their bars differ in length.
    """
    if not files:
        raise DataError("no bar files", where="data.files", fix="name at least one")
    seen: dict[str, BarFile] = {}
    for file in files:
        if file.instrument in seen:
            raise DataError(
                f"holds {file.instrument}, as {seen[file.instrument].path} does",
                where=str(file.path),
                fix="name each instrument once",
            )
        seen[file.instrument] = file
        if file.length_ns != files[0].length_ns:
            raise DataError(
                f"holds {file.timeframe} bars, but {files[0].path} holds {files[0].timeframe}",
                where=str(file.path),
                fix="use bars of one length; larger ones are built from them",
            )


def data_notes(files: tuple[BarFile, ...]) -> tuple[str, ...]:
    """Say what a reader should know about the data."""
    notes = []
    for file in files:
        if file.missing:
            notes.append(
                f"{file.instrument}: {file.missing} bars are missing; they are not filled in"
            )
        if file.off_grid:
            notes.append(
                f"{file.instrument}: {file.off_grid} bars open off the grid of {file.timeframe}; "
                "they are used as they are"
            )
        if file.empty:
            notes.append(f"{file.instrument}: {file.empty} bars have no volume")
        if file.off_tick:
            notes.append(
                f"{file.instrument}: {file.off_tick} prices are off the tick and were rounded to "
                f"{file.tick_size:f}"
            )
    if any(file.is_derivative for file in files):
        notes.append("perpetuals: funding, margin calls and liquidation are not simulated yet")
    return tuple(notes)


def warm_up_kernel(
    progress: Progress | None = None, stop: Callable[[], bool] = lambda: False, *, first: bool
) -> None:
    """Compile or load the kernel; ``first`` says that nothing was compiled before.

    Raises:
        Interrupted: ``stop`` was answered with yes between two functions.
    """

    def name(function: str) -> None:
        if stop():
            raise Interrupted(
                "stopped while compiling", fix="what is compiled is kept; run it again to go on"
            )
        if progress is not None:
            progress(0.0, f"{COMPILING} {function}" if first else "loading the kernel")

    compile_kernel(name, ahead=first)


def new_folder(output: Path) -> Path:
    """Return a folder of this run's own under ``output``, named by the time it ended, UTC."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    for number in range(1000):
        folder = output / (f"{stamp}-{number}" if number else stamp)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as fault:
            raise DataError(
                f"cannot write results: {fault.strerror}",
                where=str(output),
                fix="choose another --output folder",
            ) from fault
        return folder
    raise DataError("too many runs in one second", where=str(output), fix="wait a second")
