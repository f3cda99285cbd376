"""What ``traider stress`` prints and writes: a table, one object, a page."""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from traider.backtest.stress_page import StressPage, StressRow, write_stress_page
from traider.cli.told import told_progress
from traider.domain.errors import UsageError
from traider.risk.stress import PositionLoss, ScenarioLoss
from traider.risk.stress_breakers import TrippedBreaker
from traider.runtime.breaker_specs import action_name, breaker_name, breaker_words
from traider.runtime.config import load_config
from traider.runtime.positions_file import read_positions
from traider.runtime.price_panel import bar_sources
from traider.runtime.stress.book_stress import (
    NamedBook,
    StressOutcome,
    book_of_file,
    book_of_run,
    stress,
)
from traider.runtime.stress.state_book import read_run_book

JSON_NAME: Final = "stress.json"
_WIDTH: Final = 190
_TIMEOUT_S: Final = 3.0
_CENT: Final = Decimal("0.01")
_EQUITY_MAX: Final = Decimal(10) ** 15


@dataclass(frozen=True)
class StressArguments:
    """The options of the command."""

    positions: Path | None
    state: Path | None
    equity: str | None
    places: tuple[Path, ...]
    config_file: Path | None
    overrides: tuple[str, ...]
    out: Path | None
    as_json: bool


def stress_session(said: StressArguments) -> int:
    """Try every scenario on the book and show what it loses."""
    if (said.positions is None) == (said.state is None):
        raise UsageError("needs one book", fix="name --positions FILE or --state DIR")
    if said.state is not None and (said.equity or said.config_file or said.overrides):
        raise UsageError(
            "a run has its own worth and settings", fix="leave out --equity, --config and --set"
        )
    with told_progress(as_json=said.as_json) as told:
        sources = bar_sources(said.places) if said.places else []
        outcome = stress(_book(said, sources), sources, told)
    body = stress_body(outcome)
    page = _write(outcome, body, said.out) if said.out is not None else None
    if said.as_json:
        click.echo(json.dumps(body | {"page": str(page) if page else None}, ensure_ascii=False))
    else:
        _print(outcome, page)
    return 0


def _book(said: StressArguments, sources: list[Any]) -> NamedBook:
    if said.positions is None:
        assert said.state is not None  # noqa: S101 - one of both is there
        return book_of_run(read_run_book(said.state, _TIMEOUT_S), sources)
    config = load_config(said.config_file, said.overrides)
    return book_of_file(read_positions(said.positions), sources, _equity(said.equity), config)


