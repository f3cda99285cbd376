"""What Deribit's instruments are called here, and what ``public/get_instruments`` tells of them.

``BTC-PERPETUAL`` is a perpetual in US dollars, ``BTC-24SEP21`` a future, ``UNI_USDC-PERPETUAL`` and
``BTC_USDC`` are in what follows the line. Options (``BTC-24SEP21-8000-P``) have no place in our
naming and keep the venue's own.

Source: docs.deribit.com, "public/get_instruments". ``min_trade_amount`` is the step of sizes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from msgspec import Struct, field
from msgspec.json import Decoder

from traider.domain.errors import DataError
from traider.domain.instruments import InstrumentName
from traider.venues.product import Product

VENUE: Final = "DERIBIT"

_DAY: Final = "%d%b%y"
_OPTION_PARTS: Final = 4


class _Instrument(Struct, frozen=True):
    symbol: str = field(name="instrument_name")
    tick_size: Decimal
    least_amount: Decimal = field(name="min_trade_amount")


class _Answer(Struct, frozen=True):
    instruments: list[_Instrument] = field(name="result")


_decode: Final = Decoder(_Answer).decode


def written_name(symbol: str) -> str:
    """Return what an instrument is called here: its name, or for options the venue's own.

    Raises:
        DataError: it is neither.
    """
    if len(symbol.split("-")) == _OPTION_PARTS:
        return f"{VENUE}:{symbol}"
    return str(instrument_name(symbol))


def instrument_name(symbol: str) -> InstrumentName:
    """Return our name of a perpetual, a future or a spot pair.

    Raises:
        DataError: it is none of them.
    """
    pair, _, end = symbol.upper().partition("-")
    base, _, quote = pair.partition("_")
    if end and "-" not in end:
        return InstrumentName(VENUE, base, quote or "USD", _suffix(end))
    if quote and not end:
        return InstrumentName(VENUE, base, quote)
    raise DataError(f"{symbol!r} has no name here", fix="use a perpetual, a future or a spot pair")


def read_products(raw: bytes) -> Iterator[Product]:
    """Yield what an answer of get_instruments tells; combinations are left out.

    Raises:
        DecodeError: the answer lacks a part.
    """
    for each in _decode(raw).instruments:
        if "-FS-" not in each.symbol and "-ST-" not in each.symbol:
            name = written_name(each.symbol)
            yield Product(each.symbol, name, each.tick_size, each.least_amount)


def _suffix(end: str) -> str:
    if end == "PERPETUAL":
        return "PERP"
    try:
        return datetime.strptime(end, _DAY).replace(tzinfo=UTC).strftime("%y%m%d")
    except ValueError:
        raise DataError(f"{end!r} is no expiry day", fix="write it as 24SEP21") from None
