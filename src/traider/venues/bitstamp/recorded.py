"""Recordings of Bitstamp: which pairs they hold, on which grid, and which answers hold books.

The pairs are told by subscribe requests (``{"event":"bts:subscribe","data":{"channel":
"diff_order_book_ethusd"}}``), tick and lot by GET ``…/trading-pairs-info/``, books by GET
``…/order_book/ethusd``.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.json import Decoder

from traider.venues.bitstamp.instruments import instrument_name, read_products
from traider.venues.bitstamp.mapper import BitstampMapper
from traider.venues.listing import Listing
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection
from traider.venues.requested_products import chosen_products, requested_symbols, told_products


class _Channel(Struct, frozen=True):
    channel: str = ""


class _Request(Struct, frozen=True):
    event: str = ""
    data: _Channel = _Channel()


_decode: Final = Decoder(_Request).decode


class BitstampRecordings:
    """Understand recordings of public channels."""

    def products(self, connection: Connection, answers: Sequence[Answered]) -> tuple[Product, ...]:
        """Return the pairs of the channels that were asked for.

        Raises:
            DataError: nothing tells a pair, or an answer cannot be read.
        """
        symbols = requested_symbols(connection, _symbols)
        told = told_products(answers, _is_pairs, read_products)
        return chosen_products(symbols, told, lambda symbol: str(instrument_name(symbol)))

    def mapper(self, connection: Connection, listings: Sequence[Listing]) -> BitstampMapper:
        """Return a mapper; it is the same for every connection."""
        del connection
        return BitstampMapper(listings)

    def snapshot_symbol(self, url: str) -> str:
        """Return the symbol of GET ``…/order_book/<symbol>``."""
        head, _, symbol = urlsplit(url).path.rstrip("/").rpartition("/")
        return symbol if head.endswith("/order_book") else ""


def _is_pairs(url: str) -> bool:
    return urlsplit(url).path.rstrip("/").endswith("/trading-pairs-info")


def _symbols(request: bytes) -> Iterator[str]:
    message = _decode(request)
    if message.event == "bts:subscribe":
        yield message.data.channel.rpartition("_")[2]
