"""Recordings of Bybit: which symbols they hold, on which grid.

The category is told by the address (``wss://stream.bybit.com/v5/public/linear``), the symbols by
subscribe requests (``{"op":"subscribe","args":["orderbook.200.BTCUSDT"]}``), tick and lot by GET
``…/instruments-info?category=linear``.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.venues.bybit.instruments import Category, instrument_name, read_products
from traider.venues.bybit.mapper import BybitMapper
from traider.venues.listing import Listing
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection
from traider.venues.requested_products import chosen_products, requested_symbols, told_products


class _Request(Struct, frozen=True):
    op: str = ""
    args: list[str] = []


_decode: Final = Decoder(_Request).decode


class BybitRecordings:
    """Understand recordings of linear contracts and of spot."""

    def products(self, connection: Connection, answers: Sequence[Answered]) -> tuple[Product, ...]:
        """Return the symbols of the topics that were asked for.

        Raises:
            DataError: nothing tells the category or a symbol, or an answer cannot be read.
        """
        category = _category(connection)
        symbols = requested_symbols(connection, _symbols)
        told = told_products(answers, lambda url: _is_about(url, category), read_products)
        return chosen_products(symbols, told, lambda symbol: str(instrument_name(category, symbol)))

    def mapper(self, connection: Connection, listings: Sequence[Listing]) -> BybitMapper:
        """Return a mapper; it is the same for every category."""
        del connection
        return BybitMapper(listings)

    def snapshot_symbol(self, url: str) -> str:
        """Return no symbol: books start in the stream."""
        del url
        return ""


def _category(connection: Connection) -> Category:
    told = urlsplit(connection.address).path.rpartition("/")[2]
    try:
        return Category(told)
    except ValueError:
        raise DataError(
            f"the category {told!r} is not known",
            where=connection.name,
            fix="record /v5/public/linear or /v5/public/spot",
        ) from None


def _is_about(url: str, category: Category) -> bool:
    parts = urlsplit(url)
    asked = parse_qs(parts.query).get("category", [""])[0]
    return parts.path.endswith("/instruments-info") and asked == category.value


def _symbols(request: bytes) -> Iterator[str]:
    message = _decode(request)
    if message.op == "subscribe":
        yield from (topic.rpartition(".")[2] for topic in message.args)
