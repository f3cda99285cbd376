"""A feed: connections under supervision, their books watched, their events in one queue.

    feed = Feed(instruments, books, FeedPorts(clock, log, alerts), terms)
    feed.add(stream)                  # a connection for some of the instruments
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(feed.run())
        while events := await feed.queue.wait(): …

Every event leaves in the order of its receipt. At each end of a UTC day ``on_report`` is given what
was met of each instrument on it. When a check changes its mind about an instrument a
HEALTH event follows the message that made it so; a fault that lasts is told to a person.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.market_health import MarketHealth
from traider.domain.payload_table import PAYLOADS
from traider.domain.ports import Alert, Severity
from traider.feed.books import Books
from traider.feed.connection import ConnectionTerms, FeedConnection
from traider.feed.event_queue import EventQueue
from traider.feed.feed_ports import FeedPorts
from traider.feed.pacing import Pacing
from traider.feed.quality import Change, QualityTerms, QualityWatch
from traider.feed.quality_report import QualityRow, day_of
from traider.feed.receive_clock import ReceiveClock
from traider.venues.market_stream import LimitedStream, MarketStream, StreamLimits

_SECOND_NS: Final = 1_000_000_000
_TICK_S: Final = 0.25


@dataclass(frozen=True)
class FeedInstrument:
    """An instrument of the feed; its number is its place in the list."""

    name: str
    symbol: str
    """What the venue calls it."""
    tick_size: Decimal
    lot_size: Decimal


@dataclass(frozen=True)
class FeedTerms:
    """How a feed is run."""

    quality: QualityTerms = field(default_factory=QualityTerms)
    connection: ConnectionTerms = field(default_factory=ConnectionTerms)
    queue_events: int = 65_536
    alert_s: float = 10.0
    """How long a fault lasts before a person is told."""


class Feed:
    """Own the connections and what is known of the instruments."""

    def __init__(
        self,
        instruments: Sequence[FeedInstrument],
        books: Books,
        ports: FeedPorts,
        terms: FeedTerms | None = None,
        on_report: Callable[[tuple[QualityRow, ...]], None] = lambda _: None,
    ) -> None:
        self.instruments = tuple(instruments)
        self.books = books
        self.terms = terms or FeedTerms()
        self.queue = EventQueue(self.terms.queue_events)
        self.connections: list[FeedConnection] = []
        self.watches = tuple(
            QualityWatch(number, self.terms.quality) for number in range(len(instruments))
        )
        self._ports = ports
        self._receipt = ReceiveClock(ports.clock)
        self._numbers = {each.symbol: number for number, each in enumerate(instruments)}
        self._alerts = [_LastingFault() for _ in instruments]
        self._begun_ns = 0
        self._keepers: dict[str, MarketStream] = {}
        """Of each symbol the first connection, which brings its book."""
        self._pacings: dict[StreamLimits, Pacing] = {}
        self._tops = [books.top(number) for number in range(len(instruments))]
        self._on_report = on_report
        self.on_message: Callable[[], None] = lambda: None
        """Called when a message is in the queue with all that it brought about."""

    def add(self, stream: MarketStream) -> None:
        """Add a connection; its symbols must be those of instruments.

        Raises:
            KeyError: a symbol belongs to no instrument.
        """
        for symbol in stream.symbols:
            self._numbers[symbol]
            self._keepers.setdefault(symbol, stream)
        limits = stream.limits if isinstance(stream, LimitedStream) else StreamLimits()
        pacing = self._pacings.setdefault(limits, Pacing(limits, self._ports.clock))
        self.connections.append(
            FeedConnection(stream, self, self._receipt, self._ports, self.terms.connection, pacing)
        )

    async def run(self) -> None:
        """Keep every connection until cancelled."""
        begun_ns = self._begun_ns = self._receipt.stamp()
        for watch in self.watches:
            watch.begin(begun_ns)
            self._tell(watch)
        async with asyncio.TaskGroup() as tasks:
            for connection in self.connections:
                tasks.create_task(connection.run())
            tasks.create_task(self._pass_time())

    def report(self) -> tuple[QualityRow, ...]:
        """Return what was met of each instrument since the last report, and begin anew."""
        now_ns = self._receipt.stamp()
        rows = tuple(
            QualityRow(each.name, self._begun_ns, now_ns, watch.roll(now_ns))
            for each, watch in zip(self.instruments, self.watches, strict=True)
        )
        self._begun_ns = now_ns
        return rows

    # --------------------------------------------------------------------- told by connections

    def take(self, stream: MarketStream, events: EventArray) -> None:
        """Apply the events of one message to the books, judge it and queue it."""
        numbers = events["instrument"]
        several = dict.fromkeys(numbers.tolist())
        for number in several:
            part = events if len(several) == 1 else events[numbers == number]
            self._judge(stream, number, part)
        self.queue.put(events)
        for number in several:
            self._tell(self.watches[number])
        self.on_message()

    def opened(self, stream: MarketStream, now_ns: int) -> None:
        """Note that the instruments of a connection may be heard of again."""
        self._connected(stream, now_ns, is_open=True)

    def ended(self, stream: MarketStream, now_ns: int) -> None:
        """Note that they cannot be heard of."""
        self._connected(stream, now_ns, is_open=False)

    def unreadable(self, stream: MarketStream, now_ns: int) -> None:
        """Note that something about them could not be read, and tell a person at once."""
        title = f"{stream.name}: a message could not be read"
        detail = "the connection is made anew; the log has the message"
        alert = Alert(f"feed:{stream.name}:schema", Severity.WARNING, title, detail)
        self._ports.alerts.send(alert)
        for symbol in stream.symbols:
            self.watches[self._numbers[symbol]].unreadable(now_ns)
            self._tell(self.watches[self._numbers[symbol]])

    def unsubscribed(self, stream: MarketStream, symbols: Sequence[str], now_ns: int) -> None:
        """Note whose books the venue does not tell any more, by its own word."""
        for symbol in stream.symbols:
            watch = self.watches[self._numbers[symbol]]
            watch.subscribed(now_ns, is_subscribed=symbol not in symbols)
            self._tell(watch)

    def doubted(self, stream: MarketStream) -> tuple[str, ...]:
        """Return the symbols whose book this connection brings, and which is frozen."""
        return tuple(
            symbol
            for symbol in stream.symbols
            if self.watches[self._numbers[symbol]].is_frozen and self._keepers[symbol] is stream
        )

    # ------------------------------------------------------------------------------- its own

    def _judge(self, stream: MarketStream, number: int, events: EventArray) -> None:
        before = self._tops[number]
        self.books.apply(events)
        after = self._tops[number] = self.books.top(number)
        is_whole = self._is_whole(stream, number)
        lost = self.books.lost(number)
        self.watches[number].see(events, before, after, is_whole=is_whole, lost=lost)

    def _is_whole(self, stream: MarketStream, number: int) -> bool:
        """Return whether the book of an instrument stands on an unbroken stream."""
        return stream.mapper.is_whole(self.instruments[number].symbol)

    def _connected(self, stream: MarketStream, now_ns: int, *, is_open: bool) -> None:
        for symbol in stream.symbols:
            watch = self.watches[self._numbers[symbol]]
            watch.connected(now_ns, is_open=is_open)
            self._tell(watch)

    async def _pass_time(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            now_ns = self._receipt.stamp()
            if day_of(now_ns) != day_of(self._begun_ns):
                self._on_report(self.report())
            for watch, alert in zip(self.watches, self._alerts, strict=True):
                watch.pass_time(now_ns)
                self._tell(watch)
                self._warn(watch, alert, now_ns)

    def _tell(self, watch: QualityWatch) -> None:
        """Queue a HEALTH event when the worst fault of an instrument is another one."""
        now_ns = self._receipt.last_ns
        change = watch.change(now_ns)
        if change is None:
            return
        # A time of its own, so that it stands after the message that brought it about.
        self.queue.put(health_event(watch.instrument, change, self._receipt.stamp()))
        name = self.instruments[watch.instrument].name
        self._ports.log.info(
            "health changed",
            instrument=name,
            health=change.health.name.lower(),
            number=change.number,
            limit=change.limit,
        )

    def _warn(self, watch: QualityWatch, alert: "_LastingFault", now_ns: int) -> None:
        """Tell a person of a fault that lasts, once, and of its end."""
        name = self.instruments[watch.instrument].name
        if watch.health is MarketHealth.HEALTHY:
            if alert.is_told:
                lasted_s = (now_ns - alert.since_ns) / _SECOND_NS
                detail = f"after {lasted_s:.1f} s"
                self._send(name, Severity.INFO, f"{name}: data is healthy again", detail)
            alert.since_ns, alert.is_told = 0, False
            return
        alert.since_ns = alert.since_ns or now_ns
        if not alert.is_told and now_ns - alert.since_ns > self.terms.alert_s * _SECOND_NS:
            alert.is_told = True
            lost = watch.health <= MarketHealth.LEVELS_LOST
            severity = Severity.CRITICAL if lost else Severity.WARNING
            title = f"{name}: data is {watch.health.name.lower().replace('_', ' ')}"
            self._send(name, severity, title, f"for more than {self.terms.alert_s:g} s")

    def _send(self, name: str, severity: Severity, title: str, detail: str) -> None:
        self._ports.alerts.send(Alert(f"feed:{name}", severity, title, detail))


@dataclass
class _LastingFault:
    """Since when an instrument is unhealthy, and whether a person was told."""

    since_ns: int = 0
    is_told: bool = False


def health_event(instrument: int, change: Change, now_ns: int) -> EventArray:
    """Return a HEALTH event."""
    event = empty_events(1)
    event["ts_event"] = event["ts_recv"] = now_ns
    event["kind"], event["instrument"] = Kind.HEALTH, instrument
    event["version"] = PAYLOADS[Kind.HEALTH].version
    event["code"], event["number"], event["limit"] = change.health, change.number, change.limit
    return join_events([event])
