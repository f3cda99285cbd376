"""A feed of several instruments: what leaves it, whom it tells, and its reports."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

from tests.feed.plain_books import PlainBooks
from tests.feed.test_connection import QUICK, Venue
from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from tests.venues.socket_server import SocketServer, socket_server
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.market_health import MarketHealth
from traider.domain.ports import Severity
from traider.feed.feed import Feed, FeedInstrument, FeedTerms
from traider.feed.feed_ports import FeedPorts
from traider.feed.quality import QualityTerms
from traider.feed.quality_report import DAY_NS, QualityRow, report_body
from traider.ops.clock import SystemClock
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.coinbase.market_stream import CoinbaseStream
from traider.venues.listing import Listing

SYMBOLS = ("BTC-USD", "ETH-USD")
TICK, LOT = Decimal("0.01"), Decimal("0.1")
TIMES = 86_400.0
QUALITY = QualityTerms(
    stale_s=60.0, quote_s=0.2, ahead_s=TIMES * 10_000, late_s=TIMES * 10_000, spread=0.5
)


class MovableClock:
    """The machine's clock, whose date a test may set forward."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self.ahead_ns = 0

    def now_ns(self) -> int:
        return self._real.now_ns() + self.ahead_ns

    def monotonic_ns(self) -> int:
        return self._real.monotonic_ns()


