"""A verdict of the gate in words: the check, the number it measured and the limit, with units."""

from collections.abc import Callable
from typing import Final

from traider.backtest.report.number_text import (
    NS_PER_SECOND,
    MoneyText,
    fixed,
    percent,
    significant,
    times,
)
from traider.kernel.codes import Verdict
from traider.kernel.specification import MarketSpec

Words = Callable[[float, MarketSpec, MoneyText], str]

_APPROVED_TEXT: Final = "approved"


def _fraction(value: float, market: MarketSpec, money: MoneyText) -> str:
    del market, money
    return percent(value, 2)


def _of_equity(value: float, market: MarketSpec, money: MoneyText) -> str:
    del market, money
    return f"{times(value, 3)} of equity"


def _money(value: float, market: MarketSpec, money: MoneyText) -> str:
    del market
    return money.text(value)


def _lots(value: float, market: MarketSpec, money: MoneyText) -> str:
    del money
    return f"{significant(value * float(market.lot_size))} {base_of(market.name)}"


def _price(value: float, market: MarketSpec, money: MoneyText) -> str:
    del money
    return significant(value * float(market.tick_size))


def _base(value: float, market: MarketSpec, money: MoneyText) -> str:
    del money
    return f"{significant(value)} {base_of(market.name)}"


def _age(value: float, market: MarketSpec, money: MoneyText) -> str:
    del market, money
    return f"{fixed(value / NS_PER_SECOND, 1)} s old"


def _orders(value: float, market: MarketSpec, money: MoneyText) -> str:
    del market, money
    return f"{value:,.0f} orders a minute"


def _plain(value: float, market: MarketSpec, money: MoneyText) -> str:
    del market, money
    return significant(value)


_UNITS: Final[dict[Verdict, Words]] = {
    Verdict.MIN_SIZE: _lots,
    Verdict.MIN_NOTIONAL: _money,
    Verdict.MAX_SIZE: _base,
    Verdict.MAX_NOTIONAL: _money,
    Verdict.PRICE_COLLAR: _fraction,
    Verdict.STALE_DATA: _age,
    Verdict.SHORT_NOT_ALLOWED: _lots,
    Verdict.EXPOSURE: _of_equity,
    Verdict.GROSS_EXPOSURE: _of_equity,
    Verdict.NET_EXPOSURE: _of_equity,
    Verdict.GROUP_EXPOSURE: _of_equity,
    Verdict.LEVERAGE: _of_equity,
    Verdict.ORDER_RATE: _orders,
    Verdict.DAILY_LOSS: _fraction,
    Verdict.DRAWDOWN: _fraction,
    Verdict.SELF_TRADE: _price,
}
"""What number and limit of a check are measured in; the others are plain numbers."""

_SWITCHES: Final = {
    Verdict.KILLED: "trading is killed",
    Verdict.PAUSED: "trading is paused",
    Verdict.UNHEALTHY: "the feed is unhealthy",
}
"""States, which have no number."""


def verdict_text(
    code: int, number: float, limit: float, market: MarketSpec, money: MoneyText
) -> str:
    """Return what the gate said of an order, such as ``refused by exposure: 1.2 of equity, …``."""
    verdict = Verdict(code)
    if verdict is Verdict.APPROVED:
        return _APPROVED_TEXT
    name = verdict.name.lower().replace("_", " ")
    if verdict in _SWITCHES:
        return f"refused: {_SWITCHES[verdict]}"
    words = _UNITS.get(verdict, _plain)
    measured, bound = words(number, market, money), words(limit, market, money)
    return f"refused by the check on {name}: {measured}, limit {bound}"


def base_of(name: str) -> str:
    """Return the base of an instrument's name, ``BTC`` of ``BINANCE:BTC-USDT``."""
    return name.rpartition(":")[2].partition("-")[0]
