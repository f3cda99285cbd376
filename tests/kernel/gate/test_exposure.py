"""The gate's caps on what would be held, and orders that would meet our own."""

from dataclasses import replace

import pytest

from tests.kernel.gate_desk import APPROVED, MARKET, desk
from tests.kernel.scenario import MONEY, PERPETUAL, SPOT
from traider.domain.events import FillFlag, Kind, OrderFlag
from traider.domain.market_health import MarketHealth
from traider.domain.orders import OrderType
from traider.kernel.codes import Limit, Verdict

pytestmark = pytest.mark.interpreted

LIMIT = int(OrderType.LIMIT)
STOP = int(OrderType.STOP)
STOP_LIMIT = int(OrderType.STOP_LIMIT)


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


@pytest.mark.parametrize(
    ("limit", "refusal"),
    [
        (Limit.MAX_LEVERAGE, Verdict.LEVERAGE),
        (Limit.MAX_GROSS_EXPOSURE, Verdict.GROSS_EXPOSURE),
    ],
)
def test_leverage_and_gross_exposure_count_what_might_be_held(
    limit: Limit, refusal: Verdict
) -> None:
    traders = desk(PERPETUAL, replace(PERPETUAL, name="OTHER"), limits={limit: 0.9})
    traders.fill(-1, 4, instrument=1)
    assert traders.ask(size=5) == APPROVED
    assert traders.ask(size=6) == (refusal, 1.0, 0.9)
    traders.accept(side=-1, size=2, instrument=1)
    assert traders.ask(size=3) == APPROVED
    traders.accept(side=-1, size=1, instrument=1, order_id=512)
    assert traders.ask(size=3) == (refusal, 1.0, 0.9)
    # A purchase open against the short does not make its worst case larger.
    traders.see(Kind.CANCELLED, order_id=512, instrument=1)
    traders.accept(size=7, instrument=1, order_id=768)
    assert traders.ask(size=3) == APPROVED


def test_resting_orders_cannot_fill_to_more_than_the_leverage() -> None:
    traders = desk(limits={Limit.MAX_LEVERAGE: 2.0})
    resting = {"flags": LIMIT, "price": 99, "size": 15}
    assert traders.ask(**resting) == APPROVED
    traders.accept(**resting)
    assert traders.ask(**resting, order_id=512) == (Verdict.LEVERAGE, 3.0, 2.0)
    # The other side of the same instrument is a worst case of its own.
    assert traders.ask(side=-1, size=20) == APPROVED
    assert traders.ask(side=-1, size=21) == (Verdict.LEVERAGE, 2.1, 2.0)


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


@pytest.mark.parametrize("kind", [STOP, STOP_LIMIT])
def test_a_stop_whose_trigger_is_reached_is_checked_as_what_it_becomes(kind: int) -> None:
    traders = desk(limits={Limit.SELF_TRADE: 1.0})
    traders.accept(side=-1, size=1, flags=LIMIT, price=100)
    stop = {"flags": kind, "price": 101 if kind == STOP_LIMIT else 0, "order_id": 512}
    reach = 101.0 if kind == STOP_LIMIT else 100.0
    assert traders.ask(**stop, trigger=100) == (Verdict.SELF_TRADE, 100.0, reach)
    assert traders.ask(**stop, trigger=101) == APPROVED
    # What closes a position, or is an exit of a plan, is never kept from it.
    pair = kind | int(OrderFlag.ONE_CANCELS_OTHER)
    assert traders.ask(**{**stop, "flags": pair}, trigger=100) == APPROVED
    traders.fill(-1, 3)
    assert traders.ask(**stop, trigger=100) == APPROVED


def test_a_stop_limit_that_rests_is_met_once_its_trigger_is_reached() -> None:
    traders = desk(limits={Limit.SELF_TRADE: 1.0})
    traders.accept(side=-1, size=1, flags=STOP_LIMIT, trigger=95, price=94)
    assert traders.ask(flags=LIMIT, price=100) == APPROVED
    traders.mark(95)
    assert traders.ask() == (Verdict.SELF_TRADE, 94.0, 95.0)
    assert traders.ask(flags=LIMIT, price=93) == APPROVED


def test_a_gap_stops_what_opens_until_it_ends() -> None:
    traders = desk()
    traders.fill(1, 2)
    traders.see(Kind.GAP)
    assert traders.ask() == (Verdict.UNHEALTHY, float(MarketHealth.GAP), 0.0)
    assert traders.ask(side=-1, size=2) == APPROVED
    traders.see(Kind.RESYNC)
    assert traders.ask() == APPROVED


def test_bad_health_stops_what_opens_and_a_resync_does_not_end_it() -> None:
    traders = desk()
    traders.fill(1, 2)
    traders.see(Kind.HEALTH, code=MarketHealth.STALE, f1=6.0, f2=5.0)
    refused = Verdict.UNHEALTHY, float(MarketHealth.STALE), 0.0
    assert traders.ask() == refused
    assert traders.ask(side=-1, size=2) == APPROVED
    assert traders.ask(side=-1, size=3)[0] is Verdict.UNHEALTHY
    traders.see(Kind.RESYNC)
    assert traders.ask() == refused
    traders.see(Kind.GAP)
    traders.see(Kind.HEALTH, code=MarketHealth.HEALTHY)
    assert traders.ask() == (Verdict.UNHEALTHY, float(MarketHealth.GAP), 0.0)
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


def test_a_position_has_a_largest_value() -> None:
    traders = desk(limits={Limit.MAX_POSITION_NOTIONAL: 500.0})
    traders.fill(1, 2)
    traders.accept(size=1)
    assert traders.ask(size=2) == APPROVED
    assert traders.ask(size=3) == (Verdict.POSITION_NOTIONAL, 600.0, 500.0)
    assert traders.ask(side=-1, size=7) == APPROVED
    assert traders.ask(side=-1, size=8) == (Verdict.POSITION_NOTIONAL, 600.0, 500.0)


def test_so_many_instruments_may_be_held() -> None:
    markets = [replace(PERPETUAL, name=name) for name in "ABC"]
    traders = desk(*markets, limits={Limit.MAX_POSITIONS: 2.0})
    traders.fill(-1, 1, instrument=0)
    assert traders.ask(instrument=1) == APPROVED
    traders.accept(instrument=1, order_id=512)
    assert traders.ask(instrument=2) == (Verdict.POSITIONS, 3.0, 2.0)
    # What is held or about to be may grow.
    assert traders.ask(instrument=0, side=-1) == APPROVED
    assert traders.ask(instrument=1) == APPROVED
    traders.see(Kind.CANCELLED, order_id=512, instrument=1)
    assert traders.ask(instrument=2) == APPROVED
