"""What OKX's instruments are called here, and what GET ``/api/v5/public/instruments`` tells.

``BTC-USDT`` is spot, ``BTC-USDT-SWAP`` a perpetual, ``BTC-USD-220527`` a future; options have more
parts and no name here. Derivatives count sizes in contracts of ``ctVal × ctMult`` in ``ctValCcy``:
the base where they are linear, the quote where they are inverse.

Source: OKX API v5, "Get instruments". The answers of 2022-05-13 list 513 spot pairs and 166 swaps.
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

VENUE: Final = "OKX"

_NAMED_TYPES: Final = {"SPOT", "SWAP", "FUTURES"}
_ONE: Final = Decimal(1)


class _Instrument(Struct, frozen=True):
    symbol: str = field(name="instId")
    kind: str = field(name="instType")
    tick_size: str = field(name="tickSz")
    lot_size: str = field(name="lotSz")
    contract_value: str = field(default="", name="ctVal")
    contract_multiplier: str = field(default="", name="ctMult")


class _Answer(Struct, frozen=True):
    instruments: list[_Instrument] = field(name="data")


_decode: Final = Decoder(_Answer).decode


def instrument_name(symbol: str) -> InstrumentName:
    """Return our name of ``symbol``.

    Raises:
        DataError: it is neither spot nor a perpetual nor a future.
    """
    base, quote, suffix = _parts(symbol)
    if quote and "-" not in suffix:
        return InstrumentName(VENUE, base, quote, suffix)
    raise DataError(f"{symbol!r} has no name here", fix="use a spot pair, a swap or a future")


def read_products(raw: bytes) -> Iterator[Product]:
    """Yield what an answer tells of spot pairs, swaps and futures.

    Instruments that do not trade yet or any more have an empty tick; they are left out.

    Raises:
        DecodeError: the answer lacks a part.
    """
    for each in _decode(raw).instruments:
        if each.kind in _NAMED_TYPES and each.tick_size and each.lot_size:
            size = Decimal(each.contract_value or 1) * Decimal(each.contract_multiplier or 1)
            size = _ONE if each.kind == "SPOT" else size
            name, tick_size = spelled(VENUE, *_parts(each.symbol)), Decimal(each.tick_size)
            if name is not None:
                lot_size = Decimal(each.lot_size) * size
                yield Product(each.symbol, name, tick_size, lot_size, 0, size)


def _parts(symbol: str) -> tuple[str, str, str]:
    """Return base, quote and suffix."""
    base, _, rest = symbol.upper().partition("-")
    quote, _, suffix = rest.partition("-")
    return base, quote, "PERP" if suffix == "SWAP" else suffix
