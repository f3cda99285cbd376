"""What ``traider performance`` prints: a few lines for a person, one object for a program."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from traider.cli.times import option_instant
from traider.portfolio.window_performance import BenchmarkFigures, WindowPerformance
from traider.runtime.books.run_performance import (
    PerformanceRequest,
    performance_body,
    run_performance,
)
from traider.venues.rfc3339 import format_ns

_WIDTH: Final = 120
_UNKNOWN: Final = "–"


@dataclass(frozen=True)
class PerformanceArguments:
    """The options of the command."""

    state: Path
    start: str | None
    end: str | None
    period: str | None
    benchmark: str | None
    replays: bool
    as_json: bool


def performance_session(said: PerformanceArguments) -> int:
    """Measure the run and print it."""
    request = PerformanceRequest(
        state=said.state,
        start_ns=option_instant(said.start, "--from"),
        end_ns=option_instant(said.end, "--to"),
        period=said.period or "",
        benchmark=said.benchmark or "",
        replays=said.replays,
    )
    found, currency = run_performance(request)
    if said.as_json:
        body = {"currency": currency, **performance_body(found)}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(found, currency)
    return 0


def _print(found: WindowPerformance, currency: str) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(
        f"{format_ns(found.begin_ns)} to {format_ns(found.end_ns)}, {found.rows:,} rows, "
        f"{found.returns:,} returns of {found.period}"
    )
    console.print(
        f"NAV {found.nav_begin:,.2f} to {found.nav_end:,.2f} {currency}, paid in "
        f"{found.paid_in:,.2f}, P&L {found.pnl:+,.2f}"
    )
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
    pairs = _pairs(found, currency)
    for first in range(0, len(pairs), 3):
        row = pairs[first : first + 3]
        table.add_row(*(text for pair in row for text in pair))
    console.print(table)
    if found.benchmark is not None:
        _print_benchmark(console, found.benchmark)
    for note in found.notes:
        console.print(f"note: {note}", markup=False)


def _pairs(found: WindowPerformance, currency: str) -> list[tuple[str, str]]:
    trades = found.trades
    return [
        ("return", _percent(found.total_return)),
        ("a year", _percent(found.growth_a_year)),
        ("volatility a year", _percent(found.volatility)),
        ("Sharpe", _number(found.sharpe)),
        ("Sortino", _number(found.sortino)),
        ("Calmar", _number(found.calmar)),
        ("deepest fall", _percent(found.max_drawdown)),
        ("fall at the end", _percent(found.drawdown_end)),
        (f"volatility of {found.period}", _percent(found.period_volatility)),
        (f"best {found.period}", _percent(found.best_period)),
        (f"worst {found.period}", _percent(found.worst_period)),
        ("turnover", f"{_number(found.turnover)}x"),
        ("fees", f"{found.fees:,.4f} {currency}"),
        ("funding", f"{found.funding:,.4f} {currency}"),
        ("costs, bps of traded", _number(found.cost_bps)),
        ("trades closed", _UNKNOWN if trades is None else f"{trades.closed:,}"),
        ("win rate", _UNKNOWN if trades is None else _percent(trades.win_rate)),
        ("profit factor", _UNKNOWN if trades is None else _number(trades.profit_factor)),
    ]


def _print_benchmark(console: Console, found: BenchmarkFigures) -> None:
    console.print(
        f"beside {found.name} over {found.periods:,} periods: return {_percent(found.total_return)}"
        f", excess {_percent(found.excess_return)}, alpha a year {_percent(found.alpha)}, beta "
        f"{_number(found.beta)}, correlation {_number(found.correlation)}, information ratio "
        f"{_number(found.information_ratio)}, tracking error {_percent(found.tracking_error)}",
        markup=False,
    )


def _percent(value: float) -> str:
    return f"{value:.3%}" if math.isfinite(value) else _UNKNOWN


def _number(value: float) -> str:
    return f"{value:,.3f}" if math.isfinite(value) else _UNKNOWN
