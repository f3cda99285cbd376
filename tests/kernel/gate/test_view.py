"""The gate's own view of the account, kept from events."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import pytest

from tests.kernel.gate_desk import APPROVED, Answer, Desk, desk
from tests.kernel.scenario import MONEY, SPOT
from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import Limit, Verdict
from traider.kernel.gate import view_equity
from traider.kernel.machine import arrays_of

pytestmark = pytest.mark.interpreted

DAY: Final = 86_400_000_000_000


def test_fills_move_cash_position_and_open_lots() -> None:
    traders = desk()
    traders.accept(size=5, order_id=256)
    traders.fill(1, 2, price=101, fee=3, order_id=256, leaves=3)
    market = traders.gate.markets[0]
    assert (market["position_lots"], market["open_buy_lots"]) == (2, 3)
    assert traders.gate.account[0]["cash_units"] == 798 * MONEY - 3
    traders.fill(1, 3, price=101, order_id=256)
    assert (market["position_lots"], market["open_buy_lots"]) == (5, 0)
    traders.accept(side=-1, size=5, order_id=512)
    traders.fill(-1, 1, price=110, order_id=512, leaves=4)
    assert (market["position_lots"], market["open_sell_lots"]) == (4, 4)
    assert view_equity(traders.gate) == 605.0 - 3e-8 + 4 * 100.0


def test_a_partial_fill_shrinks_its_own_order_only() -> None:
    traders = desk()
    traders.accept(size=1, order_id=128)
    traders.accept(size=5, order_id=256)
    traders.fill(1, 2, order_id=256, leaves=3)
    traders.fill(1, 9, order_id=777, leaves=1)  # unknown: a fill of an order sent by hand
    assert traders.gate.orders[:2]["lots"].tolist() == [1, 3]
    assert traders.gate.markets[0]["open_buy_lots"] == 4


@pytest.mark.parametrize("kind", [Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED])
def test_an_end_without_a_fill_frees_the_open_lots(kind: Kind) -> None:
    traders = desk()
    traders.accept(size=5, order_id=256)
    traders.accept(size=2, order_id=512)
    traders.see(kind, order_id=999)
    assert traders.gate.markets[0]["open_buy_lots"] == 7
    traders.see(kind, order_id=512)
    traders.see(kind, order_id=256)
    assert traders.gate.markets[0]["open_buy_lots"] == 0
    assert traders.gate.account[0]["top"] == 0


def test_the_books_of_the_venue_are_taken_over() -> None:
    traders = desk()
    traders.accept(size=5, order_id=256)
    traders.see(Kind.RECONCILE_ADJUSTMENT, code=1, w1=-3, w2=1_234, order_id=256)
    assert traders.gate.markets[0]["position_lots"] == -3
    assert traders.gate.account[0]["cash_units"] == 1_000 * MONEY + 1_234
    assert traders.gate.markets[0]["open_buy_lots"] == 5
    traders.see(Kind.RECONCILE_ADJUSTMENT, code=3, order_id=256)
    assert traders.gate.markets[0]["open_buy_lots"] == 0
    assert traders.gate.account[0]["top"] == 0


def test_an_order_that_a_gateway_refuses_is_open_no_more() -> None:
    traders = desk()
    traders.accept(size=5, order_id=256)
    traders.see(Kind.VERDICT, code=Verdict.APPROVED, order_id=256)
    assert traders.gate.markets[0]["open_buy_lots"] == 5
    traders.see(Kind.VERDICT, code=Verdict.NOT_READY, order_id=256)
    assert traders.gate.markets[0]["open_buy_lots"] == 0


def test_a_limit_can_be_changed_while_running() -> None:
    traders = desk()
    assert traders.ask(size=4) == APPROVED
    traders.see(Kind.LIMITS_CHANGE, w0=int(Limit.MAX_ORDER_SIZE), f1=3.0)
    assert traders.ask(size=4) == (Verdict.MAX_SIZE, 4.0, 3.0)
    before = traders.gate.limits.copy()
    for index in (-1, len(Limit)):
        traders.see(Kind.LIMITS_CHANGE, w0=index, f1=1.0)
    assert np.array_equal(traders.gate.limits, before)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0])
def test_a_limit_that_would_say_nothing_leaves_the_old_one(value: float) -> None:
    traders = desk(limits={Limit.MAX_ORDER_SIZE: 3.0})
    traders.see(Kind.LIMITS_CHANGE, w0=int(Limit.MAX_ORDER_SIZE), f1=value)
    assert traders.ask(size=4) == (Verdict.MAX_SIZE, 4.0, 3.0)


DEPOSIT, WITHDRAWAL, FUNDING, INTEREST = 1, 2, 3, 4


def losing(reason: int, moved: int) -> Answer:
    """Return what a desk of 1,000 says of an order after a loss of 100 and money ``moved``."""
    traders = desk(limits={Limit.MAX_DAILY_LOSS: 0.06, Limit.MAX_DRAWDOWN: 0.06})
    traders.fill(1, 10)
    traders.see(Kind.TIMER)
    traders.mark(90)
    traders.see(Kind.TRANSFER, w1=moved * MONEY, w3=reason)
    return traders.ask()


def test_money_put_in_or_taken_out_is_neither_profit_nor_loss() -> None:
    assert losing(DEPOSIT, 0)[0] is Verdict.DAILY_LOSS
    # The loss of 100 is 5 % of what is there now and 20 % of what was left, whatever moved.
    assert losing(DEPOSIT, 1_000) == APPROVED
    code, loss, _ = losing(WITHDRAWAL, -500)
    assert code is Verdict.DAILY_LOSS
    assert loss == pytest.approx(0.2)
    # Nothing to measure a loss from is left: the cap on exposure is what refuses.
    assert losing(WITHDRAWAL, -1_000)[0] is Verdict.EXPOSURE


@pytest.mark.parametrize("reason", [FUNDING, INTEREST])
def test_funding_and_interest_are_profit_or_loss(reason: int) -> None:
    assert losing(reason, 50) == APPROVED
    code, loss, _ = losing(reason, -50)
    assert code is Verdict.DAILY_LOSS
    assert loss == pytest.approx(0.15)


def test_a_deposit_moves_the_peak_that_a_fall_is_measured_from() -> None:
    traders = desk(limits={Limit.MAX_DRAWDOWN: 0.1})
    traders.see(Kind.TRANSFER, w1=1_000 * MONEY, w3=DEPOSIT)  # before any timer: a start
    traders.fill(1, 10)
    traders.see(Kind.TIMER)
    traders.see(Kind.TRANSFER, w1=2_000 * MONEY, w3=DEPOSIT)
    assert traders.gate.account[0]["peak_equity"] == 4_000.0
    traders.mark(59)
    code, fall, _ = traders.ask()
    assert code is Verdict.DRAWDOWN
    assert fall == pytest.approx(410 / 4_000)


def test_events_of_no_concern_change_nothing() -> None:
    traders = desk()
    before = [array.tobytes() for array in arrays_of(traders.gate)]
    for kind in (Kind.ACK, Kind.VERDICT, Kind.SENT, Kind.CONFIG_DIGEST, Kind.WARMUP_BEGIN):
        traders.see(kind, order_id=256)
    assert [array.tobytes() for array in arrays_of(traders.gate)] == before


def _refused_by_size(traders: Desk) -> Answer:
    return traders.ask(size=500)


@pytest.mark.parametrize("ask", [_refused_by_size, Desk.ask])
def test_a_limit_of_zero_is_off(ask: Callable[[Desk], Answer]) -> None:
    traders = desk(limits=dict.fromkeys(Limit, 0.0))
    traders.now += 365 * DAY
    assert ask(traders) == APPROVED


# --------------------------------------------------------------------------------- pairs

PAIR = int(OrderFlag.ONE_CANCELS_OTHER)
STOP = {"flags": int(OrderType.STOP) | PAIR, "trigger": 90, "side": -1, "size": 5, "order_id": 512}
TARGET = {"flags": int(OrderType.LIMIT) | PAIR, "price": 110, "side": -1, "size": 5}


def paired() -> Desk:
    """Return a spot desk that holds 5 lots, with a stop and a target over them."""
    traders = desk(SPOT)
    traders.fill(1, 5)
    traders.accept(**STOP)
    assert traders.ask(**TARGET, order_id=513) == APPROVED
    traders.accept(**TARGET, order_id=513)
    return traders


def test_two_orders_over_the_same_lots_count_once() -> None:
    traders = paired()
    assert traders.gate.markets[0]["open_sell_lots"] == 5
    # Without its partner the same order would sell what is not held.
    assert traders.ask(**TARGET, order_id=515)[0] is Verdict.SHORT_NOT_ALLOWED


def test_a_larger_partner_adds_what_it_has_more() -> None:
    traders = desk(SPOT)
    traders.fill(1, 5)
    traders.accept(**{**STOP, "size": 3})
    assert traders.ask(**TARGET, order_id=513) == APPROVED
    traders.accept(**TARGET, order_id=513)
    assert traders.gate.markets[0]["open_sell_lots"] == 5


@pytest.mark.parametrize("filled", [512, 513])
def test_what_one_of_a_pair_fills_both_lose(filled: int) -> None:
    traders = paired()
    traders.fill(-1, 2, order_id=filled, leaves=3)
    market = traders.gate.markets[0]
    assert (market["position_lots"], market["open_sell_lots"]) == (3, 3)
    traders.fill(-1, 3, order_id=filled)
    traders.see(Kind.CANCELLED, order_id=filled ^ 1)
    assert (market["position_lots"], market["open_sell_lots"]) == (0, 0)
    assert not traders.gate.orders["order_id"].any()
