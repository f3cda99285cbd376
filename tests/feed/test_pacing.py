"""Connections that start together keep a venue's limits together, and none is silent for long."""

import asyncio
import time
from decimal import Decimal

from tests.feed.test_connection import QUICK, Owner
from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from tests.venues.socket_server import SocketServer, socket_server
from traider.feed.connection import FeedConnection
from traider.feed.feed_ports import FeedPorts
from traider.feed.pacing import Pacing
from traider.feed.receive_clock import ReceiveClock
from traider.ops.clock import SystemClock
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.coinbase.market_stream import CHANNELS, LIMITS, CoinbaseStream
from traider.venues.listing import Listing
from traider.venues.market_stream import StreamLimits

CONNECTIONS = 8
MESSAGES = CONNECTIONS * (1 + len(CHANNELS))
ALLOWED = StreamLimits(connections_per_s=40.0, messages_per_s=40.0)
SPAN_S = 0.25
"""In a quarter of a second ten may come; what a busy machine delays may come with them."""
LATE = 3
CLOSES_SILENT_S = 5.0
"""After which Coinbase ends a connection that has subscribed to nothing."""


class Meeting:
    """When clients connected and spoke."""

    def __init__(self, server: SocketServer) -> None:
        self.server = server
        self.connected: list[float] = []
        self.spoke: list[float] = []
        self.silent_s: list[float] = []

    async def hear_all(self) -> None:
        async with asyncio.timeout(10.0), asyncio.TaskGroup() as tasks:
            for _ in range(CONNECTIONS):
                peer = await self.server.peer()
                self.connected.append(time.monotonic())
                tasks.create_task(self._hear(peer.heard, self.connected[-1]))

    async def _hear(self, heard: "asyncio.Queue[bytes]", since: float) -> None:
        for number in range(1 + len(CHANNELS)):
            await heard.get()
            self.spoke.append(time.monotonic())
            if not number:
                self.silent_s.append(self.spoke[-1] - since)


def meet() -> Meeting:
    async def run() -> Meeting:
        clock = SystemClock()
        pacing = Pacing(ALLOWED, clock)
        ports = FeedPorts(clock, MemoryLog(), MemoryAlerts())
        async with socket_server() as server:
            meeting = Meeting(server)
            listing = Listing("BTC-USD", 0, Decimal("0.01"), Decimal("0.001"))
            running = [
                asyncio.create_task(
                    FeedConnection(
                        CoinbaseStream(
                            CoinbaseMapper([listing]), ["BTC-USD"], clock, url=server.url
                        ),
                        Owner(), ReceiveClock(clock), ports, QUICK, pacing,
                    ).run()
                )
                for _ in range(CONNECTIONS)
            ]  # fmt: skip
            await meeting.hear_all()
            for task in running:
                task.cancel()
            await asyncio.wait(running)
        return meeting

    return asyncio.run(run())


def most_within(times: list[float]) -> int:
    return max(sum(0 <= other - one < SPAN_S for other in times) for one in times)


def test_connections_and_messages_of_all_stay_within_the_limits_of_the_address() -> None:
    meeting = meet()
    assert len(meeting.spoke) == MESSAGES
    allowed = SPAN_S * ALLOWED.messages_per_s
    assert most_within(meeting.spoke) <= allowed + LATE
    assert most_within(meeting.connected) <= allowed + LATE
    assert max(meeting.silent_s) < CLOSES_SILENT_S


def test_coinbase_says_what_it_allows() -> None:
    assert StreamLimits(connections_per_s=8.0, messages_per_s=8.0) == LIMITS
