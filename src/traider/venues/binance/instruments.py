"""What a Binance symbol is called here, and what GET ``…/exchangeInfo`` tells of it.

A symbol joins base and quote without a sign between (``BTCUSDT``), so the quote is found by its
name; USD-M contracts with an end carry its day (``BTCUSDT_240628``). Spot and futures share
symbols: the market tells them apart.

Source: binance-spot-api-docs, rest-api.md; developers.binance.com, USD-M futures, "Exchange
Information". Tick and lot of new orders are filters. A book of contracts may hold orders from
before the tick was made coarser (CTKUSDT, tick 0.001 and a bid of 0.50579 on 2021-07-22), so its
prices are counted in the decimals of ``pricePrecision`` where those are finer. The answers of 2021
list 1,695 spot symbols and 122 contracts.
"""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Final

from msgspec import Struct, field
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.domain.instruments import Instrument, InstrumentKind, InstrumentName
from traider.domain.registry import shipped_instruments
from traider.venues.product import Product
from traider.venues.spelling import spelled

VENUE: Final = "BINANCE"

# Quote assets of GET /api/v3/exchangeInfo (2021-10-12) and, in the last line, of later listings;
# longer names first, so that BTCTUSD is not BTCT + USD.
_QUOTES: Final = (
    "FDUSD",
    "BIDR", "BKRW", "BUSD", "BVND", "GYEN", "IDRT", "TUSD", "USDC", "USDP", "USDS", "USDT",
    "AUD", "BNB", "BRL", "BTC", "DAI", "ETH", "EUR", "GBP", "NGN", "PAX", "RUB", "TRX", "TRY",
    "UAH", "VAI", "XRP", "ZAR",
    "ARS", "COP", "CZK", "JPY", "MXN", "PLN", "RON", "SOL", "USD",
)  # fmt: skip


class Market(Enum):
    """Which of Binance's markets a connection belongs to; the value is its name in file names."""

    SPOT = "SPOT"
    USDM = "USDM"


class _Filter(Struct, frozen=True):
    kind: str = field(name="filterType")
    tick_size: Decimal = field(default=Decimal(0), name="tickSize")
    step_size: Decimal = field(default=Decimal(0), name="stepSize")


class _Symbol(Struct, frozen=True):
    symbol: str
    base: str = field(name="baseAsset")
    quote: str = field(name="quoteAsset")
    filters: list[_Filter]
    price_decimals: int | None = field(default=None, name="pricePrecision")

    @property
    def price_step(self) -> Decimal | None:
        """What every price of the book is a multiple of."""
        steps = [one.tick_size for one in self.filters if one.tick_size]
        if steps and self.price_decimals is not None:
            steps.append(Decimal(1).scaleb(-self.price_decimals))
        return min(steps, default=None)


class _ExchangeInfo(Struct, frozen=True):
    symbols: list[_Symbol]


_decode: Final = Decoder(_ExchangeInfo).decode


def instrument_name(market: Market, symbol: str) -> InstrumentName:
    """Return our name of ``symbol``.

    Raises:
        DataError: no quote currency is known by which the symbol could end.
    """
    pair, _, expiry = symbol.upper().partition("_")
    for quote in _QUOTES:
        base = pair.removesuffix(quote)
        if base and base != pair:
            suffix = expiry or ("PERP" if market is Market.USDM else "")
            return InstrumentName(VENUE, base, quote, suffix)
    raise DataError(
        f"the quote currency of {symbol!r} is not known", fix="name the instrument BASE-QUOTE"
    )


def registered(market: Market, symbol: str) -> Instrument | None:
    """Return the shipped instrument that trades as ``symbol``, if there is one."""
    wants_spot = market is Market.SPOT
    for instrument in shipped_instruments().values():
        is_spot = instrument.kind is InstrumentKind.SPOT
        if (
            instrument.venue == VENUE
            and instrument.symbol == symbol.upper()
            and is_spot == wants_spot
        ):
            return instrument
    return None


def read_products(market: Market, raw: bytes) -> Iterator[Product]:
    """Yield what an answer of exchangeInfo tells; see ``spelled``.

    Raises:
        DecodeError: the answer lacks a part.
    """
    for each in _decode(raw).symbols:
        expiry = each.symbol.partition("_")[2]
        suffix = expiry or ("PERP" if market is Market.USDM else "")
        name = spelled(VENUE, each.base, each.quote, suffix)
        lots = [one.step_size for one in each.filters if one.kind == "LOT_SIZE" and one.step_size]
        if name is not None:
            known = registered(market, each.symbol)
            funding = known.funding if known else None
            interval_ns = funding.phases[-1].interval_ns if funding else 0
            lot_size = lots[0] if lots else None
            yield Product(each.symbol, name, each.price_step, lot_size, interval_ns)
