"""What ``traider attribution`` prints: a table a view for a person, one object for a program."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from traider.cli.interrupt import stop_on_interrupt
from traider.runtime.books.backtest_attribution import KNOWN, backtest_attribution, is_backtest
from traider.runtime.books.run_attribution import VIEWS, attribution_body, run_attribution

_WIDTH: Final = 100


def attribution_session(state: Path, wanted: Sequence[str], *, as_json: bool) -> int:
    """Take the profit of the run, or the back-test, apart and print it; all views unless named."""
    if is_backtest(state):
        body = backtest_attribution(state, tuple(dict.fromkeys(wanted or KNOWN)))
        if as_json:
            click.echo(json.dumps(body, ensure_ascii=False))
        else:
            _print(body)
        return 0
    wanted = wanted or VIEWS
    with stop_on_interrupt(quiet=as_json) as stop:
        found = run_attribution(state, tuple(dict.fromkeys(wanted)), stop)
    body = attribution_body(found)
    if as_json:
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        _print(body)
    return 0


def _print(body: Mapping[str, Any]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    total, currency = Decimal(body["total"]), body["currency"]
    console.print(f"P&L {total:+,.8f} {currency} from {body['trades']:,} trades")
    table = Table(box=None, pad_edge=False)
    table.add_column("by")
    table.add_column("part")
    table.add_column(currency, justify="right")
    for name, view in body["views"].items():
        for place, (part, value) in enumerate(view.items()):
            table.add_row("" if place else name, part, f"{Decimal(value):+,.8f}")
    console.print(table)
