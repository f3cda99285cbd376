"""Resting orders and the answers under way: terms, expiry, cancels, times and order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.scenario import (
    ANSWERS,
    HOUR,
    LATENCY,
    PERPETUAL,
    SPOT,
    Journal,
    Ohlcv,
    Order,
    bars,
    bracket,
    buy,
    cancel,
    opening,
    play,
    sell,
    spec_of,
)
from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.codes import Reject

pytestmark = pytest.mark.interpreted

FLAT: Ohlcv = (100, 101, 99, 100)
POST_ONLY = int(OrderFlag.POST_ONLY)
PRICED = (OrderType.LIMIT, OrderType.STOP_LIMIT)


def test_post_only_is_rejected_when_it_would_take() -> None:
    journal = play(spec_of(), bars(FLAT, FLAT), buy(1, 3, price=100, flags=POST_ONLY))
    assert journal.fills == []
    assert journal.ends == [(Kind.REJECTED, Reject.WOULD_TAKE)]
    journal = play(spec_of(), bars(FLAT, FLAT), sell(1, 3, price=100, flags=POST_ONLY))
    assert journal.ends == [(Kind.REJECTED, Reject.WOULD_TAKE)]


def test_post_only_rests_when_it_would_not() -> None:
    journal = play(spec_of(), bars(FLAT, (100, 101, 98, 100)), buy(1, 3, price=99, flags=POST_ONLY))
    assert journal.fills == [(1, 3, 99)]


@pytest.mark.parametrize("force", [TimeInForce.IOC, TimeInForce.FOK])
def test_at_once_or_not_at_all(force: TimeInForce) -> None:
    through = (100, 101, 90, 100)
    journal = play(spec_of(), bars(FLAT, through), buy(1, 3, price=95, force=force))
    assert journal.fills == []
    assert journal.ends == [(Kind.CANCELLED, Reject.NOT_FILLED_AT_ONCE)]
    assert journal.of(Kind.CANCELLED)[0]["size"] == 3
    journal = play(spec_of(), bars(FLAT, through), buy(1, 3, price=105, force=force))
    assert journal.fills == [(1, 3, 100)]
    assert journal.ends == []


def test_gtd_expires_at_its_time() -> None:
    expire = opening(3)
    order = buy(1, 3, price=95, force=TimeInForce.GTD, expire=expire)
    journal = play(spec_of(), bars(FLAT, FLAT, FLAT, (100, 101, 90, 95)), order)
    assert journal.fills == []
    assert journal.ends == [(Kind.EXPIRED, Reject.NONE)]
    expired = journal.of(Kind.EXPIRED)[0]
    assert expired["ts_event"] == expired["ts_recv"] == expire
    assert expired["size"] == 3


def test_gtd_fills_in_the_bar_that_closes_at_its_expiry() -> None:
    order = buy(1, 3, price=95, force=TimeInForce.GTD, expire=opening(2))
    journal = play(spec_of(), bars(FLAT, (100, 101, 90, 95), FLAT), order)
    assert journal.fills == [(1, 3, 95)]
    assert journal.ends == []


def test_gtd_inside_a_bar_knows_nothing_of_the_bars_end() -> None:
    order = buy(1, 3, price=95, force=TimeInForce.GTD, expire=opening(1) + HOUR // 2)
    journal = play(spec_of(), bars(FLAT, (100, 101, 90, 95)), order)
    assert journal.fills == []
    assert journal.ends == [(Kind.EXPIRED, Reject.NONE)]


@pytest.mark.parametrize("expire", [1, opening(1), opening(1) + LATENCY])
def test_an_order_that_arrives_expired_ends_when_it_arrives(expire: int) -> None:
    order = buy(1, 3, price=95, force=TimeInForce.GTD, expire=expire)
    journal = play(spec_of(), bars(FLAT, (100, 101, 90, 95), FLAT), order)
    assert journal.fills == []
    assert journal.ends == [(Kind.EXPIRED, Reject.NONE)]
    assert journal.of(Kind.EXPIRED)[0]["ts_recv"] == opening(1) + LATENCY
    check_journal(journal)


def test_a_cancel_ends_a_resting_order_one_latency_later() -> None:
    feed = bars(FLAT, FLAT, FLAT, (100, 101, 90, 95))
    order = buy(1, 3, price=95)
    order_id = play(spec_of(), feed, order).order_ids[0]
    journal = play(spec_of(), feed, order, cancel(2, order_id))
    assert journal.fills == []
    assert journal.ends == [(Kind.CANCELLED, Reject.BY_REQUEST)]
    answer = journal.of(Kind.CANCELLED)[0]
    assert answer["ts_recv"] == opening(2) + LATENCY
    assert (answer["order_id"], answer["size"]) == (order_id, 3)


def test_a_cancel_that_comes_too_late_is_rejected() -> None:
    feed = bars(FLAT, FLAT, (90, 91, 89, 90))
    order = buy(1, 3, price=95)
    order_id = play(spec_of(), feed, order).order_ids[0]
    journal = play(spec_of(), feed, order, cancel(2, order_id))
    assert journal.fills == [(1, 3, 95)]
    assert journal.ends == [(Kind.REJECTED, Reject.UNKNOWN_ORDER)]


def test_a_cancel_of_an_unknown_order_ends_nothing() -> None:
    journal = play(spec_of(), bars(FLAT, FLAT, FLAT), buy(1, 3, price=95), cancel(2, 77 << 8))
    assert journal.ends == [(Kind.REJECTED, Reject.UNKNOWN_ORDER)]
    assert journal.machine.decider.markets[0]["open_orders"] == 1
    assert journal.machine.venue.venue[0]["open_orders"] == 1


def test_a_full_book_rejects() -> None:
    # Orders that only reduce need no room in the gate's table, so the venue's fills first.
    slots = 256
    orders = [
        sell(2, 1, price=200, flags=OrderFlag.REDUCE_ONLY, leg=leg % 256) for leg in range(slots)
    ]
    feed = bars(FLAT, FLAT, FLAT)
    journal = play(spec_of(), feed, buy(1, 3), *orders, sell(2, 1, flags=OrderFlag.REDUCE_ONLY))
    assert journal.ends == [(Kind.REJECTED, Reject.NO_ROOM)]


def test_a_market_order_is_answered_in_order() -> None:
    journal = play(spec_of(), bars(FLAT, FLAT), buy(1, 3))
    start = journal.events["kind"].tolist().index(Kind.MANUAL_ORDER)
    kinds = [
        Kind(kind)
        for kind in journal.events["kind"][start:].tolist()
        if kind not in (Kind.BAR, Kind.TRADE, Kind.TIMER)
    ]
    assert kinds == [
        Kind.MANUAL_ORDER,
        Kind.ORDER_INTENT,
        Kind.VERDICT,
        Kind.SENT,
        Kind.ACK,
        Kind.FILL,
    ]
    ack = journal.of(Kind.ACK)[0]
    assert ack["ts_recv"] == opening(1) + LATENCY
    assert (ack["side"], ack["size"], ack["order_id"]) == (1, 3, journal.order_ids[0])


def check_journal(journal: Journal) -> None:
    """Hold any journal to what answers must be, and the three ledgers to each other."""
    events = journal.events
    assert (events["ts_recv"][1:] >= events["ts_recv"][:-1]).all()
    seen: dict[int, list[int]] = {}
    for event in journal.of(*ANSWERS):
        if event["code"] != Reject.UNKNOWN_ORDER or event["kind"] != Kind.REJECTED:
            seen.setdefault(int(event["order_id"]), []).append(int(event["kind"]))
        if event["kind"] == Kind.FILL and event["leaves"] == 0:
            seen[int(event["order_id"])].append(0)
    for kinds in seen.values():
        assert kinds[0] in (Kind.ACK, Kind.REJECTED)
        assert sum(kind in (0, Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED) for kind in kinds) <= 1
        assert kinds[-1] != Kind.FILL or 0 not in kinds
    machine = journal.machine
    decider, gate, venue = machine.decider, machine.gate, machine.venue
    pending = int(venue.venue[0]["queued"])
    if not pending:
        assert decider.account[0]["cash_units"] == gate.account[0]["cash_units"]
        assert decider.account[0]["cash_units"] == venue.venue[0]["cash_units"]
        held = decider.markets["position_lots"].tolist()
        assert held == gate.markets["position_lots"].tolist()
        assert held == venue.markets["position_lots"].tolist()
        assert decider.markets["open_orders"].tolist() == venue.markets["open_orders"].tolist()


@st.composite
def scripts(draw: st.DrawFn) -> tuple[list[Ohlcv], list[tuple[Order, ...]], bool]:
    """Draw a few bars and a few orders of any kind among them."""
    rows: list[Ohlcv] = []
    for _ in range(draw(st.integers(3, 8))):
        prices = draw(st.lists(st.integers(80, 120), min_size=4, max_size=4))
        volume = draw(st.integers(0, 40))
        rows.append((prices[0], max(prices), min(prices), prices[1], volume))
    orders: list[tuple[Order, ...]] = []
    for _ in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(OrderType))
        force = draw(st.sampled_from(TimeInForce)) if kind is OrderType.LIMIT else TimeInForce.GTC
        bar = draw(st.integers(1, len(rows) - 1))
        entry = Order(
            bar=bar,
            side=draw(st.sampled_from([1, -1])),
            size=draw(st.integers(1, 30)),
            kind=kind,
            price=draw(st.integers(80, 120))
            if kind in (OrderType.LIMIT, OrderType.STOP_LIMIT)
            else 0,
            trigger=draw(st.integers(80, 120)) if kind >= OrderType.STOP else 0,
            force=force,
            expire=opening(bar) + draw(st.integers(0, 3)) * HOUR // 2
            if force is TimeInForce.GTD
            else 0,
            flags=draw(st.sampled_from([0, int(OrderFlag.REDUCE_ONLY)])),
        )
        if kind <= OrderType.LIMIT and draw(st.booleans()):
            orders.append(bracket(entry, stop=100 - 15 * entry.side, target=100 + 15 * entry.side))
        else:
            orders.append((entry,))
    return rows, orders, draw(st.booleans())


@settings(max_examples=40)
@given(scripts())
def test_any_script_leaves_sound_books(
    script: tuple[list[Ohlcv], list[tuple[Order, ...]], bool],
) -> None:
    rows, orders, is_spot = script
    market = SPOT if is_spot else PERPETUAL
    journal = play(spec_of(market, cash=2_000), bars(*rows), *orders)
    check_journal(journal)
    if is_spot:
        assert journal.cash >= 0
        assert journal.position() >= 0
