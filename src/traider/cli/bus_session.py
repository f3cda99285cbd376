"""Run roles of the bus for a person: signals, progress, and what was done on stdout."""

import asyncio
import json
import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from traider.bus import Bus
from traider.cli.bus_live import LiveSource, publish_live
from traider.cli.interrupt import StopRequest, stop_on_interrupt
from traider.cli.progress import ProgressReport, Show, progress_shown
from traider.domain.errors import Interrupted, TraiderError
from traider.domain.metric_names import EVENTS_KEPT
from traider.kernel import CACHE_FOLDER, is_warm
from traider.runtime.bus import open_bus
from traider.runtime.config import Config
from traider.runtime.live_feed import LiveFeedRequest
from traider.runtime.observability import RoleObservation, observe
from traider.runtime.replay_pace import at_speed
from traider.runtime.replay_sources import open_stream
from traider.runtime.roles import FeaturesOutcome, FeaturesRole, FeaturesTerms, publish_stream
from traider.runtime.wiring import warm_up_kernel


@dataclass(frozen=True)
class BusOrder:
    """What a person asked for."""

    config: Config
    record: tuple[Path, ...]
    venue: str
    request: LiveFeedRequest | None
    at: str
    seconds: float
    """0 until it is stopped."""
    as_json: bool
    speed: float = 0.0
    """Seconds of a record in a second; 0 does not wait."""
    lake: Path = Path("lake")
    group: str = ""
    until_end: bool = False


class _Stopping(StopRequest):
    """Whether to stop: a person asked, the process was asked to end, or the time is up."""

    def __init__(self, by_person: StopRequest, seconds: float) -> None:
        super().__init__()
        self._by_person = by_person
        self._seconds = seconds
        self._until_s = math.inf

    def begin(self) -> None:
        """Let the time begin: what is loaded and compiled before does not count."""
        if self._seconds:
            self._until_s = time.monotonic() + self._seconds

    def __call__(self) -> bool:
        """Return whether to stop."""
        return self.asked or self._by_person() or time.monotonic() > self._until_s


def publish_session(order: BusOrder) -> None:
    """Publish, and print how much.

    Raises:
        Interrupted: the person stopped a record; what was published stays.
        TraiderError: the source or the bus cannot be used.
    """
    with observe(order.config, "feed") as seen, _stopping(order) as stop:
        bus = open_bus(order.config.bus, seen.log)
        stop.begin()
        live = _live(order, is_shown=not order.as_json)
        if live is not None:
            events = asyncio.run(publish_live(live, bus, seen, stop))
        else:
            with progress_shown(Show.JSON if order.as_json else Show.SUMMARY) as progress:
                events = _publish_record(order, bus, stop, progress)
    if order.as_json:
        click.echo(json.dumps({"events": events}))
    else:
        click.echo(f"{events:,} events published")


def features_session(order: BusOrder) -> None:
    """Keep events and features until the source ends or the person stops it; print what was kept.

    Raises:
        TraiderError: the source, the bus or the lake cannot be used.
    """
    with observe(order.config, "features") as seen, _stopping(order) as stop:
        show = Show.JSON if order.as_json else Show.SUMMARY
        with progress_shown(show) as progress:
            # Before the group is joined: a compiler would keep its readers waiting.
            warm_up_kernel(progress, stop, first=not is_warm(CACHE_FOLDER))

            def told(events: int) -> None:
                seen.metrics.set(EVENTS_KEPT, events)
                if progress is not None:
                    progress(0.0, f"{events:,} events kept")

            bus = open_bus(order.config.bus, seen.log)
            source = _source(order, bus, seen, stop)
            role = _role(order, seen)

            def ended() -> bool:
                # What a source in this process published is kept before the end.
                return source.is_over and role.is_idle if source.is_there else stop()

            stop.begin()
            seen.health.set_ready(is_ready=True)
            with source:
                outcome = role.run(bus, ended, told)
    _print(order, outcome, role.group)


class _Source:
    """A feed role in a thread of the process that keeps what it publishes; or none."""

    def __init__(self, run: Callable[[], int] | None, stop: StopRequest) -> None:
        self._stop = stop
        self._fault: TraiderError | None = None
        self._run = run
        self._is_over = False
        self._thread = Thread(target=self._work, name="feed-role", daemon=True)

    @property
    def is_there(self) -> bool:
        """Whether this process publishes."""
        return self._run is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self._is_over

    def __enter__(self) -> None:
        """Begin to publish."""
        if self._run is not None:
            self._thread.start()

    def __exit__(self, kind: object, *caught: object) -> None:
        """End; what went wrong there is raised here."""
        self._stop.asked = True
        if self._run is not None and kind is None:
            self._thread.join()
        if self._fault is not None and not isinstance(self._fault, Interrupted):
            raise self._fault

    def _work(self) -> None:
        try:
            if self._run is not None:
                self._run()
        except TraiderError as fault:
            self._fault = fault
        finally:
            self._is_over = True


def _source(order: BusOrder, bus: Bus, seen: RoleObservation, stop: StopRequest) -> _Source:
    live = _live(order, is_shown=False)
    if live is not None:
        return _Source(lambda: asyncio.run(publish_live(live, bus, seen, stop)), stop)
    if order.record:
        return _Source(lambda: _publish_record(order, bus, stop), stop)
    return _Source(None, stop)


def _live(order: BusOrder, *, is_shown: bool) -> LiveSource | None:
    if order.request is None:
        return None
    return LiveSource(order.request, order.at, order.config.bus.batch_events, is_shown)


def _publish_record(
    order: BusOrder, bus: Bus, stop: StopRequest, progress: ProgressReport | None = None
) -> int:
    def told(events: int) -> None:
        if progress is not None:
            progress(0.0, f"{events:,} events published")

    stream = at_speed(open_stream(order.record, order.venue), order.speed, stop)
    return publish_stream(stream, bus, order.config.bus.batch_events, told=told, stop=stop)


def _role(order: BusOrder, seen: RoleObservation) -> FeaturesRole:
    bus = order.config.bus
    terms = FeaturesTerms(bus.save_s, bus.save_events, until_end=order.until_end)
    return FeaturesRole(order.config, order.lake, seen.clock, seen.log, terms, order.group)


@contextmanager
def _stopping(order: BusOrder) -> Iterator["_Stopping"]:
    """Yield what says whether to stop: on Ctrl-C, on a request to end, when the time is up."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        timed.asked = True

    with stop_on_interrupt(quiet=order.as_json) as asked:
        timed = _Stopping(asked, order.seconds)
        before = signal.signal(signal.SIGTERM, on_signal)
        try:
            yield timed
        finally:
            signal.signal(signal.SIGTERM, before)


def _print(order: BusOrder, outcome: FeaturesOutcome, group: str) -> None:
    body: dict[str, Any] = {
        "lake": str(order.lake),
        "group": group,
        "events": sum(outcome.events.values()),
        "instruments": dict(outcome.events),
        "missing": outcome.missing,
        "duplicates": outcome.duplicates,
        "rows": {"fresh": outcome.written.fresh, "known": outcome.written.known},
    }
    if order.as_json:
        click.echo(json.dumps(body, ensure_ascii=False))
        return
    table = Table("instrument", "events", box=None, pad_edge=False)
    for name, events in outcome.events.items():
        table.add_row(name, f"{events:,}")
    console = Console()
    console.print(table)
    console.print(
        f"{outcome.written.fresh:,} rows of features and signals in {order.lake}, group {group}; "
        f"{outcome.missing:,} events missing, {outcome.duplicates:,} came twice",
        highlight=False,
        soft_wrap=True,
    )
