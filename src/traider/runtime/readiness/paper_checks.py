"""The paper run: the same settings, proved, long enough, and within its limits."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import Interrupted, TraiderError, UsageError
from traider.domain.timeframes import DAY_NS
from traider.portfolio.sharpe_significance import probabilistic_sharpe
from traider.runtime.config import Config
from traider.runtime.config_readiness import ReadinessConfig
from traider.runtime.parity.checking import check_run
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.parity.watch import Watch
from traider.runtime.readiness.paper_results import PaperResults, paper_results
from traider.runtime.readiness.rows import Row, judged
from traider.runtime.run_request import differing

_NAMES: Final = ("settings", "parity", "paper week")
_BEGIN: Final = "run traider run --venue coinbase --product P --state DIR for a week first"


@dataclass(frozen=True)
class WantedPaper:
    """What a paper run must have been, to stand for the live one."""

    config: Config
    """The live run's."""
    venue: str
    products: tuple[str, ...]
    """The live run's; none where they are not named yet."""
    now_ns: int


def check_paper(folder: Path, wanted: WantedPaper, watch: Watch) -> Sequence[Row]:
    """Look at the paper run of a state folder.

    Raises:
        Interrupted: it was asked to stop.
    """
    try:
        run = _opened(folder)
        settings = _settings_row(run, wanted)
        report = check_run(folder, watch)
        results = paper_results(run, watch)
    except Interrupted:
        raise
    except TraiderError as fault:
        return tuple(Row(name, ok=False, found=fault.line(), fix=_BEGIN) for name in _NAMES)
    parity = judged(
        "parity",
        (f"{each.name}: {each.first_difference}" for each in report.checks if not each.ok),
        f"identical, {report.events:,} events",
        f"see traider parity {folder}, and mend what differs",
    )
    return (settings, parity, results_row(results, wanted.config, wanted.now_ns))


def check_paper_settings(folder: Path, wanted: WantedPaper) -> Row:
    """Look at what the paper run of a state folder was begun with, and at nothing that it did."""
    try:
        return _settings_row(_opened(folder), wanted)
    except TraiderError as fault:
        return Row("settings", ok=False, found=fault.line(), fix=_BEGIN)


def _opened(folder: Path) -> RecordedRun:
    """Return the paper run of a folder.

    Raises:
        UsageError: there is none, or it traded elsewhere.
    """
    run = RecordedRun.open(folder)
    if not run.simulates:
        raise UsageError(
            f"the run is of mode {run.manifest.mode.value}, not paper", where=str(folder)
        )
    return run


def _settings_row(run: RecordedRun, wanted: WantedPaper) -> Row:
    """Tell whether what was tried on paper is what would trade live."""
    found, manifest = differing(run.config, wanted.config), run.manifest
    faults = [] if found is None else [f"{found[0]} was {found[1]} on paper, is {found[2]}"]
    if manifest.venue != wanted.venue:
        faults.append(f"it traded on {manifest.venue}, not on {wanted.venue}")
    if wanted.products and set(manifest.products) != set(wanted.products):
        ours = ", ".join(wanted.products)
        faults.append(f"it traded {', '.join(manifest.products)}, not {ours}")
    fix = "trade on paper with the venue, products and settings of the live run"
    return judged("settings", faults, "those of the paper run", fix)


def results_row(results: PaperResults, config: Config, now_ns: int) -> Row:
    """Judge what a paper run came to; pure."""
    faults = [
        *_short(results, config.readiness),
        *_old(results, config.readiness, now_ns),
        *_breaches(results, config),
    ]
    fix = "let it trade on on paper; after a breach look for its cause and begin a new week"
    told = result_text(results)
    if faults:
        return Row("paper week", ok=False, found=f"{'; '.join(faults)} ({told})", fix=fix)
    return Row("paper week", ok=True, found=told)


def _short(results: PaperResults, terms: ReadinessConfig) -> Iterator[str]:
    if results.days < terms.paper_days:
        yield f"{results.days:.1f} days of trading of {terms.paper_days}"
    if not results.trades.closed:
        yield "no trade was closed"
    if math.isnan(results.sharpe_a_year):
        yield "the Sharpe ratio is unknown"
    elif results.sharpe_a_year < terms.sharpe_min:
        yield f"Sharpe ratio {results.sharpe_a_year:.1f} is not at least {terms.sharpe_min:g}"


def _old(results: PaperResults, terms: ReadinessConfig, now_ns: int) -> Iterator[str]:
    age_days = (now_ns - results.last_ns) / DAY_NS
    if age_days > terms.paper_age_days:
        yield f"it ended {age_days:.0f} days ago, more than {terms.paper_age_days}"


def _breaches(results: PaperResults, config: Config) -> Iterator[str]:
    limits = config.limits
    if results.worst_day > limits.max_daily_loss:
        yield f"a day lost {results.worst_day:.1%}, the limit is {limits.max_daily_loss:.1%}"
    if results.drawdown > limits.max_drawdown:
        yield f"it fell {results.drawdown:.1%}, the limit is {limits.max_drawdown:.1%}"
    if results.refused_at_limits:
        yield f"{results.refused_at_limits:,} orders were refused at a loss limit"
    if results.kills:
        yield f"it was stopped {results.kills:,} times by an emergency stop"


def result_text(results: PaperResults) -> str:
    """Return what a paper run came to, in one line."""
    trades = results.trades
    win = "no" if math.isnan(trades.win_rate) else f"{trades.win_rate:.0%}"
    return (
        f"{results.days:.1f} days, {trades.closed:,} trades closed, {win} won, "
        f"{_sharpe_text(results)}, worst day {results.worst_day:.2%}, "
        f"drawdown {results.drawdown:.2%}"
    )


def _sharpe_text(results: PaperResults) -> str:
    if math.isnan(results.sharpe_a_year):
        return "Sharpe ratio unknown"
    above = probabilistic_sharpe(results.sharpe)
    return (
        f"Sharpe {results.sharpe_a_year:.1f} ± {results.sharpe_error:.1f} a year "
        f"(above 0 with {above:.0%})"
    )
