"""What Bitstamp's pairs are called here, and what GET ``/api/v2/trading-pairs-info/`` tells.

A symbol joins base and quote in small letters (``ethusd``). Source: bitstamp.net/api, "Trading
pairs info"; the answer of 2022-01-05 lists 140 pairs with ``base_decimals`` and
``counter_decimals``.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct, field
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.domain.instruments import InstrumentName
from traider.venues.product import Product
from traider.venues.spelling import spelled

VENUE: Final = "BITSTAMP"

_QUOTES: Final = ("USDT", "USDC", "USD", "EUR", "GBP", "PAX", "BTC", "ETH")


class _Pair(Struct, frozen=True):
    symbol: str = field(name="url_symbol")
    name: str
    base_decimals: int
    counter_decimals: int


_decode: Final = Decoder(list[_Pair]).decode


def instrument_name(symbol: str) -> InstrumentName:
    """Return our name of ``symbol``.

    Raises:
        DataError: no quote currency is known by which the symbol could end.
    """
    pair = symbol.upper()
    for quote in _QUOTES:
        base = pair.removesuffix(quote)
        if base and base != pair:
            return InstrumentName(VENUE, base, quote)
    raise DataError(
        f"the quote currency of {symbol!r} is not known", fix="name the instrument BASE-QUOTE"
    )


def read_products(raw: bytes) -> Iterator[Product]:
    """Yield what an answer of trading-pairs-info tells; see ``spelled``.

    Raises:
        DecodeError: the answer lacks a part.
    """
    for pair in _decode(raw):
        base, _, quote = pair.name.upper().partition("/")
        name = spelled(VENUE, base, quote)
        if name is not None:
            tick_size = Decimal(1).scaleb(-pair.counter_decimals)
            lot_size = Decimal(1).scaleb(-pair.base_decimals)
            yield Product(pair.symbol, name, tick_size, lot_size)
