"""Venues that are only listened to: their lists asked, products found, connections made.

venue = public_venue("bybit", config.venues)
instruments, streams = await choose(venue, ("BTC-USDT-PERP",))
"""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import DecodeError

from traider.domain.errors import DataError, UsageError
from traider.feed.feed import FeedInstrument
from traider.runtime.config_venues import PublicVenueConfig, VenuesConfig
from traider.venues.binance.live import LiveBinance
from traider.venues.bybit.live import LiveBybit
from traider.venues.kraken.live import LiveKraken
from traider.venues.listing import Listing
from traider.venues.live_venue import LiveVenue
from traider.venues.market_stream import MarketStream
from traider.venues.okx.live import LiveOkx
from traider.venues.product import Product
from traider.venues.public_rest import PublicRest

_BUILD: Final[dict[str, Callable[[str, str], LiveVenue]]] = {
    "binance": LiveBinance,
    "bybit": LiveBybit,
    "kraken": LiveKraken,
    "okx": LiveOkx,
}
PUBLIC_VENUES: Final = tuple(_BUILD)
"""What they are called in settings and on the command line."""


def public_venue(name: str, settings: VenuesConfig) -> LiveVenue:
    """Return the venue called ``name``, one of ``PUBLIC_VENUES``.

    Raises:
        UsageError: it is not enabled.
    """
    chosen: PublicVenueConfig = getattr(settings, name)
    if not chosen.enabled:
        raise UsageError(
            f"{name} is not enabled",
            where="--venue",
            fix=f"set venues.{name}.enabled = true (--set venues.{name}.enabled=true)",
        )
    return _BUILD[name](chosen.rest_url, chosen.stream_url)


async def choose(
    venue: LiveVenue, products: Sequence[str]
) -> tuple[list[FeedInstrument], tuple[MarketStream, ...]]:
    """Ask a venue what it lists; return the instruments of ``products`` and their connections.

    Raises:
        UsageError: a product is not listed, or two of them share the venue's symbol.
        DataError: the list cannot be read, or tells no grid.
        VenueError: the venue cannot be asked.
    """
    prefix = f"{venue.name}:"
    wanted = tuple(dict.fromkeys(text.strip().upper().removeprefix(prefix) for text in products))
    if not wanted:
        raise UsageError("no product to listen to", where="--product", fix="name one: BTC-USDT")
    listed = await _listed(venue, wanted)
    unknown = [name for name in wanted if prefix + name not in listed]
    if unknown:
        raise UsageError(
            f"{venue.name} lists no {', '.join(unknown)}",
            where="--product",
            fix="write BASE-QUOTE, with -PERP or -YYMMDD for a contract: BTC-USDT-PERP",
        )
    named = [
        (prefix + name, _listing(number, listed[prefix + name]))
        for number, name in enumerate(wanted)
    ]
    if len({listing.symbol for _, listing in named}) < len(named):
        raise UsageError(
            f"{venue.name} has one symbol for two of {', '.join(wanted)}",
            where="--product",
            fix="listen to spot and contracts apart",
        )
    instruments = [
        FeedInstrument(name, listing.symbol, listing.tick_size, listing.lot_size)
        for name, listing in named
    ]
    return instruments, venue.streams(named)


async def _listed(venue: LiveVenue, products: Sequence[str]) -> dict[str, Product]:
    """Return what the venue lists, by name."""
    found: dict[str, Product] = {}
    async with PublicRest() as rest:
        for url in venue.list_urls(products):
            raw = await rest.get(url)
            try:
                found |= {each.name: each for each in venue.read_list(raw)}
            except DecodeError as fault:
                raise DataError(
                    f"a list of products cannot be read: {fault}: {raw[:100]!r}",
                    where=url,
                    fix="check the address",
                ) from fault
    return found


def _listing(number: int, product: Product) -> Listing:
    if not (product.tick_size and product.lot_size):
        raise DataError("has no tick or lot", where=product.name, fix="choose another product")
    return Listing(
        product.symbol,
        number,
        product.tick_size,
        product.lot_size,
        product.funding_interval_ns,
        product.contract_size,
    )
