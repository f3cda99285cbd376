"""A verdict of the gate in words: the check, the number it measured and the limit, with units."""

from collections.abc import Callable
from typing import Final

from traider.backtest.gate_checks import GateCheck
from traider.backtest.report.number_text import (
    NS_PER_SECOND,
    MoneyText,
    fixed,
    percent,
    significant,
    times,
)
from traider.domain.market_health import MarketHealth
from traider.kernel.codes import Verdict
from traider.kernel.specification import MarketSpec

_LEAST: Final = (
    Verdict.MIN_SIZE,
    Verdict.MIN_NOTIONAL,
    Verdict.NO_COVARIANCE,
    Verdict.LIQUIDATION_DISTANCE,
)
"""Checks whose number must not be below the limit."""
_WITHOUT_SWITCH: Final = (
    Verdict.INSTRUMENT,
    Verdict.MALFORMED,
    Verdict.NO_PRICE,
    Verdict.SHORT_NOT_ALLOWED,
    Verdict.OPEN_ORDERS,
)
"""Checks that no setting turns off, so that a limit of 0 is one."""

_HEALTHS: Final = {int(each): each.name.lower().replace("_", " ") for each in MarketHealth}

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
    return f"{value:,.0f} {'order' if value == 1.0 else 'orders'} a minute"


def _sigmas(value: float, market: MarketSpec, money: MoneyText) -> str:
    del market, money
    return f"{fixed(value, 2)} standard deviations"


def _samples(value: float, market: MarketSpec, money: MoneyText) -> str:
    del market, money
    return f"{value:,.0f} {'sample' if value == 1.0 else 'samples'}"


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
    Verdict.POSITION_NOTIONAL: _money,
    Verdict.DAILY_LOSS_AMOUNT: _money,
    Verdict.DAILY_LOSS_SIGMAS: _sigmas,
    Verdict.NO_COVARIANCE: _samples,
    Verdict.CORRELATED_EXPOSURE: _of_equity,
    Verdict.VAR: _fraction,
    Verdict.ES: _fraction,
    Verdict.MARGIN_USE: _fraction,
    Verdict.LIQUIDATION_DISTANCE: _fraction,
}
"""What number and limit of a check are measured in; the others are plain numbers."""

_SWITCHES: Final = {
    Verdict.KILLED: "trading is killed",
    Verdict.PAUSED: "trading is paused",
    Verdict.UNHEALTHY: "the feed is unhealthy",
    Verdict.NOT_SENT: "the process ended before it was sent",
    Verdict.OLD_EPOCH: "its leader was replaced",
    Verdict.NOT_READY: "the gateway is not reconciled with the venue",
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
    if verdict is Verdict.UNHEALTHY:
        return f"refused: the feed is unhealthy ({_health(number)})"
    if verdict in _SWITCHES:
        return f"refused: {_SWITCHES[verdict]}"
    words = _UNITS.get(verdict, _plain)
    measured, bound = words(number, market, money), words(limit, market, money)
    return f"refused by the check on {name}: {measured}, limit {bound}"


def _health(number: float) -> str:
    """Return what is wrong with a feed in words, such as ``one sided``."""
    return _HEALTHS.get(int(number), f"{number:g}")


def check_text(check: GateCheck, market: MarketSpec, money: MoneyText) -> tuple[str, str, str]:
    """Return a check's name, the number it measured and the limit, such as ``exposure``."""
    name = check.verdict.name.lower().replace("_", " ")
    if check.verdict in _SWITCHES:
        return name, "yes" if check.number else "no", "must be no"
    words = _UNITS.get(check.verdict, _plain)
    number = words(check.number, market, money)
    if check.limit == 0.0 and check.verdict not in _WITHOUT_SWITCH:
        return name, number, "off" if check.verdict not in _LEAST else "none"
    bound = words(check.limit, market, money)
    return name, number, f"at {'least' if check.verdict in _LEAST else 'most'} {bound}"


def base_of(name: str) -> str:
    """Return the base of an instrument's name, ``BTC`` of ``BINANCE:BTC-USDT``."""
    return name.rpartition(":")[2].partition("-")[0]


def quote_of(name: str) -> str:
    """Return the currency of an instrument's prices, ``USDT`` of ``BINANCE:BTC-USDT``."""
    return name.rpartition(":")[2].partition("-")[2].partition("-")[0]
