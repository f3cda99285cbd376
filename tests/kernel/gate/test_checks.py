"""The gate's checks of one order: modes, shape, sizes, prices, age of data, rate, losses."""

from dataclasses import replace
from typing import Final

import pytest

from tests.kernel.breaker_desk import one, refusal
from tests.kernel.gate_desk import APPROVED, MARKET, Desk, desk
from tests.kernel.scenario import HOUR, MONEY, PERPETUAL, SPOT, START, spec_of
from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.breaker_records import Breaker
from traider.kernel.codes import Limit, Verdict
from traider.kernel.construction import build_gate
from traider.kernel.gate import view_equity
from traider.kernel.machine import arrays_of

pytestmark = pytest.mark.interpreted

DAY: Final = 86_400_000_000_000
MINUTE: Final = 60_000_000_000
LIMIT = int(OrderType.LIMIT)
STOP = int(OrderType.STOP)
STOP_LIMIT = int(OrderType.STOP_LIMIT)


def test_a_plain_order_is_approved() -> None:
    assert desk().ask() == APPROVED
    assert desk().ask(side=-1) == APPROVED


# ------------------------------------------------------------------------------------- modes


def test_a_kill_lets_positions_be_closed_and_nothing_else() -> None:
    traders = desk()
    traders.fill(1, 5)
    traders.see(Kind.KILL)
    assert traders.ask() == (Verdict.KILLED, 1.0, 0.0)
    assert traders.ask(side=-1, size=6) == (Verdict.KILLED, 1.0, 0.0)
    assert traders.ask(instrument=9) == (Verdict.KILLED, 1.0, 0.0)
    money = MARKET | OrderFlag.QUOTE_SIZED
    assert traders.ask(flags=money, size=100) == (Verdict.KILLED, 1.0, 0.0)
    assert traders.ask(side=-1, size=5) == APPROVED
    traders.see(Kind.REARM)
    assert traders.ask() == APPROVED


def test_a_kill_that_keeps_positions_lets_them_be_guarded_and_nothing_else() -> None:
    traders = desk()
    traders.fill(1, 5)
    traders.see(Kind.KILL, w2=1)
    for words in ({}, {"side": -1, "size": 6}):
        assert traders.ask(**words) == (Verdict.KILLED, 2.0, 0.0)
    for words in ({"side": -1, "size": 5}, {"side": -1, "flags": OrderFlag.REDUCE_ONLY | 1}):
        assert traders.ask(**words) == APPROVED
    assert traders.ask(flags=int(OrderFlag.CANCEL)) == APPROVED


def test_a_pause_lets_positions_shrink() -> None:
    traders = desk()
    traders.fill(1, 5)
    traders.see(Kind.PAUSE)
    assert traders.ask() == (Verdict.PAUSED, 1.0, 0.0)
    assert traders.ask(side=-1, size=5) == APPROVED
    traders.see(Kind.REARM)
    assert traders.ask() == APPROVED


def test_a_cancel_passes_whatever_the_state() -> None:
    traders = desk(limits={Limit.MAX_ORDERS_PER_MINUTE: 1.0})
    traders.see(Kind.KILL)
    traders.see(Kind.PAUSE)
    assert traders.ask(flags=OrderFlag.CANCEL, size=0, instrument=9) == APPROVED
    before = [array.tobytes() for array in arrays_of(traders.gate)]
    traders.accept(flags=int(OrderFlag.CANCEL))
    assert [array.tobytes() for array in arrays_of(traders.gate)] == before


# ------------------------------------------------------------------------------------- shape


def test_an_open_breaker_is_told_before_what_might_be_held() -> None:
    traders = one(Breaker.DAILY_LOSS, 0.05)
    traders.fill(1, 10)
    traders.mark(50)
    traders.see(Kind.TIMER)
    traders.gate.limits[Limit.MAX_EXPOSURE] = 0.001
    assert refusal(traders) is Breaker.DAILY_LOSS
    assert traders.ask(side=-1, size=10) == APPROVED


