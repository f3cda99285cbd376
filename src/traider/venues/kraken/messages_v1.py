"""Kraken's messages of protocol v1 (``wss://ws.kraken.com``), and how to decode them.

Data comes in arrays, ``[channel number, payload …, channel name, pair]``; everything else is an
object with an ``event``. Prices and sizes stay text. A message that lacks a part does not decode.

Source: docs.kraken.com, "Spot WebSocket API v1": book, trade, heartbeat, systemStatus and
subscriptionStatus. The capture of 2021-04-17 holds all five.
"""

from typing import Final

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from traider.venues.wire_types import SecondsText


class BookLevel(Struct, frozen=True, gc=False, array_like=True):
    """A level; a fourth part ``r`` says that it was told before and is told again."""

    price: str
    size: str
    changed_s: SecondsText


class Book(Struct, frozen=True, gc=False):
    """One payload of ``book-<depth>``: a snapshot (``as``, ``bs``) or changes (``a``, ``b``)."""

    snapshot_asks: list[BookLevel] | None = field(default=None, name="as")
    snapshot_bids: list[BookLevel] | None = field(default=None, name="bs")
    asks: list[BookLevel] = field(default_factory=list, name="a")
    bids: list[BookLevel] = field(default_factory=list, name="b")
    checksum: str = field(default="", name="c")
    """Unsigned CRC32 of the best 10 levels, in the last payload of a message of changes."""


class Trade(Struct, frozen=True, gc=False, array_like=True):
    """One trade; ``side`` is that of the order that triggered it: ``b`` or ``s``."""

    price: str
    size: str
    traded_s: SecondsText
    side: str


class Event(Struct, frozen=True, gc=False):
    """A message that is no data."""

    event: str
    status: str = ""
    reason: str = field(default="", name="errorMessage")


decode_parts: Final = Decoder(list[Raw]).decode
decode_text: Final = Decoder(str).decode
decode_book: Final = Decoder(Book).decode
decode_trades: Final = Decoder(list[Trade]).decode
decode_event: Final = Decoder(Event).decode
