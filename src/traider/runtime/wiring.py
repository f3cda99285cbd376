"""Put concrete things together: from a configuration to a running back-test.

The one place where rooms meet; everything below takes what it needs as arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from traider.backtest.doctor import examined
from traider.backtest.files import write_files
from traider.backtest.report import write_report
from traider.backtest.results import BacktestResult
from traider.backtest.run import BacktestPlan, Progress, run_plan
from traider.backtest.shown_checks import with_checks
from traider.domain.errors import DataError, Interrupted, TraiderError
from traider.domain.payloads import config_digest_event
from traider.kernel import CACHE_FOLDER, is_warm
from traider.kernel.compiled import ready_kernel
from traider.runtime.check_records import is_passed, run_digest
from traider.runtime.config import Config, config_digest
from traider.runtime.data_plan import RunData, data_notes, scan_data
from traider.runtime.kernel_spec import kernel_spec
from traider.runtime.progress import COMPILING, say, within
from traider.runtime.research import Research, plan_research
from traider.runtime.trading_rules import check_instruments, check_scale, idle_settings
from traider.runtime.user_scores import model_numbers, score_streams

_SHARES: Final = {True: (0.7, 0.95), False: (0.3, 0.4)}
"""Up to where three tiers of fills take, and the gate's checks; by whether nothing follows them."""
_WRITING: Final = 0.95


@dataclass(frozen=True)
class FinishedBacktest:
    """A back-test that was run and written: its result, its page, its folder, what followed."""

    result: BacktestResult
    report: Path
    folder: Path
    research: Research


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
    planned = plan_research(config, plan)
    folder = new_folder(config.output)
    try:
        fills, checks = _SHARES[planned.is_empty]
        result = run_plan(plan, progress=within(progress, 0.0, fills), stop=stop)
        say(progress, fills, "asking the gate again about what is shown")
        result = with_checks(result, plan, config.report.trades_shown, stop)
        follows = within(progress, checks, _WRITING)
        research = planned.run(result, progress=follows, stop=stop)
    except TraiderError:
        folder.rmdir()
        raise
    say(progress, _WRITING, "writing the report")
    result = examined(result, research.evidence())
    write_files(result, folder)
    beside = [page.name for page in research.write(result, folder)]
    report = write_report(result, folder, trades_shown=config.report.trades_shown, beside=beside)
    return FinishedBacktest(result, report, folder, research)


def plan_backtest(config: Config) -> BacktestPlan:
    """Scan the files a configuration names and return the plan of its run."""
    plan = plan_data(config, scan_data(config))
    told = unchecked_notes(config, plan)
    if not told:
        return plan
    return replace(plan, unchecked=tuple(model_numbers(config)), notes=(*plan.notes, *told))


def unchecked_notes(config: Config, plan: BacktestPlan) -> tuple[str, ...]:
    """Say which batch features and score files no look-ahead check has passed."""
    models = tuple(model_numbers(config))
    if not models or is_passed(run_digest(config, plan)):
        return ()
    return (f"not checked for look-ahead: {', '.join(models)}; traider check lookahead does it",)


def plan_data(config: Config, data: RunData) -> BacktestPlan:
    """Return the plan of a configuration's run over data that were scanned."""
    check_instruments(config, data.sources)
    check_scale(config, data.sources)
    spec = kernel_spec(config, data.sources, data.timeframe)
    names = ", ".join(source.instrument for source in data.sources)
    bars = f"{data.timeframe} bars" + (" built from trades" if data.is_captured else "")
    return BacktestPlan(
        title=f"{config.strategy.kind} on {names}, {bars}",
        spec=spec,
        files=data.sources,
        digest_event=config_digest_event(config_digest(config), 0),
        fill_tier=config.fill_tier,
        currency=config.currency,
        capital=config.capital,
        seed=config.seed,
        start_ns=config.data.start_ns,
        end_ns=config.data.end_ns,
        config=config.model_dump(mode="json"),
        notes=data_notes(data) + idle_settings(config, data.sources, data.timeframe),
        extra=(*data.funding_streams(), *score_streams(config, data)),
    )


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

    ready_kernel(name, ahead=first)


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
