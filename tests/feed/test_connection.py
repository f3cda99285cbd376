"""A connection under supervision, against a server that does what can go wrong."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from tests.venues.socket_server import Peer, SocketServer, socket_server
from traider.domain.events import EventArray, Kind, join_events
from traider.feed.connection import ConnectionState, ConnectionTerms, FeedConnection
from traider.feed.feed_ports import FeedPorts
from traider.feed.receive_clock import ReceiveClock
from traider.ops.clock import SystemClock
from traider.venues.backoff import BackoffTerms
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.coinbase.market_stream import CoinbaseStream
from traider.venues.listing import Listing
from traider.venues.market_stream import MarketStream

QUICK = ConnectionTerms(
    patience_s=0.3, asks_max=2, backoff=BackoffTerms(first_s=0.02, longest_s=0.1, stable_s=60.0)
)
TIME = "2026-01-01T00:00:00Z"


class Owner:
    """Keep what was told, and let a test wait for it."""

    def __init__(self) -> None:
        self.parts: list[EventArray] = []
        self.told: list[str] = []
        self.left: tuple[str, ...] = ()
        self._changed = asyncio.Event()

    def take(self, stream: MarketStream, events: EventArray) -> None:
        assert stream.name == "COINBASE/1"
        self.parts.append(events)
        self._changed.set()

    def opened(self, stream: MarketStream, now_ns: int) -> None:
        self._note("opened", stream, now_ns)

    def ended(self, stream: MarketStream, now_ns: int) -> None:
        self._note("ended", stream, now_ns)

    def unreadable(self, stream: MarketStream, now_ns: int) -> None:
        self._note("unreadable", stream, now_ns)

    def unsubscribed(self, stream: MarketStream, symbols: Sequence[str], now_ns: int) -> None:
        assert stream.name == "COINBASE/1"
        assert now_ns > 0
        self.left = tuple(symbols)
        self._changed.set()

    def doubted(self, stream: MarketStream) -> tuple[str, ...]:
        assert stream.name == "COINBASE/1"
        return self.left

    def _note(self, word: str, stream: MarketStream, now_ns: int) -> None:
        assert stream.name == "COINBASE/1"
        assert now_ns > 0
        self.told.append(word)
        self._changed.set()

    @property
    def kinds(self) -> list[Kind]:
        return [Kind(int(event["kind"])) for part in self.parts for event in part]

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(30.0):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()


class Venue:
    """Speak Coinbase's protocol to one client."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.number = 0

    def say(self, channel: str, *events: Any) -> None:
        message = {"channel": channel, "timestamp": TIME, "sequence_num": self.number,
                   "client_id": "", "events": events}  # fmt: skip
        self.number += 1
        self.peer.say(json.dumps(message).encode())

    def book(self, kind: str, price: str = "100.00", size: str = "1") -> None:
        level = {"side": "bid", "event_time": TIME, "price_level": price, "new_quantity": size}
        self.say("l2_data", {"type": kind, "product_id": "BTC-USD", "updates": [level]})

    async def asked(self) -> tuple[str, str]:
        request = json.loads(await self.peer.next())
        return request["type"], request["channel"]

    async def subscribed(self) -> list[tuple[str, str]]:
        return [await self.asked() for _ in range(5)]


@dataclass(frozen=True)
class Stage:
    """The server, and what the client's side was told."""

    server: SocketServer
    owner: Owner
    connection: FeedConnection


Scene = Callable[[Stage], Awaitable[None]]


def play(scene: Scene, silence_s: float = 5.0) -> tuple[Owner, FeedConnection, MemoryLog]:
    async def run() -> tuple[Owner, FeedConnection, MemoryLog]:
        owner, clock, log = Owner(), SystemClock(), MemoryLog()
        async with socket_server() as server:
            ports = FeedPorts(clock, log, MemoryAlerts())
            listing = Listing("BTC-USD", 0, Decimal("0.01"), Decimal("0.001"))
            stream = CoinbaseStream(CoinbaseMapper([listing]), ["BTC-USD"], clock, url=server.url)
            stream.silence_s = silence_s
            connection = FeedConnection(stream, owner, ReceiveClock(clock), ports, QUICK)
            running = asyncio.create_task(connection.run())
            await scene(Stage(server, owner, connection))
            running.cancel()
            await asyncio.wait({running})
        return owner, connection, log

    return asyncio.run(run())


def test_it_subscribes_at_once_and_hands_over_what_comes() -> None:
    async def scene(at: Stage) -> None:
        venue = Venue(await at.server.peer())
        assert await venue.subscribed() == [
            ("subscribe", name)
            for name in ("heartbeats", "level2", "market_trades", "ticker", "status")
        ]
        venue.book("snapshot")
        venue.book("update", size="2")
        await at.owner.until(lambda: len(at.owner.parts) == 2)
        assert at.connection.state is ConnectionState.OPEN

    owner, connection, _ = play(scene)
    assert owner.kinds[:2] == [Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE]
    assert owner.kinds[2:] == [Kind.GAP, Kind.DEPTH_CLEAR]  # when we stopped
    assert owner.told == ["opened", "ended"]
    assert (connection.counts.messages, connection.state) == (2, ConnectionState.ENDED)
    times = join_events(owner.parts)["ts_recv"]
    assert (times[1:] > times[:-1]).tolist() == [True, True, False]  # a gap and its clear are one


