"""Which market a person means, spelled any way: BTC/USDT, BTC-USDT, BTCUSDT, BTC/USDT:USDT.

``BTC-USDT-PERP`` and ``BTC-USDT-SWAP`` are the perpetual too. A spelling that spot and a perpetual
share is spot. What is not listed is refused, with the names that come near.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from traider.domain.errors import UsageError
from traider.domain.instruments import InstrumentName
from traider.feed.download.ccxt_exchange import Exchange, lake_venue
from traider.venues.spelling import spelled

_PERPETUAL: Final = re.compile(r"[-_/ ]?(?:PERP|PERPETUAL|SWAP)$")
_SIGNS: Final = re.compile(r"[^A-Z0-9]")
_RANKS: Final = {"spot": 0, "swap": 1, "future": 2}


@dataclass(frozen=True)
class Market:
    """One market of a venue: its name with us and with ccxt."""

    name: InstrumentName
    symbol: str
    """ccxt's unified symbol, ``BTC/USDT:USDT``."""
    is_contract: bool
    contract_size: float
    """Base (or quote, where inverse) that one unit of a trade's size stands for; 1 on spot."""
    listed_ms: int
    """When it was listed, 0 where the venue does not say."""


def find_market(exchange: Exchange, text: str) -> Market:
    """Return the market that ``text`` means.

    Raises:
        UsageError: none, or one whose name the lake cannot hold.
    """
    wanted = text.strip().upper()
    _, colon, rest = wanted.partition(":")
    if colon and "/" not in wanted and rest:  # VENUE:BASE-QUOTE, as the lake writes it
        wanted = rest
    is_perpetual = bool(_PERPETUAL.search(wanted))
    plain = _SIGNS.sub("", _PERPETUAL.sub("", wanted))
    found = [
        (rank, market)
        for market in exchange.markets.values()
        if (rank := _fit(market, wanted, plain, is_perpetual=is_perpetual)) is not None
    ]
    if not found:
        raise _unknown(exchange, text, wanted)
    _, market = min(found, key=lambda pair: (pair[0], str(pair[1]["symbol"])))
    return _market(exchange.id, market)


def _fit(
    market: Mapping[str, Any], wanted: str, plain: str, *, is_perpetual: bool
) -> tuple[int, ...] | None:
    """Return how well a market fits, smaller is better; None when it does not."""
    kind = _RANKS.get(str(market.get("type")))
    if kind is None:
        return None
    is_listed = 0 if market.get("active") is not False else 1
    inverse = 1 if market.get("inverse") else 0
    if wanted == str(market["symbol"]).upper():
        return (0, kind, inverse, is_listed)
    if is_perpetual and not market.get("swap"):
        return None
    texts = {_SIGNS.sub("", text) for text in _spellings(market)}
    if wanted == str(market["id"]).upper():
        return (1, kind, inverse, is_listed)
    return (2, kind, inverse, is_listed) if plain in texts else None


def _spellings(market: Mapping[str, Any]) -> Iterator[str]:
    info = market.get("info")
    told = info if isinstance(info, dict) else {}
    if market.get("type") != "future":
        yield f"{market['base']}{market['quote']}".upper()
        yield f"{market['baseId']}{market['quoteId']}".upper()
    yield str(market["symbol"]).upper()
    yield str(market["id"]).upper()
    for name in ("altname", "wsname"):
        if told.get(name):
            yield str(told[name]).upper()


def _unknown(exchange: Exchange, text: str, wanted: str) -> UsageError:
    names = {
        str(market["symbol"]): _SIGNS.sub("", str(market["symbol"]).upper())
        for market in exchange.markets.values()
    }
    plain = _SIGNS.sub("", wanted)
    near = difflib.get_close_matches(plain, list(names.values()), 4, 0.6)
    symbols = [symbol for symbol, spelling in names.items() if spelling in near][:4]
    hint = (
        f"did you mean {', '.join(symbols)}" if symbols else "see the venue's own list of markets"
    )
    return UsageError(f"{exchange.id} lists no market {text!r}", where="--symbol", fix=hint)


def _market(exchange_id: str, market: Mapping[str, Any]) -> Market:
    suffix = ""
    if market.get("swap"):
        suffix = "PERP"
    elif market.get("future"):
        suffix = str(market["symbol"]).rpartition("-")[2]
    base, quote = str(market["base"]).upper(), str(market["quote"]).upper()
    name = spelled(lake_venue(exchange_id), base, quote, suffix)
    if name is None:
        raise UsageError(
            f"the lake has no name for {market['symbol']}", where="--symbol", fix="choose another"
        )
    size = market.get("contractSize") if market.get("contract") else None
    return Market(
        name=InstrumentName.parse(name),
        symbol=str(market["symbol"]),
        is_contract=bool(market.get("contract")),
        contract_size=float(size) if size and market.get("linear") else 1.0,
        listed_ms=int(market.get("created") or 0),
    )


def check_timeframe(exchange: Exchange, timeframe: str, known: tuple[str, ...]) -> None:
    """Refuse a timeframe that the venue does not offer, or that the lake does not hold.

    Raises:
        UsageError: the venue does not offer it; those it offers are told.
    """
    offered = [name for name in known if name in (exchange.timeframes or {})]
    if timeframe not in offered:
        raise UsageError(
            f"{exchange.id} offers no bars of {timeframe}",
            where="--timeframe",
            fix=f"choose from {', '.join(offered)}" if offered else "choose another venue",
        )
