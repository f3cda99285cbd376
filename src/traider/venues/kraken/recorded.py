"""Recordings of Kraken: which pairs they hold, on which grid.

The protocol is told by the address (``wss://ws.kraken.com/v2``, without a path v1), the pairs by
subscribe requests (v1 ``{"event":"subscribe","pair":["XBT/CHF"],…}``, v2 ``{"method":"subscribe",
"params":{"channel":"book","symbol":["BTC/CHF"]}}``), tick and lot by GET ``…/AssetPairs``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.json import Decoder

from traider.venues.kraken.instruments import instrument_name, read_products, v2_symbol
from traider.venues.kraken.mapper import KrakenMapper
from traider.venues.kraken.mapper_v1 import KrakenV1Mapper
from traider.venues.listing import Listing
from traider.venues.market_mapper import MarketMapper
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection
from traider.venues.requested_products import chosen_products, requested_symbols, told_products


class _Parameters(Struct, frozen=True):
    symbol: list[str] = []


class _Request(Struct, frozen=True):
    event: str = ""
    pair: list[str] = []
    method: str = ""
    params: _Parameters = _Parameters()


_decode: Final = Decoder(_Request).decode


class KrakenRecordings:
    """Understand recordings of both protocols."""

    def products(self, connection: Connection, answers: Sequence[Answered]) -> tuple[Product, ...]:
        """Return the pairs that were asked for.

        Raises:
            DataError: nothing tells a pair, or an answer cannot be read.
        """
        symbols = requested_symbols(connection, _symbols)
        told = told_products(
            answers, lambda url: urlsplit(url).path.endswith("/AssetPairs"), read_products
        )
        if _is_v2(connection):
            spelled = [replace(each, symbol=v2_symbol(each.symbol)) for each in told.values()]
            told = {each.symbol: each for each in spelled}
        return chosen_products(symbols, told, lambda symbol: str(instrument_name(symbol)))

    def mapper(self, connection: Connection, listings: Sequence[Listing]) -> MarketMapper:
        """Return a mapper for the protocol of the connection."""
        return KrakenMapper(listings) if _is_v2(connection) else KrakenV1Mapper(listings)

    def snapshot_symbol(self, url: str) -> str:
        """Return no symbol: books start in the stream."""
        del url
        return ""


def _is_v2(connection: Connection) -> bool:
    return urlsplit(connection.address).path.rstrip("/") == "/v2"


def _symbols(request: bytes) -> Iterator[str]:
    message = _decode(request)
    if "subscribe" in (message.event, message.method):
        yield from (*message.pair, *message.params.symbol)
