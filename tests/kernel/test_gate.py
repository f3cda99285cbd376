"""The gate's checks one by one, then its view of the account."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from tests.kernel.gate_desk import APPROVED, MARKET, Answer, Desk, desk
from tests.kernel.scenario import HOUR, MONEY, PERPETUAL, SPOT, START, spec_of
from traider.domain.events import FillFlag, Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import Limit, Verdict
from traider.kernel.construction import build_gate
from traider.kernel.gate import view_equity

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


def test_a_kill_refuses_every_order_until_rearmed() -> None:
    traders = desk()
    traders.fill(1, 5)
    traders.see(Kind.KILL)
    assert traders.ask() == (Verdict.KILLED, 1.0, 0.0)
    assert traders.ask(side=-1, size=5) == (Verdict.KILLED, 1.0, 0.0)
    traders.see(Kind.REARM)
    assert traders.ask() == APPROVED


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
    before = [array.tobytes() for array in traders.gate]
    traders.accept(flags=int(OrderFlag.CANCEL))
    assert [array.tobytes() for array in traders.gate] == before


# ------------------------------------------------------------------------------------- shape


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


def test_large_sizes_are_refused_and_equal_passes() -> None:
    traders = desk(limits={Limit.MAX_ORDER_SIZE: 3.0})
    assert traders.ask(size=4) == (Verdict.MAX_SIZE, 4.0, 3.0)
    assert traders.ask(size=3) == APPROVED


def test_large_notionals_are_refused_and_equal_passes() -> None:
    traders = desk(limits={Limit.MAX_ORDER_NOTIONAL: 300.0})
    assert traders.ask(size=4) == (Verdict.MAX_NOTIONAL, 400.0, 300.0)
    assert traders.ask(size=3) == APPROVED


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


# ---------------------------------------------------------------------------------- exposure


def test_spot_cannot_go_short() -> None:
    traders = desk(SPOT)
    assert traders.ask(side=-1) == (Verdict.SHORT_NOT_ALLOWED, -1.0, 0.0)
    traders.fill(1, 2)
    assert traders.ask(side=-1, size=2) == APPROVED
    assert traders.ask(side=-1, size=3) == (Verdict.SHORT_NOT_ALLOWED, -1.0, 0.0)
    traders.accept(side=-1, size=1)
    assert traders.ask(side=-1, size=2) == (Verdict.SHORT_NOT_ALLOWED, -1.0, 0.0)


def test_exposure_counts_position_open_orders_and_the_order() -> None:
    traders = desk(limits={Limit.MAX_EXPOSURE: 0.5})
    assert traders.ask(size=5) == APPROVED
    assert traders.ask(size=6) == (Verdict.EXPOSURE, 0.6, 0.5)
    assert traders.ask(side=-1, size=6) == (Verdict.EXPOSURE, 0.6, 0.5)
    traders.fill(1, 2)
    traders.accept(size=2)
    assert traders.ask(size=1) == APPROVED
    assert traders.ask(size=2) == (Verdict.EXPOSURE, 0.6, 0.5)
    # Turning round: from 2 long to 5 short.
    assert traders.ask(side=-1, size=7) == APPROVED
    assert traders.ask(side=-1, size=8) == (Verdict.EXPOSURE, 0.6, 0.5)


def test_leverage_counts_what_is_held_and_gross_what_might_be() -> None:
    limits = {Limit.MAX_LEVERAGE: 0.7, Limit.MAX_GROSS_EXPOSURE: 0.9}
    traders = desk(PERPETUAL, replace(PERPETUAL, name="OTHER"), limits=limits)
    traders.fill(-1, 4, instrument=1)
    assert traders.ask(size=3) == APPROVED
    assert traders.ask(size=4) == (Verdict.LEVERAGE, 0.8, 0.7)
    traders.accept(side=-1, size=2, instrument=1)
    assert traders.ask(size=3) == APPROVED
    traders.accept(side=-1, size=1, instrument=1, order_id=512)
    assert traders.ask(size=3) == (Verdict.GROSS_EXPOSURE, 1.0, 0.9)
    # A purchase open against the short does not make its worst case larger.
    traders.see(Kind.CANCELLED, order_id=512, instrument=1)
    traders.accept(size=7, instrument=1, order_id=768)
    assert traders.ask(size=3) == APPROVED


def test_reduce_only_is_never_held_to_exposure() -> None:
    traders = desk(limits={Limit.MAX_EXPOSURE: 0.5})
    reduce_only = MARKET | int(OrderFlag.REDUCE_ONLY)
    assert traders.ask(flags=reduce_only, size=60) == APPROVED
    traders.accept(flags=reduce_only, size=60)
    assert traders.gate.markets[0]["open_buy_lots"] == 0


def test_net_exposure_counts_the_worst_case_of_one_direction() -> None:
    traders = desk(
        PERPETUAL, replace(PERPETUAL, name="OTHER"), limits={Limit.MAX_NET_EXPOSURE: 0.5}
    )
    assert traders.ask(size=5) == APPROVED
    assert traders.ask(size=6) == (Verdict.NET_EXPOSURE, 0.6, 0.5)
    assert traders.ask(side=-1, size=6) == (Verdict.NET_EXPOSURE, 0.6, 0.5)
    traders.fill(-1, 3, instrument=1)
    assert traders.ask(size=8) == APPROVED  # 8 long less 3 short
    assert traders.ask(side=-1, size=3) == (Verdict.NET_EXPOSURE, 0.6, 0.5)
    traders.accept(size=2, instrument=1)
    assert traders.ask(size=7) == (Verdict.NET_EXPOSURE, 0.6, 0.5)


def test_a_group_shares_one_cap_for_what_points_one_way() -> None:
    markets = [replace(PERPETUAL, name=name, group=group) for name, group in
               (("A", 1), ("B", 1), ("C", 2), ("D", 0))]  # fmt: skip
    traders = desk(*markets, limits={Limit.MAX_GROUP_EXPOSURE: 0.5})
    traders.fill(1, 3, instrument=0)
    assert traders.ask(instrument=1, size=2) == APPROVED
    assert traders.ask(instrument=1, size=3) == (Verdict.GROUP_EXPOSURE, 0.6, 0.5)
    # A short beside the group's long is no part of a bet on the group's rise, nor the other way.
    assert traders.ask(instrument=1, side=-1, size=5) == APPROVED
    traders.fill(-1, 3, instrument=1)
    assert traders.ask(instrument=0, size=3) == (Verdict.GROUP_EXPOSURE, 0.6, 0.5)
    assert traders.ask(instrument=2, size=5) == APPROVED
    assert traders.ask(instrument=3, size=9) == APPROVED
    traders.accept(instrument=2, size=4)
    assert traders.ask(instrument=2, size=2) == (Verdict.GROUP_EXPOSURE, 0.6, 0.5)


def test_an_order_that_would_meet_our_own_is_refused() -> None:
    traders = desk(limits={Limit.SELF_TRADE: 1.0})
    traders.accept(side=-1, size=1, flags=LIMIT, price=102, order_id=256)
    assert traders.ask(flags=LIMIT, price=101) == APPROVED
    assert traders.ask(flags=LIMIT, price=102) == (Verdict.SELF_TRADE, 102.0, 102.0)
    assert traders.ask() == APPROVED  # the market stands at 100, below our offer
    assert traders.ask(side=-1, flags=LIMIT, price=101) == APPROVED
    traders.mark(103)
    assert traders.ask() == (Verdict.SELF_TRADE, 102.0, 103.0)
    assert traders.ask(flags=STOP, trigger=110) == APPROVED
    # Even one that only reduces may not meet it, and one that only reduces may be met.
    reduce_only = LIMIT | int(OrderFlag.REDUCE_ONLY)
    assert traders.ask(flags=reduce_only, price=102) == (Verdict.SELF_TRADE, 102.0, 102.0)
    traders.see(Kind.CANCELLED, order_id=256)
    assert traders.ask() == APPROVED
    traders.accept(side=-1, size=1, flags=reduce_only, price=102, order_id=512)
    assert traders.ask() == (Verdict.SELF_TRADE, 102.0, 103.0)


def test_a_gap_stops_what_opens_until_it_ends() -> None:
    traders = desk()
    traders.fill(1, 2)
    traders.see(Kind.GAP)
    assert traders.ask() == (Verdict.UNHEALTHY, 1.0, 0.0)
    assert traders.ask(side=-1, size=2) == APPROVED
    traders.see(Kind.RESYNC)
    assert traders.ask() == APPROVED


def test_quotes_move_the_mark() -> None:
    traders = desk(limits={Limit.MAX_DATA_AGE_NS: 10.0})
    traders.now += 11
    assert traders.ask()[0] is Verdict.STALE_DATA
    traders.see(Kind.QUOTE, w0=104, w1=1, w2=107, w3=1)
    assert traders.gate.markets[0]["mark_ticks"] == 105
    assert traders.ask() == APPROVED
    traders.see(Kind.QUOTE, w0=107, w1=1, w2=107, w3=1)  # locked: says nothing
    traders.see(Kind.QUOTE, w0=0, w1=0, w2=90, w3=1)
    assert traders.gate.markets[0]["mark_ticks"] == 105


def test_money_moved_is_booked_and_a_liquidation_ends_no_order() -> None:
    traders = desk()
    traders.see(Kind.TRANSFER, w1=-5, w3=3)
    assert traders.gate.account[0]["cash_units"] == 1_000 * MONEY - 5
    traders.accept(size=5, order_id=256)
    traders.fill(-1, 2, flags=int(FillFlag.LIQUIDATION))
    assert traders.gate.markets[0]["position_lots"] == -2
    assert traders.gate.markets[0]["open_buy_lots"] == 5


def test_orders_already_open_count_against_what_reduces() -> None:
    traders = desk(limits={Limit.MAX_EXPOSURE: 0.1})
    traders.fill(1, 5)
    assert traders.ask(side=-1, size=5) == APPROVED
    traders.accept(side=-1, size=3)
    assert traders.ask(side=-1, size=2) == APPROVED
    assert traders.ask(side=-1, size=5) == (Verdict.EXPOSURE, 0.3, 0.1)


def test_a_full_table_of_orders_refuses_until_one_ends() -> None:
    traders = desk(cash=1_000_000)
    slots = len(traders.gate.orders)
    for order_id in range(1, slots + 1):
        traders.accept(order_id=order_id)
    assert traders.ask() == (Verdict.OPEN_ORDERS, float(slots), float(slots))
    traders.see(Kind.REJECTED, order_id=7)
    assert traders.gate.account[0]["top"] == slots
    assert traders.ask() == APPROVED
    traders.accept(order_id=slots + 1)
    assert traders.gate.markets[0]["open_buy_lots"] == slots
    traders.accept(order_id=slots + 2)  # no room: an order that reduces is not kept
    assert traders.gate.markets[0]["open_buy_lots"] == slots


# -------------------------------------------------------------------------------------- view


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


def test_a_limit_can_be_changed_while_running() -> None:
    traders = desk()
    assert traders.ask(size=4) == APPROVED
    traders.see(Kind.LIMITS_CHANGE, w0=int(Limit.MAX_ORDER_SIZE), f1=3.0)
    assert traders.ask(size=4) == (Verdict.MAX_SIZE, 4.0, 3.0)
    before = traders.gate.limits.copy()
    for index in (-1, len(Limit)):
        traders.see(Kind.LIMITS_CHANGE, w0=index, f1=1.0)
    assert np.array_equal(traders.gate.limits, before)


def test_events_of_no_concern_change_nothing() -> None:
    traders = desk()
    before = [array.tobytes() for array in traders.gate]
    for kind in (Kind.ACK, Kind.VERDICT, Kind.SENT, Kind.CONFIG_DIGEST, Kind.WARMUP_BEGIN):
        traders.see(kind, order_id=256)
    assert [array.tobytes() for array in traders.gate] == before


def _refused_by_size(traders: Desk) -> Answer:
    return traders.ask(size=500)


@pytest.mark.parametrize("ask", [_refused_by_size, Desk.ask])
def test_a_limit_of_zero_is_off(ask: Callable[[Desk], Answer]) -> None:
    traders = desk(limits=dict.fromkeys(Limit, 0.0))
    traders.now += 365 * DAY
    assert ask(traders) == APPROVED