class CrampedBooks(PlainBooks):
    """Books with room for three bids; what finds none is counted, as a table of levels does."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._lost = [0] * count

    def apply(self, events: EventArray) -> None:
        for place in range(len(events)):
            event = events[place : place + 1]
            number = int(event["instrument"][0])
            is_new = event["kind"][0] == Kind.DEPTH_UPDATE and event["side"][0] > 0
            if is_new and self.levels(number)[0] >= 3:
                self._lost[number] += 1
            else:
                super().apply(event)

    def lost(self, number: int) -> int:
        return self._lost[number]


class Rig:
    """A feed that runs, and what it told."""

    def __init__(self, url: str, alert_s: float) -> None:
        self.clock, self.alerts, self.log = MovableClock(), MemoryAlerts(), MemoryLog()
        self.reports: list[tuple[QualityRow, ...]] = []
        instruments = [FeedInstrument(f"COINBASE:{each}", each, TICK, LOT) for each in SYMBOLS]
        self.feed = Feed(
            instruments,
            CrampedBooks(2),
            FeedPorts(self.clock, self.log, self.alerts),
            FeedTerms(QUALITY, QUICK, alert_s=alert_s),
            self.reports.append,
        )
        listings = [Listing(each, number, TICK, LOT) for number, each in enumerate(SYMBOLS)]
        self.feed.add(CoinbaseStream(CoinbaseMapper(listings), SYMBOLS, self.clock, url=url))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(30.0):
            while not is_so():  # noqa: ASYNC110 - a feed tells its state to whoever looks
                await asyncio.sleep(0.01)

    @property
    def healths(self) -> list[MarketHealth]:
        return [watch.health for watch in self.feed.watches]


Scene = Callable[[SocketServer, Rig], Awaitable[None]]


def play(scene: Scene, alert_s: float = 60.0) -> Rig:
    async def run() -> Rig:
        async with socket_server() as server:
            rig = Rig(server.url, alert_s)
            running = asyncio.create_task(rig.feed.run())
            await scene(server, rig)
            running.cancel()
            await asyncio.wait({running})
        return rig

    return asyncio.run(run())


def say_books(venue: Venue) -> None:
    for symbol in SYMBOLS:
        updates = [
            {"side": side, "event_time": "2026-01-01T00:00:00Z", "price_level": price,
             "new_quantity": "1"}
            for side, price in (("bid", "99.99"), ("offer", "100.01"))
        ]  # fmt: skip
        venue.say("l2_data", {"type": "snapshot", "product_id": symbol, "updates": updates})


async def live(server: SocketServer, rig: Rig) -> Venue:
    venue = Venue(await server.peer())
    await venue.subscribed()
    say_books(venue)
    await rig.until(lambda: rig.healths == [MarketHealth.HEALTHY] * 2)
    return venue


async def subscribed_anew(server: SocketServer) -> Venue:
    venue = Venue(await server.peer())
    await venue.subscribed()
    return venue


def test_health_follows_the_message_that_changed_it_in_one_order() -> None:
    async def scene(server: SocketServer, rig: Rig) -> None:
        venue = await live(server, rig)
        venue.number += 1
        venue.say("heartbeats", {"current_time": "x", "heartbeat_counter": "1"})
        await rig.until(lambda: rig.healths == [MarketHealth.GAP] * 2)

    events = play(scene).feed.queue.take()
    told = [
        (Kind(int(e["kind"])).name, int(e["instrument"]), int(e["code"]))
        for e in events
        if e["kind"] in (Kind.HEALTH, Kind.GAP)
    ]
    gap, good = int(MarketHealth.GAP), int(MarketHealth.HEALTHY)
    lost = int(MarketHealth.DISCONNECTED)
    assert told[:6] == [("HEALTH", 0, lost), ("HEALTH", 1, lost), ("HEALTH", 0, gap),
                        ("HEALTH", 1, gap), ("HEALTH", 0, good), ("HEALTH", 1, good)]  # fmt: skip
    marks = [(name, number) for name, number, _ in told[6:10]]
    assert sorted(marks) == [("GAP", 0), ("GAP", 1), ("HEALTH", 0), ("HEALTH", 1)]
    assert marks.index(("GAP", 0)) < marks.index(("HEALTH", 0))
    times = join_events([events])["ts_recv"]
    assert (times[1:] >= times[:-1]).all()


def test_a_fault_that_lasts_is_told_once_and_so_is_its_end() -> None:
    async def scene(server: SocketServer, rig: Rig) -> None:
        first = await live(server, rig)
        first.peer.leave()
        second = Venue(await server.peer())
        await rig.until(lambda: len(rig.alerts.sent) == 2)
        await asyncio.sleep(0.3)  # still told once
        await second.subscribed()
        say_books(second)
        await rig.until(lambda: len(rig.alerts.sent) == 4)

    sent = play(scene, alert_s=0.05).alerts.sent
    assert [(each.severity, each.key) for each in sent] == [
        (Severity.CRITICAL, "feed:COINBASE:BTC-USD"),
        (Severity.CRITICAL, "feed:COINBASE:ETH-USD"),
        (Severity.INFO, "feed:COINBASE:BTC-USD"),
        (Severity.INFO, "feed:COINBASE:ETH-USD"),
    ]
    assert "data is gap" in sent[0].title
    assert "healthy again" in sent[2].title


def test_a_message_that_cannot_be_read_is_told_at_once() -> None:
    async def scene(server: SocketServer, rig: Rig) -> None:
        venue = await live(server, rig)
        venue.peer.say(b'{"channel":"l2_data","events":7}')
        await rig.until(lambda: bool(rig.alerts.sent))
        say_books(await subscribed_anew(server))
        await rig.until(lambda: rig.healths == [MarketHealth.SCHEMA] * 2)

    rig = play(scene)
    assert [(each.severity, each.key) for each in rig.alerts.sent] == [
        (Severity.WARNING, "feed:COINBASE/1:schema")
    ]
    assert [watch.counts.faults[MarketHealth.SCHEMA] for watch in rig.feed.watches] == [1, 1]


def test_a_book_without_room_is_told_until_one_that_fits() -> None:
    async def scene(server: SocketServer, rig: Rig) -> None:
        venue = await live(server, rig)
        for price in ("99.97", "99.96", "99.95"):
            venue.book("update", price=price)
        await rig.until(lambda: rig.healths[0] is MarketHealth.LEVELS_LOST)
        assert rig.healths[1] is MarketHealth.HEALTHY
        say_books(venue)
        await rig.until(lambda: rig.healths[0] is MarketHealth.HEALTHY)

    assert play(scene).feed.watches[0].counts.faults[MarketHealth.LEVELS_LOST] == 1


def say_quote(venue: Venue, bid: str, ask: str) -> None:
    ticker = {"type": "ticker", "product_id": "BTC-USD", "price": bid, "best_bid": bid,
              "best_bid_quantity": "1", "best_ask": ask, "best_ask_quantity": "1"}  # fmt: skip
    venue.say("ticker", {"type": "update", "tickers": [ticker]})


def test_a_book_that_quotes_leave_behind_is_asked_for_again_where_it_comes_from() -> None:
    async def scene(server: SocketServer, rig: Rig) -> None:
        venue = await live(server, rig)
        listings = [Listing("BTC-USD", 0, TICK, LOT)]
        rig.feed.add(CoinbaseStream(CoinbaseMapper(listings), SYMBOLS[:1], rig.clock, url="none"))
        while rig.healths[0] is not MarketHealth.FROZEN:
            say_quote(venue, "98.50", "98.51")
            await asyncio.sleep(0.02)
        assert rig.healths[1] is MarketHealth.HEALTHY
        keeper, other = (connection.stream for connection in rig.feed.connections)
        assert (rig.feed.doubted(keeper), rig.feed.doubted(other)) == (("BTC-USD",), ())
        assert await venue.asked() == ("unsubscribe", "level2")
        assert await venue.asked() == ("subscribe", "level2")
        say_books(venue)
        await rig.until(lambda: rig.healths == [MarketHealth.HEALTHY] * 2)

    rig = play(scene)
    assert rig.feed.watches[0].counts.faults[MarketHealth.FROZEN] == 1
    assert rig.feed.connections[0].counts.asked == 1


def test_each_day_has_a_report_of_its_own() -> None:
    async def scene(server: SocketServer, rig: Rig) -> None:
        venue = await live(server, rig)
        rig.clock.ahead_ns += DAY_NS
        await rig.until(lambda: bool(rig.reports))
        venue.book("update", price="99.98")
        await rig.until(lambda: rig.feed.watches[0].counts.level_updates == 1)

    rig = play(scene)
    first, second = rig.reports[0], rig.feed.report()
    assert [row.instrument for row in first] == [f"COINBASE:{each}" for each in SYMBOLS]
    assert [row.counts.level_updates for row in first] == [2, 2]
    assert [row.counts.level_updates for row in second] == [1, 0]
    assert first[0].until_ns == second[0].from_ns
    body = report_body(first)["instruments"][0]
    assert body["messages"] == 1
    assert body["faults"]["disconnected"] == 1
    assert 0.0 < body["blind_s"] < body["whole_fraction"] * TIMES
