"""Bitstamp's messages as typed, frozen structs, and how to decode them.

Prices and sizes are read where they are text. A message that lacks a field does not decode.

Source: bitstamp.net/websocket/v2 (live trades, live full order book) and bitstamp.net/api (order
book). The capture of 2022-01-05 holds all three.
"""

from typing import Final

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from traider.venues.wire_types import MicrosecondsText, Number, PriceLevel


class Message(Struct, frozen=True, gc=False):
    """The outside of any message."""

    event: str
    channel: str = ""
    """``diff_order_book_ethusd``, ``live_trades_ethusd``: the stream and the symbol."""
    data: Raw = Raw()


class Book(Struct, frozen=True, gc=False):
    """``diff_order_book_…``: changed levels; or the answer to GET ``/api/v2/order_book/…``."""

    changed_us: MicrosecondsText = field(name="microtimestamp")
    bids: list[PriceLevel]
    asks: list[PriceLevel]


class Trade(Struct, frozen=True, gc=False):
    """``live_trades_…``: one trade; ``type`` 0 says that the taker bought, 1 that it sold."""

    trade_id: Number = field(name="id")
    price: str = field(name="price_str")
    size: str = field(name="amount_str")
    type: int
    traded_us: MicrosecondsText = field(name="microtimestamp")


class Refusal(Struct, frozen=True, gc=False):
    """The data of ``bts:error``."""

    message: str = ""


decode_message: Final = Decoder(Message).decode
decode_book: Final = Decoder(Book).decode
decode_trade: Final = Decoder(Trade).decode
decode_refusal: Final = Decoder(Refusal).decode
