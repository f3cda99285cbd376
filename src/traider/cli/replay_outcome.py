"""What ``traider record`` and ``traider replay`` print: tables, or one JSON object."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from traider.runtime.book_target import BookOutcome
from traider.runtime.event_targets import StreamOutcome
from traider.runtime.strategy_target import StrategyOutcome
from traider.venues.rfc3339 import format_ns

_WIDTH: Final = 160
_COLUMNS: Final = ("instrument", "events", "trades", "gaps", "best bid", "best ask", "levels")


def outcome_body(outcome: StreamOutcome) -> dict[str, Any]:
    """Return the outcome as it is printed for a program; prices and money are text, exactly."""
    stream = outcome.stream
    body: dict[str, Any] = {
        "events": stream.events,
        "first": format_ns(stream.first_ns) if stream.events else None,
        "last": format_ns(stream.last_ns) if stream.events else None,
        "kinds": stream.kinds,
        "events_digest": stream.events_digest,
        "instruments": {each.name: _book(each) for each in stream.instruments},
        "fingerprint": stream.fingerprint,
    }
    if outcome.strategy is not None:
        body["strategy"] = _strategy(outcome.strategy)
    if outcome.features is not None:
        body["features"] = asdict(outcome.features)
    return body


def _book(each: BookOutcome) -> dict[str, Any]:
    return {
        "events": each.events,
        "trades": each.trades,
        "gaps": each.gaps,
        "best_bid": _price(each.best_bid),
        "best_ask": _price(each.best_ask),
        "bid_levels": each.bid_levels,
        "ask_levels": each.ask_levels,
        "levels_digest": each.levels_digest,
    }


def _strategy(found: StrategyOutcome) -> dict[str, Any]:
    return {
        "orders": found.orders,
        "fills": found.fills,
        "equity": f"{found.equity:f}",
        "currency": found.currency,
        "fill_tier": found.fill_tier,
        "notes": list(found.notes),
        "fingerprint": found.fingerprint,
    }


def _price(price: Decimal | None) -> str | None:
    return None if price is None else f"{price:f}"


def print_outcome(outcome: StreamOutcome) -> None:
    """Print the table and the fingerprint."""
    console, stream = Console(), outcome.stream
    if not console.is_terminal:
        console.width = _WIDTH
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name == "instrument" else "right", no_wrap=True)
    for each in stream.instruments:
        table.add_row(
            each.name,
            *(f"{count:,}" for count in (each.events, each.trades, each.gaps)),
            _price(each.best_bid) or "none",
            _price(each.best_ask) or "none",
            f"{each.bid_levels:,} / {each.ask_levels:,}",
        )
    console.print(table)
    if stream.events:
        console.print(
            f"{stream.events:,} events from {format_ns(stream.first_ns)} "
            f"to {format_ns(stream.last_ns)}",
            highlight=False,
        )
    found = outcome.strategy
    if found is not None:
        console.print(
            f"{found.orders:,} orders, {found.fills:,} fills, equity "
            f"{found.equity:,.2f} {found.currency} ({found.fill_tier} fills)",
            highlight=False,
        )
        for note in found.notes:
            console.print(f"note: {note}", highlight=False)
    if outcome.features is not None:
        rows = ", ".join(f"{name} {count:,}" for name, count in asdict(outcome.features).items())
        console.print(f"features and signals, rows: {rows}", highlight=False)
    console.print(f"fingerprint {stream.fingerprint}", highlight=False)
