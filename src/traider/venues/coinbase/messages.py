"""Coinbase's WebSocket messages as typed, frozen structs, and how to decode them.

Every message has ``channel``, ``timestamp``, ``sequence_num`` and ``events``; only refusals
(``{"type":"error","message":"authentication failure"}``) do not. Prices and sizes stay text: the
mapper counts them in ticks and lots, exactly. Fields that no event needs are not read. A message
that lacks a field, or holds another kind of value, does not decode.

Sources: docs.cdp.coinbase.com, Advanced Trade, "WebSocket channels" (2026-06-28); a capture of
2026-08-09.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

from traider.domain.units import INT64_MAX

Number = Annotated[int, Meta(ge=0, le=INT64_MAX)]
"""A number the venue counts by."""
How = Literal["snapshot", "update"]
"""Whether an event tells a state or a change of it."""


class Level(Struct, frozen=True, gc=False):
    """One level of ``l2_data``; the size is absolute, a zero of any spelling removes it."""

    side: Literal["bid", "offer"]
    event_time: str
    price_level: str
    new_quantity: str


class DepthEvent(Struct, frozen=True, gc=False):
    """The whole book of a product, or its changed levels."""

    type: How
    product_id: str
    updates: list[Level]


class DepthMessage(Struct, frozen=True, gc=False, tag_field="channel", tag="l2_data"):
    """Channel ``l2_data``, subscribed as ``level2``."""

    timestamp: str
    sequence_num: Number
    events: list[DepthEvent]


class Trade(Struct, frozen=True, gc=False):
    """One trade; ``side`` is that of the maker."""

    trade_id: str
    product_id: str
    price: str
    size: str
    side: Literal["BUY", "SELL"]
    time: str


class TradesEvent(Struct, frozen=True, gc=False):
    """New trades, or those that were the last ones when the subscription began."""

    type: How
    trades: list[Trade]


class TradesMessage(Struct, frozen=True, gc=False, tag_field="channel", tag="market_trades"):
    """Channel ``market_trades``: trades of 250 ms, newest first."""

    timestamp: str
    sequence_num: Number
    events: list[TradesEvent]


class Ticker(Struct, frozen=True, gc=False):
    """The best bid and ask; ``ticker_batch`` does not tell them."""

    product_id: str
    best_bid: str = ""
    best_bid_quantity: str = ""
    best_ask: str = ""
    best_ask_quantity: str = ""


class TickerEvent(Struct, frozen=True, gc=False):
    """Tickers of one or more products."""

    type: How
    tickers: list[Ticker]


class TickerMessage(Struct, frozen=True, gc=False, tag_field="channel", tag="ticker"):
    """Channel ``ticker``."""

    timestamp: str
    sequence_num: Number
    events: list[TickerEvent]


class TickerBatchMessage(Struct, frozen=True, gc=False, tag_field="channel", tag="ticker_batch"):
    """Channel ``ticker_batch``: every five seconds."""

    timestamp: str
    sequence_num: Number
    events: list[TickerEvent]


class Candle(Struct, frozen=True, gc=False):
    """One bucket of five minutes, ``start`` in seconds since 1970; the newest is unfinished."""

    start: str
    high: str
    low: str
    open: str
    close: str
    volume: str
    product_id: str


class CandlesEvent(Struct, frozen=True, gc=False):
    """Buckets of one or more products."""

    type: How
    candles: list[Candle]


class CandlesMessage(Struct, frozen=True, gc=False, tag_field="channel", tag="candles"):
    """Channel ``candles``: pushed every second."""

    timestamp: str
    sequence_num: Number
    events: list[CandlesEvent]


class Heartbeat(Struct, frozen=True, gc=False):
    """A sign of life; the time is Go's, not RFC 3339; the counter a number or its text."""

    current_time: str
    heartbeat_counter: str | int


class HeartbeatsMessage(Struct, frozen=True, gc=False, tag_field="channel", tag="heartbeats"):
    """Channel ``heartbeats``: one a second."""

    timestamp: str
    sequence_num: Number
    events: list[Heartbeat]


class ProductStatus(Struct, frozen=True, gc=False):
    """Whether a product can be traded."""

    id: str
    status: str


class StatusEvent(Struct, frozen=True, gc=False):
    """Products, all of them or those that changed."""

    type: How
    products: list[ProductStatus]


class StatusMessage(Struct, frozen=True, gc=False, tag_field="channel", tag="status"):
    """Channel ``status``."""

    timestamp: str
    sequence_num: Number
    events: list[StatusEvent]


class Subscribed(Struct, frozen=True, gc=False):
    """All that is subscribed now, by the name it was subscribed under."""

    subscriptions: dict[str, list[str]]


class SubscriptionsMessage(Struct, frozen=True, gc=False, tag_field="channel", tag="subscriptions"):
    """Channel ``subscriptions``: the answer to subscribe and unsubscribe."""

    timestamp: str
    sequence_num: Number
    events: list[Subscribed]


Message = (
    DepthMessage
    | TradesMessage
    | TickerMessage
    | TickerBatchMessage
    | CandlesMessage
    | HeartbeatsMessage
    | StatusMessage
    | SubscriptionsMessage
)


class Envelope(Struct, frozen=True, gc=False):
    """The outside of any message: of a channel not listed above, or a refusal."""

    channel: str = ""
    sequence_num: Number | None = None
    type: str = ""
    message: str = ""
    events: Raw = Raw()


decode_message: Final = Decoder(Message).decode
decode_envelope: Final = Decoder(Envelope).decode
