"""Bitfinex's messages, and how to decode them.

Data comes in arrays, ``[channel number, payload, sequence]``; everything else is an object with an
``event``. Numbers are JSON numbers, some with an exponent (``2e-8``), and become ``Decimal``, digit
by digit. A message that lacks a part does not decode.

Source: docs.bitfinex.com, "WebSocket": general, Conf flags, Books, Trades. The capture of
2021-04-17 holds books, tickers, heartbeats and the past trades a subscription begins with.
"""

from decimal import Decimal
from typing import Final

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from traider.venues.wire_types import Milliseconds, Number


class Event(Struct, frozen=True, gc=False):
    """A message that is no data."""

    event: str
    channel: str = ""
    """Of ``subscribed``: ``book``, ``trades``, ``ticker`` …"""
    number: Number = field(default=0, name="chanId")
    symbol: str = ""
    precision: str = field(default="", name="prec")
    """Of a book: ``P0`` is by price; ``R0`` is by order."""
    code: int = 0
    reason: str = field(default="", name="msg")


class BookLevel(Struct, frozen=True, gc=False, array_like=True):
    """A level: the size is absolute and negative on the asks; 0 orders remove the level."""

    price: Decimal
    orders: int
    amount: Decimal


class Trade(Struct, frozen=True, gc=False, array_like=True):
    """A trade: the size is negative when the taker sold."""

    trade_id: Number
    traded_ms: Milliseconds
    amount: Decimal
    price: Decimal


decode_parts: Final = Decoder(list[Raw]).decode
decode_number: Final = Decoder(Number).decode
decode_event: Final = Decoder(Event).decode
decode_level: Final = Decoder(BookLevel).decode
decode_levels: Final = Decoder(list[BookLevel]).decode
decode_trade: Final = Decoder(Trade).decode
decode_trades: Final = Decoder(list[Trade]).decode
