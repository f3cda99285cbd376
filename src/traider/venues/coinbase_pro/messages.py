"""Messages of Coinbase's Exchange feed as typed, frozen structs, and how to decode them.

Prices and sizes stay text. A message that lacks a field does not decode.

Source: docs.cdp.coinbase.com, Exchange, "WebSocket channels": level2, matches. The capture of
2021-04-17 holds both; the feed was called Coinbase Pro then.
"""

from typing import Final

from msgspec import Struct, field
from msgspec.json import Decoder

from traider.venues.wire_types import Number, PriceLevel


class Message(Struct, frozen=True, gc=False):
    """The outside of any message."""

    type: str
    symbol: str = field(default="", name="product_id")
    reason: str = field(default="", name="message")


class Snapshot(Struct, frozen=True, gc=False):
    """``snapshot``: the whole book; tells no time."""

    symbol: str = field(name="product_id")
    bids: list[PriceLevel]
    asks: list[PriceLevel]


class Changes(Struct, frozen=True, gc=False):
    """``l2update``: side (``buy``, ``sell``), price and absolute size of each changed level."""

    symbol: str = field(name="product_id")
    levels: list[tuple[str, str, str]] = field(name="changes")
    time: str


class Match(Struct, frozen=True, gc=False):
    """``match``: one trade; ``side`` is that of the maker."""

    symbol: str = field(name="product_id")
    trade_id: Number
    side: str
    price: str
    size: str
    time: str


decode_message: Final = Decoder(Message).decode
decode_snapshot: Final = Decoder(Snapshot).decode
decode_changes: Final = Decoder(Changes).decode
decode_match: Final = Decoder(Match).decode
