"""The instrument and the timeframe that a file's name or a symbol tells of.

``BINANCE-PERP-BTC-USDT-1m.parquet`` is BINANCE:BTC-USDT-PERP in bars of a minute. What a name does
not say is left open and asked for, never made up.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import TIMEFRAMES
from traider.store.lake_paths import SeriesKey
from traider.store.source_files import plain_stem

QUOTES: Final = (
    "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USD", "EUR", "GBP", "JPY", "TRY", "BRL", "AUD", "KRW",
    "DAI", "BTC", "ETH", "BNB",
)  # fmt: skip
"""Currencies that prices are quoted in, longer names first where one ends another."""

VENUES: Final = frozenset(
    (
        "BINANCE", "BINANCEUS", "BITFINEX", "BITFLYER", "BITGET", "BITMEX", "BITSTAMP", "BITVAVO",
        "BYBIT", "COINBASE", "CRYPTOCOM", "DERIBIT", "DYDX", "FTX", "GATEIO", "GEMINI", "HTX",
        "HUOBI", "HYPERLIQUID", "KRAKEN", "KUCOIN", "MEXC", "OKX", "PHEMEX", "POLONIEX", "UPBIT",
    )
)  # fmt: skip
"""Venues that a file's name is taken to tell; any other is named with ``--venue``."""

OWN_QUOTE: Final = {"HYPERLIQUID": "USD"}
"""Venues whose symbols name the base alone: their perpetuals are all priced in this currency."""

_PERPETUAL: Final = frozenset(("PERP", "PERPETUAL", "SWAP", "USDM", "FUT", "FUTURE", "FUTURES"))
_EXPIRY: Final = re.compile(r"(?<=[A-Z]_)\d{6}(?!\d)")
_NO_NAME: Final = frozenset(("SPOT", "MARK", "INDEX", "PANEL", "QUARTERLY", "AGGTRADES", "TRADES"))
_TIMEFRAME: Final = re.compile(r"\d+[smhd]")


@dataclass(frozen=True)
class NameParts:
    """What is known of an instrument; empty where it is not."""

    venue: str = ""
    base: str = ""
    quote: str = ""
    suffix: str = ""
    timeframe: str = ""
    is_mark: bool = False

    @property
    def instrument(self) -> InstrumentName | None:
        """The instrument, None while a part is missing or no name of ours can hold it."""
        try:
            return InstrumentName(self.venue, self.base, self.quote, self.suffix)
        except UsageError:
            return None


def split_symbol(symbol: str) -> NameParts | None:
    """Return the parts of a venue's symbol: ``BTCUSDT``, ``BTC/USDT``, ``BTCUSDT_210326``.

    ``BTC-USDT-SWAP`` and ``BTC/USDT:USDT`` are perpetuals. None when no quote currency is found.
    """
    text = symbol.strip().upper()
    text, colon, _ = text.partition(":")
    words = [word for word in re.split(r"[-/_ ]+", text) if word]
    suffix = "PERP" if colon else ""
    if len(words) > 1 and words[-1] in _PERPETUAL:
        suffix = "PERP"
        words.pop()
    elif len(words) > 1 and re.fullmatch(r"\d{6}", words[-1]):
        suffix = words.pop()
    if len(words) == 2 and words[1] in QUOTES:
        return NameParts(base=words[0], quote=words[1], suffix=suffix)
    if len(words) == 1:
        for quote in QUOTES:
            if words[0].endswith(quote) and len(words[0]) > len(quote):
                return NameParts(base=words[0].removesuffix(quote), quote=quote, suffix=suffix)
    return None


def name_parts(path: Path) -> NameParts:
    """Return what the path of a file tells, its folders only when they are a lake's."""
    key = SeriesKey.of_path(path)
    if key is not None:
        name = key.name
        return NameParts(name.venue, name.base, name.quote, name.suffix, key.kind.timeframe)
    words = [word for word in re.split(r"[-_ ]+", plain_stem(path)) if word]
    timeframe = next((w for w in words if _TIMEFRAME.fullmatch(w) and w in TIMEFRAMES), "")
    upper = [word.upper() for word in words]
    expiry = _EXPIRY.search(plain_stem(path).upper())
    suffix = expiry.group() if expiry else "PERP" if _PERPETUAL & set(upper) else ""
    left = [
        word
        for word in upper
        if word not in _PERPETUAL | _NO_NAME and not re.fullmatch(r"\d+[A-Z]?", word)
    ]
    parts = _from_words(left, suffix)
    return replace(parts, timeframe=timeframe, is_mark="MARK" in upper or "INDEX" in upper)


def _from_words(words: list[str], suffix: str) -> NameParts:
    """Return the names at the beginning of a file's name."""
    venue = ""
    if words and words[0] in VENUES:
        venue, words = words[0], words[1:]
    elif len(words) > 2 and words[2] in QUOTES:
        words = words[1:]
    found = split_symbol("-".join(words[:2])) or (split_symbol(words[0]) if words else None)
    if found is None and venue in OWN_QUOTE and words:
        found = NameParts(base=words[0], quote=OWN_QUOTE[venue], suffix="PERP")
    if found is None:
        return NameParts(venue=venue, suffix=suffix)
    return replace(found, venue=venue, suffix=found.suffix or suffix)


def instrument_parts(text: str) -> NameParts:
    """Return the parts of an instrument that a person names, with or without its venue.

    Raises:
        UsageError: neither ``VENUE:BASE-QUOTE``, ``BASE-QUOTE`` nor a symbol.
    """
    venue, colon, rest = text.strip().upper().partition(":")
    if not colon or "/" in venue:  # BTC/USDT:USDT has no venue
        venue, rest = "", text.strip().upper()
    parts = split_symbol(rest)
    if parts is None:
        base, _, tail = rest.partition("-")
        quote, _, suffix = tail.partition("-")
        parts = NameParts(base=base, quote=quote, suffix=suffix)
    # Built once to be checked: a person may name quotes that no list knows.
    InstrumentName(venue or "VENUE", parts.base, parts.quote, parts.suffix)
    return replace(parts, venue=venue)
