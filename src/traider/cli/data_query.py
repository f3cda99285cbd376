"""``traider data query``: a question to the lake, answered as a table, as JSON or as CSV."""

import csv
import json
import math
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from traider.cli.interrupt import StopRequest, stop_on_interrupt
from traider.domain.errors import Interrupted, UsageError
from traider.store.lake_query import Answer, LakeQuery

WAIT_S: Final = 0.05


def query_session(sql: str, lake: Path, *, form: str, rows_shown: int, verify: bool) -> None:
    """Answer ``sql``, or tell the views there are when it is empty.

    Args:
        sql: one question.
        lake: its folder.
        form: ``table``, ``json`` or ``csv``.
        rows_shown: rows of a table; JSON and CSV have all.
        verify: compare every file with its checksum first.
    """
    with (
        stop_on_interrupt(quiet=form != "table") as stop,
        LakeQuery(lake, verify=verify, stop=stop) as query,
    ):
        if not sql:
            _tell_views(query, lake, form)
            return
        answer = _answered(query, sql, stop)
        if form == "json":
            click.echo(json.dumps(_body(answer, stop), ensure_ascii=False))
        elif form == "csv":
            _write_csv(answer, stop)
        else:
            Console().print(_table(answer, rows_shown, stop))


def _answered(query: LakeQuery, sql: str, stop: StopRequest) -> Answer:
    """Ask in a thread, so that a person can stop the question."""
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(query.ask, sql)
        while not asked.done():
            if stop():
                query.interrupt()
            try:
                return asked.result(WAIT_S)
            except TimeoutError:
                continue
        return asked.result()


def _rows(answer: Answer, stop: StopRequest) -> Iterator[tuple[Any, ...]]:
    for row in answer.rows:
        if stop():
            raise Interrupted("stopped")
        yield row


def _tell_views(query: LakeQuery, lake: Path, form: str) -> None:
    views = query.views
    if form == "csv":
        raise UsageError("--csv wants a question", fix="give one, or leave --csv out")
    if form == "json":
        body = {
            "lake": str(lake),
            "views": {name: list(columns) for name, columns in views.items()},
        }
        click.echo(json.dumps(body, ensure_ascii=False))
        return
    table = _plain(("view", "columns"))
    for name, columns in views.items():
        table.add_row(name, ", ".join(columns))
    Console().print(table if views else Text("the lake is empty"))


def _body(answer: Answer, stop: StopRequest) -> dict[str, object]:
    columns = [
        {"name": name, "type": kind}
        for name, kind in zip(answer.columns, answer.types, strict=True)
    ]
    return {"columns": columns, "rows": [[_plain_value(v) for v in r] for r in _rows(answer, stop)]}


def _plain_value(value: object) -> object:
    """Return a value as JSON has it; exact numbers that JSON would round become texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_plain_value(part) for part in value]
    if isinstance(value, dict):
        return {str(name): _plain_value(part) for name, part in value.items()}
    return _text(value)


def _write_csv(answer: Answer, stop: StopRequest) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in _rows(answer, stop):
        writer.writerow(["" if value is None else _text(value) for value in row])


def _table(answer: Answer, rows_shown: int, stop: StopRequest) -> Group:
    table = _plain(answer.columns)
    rows = _rows(answer, stop)
    shown = 0
    for row in islice(rows, rows_shown):
        table.add_row(*("" if value is None else _text(value) for value in row))
        shown += 1
    more = next(rows, None) is not None
    noun = "row" if shown == 1 else "rows"
    count = f"the first {shown:,} {noun}; --rows shows more" if more else f"{shown:,} {noun}"
    return Group(table, Text(count, "dim"))


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return repr(value) if isinstance(value, float) else str(value)


def _plain(columns: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