def test_an_unknown_or_disabled_instrument_is_refused() -> None:
    traders = desk()
    assert traders.ask(instrument=1) == (Verdict.INSTRUMENT, 1.0, 1.0)
    traders.gate.markets[0]["enabled"] = 0
    assert traders.ask() == (Verdict.INSTRUMENT, 0.0, 1.0)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ({"size": 0}, 0.0),
        ({"size": -3}, -3.0),
        ({"side": 0}, 1.0),
        ({"side": 2}, 1.0),
        ({"flags": 0}, 1.0),
        ({"flags": 5}, 1.0),
        ({"flags": LIMIT, "price": 0}, 0.0),
        ({"flags": STOP, "trigger": 0}, 0.0),
        ({"flags": STOP_LIMIT, "trigger": 100, "price": 0}, 0.0),
        ({"flags": STOP_LIMIT, "trigger": 0, "price": 100}, 100.0),
    ],
)
def test_what_no_venue_could_mean_is_malformed(words: dict[str, int], number: float) -> None:
    assert desk().ask(**words) == (Verdict.MALFORMED, number, 1.0)


@pytest.mark.parametrize(
    "words",
    [
        {"flags": MARKET | OrderFlag.QUOTE_SIZED, "side": -1, "size": 100 * MONEY},
        {"flags": LIMIT | OrderFlag.QUOTE_SIZED, "price": 100, "size": 100 * MONEY},
    ],
)
def test_only_a_purchase_at_the_market_is_sized_in_money(words: dict[str, int]) -> None:
    assert desk().ask(**words)[0] is Verdict.MALFORMED


def test_without_a_price_nothing_is_sent() -> None:
    traders = Desk(build_gate(spec_of()))
    assert traders.ask() == (Verdict.NO_PRICE, 0.0, 0.0)
    traders.mark(0)
    assert traders.ask() == (Verdict.NO_PRICE, 0.0, 0.0)


@pytest.mark.parametrize(
    ("side", "price", "code"),
    [
        (1, 105, Verdict.APPROVED),
        (1, 106, Verdict.PRICE_COLLAR),
        (1, 10, Verdict.APPROVED),
        (-1, 95, Verdict.APPROVED),
        (-1, 94, Verdict.PRICE_COLLAR),
        (-1, 300, Verdict.APPROVED),
    ],
)
@pytest.mark.parametrize("kind", [LIMIT, STOP_LIMIT])
def test_the_collar_stops_prices_worse_than_the_market(
    kind: int, side: int, price: int, code: Verdict
) -> None:
    # 105 / 100 - 1 is 0.05 and a few units in the last place: the limit has room for them.
    traders = desk(limits={Limit.PRICE_COLLAR: 0.0500001})
    found, number, limit = traders.ask(flags=kind, price=price, trigger=100, side=side)
    assert found is code
    if code is Verdict.PRICE_COLLAR:
        assert number == pytest.approx(0.06)
        assert limit == 0.0500001


# -------------------------------------------------------------------------------------- size


def test_sizes_below_the_minimum_or_off_the_step_are_refused() -> None:
    traders = desk(replace(PERPETUAL, min_lots=4, lot_step=2), cash=100_000)
    assert traders.ask(size=3) == (Verdict.MIN_SIZE, 3.0, 4.0)
    assert traders.ask(size=5) == (Verdict.MALFORMED, 5.0, 2.0)
    assert traders.ask(size=4) == APPROVED


def test_notional_below_the_minimum_is_refused_and_equal_passes() -> None:
    traders = desk(replace(PERPETUAL, min_notional=200.0))
    assert traders.ask(size=1) == (Verdict.MIN_NOTIONAL, 100.0, 200.0)
    assert traders.ask(size=2) == APPROVED


def test_on_futures_an_order_that_only_reduces_may_be_worth_less_than_the_minimum() -> None:
    for market, answer in (
        (PERPETUAL, APPROVED),
        (SPOT, (Verdict.MIN_NOTIONAL, 100.0, 200.0)),
    ):
        traders = desk(replace(market, min_notional=200.0))
        traders.fill(1, 1)
        assert traders.ask(side=-1, size=1, flags=MARKET | OrderFlag.REDUCE_ONLY) == answer
        assert traders.ask(side=-1, size=1) == (Verdict.MIN_NOTIONAL, 100.0, 200.0)


def test_large_sizes_are_refused_and_equal_passes() -> None:
    traders = desk(limits={Limit.MAX_ORDER_SIZE: 3.0})
    assert traders.ask(size=4) == (Verdict.MAX_SIZE, 4.0, 3.0)
    assert traders.ask(size=3) == APPROVED


def test_large_notionals_are_refused_and_equal_passes() -> None:
    traders = desk(limits={Limit.MAX_ORDER_NOTIONAL: 300.0})
    assert traders.ask(size=4) == (Verdict.MAX_NOTIONAL, 400.0, 300.0)
    assert traders.ask(size=3) == APPROVED


