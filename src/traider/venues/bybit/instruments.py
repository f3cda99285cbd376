"""What Bybit's symbols are called here, and what GET ``/v5/market/instruments-info`` tells of them.

A symbol joins base and quote without a sign between (``BTCUSDT``); perpetuals in USDC leave the
quote out (``BTCPERP``), and contracts with an end carry its day (``BTCUSDT-26DEC25``, in USDC
``BTC-26DEC25``). Spot and linear share symbols: the category tells them apart.

Source: bybit-exchange docs, v5, "Get Instruments Info". The answers of 2026-08-09 list 800 linear
and 557 spot symbols; ``fundingInterval`` is in minutes, 480 for BTCUSDT and 240 for others.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from msgspec import Struct, field
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.domain.instruments import InstrumentName
from traider.venues.product import Product
from traider.venues.spelling import spelled

VENUE: Final = "BYBIT"

# Quote coins of the answers of 2026-08-09; a name that ends in another one stands before it.
_QUOTES: Final = (
    "RLUSD", "XUSD", "USD1", "USDC", "USDE", "USDT",
    "AED", "BRL", "BTC", "ETH", "EUR", "GBP", "PLN", "SOL", "TRY", "USD",
)  # fmt: skip
_MINUTE_NS: Final = 60_000_000_000
_DAY: Final = "%d%b%y"


class Category(Enum):
    """Which of Bybit's markets a connection belongs to; the value is its part of the address."""

    LINEAR = "linear"
    SPOT = "spot"


class _PriceFilter(Struct, frozen=True):
    tick_size: Decimal = field(name="tickSize")


class _LotSizeFilter(Struct, frozen=True):
    quantity_step: Decimal | None = field(default=None, name="qtyStep")
    base_precision: Decimal | None = field(default=None, name="basePrecision")


class _Symbol(Struct, frozen=True):
    symbol: str
    base: str = field(name="baseCoin")
    quote: str = field(name="quoteCoin")
    price: _PriceFilter = field(name="priceFilter")
    lot: _LotSizeFilter = field(name="lotSizeFilter")
    contract: str = field(default="", name="contractType")
    delivery_ms: str = field(default="0", name="deliveryTime")
    funding_minutes: int = field(default=0, name="fundingInterval")


class _Result(Struct, frozen=True):
    symbols: list[_Symbol] = field(name="list")


class _Answer(Struct, frozen=True):
    result: _Result


_decode: Final = Decoder(_Answer).decode


def instrument_name(category: Category, symbol: str) -> InstrumentName:
    """Return our name of ``symbol``.

    Raises:
        DataError: no quote currency is known by which the symbol could end.
    """
    pair, _, day = symbol.upper().partition("-")
    suffix = _expiry(day) if day else ("PERP" if category is Category.LINEAR else "")
    if category is Category.LINEAR and pair.endswith("PERP"):
        return InstrumentName(VENUE, pair.removesuffix("PERP"), "USDC", suffix)
    for quote in _QUOTES:
        base = pair.removesuffix(quote)
        if base and base != pair:
            return InstrumentName(VENUE, base, quote, suffix)
    if day:
        return InstrumentName(VENUE, pair, "USDC", suffix)
    raise DataError(
        f"the quote currency of {symbol!r} is not known", fix="name the instrument BASE-QUOTE"
    )


def read_products(raw: bytes) -> Iterator[Product]:
    """Yield what an answer of instruments-info tells; see ``spelled``.

    Raises:
        DecodeError: the answer lacks a part.
    """
    for each in _decode(raw).result.symbols:
        name = spelled(VENUE, each.base, each.quote, _suffix(each))
        if name is not None:
            lot_size = each.lot.quantity_step or each.lot.base_precision
            interval_ns = each.funding_minutes * _MINUTE_NS
            yield Product(each.symbol, name, each.price.tick_size, lot_size, interval_ns)


def _suffix(symbol: _Symbol) -> str:
    if not symbol.contract:
        return ""
    if symbol.delivery_ms == "0":
        return "PERP"
    return datetime.fromtimestamp(int(symbol.delivery_ms) / 1000, tz=UTC).strftime("%y%m%d")


def _expiry(day: str) -> str:
    try:
        return datetime.strptime(day, _DAY).replace(tzinfo=UTC).strftime("%y%m%d")
    except ValueError:
        raise DataError(f"{day!r} is no expiry day", fix="write it as 26DEC25") from None
