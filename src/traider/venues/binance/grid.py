"""The finest decimals of a recording: a grid for instruments that no registry knows."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from msgspec import DecodeError, Struct, field
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.venues.binance.messages import Level
from traider.venues.decimal_steps import decimals_needed

_EVENTS: Final = {"", "depthUpdate", "bookTicker", "trade", "aggTrade"}
"""Messages whose prices stand on the tick; a mark price does not. Snapshots and quotes of spot
have no event name."""


class _Texts(Struct, frozen=True, gc=False):
    """Prices and sizes wherever a message has them."""

    event: str = field(default="", name="e")
    price: str = field(default="0", name="p")
    size: str = field(default="0", name="q")
    bid: list[Level] | str | int = field(default="0", name="b")
    bid_size: str = field(default="0", name="B")
    ask: list[Level] | str | int = field(default="0", name="a")
    ask_size: str = field(default="0", name="A")
    bids: list[Level] = []
    asks: list[Level] = []


class _Wrapped(_Texts, frozen=True, gc=False):
    data: _Texts | None = None


_decode: Final = Decoder(_Wrapped).decode


def finest_grid(messages: Iterable[bytes]) -> tuple[Decimal, Decimal]:
    """Return the tick and the lot of the finest decimals that prices and sizes have.

    Zeros at the end do not count: ``"28155.10"`` needs one decimal.

    Raises:
        DataError: a message is no JSON, or a price or size no decimal number.
    """
    price_decimals = size_decimals = 0
    for raw in messages:
        try:
            wrapped = _decode(raw)
        except DecodeError as fault:
            raise DataError(f"a message cannot be read: {fault}", fix="record it again") from fault
        texts = wrapped.data or wrapped
        if texts.event in _EVENTS:
            for price, size in _pairs(texts):
                price_decimals = max(price_decimals, decimals_needed(price, "price"))
                size_decimals = max(size_decimals, decimals_needed(size, "size"))
    return Decimal(1).scaleb(-price_decimals), Decimal(1).scaleb(-size_decimals)


def _pairs(texts: _Texts) -> Iterator[Level]:
    """Yield every price with a size beside it."""
    yield texts.price, texts.size
    for side, size in ((texts.bid, texts.bid_size), (texts.ask, texts.ask_size)):
        if isinstance(side, list):
            yield from side
        elif isinstance(side, str):
            yield side, size
    yield from texts.bids
    yield from texts.asks
