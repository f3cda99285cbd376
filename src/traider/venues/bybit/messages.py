"""Bybit's messages as typed, frozen structs, and how to decode them.

Prices and sizes stay text: the mapper counts them in ticks and lots, exactly. Fields that no event
needs are not read. A message that lacks a field, or holds a time that is no millisecond of this
century, does not decode.

Source: bybit-exchange docs, v5, "WebSocket Stream", pages Connect, Orderbook, Trade and Ticker. The
capture of 2026-08-09 holds what they describe, and ``RPI`` and ``cs`` besides, which are not read.
"""

from typing import Final

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from traider.venues.wire_types import Milliseconds, Number, PriceLevel


class Message(Struct, frozen=True, gc=False):
    """The outside of any message: of a topic, or the answer to a request."""

    topic: str = ""
    """``orderbook.200.BTCUSDT``: the stream, its parameter if it has one, the symbol."""
    type: str = ""
    """``snapshot`` or ``delta``."""
    sent_ms: Milliseconds | None = field(default=None, name="ts")
    created_ms: Milliseconds | None = field(default=None, name="cts")
    """When the matching engine made it; ``T`` of a trade is on the same clock."""
    data: Raw = Raw()
    operation: str = field(default="", name="op")
    success: bool = True
    reason: str = field(default="", name="ret_msg")


class Book(Struct, frozen=True, gc=False):
    """``orderbook.<depth>.<symbol>``: the levels, or those that changed."""

    symbol: str = field(name="s")
    bids: list[PriceLevel] = field(name="b")
    asks: list[PriceLevel] = field(name="a")
    update_id: Number = field(name="u")


class Trade(Struct, frozen=True, gc=False):
    """One trade of ``publicTrade.<symbol>``; ``S`` is the side of the taker."""

    symbol: str = field(name="s")
    trade_ms: Milliseconds = field(name="T")
    trade_id: str = field(name="i")
    side: str = field(name="S")
    price: str = field(name="p")
    size: str = field(name="v")
    sequence: Number | None = field(default=None, name="seq")
    is_block: bool = field(default=False, name="BT")
    """Agreed beside the book."""


class Ticker(Struct, frozen=True, gc=False):
    """``tickers.<symbol>``: in a delta, what is absent has not changed. Spot tells none of it."""

    symbol: str
    mark: str = field(default="", name="markPrice")
    index: str = field(default="", name="indexPrice")
    funding_rate: str = field(default="", name="fundingRate")
    next_funding_ms: str = field(default="", name="nextFundingTime")
    funding_interval_hours: str = field(default="", name="fundingIntervalHour")


decode_message: Final = Decoder(Message).decode
decode_book: Final = Decoder(Book).decode
decode_trades: Final = Decoder(list[Trade]).decode
decode_ticker: Final = Decoder(Ticker).decode
