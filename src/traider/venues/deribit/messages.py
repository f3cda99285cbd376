"""Deribit's messages as typed, frozen structs, and how to decode them.

Prices and sizes are JSON numbers and become ``Decimal``, digit by digit. A message that lacks a
field does not decode.

Source: docs.deribit.com, subscriptions ``book.{instrument}.{interval}``, ``trades.…`` and
``ticker.…``. The capture of 2021-07-22 holds the first and the last.
"""

from decimal import Decimal
from typing import Final

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from traider.venues.wire_types import Milliseconds, Number


class Notice(Struct, frozen=True, gc=False):
    """Which channel, and what it tells."""

    channel: str = ""
    """``book.BTC-PERPETUAL.raw``: the stream, the instrument, the interval."""
    data: Raw = Raw()


class Refusal(Struct, frozen=True, gc=False):
    """Why a request was refused."""

    code: int = 0
    message: str = ""


class Message(Struct, frozen=True, gc=False):
    """The outside of any message: JSON-RPC 2.0."""

    method: str = ""
    """``subscription`` or ``heartbeat``; empty in answers."""
    notice: Notice = field(default=Notice(), name="params")
    error: Refusal | None = None


class BookLevel(Struct, frozen=True, gc=False, array_like=True):
    """A level: ``new``, ``change`` or ``delete``, price, absolute size."""

    action: str
    price: Decimal
    size: Decimal


class Book(Struct, frozen=True, gc=False):
    """``book.…``: the levels, or those that changed."""

    type: str
    """``snapshot`` or ``change``."""
    changed_ms: Milliseconds = field(name="timestamp")
    symbol: str = field(name="instrument_name")
    update_id: Number = field(name="change_id")
    bids: list[BookLevel]
    asks: list[BookLevel]
    previous_id: Number | None = field(default=None, name="prev_change_id")


class Trade(Struct, frozen=True, gc=False):
    """One trade of ``trades.…``; ``direction`` is the side of the taker."""

    symbol: str = field(name="instrument_name")
    traded_ms: Milliseconds = field(name="timestamp")
    sequence: Number = field(name="trade_seq")
    """Counts the trades of the instrument."""
    price: Decimal
    size: Decimal = field(name="amount")
    direction: str
    block_id: str = field(default="", name="block_trade_id")
    """Set when it was agreed beside the book."""


class Ticker(Struct, frozen=True, gc=False):
    """``ticker.…``: mark and index price."""

    symbol: str = field(name="instrument_name")
    sent_ms: Milliseconds = field(name="timestamp")
    mark: Decimal = field(name="mark_price")
    index: Decimal = field(name="index_price")


decode_message: Final = Decoder(Message).decode
decode_book: Final = Decoder(Book).decode
decode_trades: Final = Decoder(list[Trade]).decode
decode_ticker: Final = Decoder(Ticker).decode
