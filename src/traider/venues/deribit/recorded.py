"""Recordings of Deribit: which instruments they hold, on which grid.

The instruments are told by subscribe requests (``{"method":"public/subscribe","params":{"channels":
["book.BTC-PERPETUAL.raw"]}}``), tick and lot by ``…/public/get_instruments``.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.json import Decoder

from traider.venues.deribit.instruments import read_products, written_name
from traider.venues.deribit.mapper import DeribitMapper
from traider.venues.listing import Listing
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection
from traider.venues.requested_products import chosen_products, requested_symbols, told_products

_NAMING: Final = {"book", "trades", "ticker"}


class _Parameters(Struct, frozen=True):
    channels: list[str] = []


class _Request(Struct, frozen=True):
    method: str = ""
    params: _Parameters = _Parameters()


_decode: Final = Decoder(_Request).decode


class DeribitRecordings:
    """Understand recordings of public channels."""

    def products(self, connection: Connection, answers: Sequence[Answered]) -> tuple[Product, ...]:
        """Return the instruments of the channels that were asked for.

        Raises:
            DataError: nothing tells an instrument, or an answer cannot be read.
        """
        symbols = requested_symbols(connection, _symbols)
        told = told_products(
            answers, lambda url: urlsplit(url).path.endswith("/get_instruments"), read_products
        )
        return chosen_products(symbols, told, written_name)

    def mapper(self, connection: Connection, listings: Sequence[Listing]) -> DeribitMapper:
        """Return a mapper; it is the same for every connection."""
        del connection
        return DeribitMapper(listings)

    def snapshot_symbol(self, url: str) -> str:
        """Return no symbol: books start in the stream."""
        del url
        return ""


def _symbols(request: bytes) -> Iterator[str]:
    message = _decode(request)
    if message.method.endswith("/subscribe"):
        for channel in message.params.channels:
            stream, _, rest = channel.partition(".")
            if stream in _NAMING:
                yield rest.partition(".")[0]
