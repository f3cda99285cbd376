"""``traider record`` while it runs: the feed, the journal, what is shown, and the end."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from traider.cli.feed_live import at_end, cancel_on_signal, print_quality, show_live
from traider.cli.replay_outcome import outcome_body, print_outcome
from traider.domain.errors import UsageError
from traider.domain.ports import Clock
from traider.feed.feed import Feed
from traider.feed.feed_ports import FeedPorts
from traider.feed.quality_report import QualityRow, report_body
from traider.journal.instruments import JournalInstrument
from traider.journal.terms import JournalTerms
from traider.journal.writer import JournalWriter
from traider.runtime.config import Config, config_digest
from traider.runtime.event_targets import StreamOutcome, TargetOrder, Targets
from traider.runtime.exchange_clock import clock_of
from traider.runtime.live_feed import LiveFeedRequest, keep, open_feed
from traider.runtime.observation import Observation
from traider.runtime.recording import Recorder, catch_up, clock_from
from traider.store.lake_paths import series_folders

_PAUSE_S: Final = 0.005
"""Between two appends: a block of the journal costs as much as 1.5 events, whatever it holds."""


@dataclass(frozen=True)
class RecordOrder:
    """What is recorded, where to, for how long."""

    request: LiveFeedRequest
    config: Config
    folder: Path
    seconds: float
    """0 until it is stopped."""
    at: str
    terms: JournalTerms
    decides: bool
    lake: Path | None
    features: Path | None
    as_json: bool


def run_record(order: RecordOrder, seen: Observation) -> None:
    """Record until the time is up or the person stops it, then print what was kept.

    Raises:
        TraiderError: the venue cannot be asked, or the journal cannot be written.
    """
    asyncio.run(_record(order, seen))


async def _record(order: RecordOrder, seen: Observation) -> None:
    cancel_on_signal()
    clock: Clock | None = await clock_of(order.at, seen.clock) if order.at else seen.clock
    request = replace(order.request, is_timed=clock is not None)
    clock = clock_from(order.folder, clock or seen.clock)
    feed = await open_feed(request, FeedPorts(clock, seen.log, seen.alerts))
    instruments = [
        JournalInstrument(each.name, each.symbol, each.tick_size, each.lot_size)
        for each in feed.instruments
    ]
    if order.folder.is_dir() and any(series_folders(order.folder)):
        raise UsageError(
            "holds a lake", where=str(order.folder), fix="record into a folder of its own"
        )
    wanted = TargetOrder(order.config, order.decides, order.lake, order.features)
    with (
        JournalWriter.open(order.folder, instruments, order.terms) as journal,
        Targets(journal.instruments, wanted) as targets,
    ):
        recorder = Recorder(journal, targets.sinks, catch_up(journal, targets.sinks))
        recorder.begin(config_digest(order.config), clock.now_ns())
        rows, body = await _keep(feed, recorder, clock, order)
        outcome = targets.finish()
    _print(recorder, outcome, rows, body, as_json=order.as_json)


async def _keep(
    feed: Feed, recorder: Recorder, clock: Clock, order: RecordOrder
) -> tuple[tuple[QualityRow, ...], dict[str, object]]:
    """Run the feed into the journal; return its report and how it stood at the end."""
    keeping = asyncio.create_task(keep(feed, recorder, _PAUSE_S))
    try:
        async with asyncio.timeout(order.seconds or None):
            await show_live(feed, keeping, clock, as_json=order.as_json)
    except (TimeoutError, asyncio.CancelledError):
        pass  # the time is up, or the person had enough
    # Before the connections are closed, which would count as a fault of the data.
    recorder.end(feed.queue.take())
    rows, body = feed.report(), at_end(feed)
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping
    return rows, body


def _print(
    recorder: Recorder,
    outcome: StreamOutcome,
    rows: Sequence[QualityRow],
    body: dict[str, object],
    *,
    as_json: bool,
) -> None:
    if as_json:
        counts = {"events_before": recorder.held.events, "events_new": recorder.new}
        whole = {**outcome_body(outcome), **counts, "quality": report_body(rows), **body}
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    print_quality(rows)
    print_outcome(outcome)
