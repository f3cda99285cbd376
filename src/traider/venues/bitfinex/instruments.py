"""What Bitfinex's symbols are called here.

A symbol of a pair begins with ``t``. Currencies of three letters are joined (``tBTCUSD``), others
stand apart (``tAVAX:USD``); perpetuals are pairs of currencies ending in F0 (``tBTCF0:USTF0``).
Some currencies are spelled shorter than elsewhere (docs.bitfinex.com, "pub:map:currency:sym").

No answer tells a tick: a price has five digits that count, wherever the dot stands, so the grid of
a recording is the finest one of its messages.
"""

from typing import Final

from traider.domain.errors import DataError
from traider.domain.instruments import InstrumentName

VENUE: Final = "BITFINEX"

_CURRENCIES: Final = {
    "ALG": "ALGO",
    "ATO": "ATOM",
    "DSH": "DASH",
    "IOT": "IOTA",
    "MNA": "MANA",
    "QTM": "QTUM",
    "TSD": "TUSD",
    "UDC": "USDC",
    "UST": "USDT",
}
_CONTRACT: Final = "F0"
_JOINED_LENGTH: Final = 6


def instrument_name(symbol: str) -> InstrumentName:
    """Return our name of ``symbol``.

    Raises:
        DataError: it is no pair.
    """
    base, colon, quote = symbol.removeprefix("t").upper().partition(":")
    if not colon:
        base, quote = base[:3], base[3:]
    if not (symbol.startswith("t") and quote and (colon or len(symbol) == _JOINED_LENGTH + 1)):
        raise DataError(f"{symbol!r} is no pair", fix="write it as tBTCUSD or tAVAX:USD")
    suffix = "PERP" if base.endswith(_CONTRACT) else ""
    return InstrumentName(VENUE, _currency(base), _currency(quote), suffix)


def _currency(text: str) -> str:
    short = text.removesuffix(_CONTRACT)
    return _CURRENCIES.get(short, short)