@pytest.mark.parametrize(
    "words",
    [
        {"flags": LIMIT, "price": 104},
        {"flags": STOP, "trigger": 104},
        {"flags": STOP_LIMIT, "trigger": 103, "price": 104},
    ],
)
def test_an_order_is_valued_at_the_highest_price_it_can_mean(words: dict[str, int]) -> None:
    traders = desk(limits={Limit.MAX_ORDER_NOTIONAL: 1_000.0})
    assert traders.ask(size=10, **words) == (Verdict.MAX_NOTIONAL, 1_040.0, 1_000.0)
    assert traders.ask(size=10, flags=LIMIT, price=90) == APPROVED
    assert traders.ask(size=11, flags=LIMIT, price=90)[0] is Verdict.MAX_NOTIONAL


def test_an_order_in_money_is_measured_in_lots_at_the_mark() -> None:
    traders = desk(limits={Limit.MAX_ORDER_SIZE: 3.0})
    sized = int(OrderFlag.QUOTE_SIZED) | MARKET
    assert traders.ask(flags=sized, size=301 * MONEY) == (Verdict.MAX_SIZE, 3.01, 3.0)
    assert traders.ask(flags=sized, size=300 * MONEY) == APPROVED
    traders.accept(flags=sized, size=250 * MONEY)
    assert traders.gate.markets[0]["open_buy_lots"] == 2


def test_a_reducing_order_is_held_to_the_minimum_but_not_to_the_maximum() -> None:
    limits = {Limit.MAX_ORDER_SIZE: 1.0, Limit.MAX_ORDER_NOTIONAL: 1.0}
    traders = desk(replace(PERPETUAL, min_lots=2), limits=limits)
    traders.fill(1, 9)
    assert traders.ask(side=-1, size=9) == APPROVED
    assert traders.ask(side=-1, size=1) == (Verdict.MIN_SIZE, 1.0, 2.0)
    assert traders.ask(side=-1, size=10) == (Verdict.MAX_SIZE, 10.0, 1.0)


# ------------------------------------------------------------------------------------- state


def test_old_data_is_refused_and_data_of_the_limits_age_is_not() -> None:
    traders = desk(limits={Limit.MAX_DATA_AGE_NS: float(HOUR)})
    traders.now += HOUR
    assert traders.ask() == APPROVED
    traders.now += 1
    assert traders.ask() == (Verdict.STALE_DATA, float(HOUR + 1), float(HOUR))
    traders.fill(1, 1)
    assert traders.ask(side=-1) == APPROVED
    traders.see(Kind.BAR, close=100)
    assert traders.ask() == APPROVED


def test_the_order_rate_is_that_of_the_last_minute() -> None:
    traders = desk(limits={Limit.MAX_ORDERS_PER_MINUTE: 2.0})
    for order_id in (1, 2):
        assert traders.ask() == APPROVED
        traders.accept(order_id=order_id)
        traders.see(Kind.CANCELLED, order_id=order_id)
    assert traders.ask() == (Verdict.ORDER_RATE, 3.0, 2.0)
    traders.now += MINUTE - 1
    assert traders.ask() == (Verdict.ORDER_RATE, 3.0, 2.0)
    traders.now += 1
    assert traders.ask() == APPROVED


def test_the_ring_of_approvals_wraps_around() -> None:
    traders = desk(limits={Limit.MAX_ORDERS_PER_MINUTE: 3.0})
    ring = len(traders.gate.minute)
    for order_id in range(1, ring + 2):
        traders.now += MINUTE
        traders.accept(order_id=order_id)
        traders.see(Kind.CANCELLED, order_id=order_id)
    assert traders.gate.account[0]["minute_cursor"] == 1
    traders.mark(100)
    assert traders.ask() == APPROVED
    # The approval three orders ago lies on the other side of the ring's seam.
    traders.accept()
    assert traders.gate.account[0]["minute_cursor"] == 2
    traders.gate.minute[ring - 1] = traders.now
    assert traders.ask()[0] is Verdict.ORDER_RATE


