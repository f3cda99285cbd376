"""What ``traider lots`` prints: two tables for a person, one object for a program."""

import csv
import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from traider.domain.errors import DataError, UsageError
from traider.domain.timeframes import DAY_NS
from traider.domain.units import amount_from_units
from traider.portfolio.lot_matching import LotBooks, LotChoice, LotTerms
from traider.portfolio.lots import Disposal, Lot, LotMethod
from traider.runtime.books.money_events import MoneyEvents, read_money
from traider.runtime.books.run_lots import keep_run_lots, lots_body, lots_of
from traider.runtime.parity.recorded_run import RecordedRun
from traider.venues.rfc3339 import format_ns

_WIDTH: Final = 160
_ROWS_SHOWN: Final = 20
_COLUMNS: Final = ("order_id", "lot", "quantity")
_FORM: Final = "write order_id,lot,quantity and a line for each lot"
_PRINTED: Final = re.compile("0[0-9a-f]{15}|(?=.*[a-f])[0-9a-f]{16}")
"""An id of an order as commands print it; a decimal number begins with no 0, and has no letter."""
_LOT_HEAD: Final = ("lot", "instrument", "side", "opened", "quantity", "remaining", "cost left")
_DISPOSAL_HEAD: Final = (
    "lot", "instrument", "closed", "days", "quantity", "proceeds", "basis", "gain",
)  # fmt: skip


@dataclass(frozen=True)
class LotsArguments:
    """The options of the command."""

    state: Path
    method: LotMethod
    chosen: Path | None
    keeps: bool
    as_json: bool


def lots_session(said: LotsArguments) -> int:
    """Match the lots of the run and print them."""
    if said.chosen is not None and said.method is not LotMethod.SPECIFIC:
        raise UsageError("--chosen names lots", fix="add --method specific")
    run = RecordedRun.open(said.state)
    money = read_money(run)
    chosen = {} if said.chosen is None else read_choices(said.chosen)
    books = lots_of(money, LotTerms(said.method, chosen=chosen))
    if said.keeps:
        keep_run_lots(run.paths, run.manifest.run_id, books)
    if said.as_json:
        click.echo(json.dumps(lots_body(books, money), ensure_ascii=False))
    else:
        _print(books, money)
    return 0


def read_choices(path: Path) -> dict[int, list[LotChoice]]:
    """Return the lots that a file names by order.

    An order is named as commands print it, in 16 hexadecimal digits, or by its number, decimal or
    hexadecimal after 0x.

    Raises:
        DataError: the file cannot be read, or a row of it.
    """
    found: dict[int, list[LotChoice]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as fault:
        raise DataError(
            f"cannot be read: {type(fault).__name__}", where=str(path), fix=_FORM
        ) from fault
    for line, row in enumerate(rows, 2):
        try:
            order, lot, quantity = (row[name] for name in _COLUMNS)
            number = int(order, 16) if _PRINTED.fullmatch(order) else int(order, 0)
            choice = LotChoice(int(lot), Decimal(quantity))
        except (ValueError, KeyError, TypeError, InvalidOperation) as fault:
            raise DataError("names no lot", where=f"{path}:{line}", fix=_FORM) from fault
        except DataError as fault:
            raise DataError(fault.what, where=f"{path}:{line}", fix=fault.fix) from None
        found.setdefault(number, []).append(choice)
    return found


def _print(books: LotBooks, money: MoneyEvents) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    gain = amount_from_units(books.gain_units)
    console.print(
        f"{books.method.value}: {len(books.open_lots):,} lots open, {len(books.disposals):,} "
        f"disposals, gain {gain:,.2f} {money.currency} after fees"
    )
    if books.open_lots:
        _print_table(console, _LOT_HEAD, [_lot_row(lot) for lot in books.open_lots])
    if books.disposals:
        _print_table(console, _DISPOSAL_HEAD, [_disposal_row(each) for each in books.disposals])


def _lot_row(lot: Lot) -> tuple[str, ...]:
    return (
        f"{lot.sequence}",
        lot.instrument,
        "long" if lot.side > 0 else "short",
        format_ns(lot.opened_ns),
        f"{lot.quantity.normalize():f}",
        f"{lot.remaining.normalize():f}",
        f"{lot.cost_left:,.4f}",
    )


def _disposal_row(each: Disposal) -> tuple[str, ...]:
    return (
        f"{each.lot_sequence}",
        each.instrument,
        format_ns(each.closed_ns),
        f"{each.holding_ns / DAY_NS:.2f}",
        f"{each.quantity.normalize():f}",
        f"{each.proceeds:,.4f}",
        f"{each.basis:,.4f}",
        f"{each.gain:,.4f}",
    )


def _print_table(console: Console, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in head:
        is_word = name in ("lot", "instrument", "side", "opened", "closed")
        table.add_column(name, justify="left" if is_word else "right", no_wrap=True)
    for row in rows[-_ROWS_SHOWN:]:
        table.add_row(*row)
    console.print(table)
    if len(rows) > _ROWS_SHOWN:
        console.print(f"  and {len(rows) - _ROWS_SHOWN:,} before them; --json lists them all")
