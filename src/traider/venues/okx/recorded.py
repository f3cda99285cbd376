"""Recordings of OKX: which instruments they hold, on which grid.

The instruments are told by subscribe requests (``{"op":"subscribe","args":[{"channel":"books",
"instId":"BTC-USDT"}]}``), tick, lot and contract size by GET ``…/public/instruments``.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.json import Decoder

from traider.venues.listing import Listing
from traider.venues.okx.instruments import instrument_name, read_products
from traider.venues.okx.mapper import OkxMapper
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection
from traider.venues.requested_products import chosen_products, requested_symbols, told_products


class _Channel(Struct, frozen=True):
    symbol: str = field(default="", name="instId")


class _Request(Struct, frozen=True):
    op: str = ""
    args: list[_Channel] = []


_decode: Final = Decoder(_Request).decode


class OkxRecordings:
    """Understand recordings of public channels."""

    def products(self, connection: Connection, answers: Sequence[Answered]) -> tuple[Product, ...]:
        """Return the instruments of the channels that were asked for.

        Raises:
            DataError: nothing tells an instrument, or an answer cannot be read.
        """
        symbols = requested_symbols(connection, _symbols)
        told = told_products(
            answers, lambda url: urlsplit(url).path.endswith("/instruments"), read_products
        )
        return chosen_products(symbols, told, lambda symbol: str(instrument_name(symbol)))

    def mapper(self, connection: Connection, listings: Sequence[Listing]) -> OkxMapper:
        """Return a mapper; it is the same for every connection."""
        del connection
        return OkxMapper(listings)

    def snapshot_symbol(self, url: str) -> str:
        """Return no symbol: books start in the stream."""
        del url
        return ""


def _symbols(request: bytes) -> Iterator[str]:
    if request == b"ping":
        return
    message = _decode(request)
    if message.op == "subscribe":
        yield from (channel.symbol for channel in message.args if channel.symbol)
