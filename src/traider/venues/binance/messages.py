"""Binance's messages as typed, frozen structs, and how to decode them.

Field names are the venue's one-letter keys, spelled out. Prices and sizes stay text: the mapper
counts them in ticks and lots, exactly. Fields that no event needs are not read. A message that
lacks a field, or holds a time that is no millisecond of this century, does not decode.

Sources: binance-spot-api-docs, web-socket-streams.md; developers.binance.com, USD-M futures,
WebSocket market streams. The captures of 2023 and 2024 hold what both describe.
"""

from typing import Annotated, Final

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder

from traider.domain.units import INT64_MAX

MS_NS: Final = 1_000_000

_FIRST_MS: Final = 978_307_200_000
_LAST_MS: Final = 4_102_444_800_000

Milliseconds = Annotated[int, Meta(ge=_FIRST_MS, lt=_LAST_MS)]
"""A time between 2001 and 2100."""
MillisecondsOrNone = Annotated[int, Meta(ge=0, lt=_LAST_MS)]
"""A time, or 0 for none."""
Number = Annotated[int, Meta(ge=0, le=INT64_MAX)]
"""A number the venue counts by."""
Level = tuple[str, str]
"""Price and size; the size is absolute, 0 removes the level."""


class Refusal(Struct, frozen=True, gc=False):
    """Why the venue refused a request."""

    code: int = 0
    msg: str = ""


class Message(Struct, frozen=True, gc=False):
    """The outside of any message: of a combined stream, a single stream or an answer."""

    stream: str = ""
    """``btcusdt@depth@100ms``: the symbol, then what is told of it."""
    data: Raw = Raw()
    event: str = field(default="", name="e")
    update_id: int = field(default=-1, name="u")
    snapshot_id: int = field(default=-1, name="lastUpdateId")
    request: int | str | None = field(default=None, name="id")
    error: Refusal | None = None
    code: int = 0
    msg: str = ""


class SpotDepth(Struct, frozen=True, gc=False):
    """``<symbol>@depth``, ``@depth@100ms`` of spot: changed levels."""

    symbol: str = field(name="s")
    event_ms: Milliseconds = field(name="E")
    first_id: Number = field(name="U")
    last_id: Number = field(name="u")
    bids: list[Level] = field(name="b")
    asks: list[Level] = field(name="a")

    @property
    def previous_id(self) -> int:
        """``u`` of the message before: spot counts without holes."""
        return self.first_id - 1

    @property
    def ts_event(self) -> int:
        """When the venue sent it, ns: spot tells no other time."""
        return self.event_ms * MS_NS


class UsdmDepth(Struct, frozen=True, gc=False):
    """``<symbol>@depth``, ``@depth@0ms`` … of USD-M futures: changed levels."""

    symbol: str = field(name="s")
    transaction_ms: Milliseconds = field(name="T")
    first_id: Number = field(name="U")
    last_id: Number = field(name="u")
    previous_id: Number = field(name="pu")
    bids: list[Level] = field(name="b")
    asks: list[Level] = field(name="a")

    @property
    def ts_event(self) -> int:
        """When the matching engine changed the book, ns."""
        return self.transaction_ms * MS_NS


Depth = SpotDepth | UsdmDepth


class Snapshot(Struct, frozen=True, gc=False):
    """GET ``/api/v3/depth`` or ``/fapi/v1/depth``; names no symbol, and on spot no time."""

    last_id: Number = field(name="lastUpdateId")
    bids: list[Level]
    asks: list[Level]
    transaction_ms: Milliseconds | None = field(default=None, name="T")


class BookTicker(Struct, frozen=True, gc=False):
    """``<symbol>@bookTicker``: the best bid and ask; spot tells no time and no event name."""

    symbol: str = field(name="s")
    update_id: Number = field(name="u")
    bid: str = field(name="b")
    bid_size: str = field(name="B")
    ask: str = field(name="a")
    ask_size: str = field(name="A")
    transaction_ms: Milliseconds | None = field(default=None, name="T")


class Trade(Struct, frozen=True, gc=False):
    """``<symbol>@trade``: one trade. ``X`` is told on futures only."""

    symbol: str = field(name="s")
    trade_ms: Milliseconds = field(name="T")
    trade_id: Number = field(name="t")
    price: str = field(name="p")
    size: str = field(name="q")
    is_buyer_maker: bool = field(name="m")
    order_type: str = field(default="MARKET", name="X")
    """``MARKET``, or how it came about off the book: ``INSURANCE_FUND``, ``ADL``, ``NA``."""


class AggregateTrade(Struct, frozen=True, gc=False):
    """``<symbol>@aggTrade``: what one order took at one price."""

    symbol: str = field(name="s")
    trade_ms: Milliseconds = field(name="T")
    trade_id: Number = field(name="a")
    price: str = field(name="p")
    size: str = field(name="q")
    is_buyer_maker: bool = field(name="m")


class MarkPrice(Struct, frozen=True, gc=False):
    """``<symbol>@markPrice``, ``@markPrice@1s``; rate and time are empty on dated futures."""

    symbol: str = field(name="s")
    event_ms: Milliseconds = field(name="E")
    mark: str = field(name="p")
    index: str = field(default="", name="i")
    funding_rate: str = field(default="", name="r")
    next_funding_ms: MillisecondsOrNone = field(default=0, name="T")


decode_message: Final = Decoder(Message).decode
decode_spot_depth: Final = Decoder(SpotDepth).decode
decode_usdm_depth: Final = Decoder(UsdmDepth).decode
decode_snapshot: Final = Decoder(Snapshot).decode
decode_book_ticker: Final = Decoder(BookTicker).decode
decode_trade: Final = Decoder(Trade).decode
decode_aggregate_trade: Final = Decoder(AggregateTrade).decode
decode_mark_price: Final = Decoder(MarkPrice).decode