def test_a_gap_asks_for_a_new_snapshot_at_once() -> None:
    async def scene(at: Stage) -> None:
        venue = Venue(await at.server.peer())
        await venue.subscribed()
        venue.book("snapshot")
        await at.owner.until(lambda: bool(at.owner.parts))
        await asyncio.sleep(QUICK.patience_s)  # the first ask must be over for a second one
        venue.number += 1
        venue.book("update")
        assert await venue.asked() == ("unsubscribe", "level2")
        assert await venue.asked() == ("subscribe", "level2")
        assert venue.peer.heard.empty()
        venue.book("snapshot")
        await at.owner.until(lambda: Kind.RESYNC in at.owner.kinds)

    owner, connection, _ = play(scene)
    assert connection.counts.asked == 1
    assert owner.kinds[:5] == [
        Kind.DEPTH_SNAPSHOT,
        Kind.GAP,
        Kind.DEPTH_CLEAR,
        Kind.RESYNC,
        Kind.DEPTH_SNAPSHOT,
    ]


def test_a_snapshot_that_never_comes_ends_the_connection() -> None:
    async def scene(at: Stage) -> None:
        venue = Venue(await at.server.peer())
        await venue.subscribed()
        for _ in range(QUICK.asks_max):
            assert await venue.asked() == ("unsubscribe", "level2")
            assert await venue.asked() == ("subscribe", "level2")
        again = Venue(await at.server.peer())
        assert len(await again.subscribed()) == 5

    _, connection, log = play(scene)
    assert connection.counts.opened == 2
    assert any("no snapshot of BTC-USD" in str(line.fields.get("why")) for line in log.lines)


def test_silence_ends_it_and_it_comes_back_with_everything() -> None:
    async def scene(at: Stage) -> None:
        venue = Venue(await at.server.peer())
        await venue.subscribed()
        venue.book("snapshot")
        again = Venue(await at.server.peer())
        assert len(await again.subscribed()) == 5
        again.book("snapshot")
        await at.owner.until(lambda: Kind.RESYNC in at.owner.kinds)

    owner, _, log = play(scene, silence_s=0.3)
    assert owner.kinds[:5] == [
        Kind.DEPTH_SNAPSHOT,
        Kind.GAP,
        Kind.DEPTH_CLEAR,
        Kind.RESYNC,
        Kind.DEPTH_SNAPSHOT,
    ]
    assert owner.told[:3] == ["opened", "ended", "opened"]
    assert any("nothing was heard for 0.3 s" in str(line.fields.get("why")) for line in log.lines)


def test_a_message_that_cannot_be_read_ends_it() -> None:
    async def scene(at: Stage) -> None:
        venue = Venue(await at.server.peer())
        await venue.subscribed()
        venue.book("snapshot")
        venue.peer.say(b'{"channel":"l2_data","sequ')
        venue.book("update")
        await at.server.peer()

    owner, connection, log = play(scene)
    assert connection.counts.unreadable == 1
    assert owner.kinds == [Kind.DEPTH_SNAPSHOT, Kind.GAP, Kind.DEPTH_CLEAR]
    assert owner.told[:3] == ["opened", "unreadable", "ended"]
    assert [line.message for line in log.lines if line.level == "error"] == [
        "message cannot be read"
    ]


def test_a_venue_that_is_asked_too_much_is_asked_less_and_was_not_misread() -> None:
    async def scene(at: Stage) -> None:
        venue = Venue(await at.server.peer())
        await venue.subscribed()
        venue.book("snapshot")
        venue.peer.say(b'{"type":"error","message":"rate limit exceeded"}')
        again = Venue(await at.server.peer())
        assert len(await again.subscribed()) == 5

    owner, connection, log = play(scene)
    assert (connection.counts.slowed, connection.counts.unreadable) == (1, 0)
    assert owner.told[:3] == ["opened", "ended", "opened"]
    assert not [line for line in log.lines if line.level == "error"]


def test_a_book_that_the_venue_left_is_asked_for_again() -> None:
    async def scene(at: Stage) -> None:
        venue = Venue(await at.server.peer())
        await venue.subscribed()
        venue.book("snapshot")
        venue.say("subscriptions", {"subscriptions": {"level2": ["BTC-USD"]}})
        await at.owner.until(lambda: bool(at.owner.parts))
        await asyncio.sleep(2 * QUICK.patience_s)
        assert venue.peer.heard.empty()
        venue.say("subscriptions", {"subscriptions": {"ticker": ["BTC-USD"]}})
        assert await venue.asked() == ("unsubscribe", "level2")
        assert await venue.asked() == ("subscribe", "level2")
        assert at.owner.left == ("BTC-USD",)
        venue.say("subscriptions", {"subscriptions": {"level2": ["BTC-USD"]}})
        venue.book("snapshot")
        await at.owner.until(lambda: at.owner.left == ())

    owner, connection, _ = play(scene)
    assert connection.counts.asked == 1
    assert owner.told == ["opened", "ended"]


def test_a_venue_that_is_down_is_tried_with_pauses() -> None:
    async def scene(at: Stage) -> None:
        for _ in range(4):
            (await at.server.peer()).leave()
        venue = Venue(await at.server.peer())
        assert len(await venue.subscribed()) == 5

    _, _, log = play(scene)
    pauses = [
        float(line.fields["pause_s"] or 0) for line in log.lines if line.message == "feed ended"
    ]
    assert len(pauses) == 4
    assert all(0.01 <= pause <= 0.1 for pause in pauses)
    assert pauses[3] >= 0.05  # doubled, and capped
