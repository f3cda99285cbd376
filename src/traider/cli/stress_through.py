"""What ``traider stress --through`` prints and writes: a table, one object, a page."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from msgspec.structs import asdict
from rich.console import Console
from rich.table import Table

from traider.backtest.stress_page import ThroughPage, ThroughRow, write_through_page
from traider.cli.run_order import DEMO_CONFIG
from traider.cli.stress_outcome import StressArguments
from traider.cli.told import told_progress
from traider.domain.errors import UsageError
from traider.runtime.price_panel import bar_sources
from traider.runtime.stress.through.scenarios import (
    FAULTS,
    MADE,
    WINDOWS,
    ThroughScenario,
    all_scenarios,
    scenario_named,
)
from traider.runtime.stress.through.series import ThroughOrder, ThroughResult, live_through

BROKEN: Final = 1
_WIDTH: Final = 190
_CHECKOUT: Final = Path(__file__).resolve().parents[3]
_HEADS: Final = (
    "bitcoin", "loss", "max drawdown", "orders", "fills", "refused", "reconnects", "laws broken",
)  # fmt: skip


@dataclass(frozen=True)
class ThroughArguments:
    """The options of the command."""

    stress: StressArguments
    scenarios: tuple[str, ...]


def through_session(said: ThroughArguments) -> int:
    """Live through the scenarios and show what came of them; return the exit code."""
    asked = said.stress
    if asked.positions is not None or asked.state is not None or asked.equity:
        raise UsageError(
            "a trader lives through its own book",
            where="--through",
            fix="leave out --positions, --state and --equity",
        )
    sources = bar_sources(asked.places) if asked.places else []
    order = ThroughOrder(
        _chosen(said.scenarios, has_past=bool(sources)),
        _config_file(asked.config_file),
        asked.overrides,
        sources,
        asked.out,
    )
    with told_progress(as_json=asked.as_json) as told:
        results = live_through(order, told)
    page = None if asked.out is None else write_through_page(_page(results), asked.out)
    is_broken = any(each.broken for each in results)
    if asked.as_json:
        body: dict[str, Any] = {
            "whole": not is_broken,
            "scenarios": [asdict(each) for each in results],
            "page": None if page is None else str(page),
        }
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(results, page)
    return BROKEN if is_broken else 0


def _chosen(names: tuple[str, ...], *, has_past: bool) -> tuple[ThroughScenario, ...]:
    if not names:
        return all_scenarios(has_past=has_past)
    found = []
    for name in names:
        scenario = scenario_named(name)
        if scenario is None:
            raise UsageError(
                f"{name!r} is no scenario",
                where="--scenario",
                fix=f"name a market ({', '.join((*MADE, *WINDOWS))}), and a fault behind a plus "
                f"({', '.join(fault for fault in FAULTS if fault != 'none')})",
            )
        if scenario.begins_ns is not None and not has_past:
            raise UsageError(
                f"{name} needs the bars of then", where="--data", fix="name a folder of bars"
            )
        found.append(scenario)
    return tuple(dict.fromkeys(found))


def _config_file(named: Path | None) -> Path:
    """Return the settings of the trader: the demo's unless others are named."""
    for path in (named,) if named is not None else (DEMO_CONFIG, _CHECKOUT / DEMO_CONFIG):
        if path.is_file():
            return path
    raise UsageError(
        f"there is no {named or DEMO_CONFIG} here", where="--config", fix="name a file of settings"
    )


def _print(results: tuple[ThroughResult, ...], page: Path | None) -> None:
    console = Console(width=None if Console().is_terminal else _WIDTH)
    table = Table(title="the whole trader, through each scenario", title_justify="left")
    table.add_column("scenario")
    for head in _HEADS:
        table.add_column(head, justify="right")
    table.add_column("breakers, alerts")
    for each in results:
        table.add_row(each.scenario, *_figures(each), _seen(each))
    console.print(table)
    for each in results:
        for line in each.broken:
            console.print(f"BROKEN {each.scenario}: {line}", markup=False)
    if page is not None:
        console.print(f"page {page}", markup=False)


def _figures(result: ThroughResult) -> tuple[str, ...]:
    counts = (result.orders, result.fills, result.refused, result.reconnects, len(result.broken))
    return (
        f"{result.move:+.1%}",
        result.loss or "–",
        f"{float(result.drawdown):.2%}",
        *(str(count) for count in counts),
    )


def _seen(result: ThroughResult) -> str:
    by_hand = ("bought by hand",) if result.by_hand else ()
    return ", ".join((*by_hand, *result.breakers, *result.alerts)) or "–"


def _page(results: tuple[ThroughResult, ...]) -> ThroughPage:
    return ThroughPage(
        [
            ThroughRow(
                each.scenario + (" (bought by hand)" if each.by_hand else ""),
                _figures(each),
                each.breakers,
                each.alerts,
                each.broken,
            )
            for each in results
        ],
        _HEADS,
    )
