"""What ``traider var`` prints: tables for a person, one object for a program."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from traider.cli.times import option_instant
from traider.cli.told import told_progress
from traider.cli.var_measured import show_measured
from traider.domain.errors import UsageError
from traider.risk.book import Measurement
from traider.runtime.book_risk import (
    HORIZONS,
    BookRisk,
    ForecastRecord,
    RiskRequest,
    measure_positions,
)
from traider.runtime.positions_file import read_positions
from traider.runtime.price_panel import PricePanel, bar_sources
from traider.venues.rfc3339 import format_ns

_WIDTH: Final = 160
_SHOWN_LEVEL: Final = 0.95


@dataclass(frozen=True)
class RiskArguments:
    """The options of the command."""

    positions: Path | None
    folder: Path | None
    places: tuple[Path, ...]
    start: str | None
    end: str | None
    horizons: tuple[str, ...]
    no_backtest: bool
    as_json: bool


def var_session(said: RiskArguments) -> int:
    """Measure the book and print it."""
    if said.folder is not None:
        others = (
            said.positions,
            said.places,
            said.horizons,
            said.no_backtest,
            said.start,
            said.end,
        )
        if any(others):
            raise UsageError("a run holds its own book", where="--state", fix="leave out the rest")
        show_measured(said.folder, as_json=said.as_json)
        return 0
    if said.positions is None or not said.places:
        raise UsageError(
            "a book and its bars are needed",
            fix="name --positions FILE and --data DIR, or --state DIR of a run",
        )
    request = RiskRequest(
        positions=read_positions(said.positions),
        horizons=tuple(dict.fromkeys(said.horizons)) or HORIZONS,
        start_ns=option_instant(said.start, "--from"),
        end_ns=option_instant(said.end, "--to"),
        with_records=not said.no_backtest,
    )
    with told_progress(as_json=said.as_json) as told:
        found = measure_positions(request, bar_sources(said.places), told)
    if said.as_json:
        click.echo(json.dumps(book_body(found), ensure_ascii=False))
    else:
        _print(found)
    return 0


def book_body(found: BookRisk) -> dict[str, Any]:
    """Return the measurements as they are printed for a program; money of the book is text."""
    gross = float(found.gross)
    return {
        "currency": found.currency,
        "gross": f"{found.gross:f}",
        "net": f"{found.net:f}",
        "positions": [
            {
                "instrument": holding.instrument,
                "quantity": f"{holding.quantity:f}",
                "price": f"{holding.price:f}",
                "value": f"{holding.value:f}",
            }
            for holding in found.holdings
        ],
        "measurements": [_measurement_body(each, gross) for each in found.measurements],
        "parts": [
            {
                "horizon": horizon,
                "level": level,
                "instrument": holding.instrument,
                "marginal_var": _number(parts.marginal[place]),
                "component_var": _number(parts.component[place]),
                "component_es": _number(parts.shortfall[place]),
                "incremental_var": _number(parts.incremental[place]),
            }
            for (horizon, level), parts in found.parts.items()
            for place, holding in enumerate(found.holdings)
        ],
        "backtests": [_record_body(record) for record in found.records],
        "data": {name: _panel_body(name, panel, found) for name, panel in found.panels.items()},
        "notes": list(found.notes),
    }


def _measurement_body(each: Measurement, gross: float) -> dict[str, Any]:
    return {
        "model": each.model.value,
        "horizon": each.horizon,
        "level": each.level,
        "var": _number(each.loss.value_at_risk),
        "es": _number(each.loss.expected_shortfall),
        "var_of_gross": _number(each.loss.value_at_risk / gross) if gross else None,
        "es_of_gross": _number(each.loss.expected_shortfall / gross) if gross else None,
        "periods": each.periods,
    }


def _record_body(record: ForecastRecord) -> dict[str, Any]:
    held = record.coverage
    return {
        "model": record.model.value,
        "horizon": record.horizon,
        "level": record.level,
        "window": record.window,
        "periods": held.periods,
        "exceedances": held.exceedances,
        "expected": held.expected,
        "kupiec_p": held.kupiec_p,
        "independence_p": held.independence_p,
        "conditional_p": held.conditional_p,
        "accepted": held.is_accepted,
    }


def _panel_body(name: str, panel: PricePanel, found: BookRisk) -> dict[str, Any]:
    ends = panel.return_ends_ns
    return {
        "returns": len(ends),
        "first": format_ns(int(ends[0])) if len(ends) else None,
        "last": format_ns(int(ends[-1])) if len(ends) else None,
        "left_out_at_holes": panel.holes,
        "shrinkage": found.intensities[name],
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _print(found: BookRisk) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(
        f"{len(found.holdings)} positions, gross {found.gross:,.2f}, net {found.net:,.2f} "
        f"{found.currency}"
    )
    for name, panel in found.panels.items():
        body = _panel_body(name, panel, found)
        console.print(
            f"  {name}: {body['returns']:,} returns, {body['first']} to {body['last']}, "
            f"{panel.holes} left out at holes"
        )
    console.print(_measurement_table(found))
    for (horizon, level), parts in found.parts.items():
        if level == _SHOWN_LEVEL and len(found.holdings) > 1:
            table = Table(title=f"who brings what: {horizon}, {level:.0%}", title_justify="left")
            for head in (
                "instrument",
                "value",
                "marginal",
                "component",
                "of the ES",
                "incremental",
            ):
                table.add_column(head, justify="left" if head == "instrument" else "right")
            for place, holding in enumerate(found.holdings):
                table.add_row(
                    holding.instrument,
                    f"{holding.value:,.2f}",
                    f"{parts.marginal[place]:.5f}",
                    *(
                        f"{values[place]:,.2f}"
                        for values in (parts.component, parts.shortfall, parts.incremental)
                    ),
                )
            console.print(table)
    if found.records:
        console.print(_record_table(found))
    for note in found.notes:
        console.print(f"note: {note}", markup=False)


def _measurement_table(found: BookRisk) -> Table:
    table = Table(title=f"what a period can lose, {found.currency}", title_justify="left")
    for head in ("model", "horizon", "confidence", "VaR", "of gross", "ES", "of gross"):
        table.add_column(head, justify="left" if head in ("model", "horizon") else "right")
    gross = float(found.gross) or math.nan
    for each in found.measurements:
        loss = each.loss
        table.add_row(
            each.model.value,
            each.horizon,
            f"{each.level:.0%}",
            _money(loss.value_at_risk),
            _share(loss.value_at_risk / gross),
            _money(loss.expected_shortfall),
            _share(loss.expected_shortfall / gross),
        )
    return table


def _record_table(found: BookRisk) -> Table:
    table = Table(
        title="forecasts tried on the past, each from the "
        + " or ".join(f"{window:,} ({name})" for name, window in _windows(found))
        + " periods before it: exceeded, and the chance of so bad a record",
        title_justify="left",
    )
    heads = ("model", "horizon", "confidence", "exceeded", "expected", "Kupiec", "both", "")
    for head in heads:
        table.add_column(head, justify="left" if head in ("model", "horizon", "") else "right")
    for record in found.records:
        held = record.coverage
        table.add_row(
            record.model.value,
            record.horizon,
            f"{record.level:.0%}",
            f"{held.exceedances:,} of {held.periods:,}",
            f"{held.expected:,.0f}",
            f"{held.kupiec_p:.3f}",
            f"{held.conditional_p:.3f}",
            "held" if held.is_accepted else "rejected",
        )
    return table


def _windows(found: BookRisk) -> list[tuple[str, int]]:
    return list(dict.fromkeys((record.horizon, record.window) for record in found.records))


def _money(value: float) -> str:
    return f"{value:,.2f}" if math.isfinite(value) else "–"


def _share(value: float) -> str:
    return f"{value:.2%}" if math.isfinite(value) else "–"
