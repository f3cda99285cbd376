"""The market of a trader that comes over the bus: what a feed role publishes, watched as its own.

A ``Feed`` with one connection, ``BUS/market``, in place of the venue's. Books, checks and the queue
are the feed's, so silence, late data and broken books become HEALTH and GAP events as they do
behind a socket: of a feed role that died, nothing is opened. The time of receipt is ours, so that
the way over the bus counts, and ``stream_of_now`` says which deliveries are of now.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final, cast

from traider.bus import Bus, BusError, BusInstrument, Delivery
from traider.bus.async_deliveries import AsyncDeliveries
from traider.domain.market_health import MarketHealth
from traider.feed.connection import ConnectionState, FeedConnection
from traider.feed.feed import Feed, FeedInstrument, FeedTerms
from traider.feed.feed_ports import FeedPorts
from traider.feed.receive_clock import ReceiveClock
from traider.runtime.bus import MARKET
from traider.runtime.kernel_books import KernelBooks
from traider.runtime.stream_of_now import StreamOfNow, messages_of
from traider.venues.market_stream import MarketStream

_NS_PER_S: Final = 1_000_000_000
_GROUP_BYTES: Final = 6
_FIRST_S: Final = 20.0
"""How long the first batch of an instrument may take to come."""


class BusStream:
    """What stands for the connection to a venue."""

    name = "BUS/market"

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols = tuple(symbols)


class MarketFeed(Feed):
    """A feed whose only connection is the bus."""

    def __init__(
        self,
        instruments: Sequence[FeedInstrument],
        ports: FeedPorts,
        terms: FeedTerms,
        deliveries: AsyncDeliveries,
        first: Sequence[Delivery],
    ) -> None:
        super().__init__(instruments, KernelBooks(len(instruments)), ports, terms)
        stale_ns = round(terms.quality.stale_s * _NS_PER_S)
        self.streams = {
            each.name: StreamOfNow(number, stale_ns) for number, each in enumerate(instruments)
        }
        self._by_number = tuple(self.streams.values())
        stream = cast("MarketStream", BusStream([each.symbol for each in instruments]))
        self.connections.append(
            BusConnection(stream, self, self._receipt, ports, deliveries, first)
        )

    def stamp(self) -> int:
        """Return the next time of receipt."""
        return self._receipt.stamp()

    def heard(self, name: str, health: MarketHealth) -> None:
        """Take over what only the feed role can know of an instrument."""
        watch, now_ns = self.watches[self._by_number.index(self.streams[name])], self.stamp()
        watch.connected(now_ns, is_open=health is not MarketHealth.DISCONNECTED)
        watch.subscribed(now_ns, is_subscribed=health is not MarketHealth.FROZEN)
        self._tell(watch)

    def _is_whole(self, stream: MarketStream, number: int) -> bool:
        del stream
        return self._by_number[number].is_whole


class BusConnection(FeedConnection):
    """The connection to the bus."""

    def __init__(
        self,
        stream: MarketStream,
        feed: MarketFeed,
        receipt: ReceiveClock,
        ports: FeedPorts,
        deliveries: AsyncDeliveries,
        first: Sequence[Delivery],
    ) -> None:
        super().__init__(stream, feed, receipt, ports)
        self._feed, self._deliveries, self._first = feed, deliveries, list(first)

    async def run(self) -> None:
        """Take what comes until cancelled.

        Raises:
            BusError: the bus cannot be read.
        """
        self.state = ConnectionState.OPEN
        self.counts.opened += 1
        self._feed.opened(self.stream, self._feed.stamp())
        first, self._first = self._first, []
        for delivery in first:
            self._take(delivery)
        while True:
            come = await self._deliveries.take()
            if come is not None:
                self._take(come)

    def _take(self, delivery: Delivery) -> None:
        """Hand the messages of a delivery over, each received at a time of its own."""
        state = self._feed.streams.get(delivery.batch.key)
        if state is None:
            return
        self.counts.messages += 1
        market = state.take(delivery, self._feed.stamp())
        for message in messages_of(market.events):
            message["ts_recv"] = self._feed.stamp()
            state.see(message)
            self._feed.take(self.stream, message)
        if market.health is not None:
            self._feed.heard(delivery.batch.key, market.health)


async def open_market(
    bus: Bus, names: Sequence[str], ports: FeedPorts, terms: FeedTerms, closing: AsyncExitStack
) -> MarketFeed:
    """Return a feed of the instruments ``names`` from the bus, ready to run.

    It reads from the oldest that is kept, so that it finds the book that stands.

    Raises:
        BusError: the bus cannot be read, or nothing is there of an instrument.
    """
    closing.callback(bus.close)
    subscription = bus.subscribe(MARKET, f"trader-{secrets.token_hex(_GROUP_BYTES)}")
    closing.callback(subscription.close)
    deliveries = await closing.enter_async_context(AsyncDeliveries(subscription))
    found: dict[str, BusInstrument] = {}
    first: list[Delivery] = []
    until_s = asyncio.get_running_loop().time() + _FIRST_S
    while len(found) < len(names):
        delivery = await deliveries.take(until_s - asyncio.get_running_loop().time())
        if delivery is None:
            missing = ", ".join(name for name in names if name not in found)
            raise BusError(
                f"nothing came of {missing}",
                where=MARKET,
                fix="start the feed: traider run --role feed with the same --venue and --product",
            )
        if delivery.batch.key in names:
            found[delivery.batch.key] = delivery.batch.instrument
            first.append(delivery)
    instruments = [
        FeedInstrument(name, name.partition(":")[2], found[name].tick_size, found[name].lot_size)
        for name in names
    ]
    return MarketFeed(instruments, ports, terms, deliveries, first)
