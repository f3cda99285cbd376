"""Recordings of Coinbase: which products they hold, on which grid.

Products are told by the subscribe requests, else by the name of the file
(``COINBASE-BTC-USD-20260809``); tick and lot by GET ``…/products``, else by the registry.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.domain.registry import shipped_instruments
from traider.venues.coinbase.instruments import grids, instrument_name, read_products, stream_symbol
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.listing import Listing
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection


class _Request(Struct, frozen=True):
    type: str = ""
    product_ids: list[str] = []


_decode_request: Final = Decoder(_Request).decode


class CoinbaseRecordings:
    """Understand recordings of the market-data channels."""

    def products(self, connection: Connection, answers: Sequence[Answered]) -> tuple[Product, ...]:
        """Return the products that were subscribed.

        Raises:
            DataError: nothing tells a product, or an answer cannot be read.
        """
        symbols = list(dict.fromkeys(map(stream_symbol, _subscribed(connection))))
        if not symbols:
            raise DataError(
                "nothing tells which products were recorded",
                where=connection.name,
                fix="name the file COINBASE-<base>-<quote>",
            )
        told = _told_grids(answers)
        return tuple(_product(symbol, told) for symbol in symbols)

    def mapper(
        self,
        connection: Connection,  # noqa: ARG002 - all are alike
        listings: Sequence[Listing],
    ) -> CoinbaseMapper:
        """Return a mapper for the messages of a connection."""
        return CoinbaseMapper(listings)

    def snapshot_symbol(self, url: str) -> str:  # noqa: ARG002 - books come in the stream
        """Return no symbol."""
        return ""


def _product(symbol: str, told: dict[str, tuple[Decimal, Decimal]]) -> Product:
    name = str(instrument_name(symbol))
    known = shipped_instruments().get(name)
    grid = told.get(symbol) or ((known.tick_size, known.lot_size) if known else (None, None))
    return Product(symbol, name, *grid)


def _subscribed(connection: Connection) -> list[str]:
    found: list[str] = []
    for request in connection.requests:
        try:
            message = _decode_request(request)
        except DecodeError as fault:
            raise DataError(f"a request cannot be read: {fault}", where=connection.name) from fault
        if message.type == "subscribe":
            found += message.product_ids
    parts = connection.name.upper().split("-")
    return found or (["-".join(parts[1:3])] if len(parts) > 2 and parts[2].isalpha() else [])


def _told_grids(answers: Sequence[Answered]) -> dict[str, tuple[Decimal, Decimal]]:
    found = {}
    for answer in answers:
        if urlsplit(answer.url).path.endswith("/products"):
            try:
                found.update(grids(read_products(answer.raw)))
            except DataError as fault:
                where = f"{answer.path} line {answer.line}"
                raise DataError(fault.what, where=where, fix=fault.fix) from fault
    return found
