"""Performance of a recorded run over a window, beside a benchmark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from traider.backtest.bar_files import read_batches
from traider.domain.errors import DataError, UsageError
from traider.journal.reader import JournalReader
from traider.portfolio.funding import charge_funding
from traider.portfolio.trades import TradeSummary, summarize_trades, trades_from_fills
from traider.portfolio.window_performance import (
    Benchmark,
    NavSeries,
    WindowPerformance,
    measure_window,
)
from traider.runtime.books.money_events import MoneyEvents, read_money
from traider.runtime.books.nav_files import read_nav
from traider.runtime.books.nav_replay import replayed_nav
from traider.runtime.parity.market_prices import market_prices
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.trading.nav_rows import NavRows


@dataclass(frozen=True)
class PerformanceRequest:
    """What is asked of a run."""

    state: Path
    start_ns: int | None = None
    end_ns: int | None = None
    period: str = ""
    """Of the returns; empty for one that fits the window."""
    benchmark: str = ""
    """A file of prices, or an instrument of the run."""
    replays: bool = False
    """Make the series again from the journal, instead of reading what was kept."""


def run_performance(request: PerformanceRequest) -> tuple[WindowPerformance, str]:
    """Measure a run; return it with the currency of its money.

    Raises:
        UsageError: there is no such run or benchmark, or no series of it.
        DataError: the window is too short, or a file cannot be read.
    """
    run = RecordedRun.open(request.state)
    rows = replayed_nav(run) if request.replays else read_nav(run.paths.nav)
    if not len(rows):
        raise UsageError(
            "the run has no NAV series", where=str(request.state), fix="add --replay to make it"
        )
    window = nav_series(rows).between(request.start_ns, request.end_ns)
    return measured(request, run, window, read_money(run)), run.config.currency


def measured(
    request: PerformanceRequest, run: RecordedRun, window: NavSeries, money: MoneyEvents
) -> WindowPerformance:
    """Measure a window of a run's rows, with the trades that were closed in it.

    Raises:
        UsageError: there is no such benchmark.
        DataError: it has no prices in the window, or a file cannot be read.
    """
    benchmark = _benchmark(request.benchmark, run, window) if request.benchmark else None
    closed = closed_between(money, int(window.ts_ns[0]), int(window.ts_ns[-1]))
    return measure_window(window, request.period, benchmark, closed)


def performance_body(found: WindowPerformance) -> dict[str, Any]:
    """Return the figures as they are printed for a program: money is text, unknown is null."""
    body = {each.name: _plain(getattr(found, each.name)) for each in fields(found)}
    for name in ("trades", "benchmark"):
        part = getattr(found, name)
        body[name] = None
        if part is not None:
            body[name] = {each.name: _plain(getattr(part, each.name)) for each in fields(part)}
    return body


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def nav_series(rows: NavRows) -> NavSeries:
    """Return rows as the columns that performance is measured on."""
    names = ("ts", "nav", "paid_in", "fees", "funding", "traded")
    return NavSeries(*(np.ascontiguousarray(rows[name]) for name in names))


def closed_between(money: MoneyEvents, begin_ns: int, end_ns: int) -> TradeSummary:
    """Return the statistics of the trades closed after ``begin_ns`` and up to ``end_ns``."""
    fills = [each.fill for each in money.until(end_ns + 1).booked_fills()]
    trades = charge_funding(trades_from_fills(fills), money.funding())
    return summarize_trades([each for each in trades if each.is_open or each.closed_ns > begin_ns])


def _benchmark(asked: str, run: RecordedRun, window: NavSeries) -> Benchmark:
    path = Path(asked)
    if path.exists():
        return price_file(path)
    names = [each.name for each in run.manifest.instruments]
    name = _meant(asked, names)
    stamps = window.ts_ns.tolist()
    found = market_prices(
        JournalReader(run.paths.journal).events(),
        run.manifest.instruments,
        [(name, ts_ns) for ts_ns in stamps],
    )
    pairs = [(ts_ns, price) for ts_ns in stamps if (price := found(name, ts_ns)) is not None]
    return Benchmark(
        name,
        np.array([ts_ns for ts_ns, _ in pairs], np.int64),
        np.array([float(price) for _, price in pairs]),
    )


def price_file(path: Path) -> Benchmark:
    """Return the closes of a bar file, or of a CSV file with the columns ts and close.

    Times of a CSV are instants (2024-01-31T00:00:00Z) or ns UTC.

    Raises:
        DataError: the file cannot be read.
    """
    if path.suffix != ".csv":
        batches = list(read_batches(path, None, None))
        if not batches:
            raise DataError("holds no bars", where=str(path), fix="name a file of bars")
        begins = np.concatenate([each.ts_ns for each in batches])
        # A close is known when its bar ends.
        length = int(np.diff(begins).min()) if len(begins) > 1 else 0
        closes = np.concatenate([each.close for each in batches])
        return Benchmark(path.stem, begins + length, closes)
    try:
        table = pyarrow.csv.read_csv(path)
        stamps = table["ts"].combine_chunks()
        if pa.types.is_timestamp(stamps.type):
            stamps = stamps.cast(pa.timestamp("ns", stamps.type.tz)).cast(pa.int64())
        ts_ns = np.asarray(stamps.cast(pa.int64()), np.int64)
        prices = np.asarray(table["close"].combine_chunks().cast(pa.float64()), np.float64)
    except (OSError, pa.ArrowException, KeyError) as fault:
        raise DataError(
            f"cannot be read: {fault}", where=str(path), fix="write ts,close and a line a price"
        ) from None
    if np.any(np.diff(ts_ns) <= 0):
        raise DataError("its times do not rise", where=str(path), fix="sort it by time")
    return Benchmark(path.stem, ts_ns, prices)


def _meant(asked: str, names: Sequence[str]) -> str:
    """Return the one instrument of the run that a person means: by its name, or a part of it."""
    wanted = asked.strip().upper()
    meant = [name for name in names if wanted == name] or [n for n in names if wanted in n]
    if len(meant) == 1:
        return meant[0]
    raise UsageError(
        f"{asked} is no file and not one instrument of the run",
        fix=f"name a file, or one of {', '.join(names)}",
    )
