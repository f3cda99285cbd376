"""What Kraken's pairs are called here, and what GET ``/0/public/AssetPairs`` tells of them.

Protocol v1 spells Bitcoin XBT and Dogecoin XDG (``XBT/CHF``), v2 spells them as everyone
(``BTC/CHF``); here they are BTC and DOGE.

Source: docs.kraken.com, "Get Tradable Asset Pairs". The answer of 2021-04-17 lists 304 pairs; the
twins of the dark pool (``.d``) have no ``wsname`` and no stream. Prices are counted in
``pair_decimals``; ``tick_size`` binds new orders only, and may be coarser.
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

VENUE: Final = "KRAKEN"

_CURRENCIES: Final = {"XBT": "BTC", "XDG": "DOGE"}


class _Pair(Struct, frozen=True):
    price_decimals: int = field(name="pair_decimals")
    lot_decimals: int
    symbol: str = field(default="", name="wsname")


class _Answer(Struct, frozen=True):
    pairs: dict[str, _Pair] = field(name="result")


_decode: Final = Decoder(_Answer).decode


def instrument_name(symbol: str) -> InstrumentName:
    """Return our name of a pair of either protocol.

    Raises:
        DataError: it is no pair.
    """
    base, slash, quote = symbol.upper().partition("/")
    if not slash:
        raise DataError(f"{symbol!r} is no pair", fix="write it as BTC/USD")
    return InstrumentName(VENUE, _currency(base), _currency(quote))


def v2_symbol(symbol: str) -> str:
    """Return a pair of v1 as protocol v2 spells it."""
    base, _, quote = symbol.partition("/")
    return f"{_currency(base)}/{_currency(quote)}"


def read_products(raw: bytes) -> Iterator[Product]:
    """Yield what an answer of AssetPairs tells, by the symbols of v1; see ``spelled``.

    Raises:
        DecodeError: the answer lacks a part.
    """
    for pair in _decode(raw).pairs.values():
        base, _, quote = pair.symbol.partition("/")
        name = spelled(VENUE, _currency(base), _currency(quote))
        if name is not None:
            tick_size = Decimal(1).scaleb(-pair.price_decimals)
            lot_size = Decimal(1).scaleb(-pair.lot_decimals)
            yield Product(pair.symbol, name, tick_size, lot_size)


def _currency(text: str) -> str:
    return _CURRENCIES.get(text, text)
