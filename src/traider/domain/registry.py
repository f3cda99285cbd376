"""The shipped registry: about twenty real instruments, as their venues describe them.

Facts are of the day named beside each table; what changes later arrives as events (TICK_LOT_CHANGE,
FEE_CHANGE, FUNDING_INTERVAL, INSTRUMENT_STATUS) or is given on the command line.
"""

from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import Final

from traider.domain.errors import UsageError
from traider.domain.instruments import (
    FeeSchedule,
    FeeTier,
    FundingSchedule,
    Instrument,
    InstrumentName,
)
from traider.domain.margin_tables import binance_margin

# Base, tick size, lot size, minimum size, minimum notional.
_Grid = tuple[str, str, str, str, str]

# Coinbase GET /api/v3/brokerage/market/products, 2026-08-09: price_increment, base_increment,
# base_min_size, quote_min_size. All were online.
_COINBASE_USD: Final[tuple[_Grid, ...]] = (
    ("BTC", "0.01", "0.00000001", "0.00000001", "1"),
    ("ETH", "0.01", "0.00000001", "0.00000001", "1"),
    ("SOL", "0.01", "0.00000001", "0.00000001", "1"),
    ("XRP", "0.0001", "0.000001", "0.000001", "1"),
    ("DOGE", "0.00001", "0.1", "0.1", "1"),
    ("LTC", "0.01", "0.00000001", "0.00000001", "1"),
    ("BCH", "0.01", "0.00000001", "0.00000001", "1"),
)

# Binance GET /api/v3/exchangeInfo, 2021-10-12: PRICE_FILTER.tickSize, LOT_SIZE.stepSize,
# LOT_SIZE.minQty, MIN_NOTIONAL.minNotional.
_BINANCE_USDT: Final[tuple[_Grid, ...]] = (
    ("BTC", "0.01", "0.00001", "0.00001", "10"),
    ("ETH", "0.01", "0.0001", "0.0001", "10"),
    ("SOL", "0.01", "0.01", "0.01", "10"),
    ("XRP", "0.0001", "1", "1", "10"),
)

# Binance GET /fapi/v1/exchangeInfo, 2025-03-27: the same filters, MIN_NOTIONAL.notional.
_BINANCE_USDT_PERPETUAL: Final[tuple[_Grid, ...]] = (
    ("BTC", "0.1", "0.001", "0.001", "100"),
    ("ETH", "0.01", "0.001", "0.001", "20"),
    ("SOL", "0.01", "1", "1", "5"),
    ("XRP", "0.0001", "0.1", "0.1", "5"),
    ("DOGE", "0.00001", "1", "1", "5"),
    ("LTC", "0.01", "0.001", "0.001", "20"),
    ("LINK", "0.001", "0.01", "0.01", "20"),
    ("AVAX", "0.001", "1", "1", "5"),
    ("BCH", "0.01", "0.001", "0.001", "20"),
    ("OP", "0.0001", "0.1", "0.1", "5"),
)

# Coinbase Advanced, published fee page of 2025, the lower tiers: volume from, maker, taker. The
# account's own tier is asked from the venue and arrives as FEE_CHANGE.
_COINBASE_FEES: Final = FeeSchedule(
    tuple(
        FeeTier(Decimal(volume), Decimal(maker), Decimal(taker))
        for volume, maker, taker in (
            ("0", "0.0060", "0.0120"),
            ("1000", "0.0035", "0.0075"),
            ("10000", "0.0025", "0.0040"),
            ("50000", "0.0015", "0.0025"),
            ("100000", "0.0010", "0.0020"),
        )
    )
)

# Binance's published rates of a regular account without discounts.
_BINANCE_FEES: Final = FeeSchedule.flat(Decimal("0.0010"), Decimal("0.0010"))
_BINANCE_PERPETUAL_FEES: Final = FeeSchedule.flat(Decimal("0.0002"), Decimal("0.0005"))

# The large USD-M perpetuals settle every 8 hours. BTC's rate never left +-0.3 % (funding history
# 2019-2025); the venue's bounds of the others are not in the sources above.
_BTC_RATE_CAP: Final = Decimal("0.003")
_FUNDING_HOURS: Final = 8


def _spot(venue: str, quote: str, symbol: str, grid: _Grid, fees: FeeSchedule) -> Instrument:
    base, tick, lot, least, notional = grid
    return Instrument(
        name=InstrumentName(venue, base, quote),
        symbol=symbol,
        settle=quote,
        tick_size=Decimal(tick),
        lot_size=Decimal(lot),
        min_size=Decimal(least),
        min_notional=Decimal(notional),
        fees=fees,
    )


def _perpetual(grid: _Grid) -> Instrument:
    base, tick, lot, least, notional = grid
    cap = _BTC_RATE_CAP if base == "BTC" else Decimal(0)
    return Instrument(
        name=InstrumentName("BINANCE", base, "USDT", "PERP"),
        symbol=f"{base}USDT",
        settle="USDT",
        tick_size=Decimal(tick),
        lot_size=Decimal(lot),
        min_size=Decimal(least),
        min_notional=Decimal(notional),
        fees=_BINANCE_PERPETUAL_FEES,
        margin=binance_margin(base),
        funding=FundingSchedule.every(_FUNDING_HOURS, cap),
    )


@cache
def shipped_instruments() -> dict[str, Instrument]:
    """Return the shipped instruments by name, in the order of the tables."""
    instruments = (
        *(_spot("COINBASE", "USD", f"{g[0]}-USD", g, _COINBASE_FEES) for g in _COINBASE_USD),
        *(_spot("BINANCE", "USDT", f"{g[0]}USDT", g, _BINANCE_FEES) for g in _BINANCE_USDT),
        *(_perpetual(grid) for grid in _BINANCE_USDT_PERPETUAL),
    )
    return {str(instrument.name): instrument for instrument in instruments}


def find_instrument(name: str | InstrumentName) -> Instrument:
    """Return the shipped instrument called ``name``; letters may be small.

    Raises:
        UsageError: there is none; the nearest names are in the message.
    """
    known = shipped_instruments()
    wanted = str(name).strip().upper()
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known)}"
    raise UsageError(f"no instrument {str(name)!r} in the registry", fix=hint)
