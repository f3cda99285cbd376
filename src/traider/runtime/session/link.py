"""The venue of a session: where its market comes from, whose time it lives in, and its key.

| asked for | market | orders | time |
| --- | --- | --- | --- |
| demo | the demo's own exchange, a child process | there | the exchange's |
| exchange | a local exchange that stands | there | the exchange's |
| venue | its public data | the simulated venue of the kernel | the machine's |
| live | the venue | there | the machine's |

A key of a local exchange is made for the session and known to nobody else; that of a venue is a
person's (``runtime.venue_keys``). A session whose gateway is a process of its own has neither. Live
on an address of this machine is live on a local exchange, and in its time.
"""

import asyncio
import contextlib
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

import aiohttp
import msgspec

from traider.domain.errors import ConfigError, UsageError
from traider.domain.ports import Clock
from traider.runtime.config_venues import FeedConfig
from traider.runtime.demo_exchange import (
    DemoExchange,
    DemoTerms,
    ExchangeAddress,
    start_demo_exchange,
)
from traider.runtime.exchange_clock import clock_of
from traider.runtime.live_feed import LiveFeedRequest
from traider.runtime.session.terms import SessionOrder
from traider.runtime.state_folder import RunPaths
from traider.runtime.status_body import Mode
from traider.runtime.venue_account import VenueDoor
from traider.runtime.venue_keys import KEY_VARIABLES, find_key, is_local
from traider.venues.coinbase.token import ApiKey
from traider.venues.errors import VenueUnreachableError

_KEY_S: Final = 10.0
_TRIES: Final = 10
_PAUSE_S: Final = 0.3


class _MadeKey(msgspec.Struct, frozen=True):
    name: str
    private_key: str


@dataclass(frozen=True)
class VenueLink:
    """How a session reaches its venue."""

    feed: LiveFeedRequest
    clock: Clock
    rest_url: str
    door: VenueDoor | None = None
    """Of the account that orders go to; none where none are sent from here."""
    exchange: DemoExchange | None = None
    """The child process, in the demo."""
    speed: float = 1.0
    """Seconds of the clock in one of the machine."""

    def close(self) -> None:
        """End the exchange that was started for the session."""
        if self.exchange is not None:
            self.exchange.close()


async def open_link(order: SessionOrder, clock: Clock) -> VenueLink:
    """Reach the venue; in the demo, start it.

    Raises:
        UsageError: nothing local answers there, or the demo cannot be started.
        VenueError: the exchange does not answer.
    """
    request = order.request
    if order.starts_exchange:
        terms = DemoTerms(request.config.data.files, RunPaths(order.folder).exchange, order.speed)
        with ExitStack() as unless_it_works:
            exchange = await _started(terms, tries=_TRIES if order.is_standby else 1)
            unless_it_works.callback(exchange.close)
            link = await _local(order, exchange.address, clock, exchange)
            unless_it_works.pop_all()
        return link
    if order.exchange:
        address = order.exchange.rstrip("/")
        stream = address.replace("http", "ws", 1)
        found = ExchangeAddress(address, f"{stream}/ws", f"{stream}/ws/user", f"{address}/admin")
        return await _local(order, found, clock, None)
    config = request.config
    if request.mode is Mode.LIVE:
        return await _live(order, clock)
    feed = LiveFeedRequest(request.venue, request.products, config.venues, config.feed)
    return VenueLink(feed, clock, config.venues.coinbase.rest_url)


async def _live(order: SessionOrder, clock: Clock) -> VenueLink:
    """Return the link to a venue with a person's key, where orders leave from here.

    Raises:
        ConfigError: there is no key, or it cannot be read.
    """
    request = order.request
    settings = request.config.venues.coinbase
    time = await clock_of(settings.rest_url, clock) if is_local(settings.rest_url) else None
    speed = 1.0 if time is None else time.speed
    feed = LiveFeedRequest(
        request.venue,
        request.products,
        request.config.venues,
        at_speed(request.config.feed, speed),
    )
    link = VenueLink(feed, time or clock, settings.rest_url, speed=speed)
    if order.is_gateway_apart:
        return link
    found = find_key(request.config)
    if found is None:
        raise ConfigError(
            "there is no key to trade with",
            where="environment",
            fix=f"set {' and '.join(KEY_VARIABLES)}, or name its file in venues.coinbase.key_file",
        )
    return replace(link, door=VenueDoor(found.key, settings.rest_url, settings.user_url))


async def _started(terms: DemoTerms, tries: int) -> DemoExchange:
    """Start the demo's exchange; that of a leader who just died may still be ending."""
    for _ in range(tries - 1):
        with contextlib.suppress(UsageError):
            return await asyncio.to_thread(start_demo_exchange, terms)
        await asyncio.sleep(_PAUSE_S)
    return await asyncio.to_thread(start_demo_exchange, terms)


async def _local(
    order: SessionOrder, address: ExchangeAddress, clock: Clock, exchange: DemoExchange | None
) -> VenueLink:
    """Return the link to a local exchange, in whose time the session lives."""
    config = order.request.config
    time = await clock_of(address.rest, clock)
    coinbase = config.venues.coinbase.model_copy(
        update={"rest_url": address.rest, "stream_url": address.websocket, "enabled": True}
    )
    venues = config.venues.model_copy(update={"coinbase": coinbase})
    speed = 1.0 if time is None else time.speed
    feed = LiveFeedRequest(
        order.request.venue,
        order.request.products,
        venues,
        at_speed(config.feed, speed),
        is_timed=time is not None,
    )
    link = VenueLink(
        feed,
        time or clock,
        address.rest,
        exchange=exchange,
        speed=speed,
    )
    if order.simulates or order.is_gateway_apart:
        return link
    if not address.key_name:
        address = await _with_key(address)
    key = ApiKey.read(address.key_name, address.private_key)
    return replace(link, door=VenueDoor(key, address.rest, address.websocket_user))


def at_speed(feed: FeedConfig, speed: float) -> FeedConfig:
    """Return patience in the exchange's time: what a message takes here takes longer there."""
    if speed <= 1.0:
        return feed
    names = ("stale_s", "quote_s", "ahead_s", "late_s")
    return feed.model_copy(update={name: getattr(feed, name) * speed for name in names})


async def _with_key(address: ExchangeAddress) -> ExchangeAddress:
    """Ask a local exchange for a key of its account."""
    timeout = aiohttp.ClientTimeout(total=_KEY_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(f"{address.admin}/keys", json={}) as answer,
        ):
            made = msgspec.json.decode(await answer.read(), type=_MadeKey)
    except (aiohttp.ClientError, TimeoutError) as fault:
        raise VenueUnreachableError(
            f"no connection: {fault}", where=address.rest, fix="start traider exchange first"
        ) from fault
    except msgspec.DecodeError:
        raise UsageError(
            f"{address.rest} is no local exchange",
            where="--exchange",
            fix="give the REST address that traider exchange printed",
        ) from None
    return msgspec.structs.replace(address, key_name=made.name, private_key=made.private_key)
