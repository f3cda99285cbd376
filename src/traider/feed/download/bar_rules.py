"""How each venue pages its bars: how many at a time, and what its end of a range means.

The limits are what ccxt passes on and the venue's documents say. Windows are made to fit one page,
so it does not matter whether a venue sends the oldest or the newest first.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from traider.feed.download.ccxt_exchange import Exchange
from traider.feed.download.spans import Span

MS_NS: Final = 1_000_000
_UNKNOWN_LIMIT: Final = 100


class End(Enum):
    """How a venue is told where a range ends."""

    BEFORE = auto()
    """The end itself belongs to the range: the last millisecond before ours is sent."""
    AT = auto()
    """The end is the first instant that does not belong to it: ours is sent."""
    NONE = auto()
    """It is not told: the venue sends what follows the start."""


@dataclass(frozen=True)
class BarRule:
    """The paging of one venue."""

    limit: int
    end: End
    keeps: int = 0
    """How many of the newest bars it gives, at the least, where it gives no others; else 0."""


_RULES: Final = {
    # 350 a request (INVALID_ARGUMENT beyond), of which ccxt lets 300 through. Whether the end
    # belongs to the range is not written; a second before it fits either way.
    "coinbase": BarRule(300, End.BEFORE),
    "binance": BarRule(1000, End.BEFORE),
    "binanceusdm": BarRule(1000, End.BEFORE),
    "binancecoinm": BarRule(500, End.BEFORE),
    "bybit": BarRule(1000, End.BEFORE),
    # `before` and `after` are both exclusive; ccxt sends the start less 1 ms.
    "okx": BarRule(300, End.AT),
    # "REST OHLC returns at most 720 newest candles whatever `since`".
    "kraken": BarRule(720, End.NONE, keeps=720),
}


def bar_rule(exchange: Exchange, symbol: str) -> BarRule:
    """Return the paging of bars of a venue; of one not known here, what ccxt tells of it."""
    if exchange.id in _RULES:
        return _RULES[exchange.id]
    told = exchange.feature_value(symbol, "fetchOHLCV", "limit")
    return BarRule(int(told or _UNKNOWN_LIMIT), End.NONE)


def until_parameter(rule: BarRule, window: Span) -> dict[str, Any]:
    """Return how ``window`` ends, as ccxt takes it."""
    if rule.end is End.NONE:
        return {}
    end_ms = window[1] // MS_NS
    return {"until": end_ms - 1 if rule.end is End.BEFORE else end_ms}
