"""Kraken's messages of protocol v2 (``wss://ws.kraken.com/v2``), and how to decode them.

Prices and sizes are JSON numbers and become ``Decimal``, digit by digit. A message that lacks a
field does not decode.

Source: docs.kraken.com, "Spot WebSocket API v2": book, trade, instrument, heartbeat, status and the
answers to subscribe.
"""

from decimal import Decimal
from typing import Final

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from traider.venues.wire_types import Number


class Answer(Struct, frozen=True, gc=False):
    """What the answer to a subscribe tells of the subscription."""

    channel: str = ""
    symbol: str = ""
    depth: int = 0


class Message(Struct, frozen=True, gc=False):
    """The outside of any message: of a channel, or the answer to a request."""

    channel: str = ""
    type: str = ""
    """``snapshot`` or ``update``."""
    data: Raw = Raw()
    method: str = ""
    success: bool = True
    reason: str = field(default="", name="error")
    answer: Answer = field(default=Answer(), name="result")


class BookLevel(Struct, frozen=True, gc=False):
    """A level; the size is absolute, 0 removes it."""

    price: Decimal
    size: Decimal = field(name="qty")


class Book(Struct, frozen=True, gc=False):
    """One symbol of a ``book`` message."""

    symbol: str
    bids: list[BookLevel]
    asks: list[BookLevel]
    checksum: Number
    """Unsigned CRC32 of the best 10 levels."""
    timestamp: str = ""


class Trade(Struct, frozen=True, gc=False):
    """One trade of a ``trade`` message; ``side`` is that of the taker."""

    symbol: str
    side: str
    price: Decimal
    size: Decimal = field(name="qty")
    trade_id: Number
    timestamp: str


class Pair(Struct, frozen=True, gc=False):
    """What the ``instrument`` channel tells of a symbol that a checksum needs."""

    symbol: str
    price_precision: Number
    qty_precision: Number


class Instruments(Struct, frozen=True, gc=False):
    """The data of an ``instrument`` message."""

    pairs: list[Pair] = []


decode_message: Final = Decoder(Message).decode
decode_books: Final = Decoder(list[Book]).decode
decode_trades: Final = Decoder(list[Trade]).decode
decode_instruments: Final = Decoder(Instruments).decode
