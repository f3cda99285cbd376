"""Laws of the checks that are told of an order.

1. A number told is the one the gate refuses with when the limit lies below it, and no other.
2. Where the gate refuses, its own answer is told; of an order that only reduces, no limit on risk.
"""

from typing import Final

import pytest

from tests.kernel.gate.test_risk_checks import warm_desk
from tests.kernel.gate.test_risk_margin import margined
from tests.kernel.gate_desk import MARKET, Desk, desk
from tests.kernel.scenario import HOUR, PERPETUAL
from traider.backtest.gate_checks import GateCheck, gate_checks
from traider.domain.events import Kind, OrderFlag
from traider.domain.market_health import MarketHealth
from traider.domain.orders import OrderType
from traider.kernel.codes import Limit, Verdict
from traider.kernel.machine import arrays_of

pytestmark = pytest.mark.interpreted

LIMITS: Final = {
    Verdict.PRICE_COLLAR: Limit.PRICE_COLLAR,
    Verdict.MAX_SIZE: Limit.MAX_ORDER_SIZE,
    Verdict.MAX_NOTIONAL: Limit.MAX_ORDER_NOTIONAL,
    Verdict.STALE_DATA: Limit.MAX_DATA_AGE_NS,
    Verdict.DAILY_LOSS: Limit.MAX_DAILY_LOSS,
    Verdict.DRAWDOWN: Limit.MAX_DRAWDOWN,
    Verdict.EXPOSURE: Limit.MAX_EXPOSURE,
    Verdict.LEVERAGE: Limit.MAX_LEVERAGE,
    Verdict.GROSS_EXPOSURE: Limit.MAX_GROSS_EXPOSURE,
    Verdict.NET_EXPOSURE: Limit.MAX_NET_EXPOSURE,
    Verdict.DAILY_LOSS_AMOUNT: Limit.MAX_DAILY_LOSS_AMOUNT,
    Verdict.POSITION_NOTIONAL: Limit.MAX_POSITION_NOTIONAL,
}
RISKS: Final = {
    Verdict.POSITIONS: Limit.MAX_POSITIONS,
    Verdict.CORRELATED_EXPOSURE: Limit.MAX_CORRELATED_EXPOSURE,
    Verdict.VAR: Limit.MAX_VAR,
    Verdict.ES: Limit.MAX_ES,
}
ORDER: Final = {"size": 2, "flags": int(OrderType.LIMIT), "price": 103}


def told(traders: Desk, **words: int) -> dict[Verdict, GateCheck]:
    before = [array.tobytes() for array in arrays_of(traders.gate)]
    found = gate_checks(traders.gate, traders.order(**words))
    assert [array.tobytes() for array in arrays_of(traders.gate)] == before
    return {check.verdict: check for check in found}


def busy() -> Desk:
    """Return a desk that holds something at a loss on old data, with orders in the last minute."""
    traders = desk(PERPETUAL, cash=1_000, limits={})
    traders.see(Kind.TIMER)
    traders.accept(order_id=512)
    traders.fill(1, 1, order_id=512)
    traders.accept(order_id=768, size=3)
    traders.mark(90)
    traders.now += HOUR // 120
    return traders


@pytest.mark.parametrize("verdict", LIMITS)
def test_the_number_told_is_the_one_that_a_lower_limit_refuses(verdict: Verdict) -> None:
    traders = busy()
    check = told(traders, **ORDER)[verdict]
    assert check.number > 0.0
    assert check.limit == 0.0
    limits = traders.gate.limits
    for lower in (0.5, 0.999):
        limits[LIMITS[verdict]] = lower * check.number
        assert traders.ask(**ORDER) == (verdict, check.number, lower * check.number)
        assert told(traders, **ORDER)[verdict] == GateCheck(verdict, check.number, limits.max())
    limits[LIMITS[verdict]] = 1.001 * check.number
    assert traders.ask(**ORDER)[0] == Verdict.APPROVED


def test_the_rate_counts_this_order_too() -> None:
    traders = busy()
    assert told(traders, **ORDER)[Verdict.ORDER_RATE] == GateCheck(Verdict.ORDER_RATE, 3.0, 0.0)
    traders.gate.limits[Limit.MAX_ORDERS_PER_MINUTE] = 2
    assert traders.ask(**ORDER) == (Verdict.ORDER_RATE, 3.0, 2.0)
    assert told(traders, **ORDER)[Verdict.ORDER_RATE] == GateCheck(Verdict.ORDER_RATE, 3.0, 2.0)


def test_an_order_that_only_reduces_is_asked_for_its_shape_alone() -> None:
    found = told(busy(), side=-1, size=1, flags=MARKET | OrderFlag.REDUCE_ONLY)
    assert list(found) == [Verdict.KILLED, Verdict.MIN_SIZE]


def test_states_are_told_and_the_gates_own_answer_stands_for_a_refusal() -> None:
    traders = busy()
    assert told(traders, **ORDER)[Verdict.PAUSED].number == 0.0
    traders.see(Kind.PAUSE)
    assert told(traders, **ORDER)[Verdict.PAUSED] == GateCheck(Verdict.PAUSED, 1.0, 0.0)
    assert told(traders, **ORDER)[Verdict.UNHEALTHY].number == 0.0
    traders.see(Kind.HEALTH, code=MarketHealth.CROSSED)
    crossed = GateCheck(Verdict.UNHEALTHY, float(MarketHealth.CROSSED), 0.0)
    assert told(traders, **ORDER)[Verdict.UNHEALTHY] == crossed
    traders.see(Kind.GAP)
    broken = GateCheck(Verdict.UNHEALTHY, float(MarketHealth.GAP), 0.0)
    assert told(traders, **ORDER)[Verdict.UNHEALTHY] == broken
    strange = told(traders, size=0)
    assert strange[Verdict.MALFORMED] == GateCheck(Verdict.MALFORMED, 0.0, 1.0)
    assert list(told(traders, instrument=9)) == [Verdict.KILLED, Verdict.INSTRUMENT]


def test_limits_on_risk_are_told_with_what_was_measured() -> None:
    traders, _, _ = warm_desk({}, count=2)
    traders.fill(1, 20, price=int(traders.gate.markets[0]["mark_ticks"]))
    asked: dict[str, int] = {"size": 5, "instrument": 1}
    found = told(traders, **asked)
    for verdict, limit in RISKS.items():
        traders.gate.limits[limit] = 0.99 * found[verdict].number
        code, number, _ = traders.ask(**asked)
        assert (code, number) == (verdict, found[verdict].number)
        traders.gate.limits[limit] = 0.0


def test_a_distance_is_told_that_must_be_at_least_its_limit() -> None:
    traders = margined(Limit.MIN_LIQUIDATION_DISTANCE, 0.01, cash=100)
    check = told(traders, size=10)[Verdict.LIQUIDATION_DISTANCE]
    assert (round(check.number, 4), check.limit) == (0.0526, 0.01)
    assert Verdict.LIQUIDATION_DISTANCE not in told(traders, size=1, instrument=2)
