"""Recordings of Coinbase's Exchange feed: which products they hold, on which grid.

The products are told by subscribe requests (``{"type":"subscribe","product_ids":["BTC-USD"],
"channels":["level2"]}``), tick and lot by GET ``/products``, where it was recorded.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.domain.instruments import InstrumentName
from traider.venues.coinbase_pro.mapper import CoinbaseProMapper
from traider.venues.listing import Listing
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection
from traider.venues.requested_products import chosen_products, requested_symbols, told_products

VENUE: Final = "COINBASE_PRO"
"""Not COINBASE: Advanced Trade is another feed of the same books, with its own sequence."""


class _Request(Struct, frozen=True):
    type: str = ""
    product_ids: list[str] = []


class _Product(Struct, frozen=True):
    symbol: str = field(name="id")
    tick_size: Decimal = field(name="quote_increment")
    lot_size: Decimal = field(name="base_increment")


_decode_request: Final = Decoder(_Request).decode
_decode_products: Final = Decoder(list[_Product]).decode


class CoinbaseProRecordings:
    """Understand recordings of public channels."""

    def products(self, connection: Connection, answers: Sequence[Answered]) -> tuple[Product, ...]:
        """Return the products that were asked for.

        Raises:
            DataError: nothing tells a product, or an answer cannot be read.
        """
        symbols = requested_symbols(connection, _symbols)
        told = told_products(answers, _is_products, read_products)
        return chosen_products(symbols, told, lambda symbol: str(instrument_name(symbol)))

    def mapper(self, connection: Connection, listings: Sequence[Listing]) -> CoinbaseProMapper:
        """Return a mapper; it is the same for every connection."""
        del connection
        return CoinbaseProMapper(listings)

    def snapshot_symbol(self, url: str) -> str:
        """Return no symbol: books start in the stream."""
        del url
        return ""


def instrument_name(symbol: str) -> InstrumentName:
    """Return our name of a product.

    Raises:
        DataError: it is no pair.
    """
    base, hyphen, quote = symbol.upper().partition("-")
    if not hyphen or "-" in quote:
        raise DataError(f"{symbol!r} is no pair", fix="write it as BTC-USD")
    return InstrumentName(VENUE, base, quote)


def read_products(raw: bytes) -> Iterator[Product]:
    """Yield what an answer of GET ``/products`` tells.

    Raises:
        DecodeError: the answer lacks a part.
    """
    for each in _decode_products(raw):
        name = str(instrument_name(each.symbol))
        yield Product(each.symbol, name, each.tick_size, each.lot_size)


def _is_products(url: str) -> bool:
    return urlsplit(url).path.rstrip("/").endswith("/products")


def _symbols(request: bytes) -> Iterator[str]:
    message = _decode_request(request)
    if message.type == "subscribe":
        yield from message.product_ids
