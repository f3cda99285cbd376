"""What ``traider attribution`` prints: a table a view for a person, one object for a program."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from traider.cli.interrupt import stop_on_interrupt
from traider.runtime.books.run_attribution import (
    RunAttribution,
    attribution_body,
    run_attribution,
)

_WIDTH: Final = 100


def attribution_session(state: Path, wanted: Sequence[str], *, as_json: bool) -> int:
    """Take the profit of the run apart and print it."""
    with stop_on_interrupt(quiet=as_json) as stop:
        found = run_attribution(state, tuple(dict.fromkeys(wanted)), stop)
    if as_json:
        click.echo(json.dumps(attribution_body(found), ensure_ascii=False))
    else:
        _print(found)
    return 0


def _print(found: RunAttribution) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(f"P&L {found.total:+,.8f} {found.currency} from {found.trades:,} trades")
    table = Table(box=None, pad_edge=False)
    table.add_column("by")
    table.add_column("part")
    table.add_column(found.currency, justify="right")
    for name, view in found.views.items():
        for place, (part, value) in enumerate(view.items()):
            table.add_row("" if place else name, part, f"{value:+,.8f}")
    console.print(table)
