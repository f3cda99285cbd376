"""``traider feed --venue … --product …``: listen to a venue and show what comes."""

import asyncio
import contextlib
import json
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

from traider.cli.feed_view import FeedView
from traider.domain.events import EventArray
from traider.domain.ports import Clock
from traider.feed.feed import Feed
from traider.feed.feed_ports import FeedPorts
from traider.feed.quality_report import QualityRow, report_body
from traider.runtime.exchange_clock import clock_of
from traider.runtime.live_feed import LiveFeedRequest, keep, open_feed
from traider.runtime.observation import Observation
from traider.venues.rfc3339 import format_ns

_WIDTH: Final = 160
_PLAIN_S: Final = 5.0
"""How often a line is printed where there is no terminal to draw on."""


@dataclass(frozen=True)
class LiveShow:
    """How a live feed is shown, and for how long."""

    seconds: float
    """0 until it is stopped."""
    as_json: bool
    report_folder: Path | None
    at: str = ""
    """Address of the local exchange that is listened to."""


class _Counted:
    """Take the events of a feed and count them: nothing else is asked of them here."""

    def __init__(self) -> None:
        self.events = 0

    def append(self, events: EventArray) -> None:
        """Count ``events``."""
        self.events += len(events)


def listen(request: LiveFeedRequest, seen: Observation, show: LiveShow) -> None:
    """Listen until the time is up or the person stops it, then print what was met."""
    asyncio.run(_listen(request, seen, show))


async def _listen(request: LiveFeedRequest, seen: Observation, show: LiveShow) -> None:
    def keep_report(rows: Sequence[QualityRow]) -> None:
        if show.report_folder is not None:
            _write(rows, show.report_folder)

    cancel_on_signal()
    clock: Clock | None = await clock_of(show.at, seen.clock) if show.at else seen.clock
    request = replace(request, is_timed=clock is not None)
    clock = clock or seen.clock
    ports = FeedPorts(clock, seen.log, seen.alerts)
    feed = await open_feed(request, ports, keep_report)
    sink = _Counted()
    keeping = asyncio.create_task(keep(feed, sink))
    try:
        async with asyncio.timeout(show.seconds or None):
            await show_live(feed, keeping, clock, as_json=show.as_json)
    except (TimeoutError, asyncio.CancelledError):
        pass  # the time is up, or the person had enough
    # Before the connections are closed, which would count as a fault of the data.
    rows, body = feed.report(), at_end(feed)
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping
    keep_report(rows)
    if show.as_json:
        click.echo(json.dumps({"events": sink.events, **report_body(rows), **body}))
    else:
        print_quality(rows)


def cancel_on_signal() -> None:
    """Let Ctrl-C and a request to end cancel this task, also where a shell ignores Ctrl-C."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


async def show_live(
    feed: Feed, keeping: "asyncio.Task[None]", clock: Clock, *, as_json: bool
) -> None:
    """Draw the view each second on a terminal; say a line now and then elsewhere."""
    view, console = FeedView(feed), Console(stderr=as_json)
    if not console.is_terminal:
        console.width = _WIDTH
        while not keeping.done():
            await asyncio.wait({keeping}, timeout=_PLAIN_S)
            if not as_json:
                console.print(view.draw(clock.now_ns(), clock.monotonic_ns()))
    else:
        with Live(console=console, auto_refresh=False) as live:
            while not keeping.done():
                live.update(view.draw(clock.now_ns(), clock.monotonic_ns()), refresh=True)
                await asyncio.wait({keeping}, timeout=1.0)
    await keeping  # it ends by itself only with an error


def at_end(feed: Feed) -> dict[str, object]:
    """Return the best prices and the connections when it ended."""
    quoted = {}
    for number, instrument in enumerate(feed.instruments):
        top = feed.books.top(number)
        bid, ask = top.bid_ticks * instrument.tick_size, top.ask_ticks * instrument.tick_size
        quoted[instrument.name] = {
            "best_bid": f"{bid:f}" if top.bid_lots else None,
            "best_ask": f"{ask:f}" if top.ask_lots else None,
            "health": feed.watches[number].health.name.lower(),
        }
    connections = [
        {
            "name": each.stream.name,
            "messages": each.counts.messages,
            "bytes": each.counts.bytes,
            "opened": each.counts.opened,
            "unreadable": each.counts.unreadable,
            "snapshots_asked": each.counts.asked,
            "slowed": each.counts.slowed,
        }
        for each in feed.connections
    ]
    queue = feed.queue
    merged = {"conflations": queue.conflations, "changes_merged": queue.dropped_changes}
    return {"quoted": quoted, "connections": connections, "queue": merged}


def print_quality(rows: Sequence[QualityRow]) -> None:
    """Print a data-quality report."""
    console = Console()
    if not console.is_terminal:
        console.width = _WIDTH
    names = (
        "instrument", "messages", "levels", "trades", "gaps", "blind s", "longest s", "whole",
        "healthy", "p50 ms", "p99 ms", "faults",
    )  # fmt: skip
    table = Table(box=None, pad_edge=False)
    for name in names:
        justify = "left" if name in ("instrument", "faults") else "right"
        table.add_column(name, justify=justify, no_wrap=name != "faults")  # type: ignore[arg-type]
    for row in rows:
        body = row.body()
        told = ", ".join(f"{name} {count}" for name, count in body["faults"].items() if count)
        table.add_row(
            row.instrument,
            *(f"{body[name]:,}" for name in ("messages", "level_updates", "trades", "gaps")),
            f"{body['blind_s']:.3f}",
            f"{body['longest_blind_s']:.3f}",
            f"{100 * row.whole_fraction:.3f} %",
            f"{100 * row.healthy_fraction:.3f} %",
            f"{body['latency_ms']['p50']:.2f}",
            f"{body['latency_ms']['p99']:.2f}",
            told or "none",
        )
    console.print(table)
    if rows:
        console.print(
            f"{format_ns(rows[0].from_ns)} to {format_ns(rows[0].until_ns)}", highlight=False
        )


def _write(rows: Sequence[QualityRow], folder: Path) -> None:
    """Write a report, a file a day; several of one day stand beside each other."""
    if not rows:
        return
    folder.mkdir(parents=True, exist_ok=True)
    stamp = format_ns(rows[0].from_ns)[:19].replace(":", "")
    path = folder / f"quality-{stamp}Z.json"
    path.write_text(json.dumps(report_body(rows), ensure_ascii=False, indent=1) + "\n", "utf-8")
