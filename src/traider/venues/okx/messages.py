"""OKX's messages as typed, frozen structs, and how to decode them.

Prices and sizes stay text, and times are text of milliseconds. Fields that no event needs are not
read. A message that lacks a field does not decode.

Source: OKX API v5, "WebSocket", public channels Order book, Trades, Funding rate and Mark price.
The capture of 2022-05-13 holds the first two; its books have a checksum and no ``seqId`` yet.
"""

from typing import Final

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from traider.venues.wire_types import MillisecondsText, NumberText, SignedNumber

BookLevel = tuple[str, str, str, str]
"""Price, size, a field without use that is always 0, number of orders."""


class Channel(Struct, frozen=True, gc=False):
    """Which channel of which instrument."""

    name: str = field(default="", name="channel")
    symbol: str = field(default="", name="instId")


class Message(Struct, frozen=True, gc=False):
    """The outside of any message: of a channel, or the answer to a request."""

    event: str = ""
    """``subscribe``, ``unsubscribe``, ``error``, ``notice`` … of an answer; empty with data."""
    channel: Channel = field(default=Channel(), name="arg")
    action: str = ""
    """``snapshot`` or ``update`` of a book."""
    data: list[Raw] = []
    code: str = ""
    reason: str = field(default="", name="msg")


class Book(Struct, frozen=True, gc=False):
    """``books``: up to 400 levels a side, or those that changed."""

    bids: list[BookLevel]
    asks: list[BookLevel]
    sent_ms: MillisecondsText = field(name="ts")
    checksum: int = 0
    """Signed CRC32 of the best 25 levels; 0 says that it is not told."""
    previous_id: SignedNumber | None = field(default=None, name="prevSeqId")
    update_id: SignedNumber | None = field(default=None, name="seqId")


class Trade(Struct, frozen=True, gc=False):
    """``trades``: what one order took at one price; ``side`` is that of the taker."""

    symbol: str = field(name="instId")
    trade_id: NumberText = field(name="tradeId")
    price: str = field(name="px")
    size: str = field(name="sz")
    side: str
    trade_ms: MillisecondsText = field(name="ts")


class FundingRate(Struct, frozen=True, gc=False):
    """``funding-rate``: the rate that will be paid at ``fundingTime``, as it stands now."""

    symbol: str = field(name="instId")
    rate: str = field(name="fundingRate")
    due_ms: MillisecondsText = field(name="fundingTime")
    next_ms: str = field(default="", name="nextFundingTime")
    sent_ms: MillisecondsText | None = field(default=None, name="ts")


class MarkPrice(Struct, frozen=True, gc=False):
    """``mark-price``."""

    symbol: str = field(name="instId")
    mark: str = field(name="markPx")
    sent_ms: MillisecondsText = field(name="ts")


decode_message: Final = Decoder(Message).decode
decode_book: Final = Decoder(Book).decode
decode_trade: Final = Decoder(Trade).decode
decode_funding_rate: Final = Decoder(FundingRate).decode
decode_mark_price: Final = Decoder(MarkPrice).decode