def test_a_rate_above_the_rings_length_is_what_the_ring_can_tell() -> None:
    traders = desk(limits={Limit.MAX_ORDERS_PER_MINUTE: 1_000_000.0})
    ring = len(traders.gate.minute)
    for order_id in range(1, ring):
        traders.accept(order_id=order_id)
        traders.see(Kind.CANCELLED, order_id=order_id)
    assert traders.ask() == APPROVED
    traders.accept(order_id=ring)
    traders.see(Kind.CANCELLED, order_id=ring)
    code, number, limit = traders.ask()
    assert (code, number, limit) == (Verdict.ORDER_RATE, ring + 1.0, float(ring))


def test_the_daily_loss_counts_from_the_start_of_the_utc_day() -> None:
    traders = desk(limits={Limit.MAX_DAILY_LOSS: 0.125})
    traders.fill(1, 5)
    traders.see(Kind.TIMER)
    traders.mark(76)
    code, number, limit = traders.ask()
    assert code is Verdict.APPROVED
    traders.mark(75)
    code, number, limit = traders.ask()
    assert (code, number, limit) == (Verdict.DAILY_LOSS, 0.125, 0.125)
    assert traders.ask(side=-1, size=5) == APPROVED
    # Nothing changes until a timer of the next day is seen.
    traders.now = START + DAY - 1
    traders.see(Kind.TIMER)
    assert traders.ask()[0] is Verdict.DAILY_LOSS
    traders.now = START + DAY
    traders.see(Kind.TIMER)
    assert traders.ask() == APPROVED
    assert traders.gate.account[0]["day_start_equity"] == 875.0


def test_drawdown_is_measured_from_the_peak_of_equity() -> None:
    traders = desk(limits={Limit.MAX_DRAWDOWN: 0.25})
    traders.fill(1, 10)
    traders.see(Kind.TIMER)
    traders.mark(200)
    traders.see(Kind.TIMER)
    traders.mark(151)
    assert traders.ask()[0] is Verdict.APPROVED
    traders.mark(150)
    traders.see(Kind.TIMER)
    assert traders.ask() == (Verdict.DRAWDOWN, 0.25, 0.25)
    assert traders.ask(side=-1, size=10) == APPROVED
    traders.mark(160)
    traders.see(Kind.TIMER)
    account = traders.gate.account[0]
    assert account["peak_equity"] == 2_000.0
    assert account["worst_drawdown"] == -0.25
    assert account["equity"] == view_equity(traders.gate) == 1_600.0


def test_without_equity_there_is_no_peak_to_fall_from() -> None:
    traders = desk(cash=0, limits={Limit.MAX_DRAWDOWN: 0.1, Limit.MAX_DAILY_LOSS: 0.1})
    traders.see(Kind.TIMER)
    assert traders.gate.account[0]["worst_drawdown"] == 0.0
    assert traders.ask() == (Verdict.EXPOSURE, 0.0, 0.0)


def test_the_daily_loss_may_be_an_amount() -> None:
    traders = desk(limits={Limit.MAX_DAILY_LOSS_AMOUNT: 40.0})
    traders.fill(1, 4)
    assert traders.ask() == APPROVED  # no day has begun
    traders.see(Kind.TIMER)
    traders.mark(91)
    assert traders.ask() == APPROVED
    traders.mark(90)
    assert traders.ask() == (Verdict.DAILY_LOSS_AMOUNT, 40.0, 40.0)
    assert traders.ask(side=-1, size=4) == APPROVED


def test_the_daily_loss_may_be_measured_by_usual_days() -> None:
    traders = desk(cash=10**6, limits={Limit.MAX_DAILY_LOSS_SIGMAS: 3.0})
    traders.fill(1, 1)
    traders.mark(1_000)
    traders.see(Kind.TIMER)
    for day in range(10):
        assert traders.ask()[0] is Verdict.APPROVED
        traders.mark(1_000 - 10 * (day % 2 == 0))
        traders.now = START + (day + 1) * DAY
        traders.see(Kind.TIMER)
    # Ten days that brought -10 and 10 by turns.
    deviation = (10 * 100.0 / 9) ** 0.5
    traders.mark(1_000 - 31)
    assert traders.ask()[0] is Verdict.APPROVED
    traders.mark(1_000 - 32)
    code, number, limit = traders.ask()
    assert (code, limit) == (Verdict.DAILY_LOSS_SIGMAS, 3.0)
    assert number == pytest.approx(32.0 / deviation, rel=1e-12)
    assert traders.ask(side=-1) == APPROVED
    traders.gate.daily[:] = 5.0
    assert traders.ask()[0] is Verdict.APPROVED  # days that all brought the same measure nothing
