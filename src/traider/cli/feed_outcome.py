"""What ``traider feed --capture`` prints: a table for a person, or one JSON object."""

from typing import Any

from rich.console import Console
from rich.table import Table

from traider.feed.replay import InstrumentReport, Quoted
from traider.runtime.recorded_feed import TimedReplay

_COLUMNS = (
    "instrument", "messages", "updates", "trades", "gaps", "crossed", "checksums",
    "best bid", "best ask", "levels", "book",
)  # fmt: skip

_WIDTH = 160
"""Characters of a line where no terminal says how wide it is."""


def as_body(found: TimedReplay) -> dict[str, Any]:
    """Return the report as it is printed for a program: prices and sizes are text, exactly."""
    report = found.report
    return {
        "messages": report.messages,
        "events": report.events,
        "seconds": round(found.seconds, 6),
        "instruments": {each.name: _instrument(each) for each in report.instruments},
        "without_event": report.others,
    }


def _instrument(each: InstrumentReport) -> dict[str, Any]:
    counts = each.counts
    return {
        "messages": counts.messages,
        "updates": counts.level_updates,
        "trades": counts.trades,
        "gaps": counts.gaps,
        "crossed": each.crossed,
        "checksums_right": counts.checksums_right,
        "checksums_wrong": counts.checksums_wrong,
        "best_bid": _quoted(each.bid),
        "best_ask": _quoted(each.ask),
        "bid_levels": each.bid_levels,
        "ask_levels": each.ask_levels,
        "whole": each.is_whole,
    }


def _quoted(level: Quoted | None) -> dict[str, str] | None:
    return {"price": f"{level.price:f}", "size": f"{level.size:f}"} if level else None


def print_report(found: TimedReplay) -> None:
    """Print the table."""
    report, console = found.report, Console()
    if not console.is_terminal:
        console.width = _WIDTH
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        is_text = name in ("instrument", "book")
        table.add_column(name, justify="left" if is_text else "right", no_wrap=True)
    for each in report.instruments:
        table.add_row(*_row(each))
    console.print(table)
    updates = sum(each.counts.level_updates for each in report.instruments)
    console.print(
        f"{report.messages:,} messages, {report.events:,} events and {updates:,} levels "
        f"in {found.seconds:.2f} s",
        highlight=False,
    )
    if report.others:
        names = ", ".join(f"{name} {count:,}" for name, count in report.others.items())
        console.print(f"without an event: {names}", highlight=False)


def _row(each: InstrumentReport) -> tuple[str, ...]:
    counts = each.counts
    right, wrong = counts.checksums_right, counts.checksums_wrong
    return (
        each.name,
        f"{counts.messages:,}",
        f"{counts.level_updates:,}",
        f"{counts.trades:,}",
        f"{counts.gaps:,}",
        f"{each.crossed:,}",
        f"{right:,} right, {wrong:,} wrong" if right + wrong else "none",
        _shown(each.bid),
        _shown(each.ask),
        f"{each.bid_levels:,} / {each.ask_levels:,}",
        "whole" if each.is_whole else "none" if not counts.gaps else "broken",
    )


def _shown(level: Quoted | None) -> str:
    return f"{level.price:f} × {level.size:f}" if level else "none"
