"""Put a live feed together: from names of products to connections under supervision."""

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from traider.domain.errors import TraiderError, UsageError
from traider.domain.events import EventArray
from traider.domain.ports import EventSink
from traider.feed.connection import ConnectionTerms
from traider.feed.feed import Feed, FeedInstrument, FeedTerms
from traider.feed.feed_ports import FeedPorts
from traider.feed.quality import QualityTerms
from traider.feed.quality_report import QualityRow
from traider.runtime.config_venues import CoinbaseConfig, FeedConfig, VenuesConfig
from traider.runtime.kernel_books import KernelBooks
from traider.runtime.kernel_depth_reader import KernelDepthReader
from traider.runtime.public_venues import PUBLIC_VENUES, choose, public_venue
from traider.venues.backoff import BackoffTerms
from traider.venues.coinbase.continuity import SequenceKey
from traider.venues.coinbase.instruments import (
    CoinbaseProduct,
    instrument_name,
    stream_symbol,
)
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.coinbase.market_reads import MarketReads
from traider.venues.coinbase.market_stream import CoinbaseStream
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.listing import Listing
from traider.venues.market_stream import MarketStream, StreamLimits

LIVE_VENUES: Final = ("coinbase", *PUBLIC_VENUES)


@dataclass(frozen=True)
class LiveFeedRequest:
    """What a person asks to listen to."""

    venue: str
    products: tuple[str, ...]
    venues: VenuesConfig
    feed: FeedConfig
    is_timed: bool = True
    """Whether the venue's stamps can be compared with our clock."""


async def open_feed(
    request: LiveFeedRequest,
    ports: FeedPorts,
    on_report: Callable[[tuple[QualityRow, ...]], None] = lambda _: None,
) -> Feed:
    """Ask the venue for the grids of the products and return a feed that is ready to run.

    Raises:
        UsageError: the venue or a product is not known, or not enabled.
        VenueError: the venue cannot be asked.
    """
    venue = request.venue.lower()
    if venue in PUBLIC_VENUES:
        instruments, streams = await choose(public_venue(venue, request.venues), request.products)
    else:
        instruments, streams = await _of_coinbase(request, ports)
    books = KernelBooks(len(instruments))
    terms = feed_terms(request.feed, is_timed=request.is_timed)
    feed = Feed(instruments, books, ports, terms, on_report)
    for stream in streams:
        feed.add(stream)
    return feed


def names_of(venue: str, products: Sequence[str]) -> tuple[str, ...]:
    """Return our names of a venue's products, in their order, without asking it.

    Raises:
        DataError: a product is no pair of two currencies.
    """
    if venue.lower() == "coinbase":
        names = [str(instrument_name(product)) for product in products]
    else:
        prefix = f"{venue.upper()}:"
        names = [prefix + each.strip().upper().removeprefix(prefix) for each in products]
    return tuple(dict.fromkeys(names))


async def _of_coinbase(
    request: LiveFeedRequest, ports: FeedPorts
) -> tuple[list[FeedInstrument], tuple[MarketStream, ...]]:
    """Return the products asked for and as many connections as they take."""
    settings = _settings(request)
    symbols = tuple(dict.fromkeys(stream_symbol(product) for product in request.products))
    if not symbols:
        raise UsageError("no product to listen to", where="--product", fix="name one: BTC-USD")
    found = await _products(settings, symbols, ports)
    instruments = [
        FeedInstrument(
            str(instrument_name(symbol)), symbol, found[symbol].tick_size, found[symbol].lot_size
        )
        for symbol in symbols
    ]
    limits = StreamLimits(settings.connections_per_second, settings.messages_per_second)
    streams: list[MarketStream] = []
    for number, part in enumerate(_parts(symbols, settings.products_per_connection), 1):
        listings = [_listing(instruments, symbol) for symbol in part]
        key = SequenceKey[settings.sequence.upper()]
        mapper = CoinbaseMapper(listings, key, KernelDepthReader)
        url = settings.stream_url
        stream = CoinbaseStream(mapper, part, ports.clock, url=url, number=number)
        stream.limits = limits
        streams.append(stream)
    return instruments, tuple(streams)


