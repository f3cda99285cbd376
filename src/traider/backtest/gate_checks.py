"""Every check of the gate on one order, with the number it measured and its limit.

The gate names the first check that refuses, and of an approved order none. Here the gate itself is
asked again on a copy of the gate's view, with all limits off but one, which is
set so low that it refuses: the refusal names the number that was measured.
"""

from dataclasses import dataclass
from typing import Final

from traider.backtest.gate_asking import GateView
from traider.domain.events import EventArray, OrderFlag
from traider.domain.market_health import MarketHealth
from traider.domain.orders import OrderType
from traider.kernel.breaker_records import Breakers
from traider.kernel.codes import Limit, Verdict
from traider.kernel.records import Gate

_LEAST: Final = 1e-300
"""A limit that every number above 0 passes."""
_MOST: Final = 2**62
_MONEY_MOST: Final = 1e300
_PRICED: Final = (OrderType.LIMIT, OrderType.STOP_LIMIT)
_SIZES: Final = (
    (Verdict.MAX_SIZE, Limit.MAX_ORDER_SIZE),
    (Verdict.MAX_NOTIONAL, Limit.MAX_ORDER_NOTIONAL),
)
_RISKS: Final = (
    (Verdict.DAILY_LOSS, Limit.MAX_DAILY_LOSS),
    (Verdict.DRAWDOWN, Limit.MAX_DRAWDOWN),
    (Verdict.DAILY_LOSS_AMOUNT, Limit.MAX_DAILY_LOSS_AMOUNT),
    (Verdict.DAILY_LOSS_SIGMAS, Limit.MAX_DAILY_LOSS_SIGMAS),
    (Verdict.EXPOSURE, Limit.MAX_EXPOSURE),
    (Verdict.LEVERAGE, Limit.MAX_LEVERAGE),
    (Verdict.GROSS_EXPOSURE, Limit.MAX_GROSS_EXPOSURE),
    (Verdict.NET_EXPOSURE, Limit.MAX_NET_EXPOSURE),
    (Verdict.GROUP_EXPOSURE, Limit.MAX_GROUP_EXPOSURE),
    (Verdict.POSITION_NOTIONAL, Limit.MAX_POSITION_NOTIONAL),
    (Verdict.POSITIONS, Limit.MAX_POSITIONS),
    (Verdict.CORRELATED_EXPOSURE, Limit.MAX_CORRELATED_EXPOSURE),
    (Verdict.VAR, Limit.MAX_VAR),
    (Verdict.ES, Limit.MAX_ES),
    (Verdict.MARGIN_USE, Limit.MAX_MARGIN_USE),
    (Verdict.LIQUIDATION_DISTANCE, Limit.MIN_LIQUIDATION_DISTANCE),
)
_MARGINED: Final = (Verdict.MARGIN_USE, Verdict.LIQUIDATION_DISTANCE)
"""Checks of instruments that are held on margin."""
_REFUSES: Final = {Limit.MIN_LIQUIDATION_DISTANCE: _MONEY_MOST}
"""Values that refuse whatever is measured, where that is not the least there is."""


@dataclass(frozen=True)
class GateCheck:
    """One check, named by its refusal: the number measured and the limit, 0 where it is off.

    Numbers are 0 where nothing above 0 was measured: no loss, no price worse than the market. A
    state (killed, paused, unhealthy) has the number 0 or that of its refusal, and no limit.
    """

    verdict: Verdict
    number: float
    limit: float


def gate_checks(gate: Gate, order: EventArray) -> tuple[GateCheck, ...]:
    """Return the checks that are asked of the one ``order`` in the view ``gate``, in their order.

    Limits on risk are not asked of an order that only reduces a position. Where the gate refuses,
    its own answer stands in the place of that check.
    """
    code, number, limit = GateView(gate).ask(order, 0)
    asked = _Asking(gate, order)
    found = {check.verdict: check for check in asked.all()}
    if code != Verdict.APPROVED:
        refusal = Verdict(code)
        found[refusal] = GateCheck(refusal, float(number), float(limit))
    return tuple(found.values())


