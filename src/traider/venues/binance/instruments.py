"""What a Binance symbol is called here.

A symbol joins base and quote without a sign between (``BTCUSDT``), so the quote is found by its
name; USD-M contracts with an end carry its day (``BTCUSDT_240628``). Spot and futures share
symbols: the market tells them apart.
"""

from enum import Enum
from typing import Final

from traider.domain.errors import DataError
from traider.domain.instruments import Instrument, InstrumentKind, InstrumentName
from traider.domain.registry import shipped_instruments

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