async def keep(feed: Feed, sink: EventSink, pause_s: float = 0.0) -> None:
    """Run a feed and hand its events over, until cancelled.

    What comes after a while is handed over at once, before anything else is read that came with it.
    After a hand-over in a hurry, which came sooner than the one before took, it pauses for as long
    as that took: what comes meanwhile goes over together, and half of the time is left for others.
    ``pause_s`` is the least pause after each.
    """
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(feed.run())
        handing = _HandingOver(feed, sink)
        if not pause_s:
            feed.on_message = handing.at_once
        try:
            while True:
                events = await feed.queue.wait()
                is_hurry = handing.give(events)
                if is_hurry or pause_s:
                    handing.is_pausing = True
                    await asyncio.sleep(max(pause_s, handing.took_s if is_hurry else 0.0))
                    handing.is_pausing = False
        finally:
            feed.on_message = lambda: None
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            sink.append(feed.queue.take())


class _HandingOver:
    """Gives a sink what a feed has."""

    def __init__(self, feed: Feed, sink: EventSink) -> None:
        self.is_pausing = False
        self.took_s = 0.0
        self._ended_s = 0.0
        self._queue, self._sink = feed.queue, sink
        self._now_s = asyncio.get_running_loop().time
        self._fault: TraiderError | None = None

    def give(self, events: EventArray) -> bool:
        """Hand events over; return whether that was in a hurry."""
        if self._fault is not None:
            raise self._fault
        if not len(events):
            return False
        began_s = self._now_s()
        is_hurry = began_s - self._ended_s < self.took_s
        self._sink.append(events)
        self._ended_s = self._now_s()
        self.took_s = self._ended_s - began_s
        return is_hurry

    def at_once(self) -> None:
        """Hand over what a message just brought, unless there is a pause or should be one."""
        is_hurry = self._now_s() - self._ended_s < self.took_s
        if is_hurry or self.is_pausing or self._fault is not None:
            return
        try:
            self.give(self._queue.take())
        except TraiderError as fault:
            # It belongs to whoever keeps the feed, not to the socket that the message came through.
            self._fault = fault
            self._queue.wake()


def feed_terms(config: FeedConfig, *, is_timed: bool = True) -> FeedTerms:
    """Return the terms that the settings give; untimed data is never early nor late."""
    quality = QualityTerms(
        stale_s=config.stale_s,
        quote_s=config.quote_s,
        ahead_s=config.ahead_s if is_timed else math.inf,
        late_s=config.late_s if is_timed else math.inf,
        jump=config.jump,
        off_book=config.off_book,
        spread=config.spread,
        hold_s=config.hold_s,
    )
    backoff = BackoffTerms(config.reconnect_first_s, config.reconnect_longest_s)
    connection = ConnectionTerms(patience_s=config.patience_s, backoff=backoff)
    return FeedTerms(quality, connection, config.queue_events, config.alert_s)


def _settings(request: LiveFeedRequest) -> CoinbaseConfig:
    if request.venue.lower() not in LIVE_VENUES:
        known = ", ".join(LIVE_VENUES)
        raise UsageError(
            f"{request.venue!r} is no venue to listen to", where="--venue", fix=f"one of {known}"
        )
    if not request.venues.coinbase.enabled:
        raise UsageError(
            "coinbase is not enabled", where="--venue", fix="set venues.coinbase.enabled = true"
        )
    return request.venues.coinbase


async def _products(
    settings: CoinbaseConfig, symbols: Sequence[str], ports: FeedPorts
) -> dict[str, CoinbaseProduct]:
    async with RestSession(ports.clock, terms=RestTerms(base_url=settings.rest_url)) as session:
        listed = {each.product_id: each for each in await MarketReads(session).products(symbols)}
    unknown = [symbol for symbol in symbols if symbol not in listed]
    if unknown:
        raise UsageError(
            f"Coinbase has no product {', '.join(unknown)}",
            where="--product",
            fix="write BASE-QUOTE, such as BTC-USD",
        )
    return listed


def _listing(instruments: Sequence[FeedInstrument], symbol: str) -> Listing:
    numbers = {each.symbol: number for number, each in enumerate(instruments)}
    found = instruments[numbers[symbol]]
    return Listing(symbol, numbers[symbol], found.tick_size, found.lot_size)


def _parts(symbols: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(symbols), size):
        yield symbols[first : first + size]