def copied(gate: Gate) -> Gate:
    """Return a view of its own."""
    plain = {name: part.copy() for name, part in gate._asdict().items() if name != "breakers"}
    return gate._replace(breakers=Breakers(*(array.copy() for array in gate.breakers)), **plain)


class _Asking:
    """A copy of the view in which every limit is off and every state is well."""

    def __init__(self, gate: Gate, order: EventArray) -> None:
        self._actual = gate
        self._order = order
        self._k = int(order["instrument"][0])
        self._gate = copied(gate)
        self._gate.limits[:] = 0.0
        self._gate.account[0]["killed"] = 0
        self._gate.account[0]["paused"] = 0
        self._gate.markets["unhealthy"] = self._gate.markets["health"] = 0
        self._gate.breakers.state[0]["on"] = 0
        self._machine = GateView(self._gate)

    def _ask(self) -> tuple[int, float, float]:
        return self._machine.ask(self._order, 0)

    def all(self) -> list[GateCheck]:
        account = self._actual.account[0]
        found = [GateCheck(Verdict.KILLED, float(account["killed"]), 0.0)]
        if self._k >= len(self._actual.markets):
            return found
        if self._order["flags"][0] & OrderFlag.TYPE_MASK in _PRICED:
            found += self._limited(Verdict.PRICE_COLLAR, Limit.PRICE_COLLAR)
        found += self._least("min_lots", _MOST, Verdict.MIN_SIZE)
        found += self._least("min_notional", _MONEY_MOST, Verdict.MIN_NOTIONAL)
        if not self._asks_for_risk():
            return found
        found += [check for pair in _SIZES for check in self._limited(*pair)]
        found.append(GateCheck(Verdict.PAUSED, float(account["paused"] != 0), 0.0))
        market = self._actual.markets[self._k]
        health = MarketHealth.GAP if market["unhealthy"] else int(market["health"])
        found.append(GateCheck(Verdict.UNHEALTHY, float(health), 0.0))
        found += self._limited(Verdict.STALE_DATA, Limit.MAX_DATA_AGE_NS)
        found.append(self._rate())
        return found + [check for pair in _RISKS for check in self._limited(*pair)]

    def _limited(self, verdict: Verdict, limit: Limit) -> list[GateCheck]:
        """Ask with one limit on alone; nothing where another refusal comes before it."""
        market = self._actual.markets[self._k]
        if verdict is Verdict.GROUP_EXPOSURE and market["group"] == 0:
            return []
        if verdict in _MARGINED and market["tier_start"] == market["tier_stop"]:
            return []
        self._gate.limits[limit] = _REFUSES.get(limit, _LEAST)
        code, number, _ = self._ask()
        self._gate.limits[limit] = 0.0
        if code not in {verdict, Verdict.APPROVED}:
            return []
        return [GateCheck(verdict, float(number), float(self._actual.limits[limit]))]

    def _least(self, rule: str, least: float, verdict: Verdict) -> list[GateCheck]:
        """Ask with a smallest order that no order reaches; nothing where it is not asked."""
        market = self._gate.markets[self._k]
        actual = market[rule]
        market[rule] = least
        code, number, _ = self._ask()
        market[rule] = actual
        return [GateCheck(verdict, float(number), float(actual))] if code == verdict else []

    def _asks_for_risk(self) -> bool:
        """Whether a pause would refuse the order: one that only reduces passes."""
        self._gate.account[0]["paused"] = 1
        code, _, _ = self._ask()
        self._gate.account[0]["paused"] = 0
        return bool(code == Verdict.PAUSED)

    def _rate(self) -> GateCheck:
        """Find the orders of the last minute, this one counted: the highest rate that refuses."""
        places = len(self._gate.minute)
        low, high = 0, places
        while low < high:
            rate = (low + high + 1) // 2
            self._gate.limits[Limit.MAX_ORDERS_PER_MINUTE] = rate
            code, _, _ = self._ask()
            low, high = (rate, high) if code == Verdict.ORDER_RATE else (low, rate - 1)
        self._gate.limits[Limit.MAX_ORDERS_PER_MINUTE] = 0.0
        limit = min(int(self._actual.limits[Limit.MAX_ORDERS_PER_MINUTE]), places)
        return GateCheck(Verdict.ORDER_RATE, low + 1.0, float(limit))