def _equity(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not (amount.is_finite() and 0 < amount <= _EQUITY_MAX):
        raise UsageError(
            f"{text!r} is no worth above 0, and at most {_EQUITY_MAX:,f}",
            where="--equity",
            fix="write 10000",
        )
    return amount


def stress_body(outcome: StressOutcome) -> dict[str, Any]:
    """Return everything as it is printed for a program; money is text, to the cent."""
    book, worst = outcome.book, outcome.worst
    return {
        "currency": book.currency,
        "equity": _text(book.equity),
        "cash": _text(book.cash),
        "gross": _text(book.gross),
        "net": _text(book.net),
        "positions": [
            {
                "instrument": each.instrument,
                "quantity": f"{each.quantity:f}",
                "price": f"{each.price:f}",
                "value": _text(each.value),
                "is_derivative": each.is_derivative,
                "stops": [
                    {"trigger": f"{stop.trigger:f}", "quantity": f"{stop.quantity:f}"}
                    for stop in each.stops
                ],
            }
            for each in book.positions
        ],
        "scenarios": [
            _loss_body(*each)
            for each in zip(outcome.losses, outcome.effects, outcome.breakers, strict=True)
        ],
        "worst": worst.scenario.name if worst else None,
        "notes": list(outcome.notes),
    }


def _loss_body(
    loss: ScenarioLoss, effects: tuple[str, ...], tripped: tuple[TrippedBreaker, ...]
) -> dict[str, Any]:
    return {
        "scenario": loss.scenario.name,
        "title": loss.scenario.title,
        "meaning": loss.scenario.meaning,
        "loss": _text(loss.total),
        "of_equity": _fraction(loss.share),
        "price": _text(loss.price),
        "cash": _text(loss.cash),
        "spread": _text(loss.spread),
        "fees": _text(loss.fees),
        "funding": _text(loss.funding),
        "equity_marked": _text(loss.marked),
        "maintenance": _text(loss.maintenance),
        "leverage_after": _fraction(loss.leverage_after),
        "liquidated": loss.is_liquidated,
        "limits": list(effects),
        "breakers": [
            {
                "breaker": breaker_name(each.breaker),
                "action": action_name(each.action),
                "instrument": each.instrument,
                "number": round(each.number, 8),
                "bound": each.bound,
            }
            for each in tripped
        ],
        "positions": [
            {
                "instrument": each.instrument,
                "move": f"{each.move:.6f}",
                "loss": _text(each.total),
                "price": _text(each.price),
                "spread": _text(each.spread),
                "fees": _text(each.fees),
                "funding": _text(each.funding),
            }
            for each in loss.positions
        ],
    }


def _text(amount: Decimal) -> str:
    return f"{amount.quantize(_CENT):f}"


def _fraction(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _write(outcome: StressOutcome, body: dict[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(body, indent=2, ensure_ascii=False)
    (folder / JSON_NAME).write_text(text + "\n", encoding="utf-8")
    book = outcome.book
    rows = [
        StressRow(
            title=loss.scenario.title,
            meaning=loss.scenario.meaning,
            loss=loss.total,
            share=_share(loss.share),
            figures=_parts(loss),
            is_liquidated=loss.is_liquidated,
            limits=effects,
            breakers=[_breaker_line(each) for each in tripped],
            positions=[_position_row(each) for each in loss.positions],
        )
        for loss, effects, tripped in zip(
            outcome.losses, outcome.effects, outcome.breakers, strict=True
        )
    ]
    page = StressPage(
        title=f"{len(book.positions)} positions",
        facts=(
            ("worth", f"{book.equity:,.2f} {book.currency}"),
            ("gross", f"{book.gross:,.2f}"),
            ("net", f"{book.net:,.2f}"),
            ("cash", f"{book.cash:,.2f}"),
        ),
        rows=rows,
        notes=outcome.notes,
    )
    return write_stress_page(page, folder)


def _parts(loss: ScenarioLoss) -> tuple[str, ...]:
    return tuple(_money(part) for part in (loss.price, loss.spread, loss.fees, loss.funding))


def _position_row(each: PositionLoss) -> tuple[str, ...]:
    parts = (each.total, each.price, each.spread, each.fees, each.funding)
    return each.instrument, f"{each.move:+.1%}", *(_money(part) for part in parts)


def _print(outcome: StressOutcome, page: Path | None) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    book, worst = outcome.book, outcome.worst
    console.print(
        f"{len(book.positions)} positions, worth {book.equity:,.2f} {book.currency}, gross "
        f"{book.gross:,.2f}, net {book.net:,.2f}, cash {book.cash:,.2f}"
    )
    if worst is not None:
        console.print(_loss_table(outcome))
        console.print(_position_table(worst))
        console.print(worst.scenario.meaning, markup=False)
    for note in outcome.notes:
        console.print(f"note: {note}", markup=False)
    if page is not None:
        console.print(f"page {page}", markup=False)


def _loss_table(outcome: StressOutcome) -> Table:
    table = Table(
        title=f"what each scenario costs, {outcome.book.currency}; a gain is negative",
        title_justify="left",
    )
    words = ("scenario", "", "limits", "breakers")
    for head in ("scenario", "loss", "of worth", "price", "spread", "fees", "funding", *words[1:]):
        table.add_column(head, justify="left" if head in words else "right")
    rows = zip(outcome.losses, outcome.effects, outcome.breakers, strict=True)
    for loss, effects, tripped in rows:
        table.add_row(
            loss.scenario.title,
            _money(loss.total),
            _share(loss.share),
            *_parts(loss),
            "liquidated" if loss.is_liquidated else "",
            "; ".join(effects),
            ", ".join(dict.fromkeys(_breaker_word(each) for each in tripped)),
        )
    return table


def _position_table(loss: ScenarioLoss) -> Table:
    table = Table(title=f"the worst of them: {loss.scenario.title}", title_justify="left")
    for head in ("instrument", "move", "loss", "price", "spread", "fees", "funding"):
        table.add_column(head, justify="left" if head == "instrument" else "right")
    for each in loss.positions:
        table.add_row(*_position_row(each))
    if loss.cash:
        table.add_row("cash", "", _money(loss.cash), _money(loss.cash), "", "", "")
    return table


def _breaker_word(tripped: TrippedBreaker) -> str:
    return f"{breaker_name(tripped.breaker)} ({action_name(tripped.action)})"


def _breaker_line(tripped: TrippedBreaker) -> str:
    of = f" of {tripped.instrument}" if tripped.instrument else ""
    words = breaker_words(tripped.breaker, tripped.number, tripped.bound)
    return f"{_breaker_word(tripped)}{of}: {words}"


def _money(value: Decimal) -> str:
    return f"{value:,.2f}"


def _share(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:.2%}"
