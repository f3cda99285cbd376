"""Recordings of Bitfinex: which pairs they hold.

They are told by subscribe requests (``{"event":"subscribe","channel":"book","symbol":"tBTCUSD"}``).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.json import Decoder

from traider.venues.bitfinex.instruments import instrument_name
from traider.venues.bitfinex.mapper import BitfinexMapper
from traider.venues.listing import Listing
from traider.venues.product import Product
from traider.venues.recordings import Answered, Connection
from traider.venues.requested_products import chosen_products, requested_symbols


class _Request(Struct, frozen=True):
    event: str = ""
    symbol: str = ""


_decode: Final = Decoder(_Request).decode


class BitfinexRecordings:
    """Understand recordings of public channels."""

    def products(self, connection: Connection, answers: Sequence[Answered]) -> tuple[Product, ...]:
        """Return the pairs of the channels that were asked for; no answer tells their grid.

        Raises:
            DataError: nothing tells a pair.
        """
        del answers
        symbols = requested_symbols(connection, _symbols)
        return chosen_products(symbols, {}, lambda symbol: str(instrument_name(symbol)))

    def mapper(self, connection: Connection, listings: Sequence[Listing]) -> BitfinexMapper:
        """Return a mapper; it is the same for every connection."""
        del connection
        return BitfinexMapper(listings)

    def snapshot_symbol(self, url: str) -> str:
        """Return no symbol: books start in the stream."""
        del url
        return ""


def _symbols(request: bytes) -> Iterator[str]:
    message = _decode(request)
    if message.event == "subscribe" and message.symbol:
        yield message.symbol
