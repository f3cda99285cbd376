"""Spot holds: what rests holds lots and cash, orders over the same lots share one hold."""

from dataclasses import replace

import pytest

from tests.kernel.live_scenario import COIN, ask, at, bid, level, live, trade
from tests.kernel.scenario import (
    MONEY,
    SPOT,
    Journal,
    Ohlcv,
    bars,
    bracket,
    buy,
    cancel,
    play,
    sell,
    spec_of,
)
from tests.kernel.venue.test_pairs import PAIR
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.codes import Reject
from traider.kernel.construction import build_venue
from traider.kernel.records import Venue
from traider.kernel.specification import MarketSpec
from traider.kernel.venue.holds import held

pytestmark = pytest.mark.interpreted

FLAT: Ohlcv = (100, 101, 99, 100)
REJECTED = (Kind.REJECTED, Reject.INSUFFICIENT_FUNDS)
ONE_PERCENT = 1_000_000
FEES = replace(COIN, taker_fee_e8=ONE_PERCENT)


def holds(journal: Journal) -> tuple[int, int]:
    """Return the lots and the money units that resting orders hold at the end."""
    venue: Venue = journal.machine.venue
    return int(held(venue, 0, -1, -1)), int(held(venue, 0, 1, -1))


def spot(*parts: object, cash: int = 1_000, market: MarketSpec = COIN) -> Journal:
    return live(*parts, market=market, cash=cash)  # type: ignore[arg-type]


def test_a_resting_purchase_holds_notional_and_the_takers_fee() -> None:
    # 5 x 90 = 450 and one percent of it.
    journal = spot(bid(1, 5, price=90), market=FEES)
    assert holds(journal) == (0, 454_50000000)
    assert journal.cash == 1_000 * MONEY


def test_a_purchase_needs_what_is_not_held() -> None:
    journal = spot(bid(1, 5, price=90), bid(2, 6, price=92), market=FEES)
    # 6 x 92 = 552 and 5.52 are more than the 545.50 that are left.
    assert journal.ends == [REJECTED]
    assert holds(journal) == (0, 454_50000000)
    assert spot(bid(1, 5, price=90), bid(2, 6, price=90), market=FEES).ends == []


def test_a_market_purchase_needs_what_is_not_held() -> None:
    # 700 are held: two lots at 101 can be paid, three not.
    first = bid(1, 7, price=100)
    assert spot(first, bid(2, 2)).fills == [(1, 2, 101)]
    assert spot(first, bid(2, 3)).ends == [REJECTED]


def test_a_market_purchase_that_gets_dearer_ends_where_the_cash_does() -> None:
    # Seven lots at the best price of 101 would cost 707; the last two cost 102 each: 709.
    journal = spot(bid(1, 7), cash=708)
    assert journal.fills == [(1, 5, 101), (1, 1, 102)]
    assert journal.ends == [(Kind.CANCELLED, Reject.INSUFFICIENT_FUNDS)]


def test_a_resting_sale_holds_its_lots() -> None:
    parts = (bid(0.2, 5), ask(1, 3, price=110))
    journal = spot(*parts, ask(2, 2))
    assert journal.fills[1:] == [(-1, 2, 99)]
    assert holds(journal) == (3, 0)
    # The gate counts open sales too; an order that may only reduce it lets pass.
    more = ask(2, 3, price=105, flags=OrderFlag.REDUCE_ONLY)
    assert spot(*parts, more).ends == [REJECTED]


def test_a_resting_stop_holds_too() -> None:
    flags = int(OrderFlag.REDUCE_ONLY)
    parts = (bid(0.2, 5), ask(1, 4, trigger=90, flags=flags))
    assert holds(spot(*parts)) == (4, 0)
    assert spot(*parts, ask(2, 2, price=110, flags=flags)).ends == [REJECTED]


def test_what_may_only_reduce_sells_at_market_what_is_not_held() -> None:
    flags = int(OrderFlag.REDUCE_ONLY)
    journal = spot(bid(0.2, 5), ask(1, 3, price=110, flags=flags), ask(2, 5, flags=flags))
    assert journal.fills == [(1, 5, 101), (-1, 2, 99)]
    assert journal.ends == [(Kind.CANCELLED, Reject.INSUFFICIENT_FUNDS)]


def test_two_orders_over_the_same_lots_share_one_hold() -> None:
    stop = ask(1, 5, trigger=90, flags=PAIR, leg=0)
    target = ask(1, 5, price=110, flags=PAIR, leg=1)
    journal = spot(bid(0.2, 5), stop, target)
    assert journal.ends == []
    assert holds(journal) == (5, 0)


def test_slices_hold_their_own_part_each() -> None:
    slices = [
        ask(1, lots, **{name: price}, flags=PAIR, leg=leg + place)
        for leg, lots in ((0, 2), (2, 3))
        for place, (name, price) in enumerate((("trigger", 90), ("price", 110 + leg)))
    ]
    journal = spot(bid(0.2, 5), *slices)
    assert journal.ends == []
    assert holds(journal) == (5, 0)
    extra = ask(2, 1, price=120, flags=int(OrderFlag.REDUCE_ONLY))
    assert spot(bid(0.2, 5), *slices, extra).ends == [REJECTED]


def test_a_brackets_exits_hold_what_its_entry_bought() -> None:
    legs = bracket(bid(1, 8, price=99), stop=90, target=120)
    assert holds(spot(legs)) == (0, 792 * MONEY)
    # Ten stand ahead: a trade of 13 buys 3 of 8.
    journal = spot(legs, trade(2, -1, 99, 13))
    assert holds(journal) == (3, 495 * MONEY)


@pytest.mark.parametrize("end", ["cancel", "expire", "fill"])
def test_a_hold_ends_with_its_order(end: str) -> None:
    order = bid(1, 5, price=99)
    if end == "expire":
        order = replace(order, expire=at(2))
    order_id = spot(order).order_ids[0]
    taken_back = cancel(0, order_id)
    taken_back["ts_event"] = taken_back["ts_recv"] = at(2)
    what: dict[str, EventArray] = {
        "cancel": taken_back,
        "expire": trade(1.5, 1, 101, 1),
        "fill": trade(2, -1, 98, 1),
    }
    assert holds(spot(order)) == ((0, 0) if end == "expire" else (0, 495 * MONEY))
    assert holds(spot(order, what[end])) == (0, 0)


def test_a_part_that_filled_is_held_no_more() -> None:
    journal = spot(bid(1, 5, price=99), trade(2, -1, 99, 12))
    assert journal.fills == [(1, 2, 99)]
    assert holds(journal) == (0, 297 * MONEY)


def test_on_bars_a_limit_needs_what_is_not_held() -> None:
    feed = bars(FLAT, FLAT, FLAT, FLAT)
    journal = play(spec_of(SPOT, cash=1_000), feed, buy(1, 6, price=90), buy(2, 6, price=90))
    assert journal.ends == [REJECTED]
    assert len(journal.of(Kind.ACK)) == 1
    assert holds(journal) == (0, 540 * MONEY)


def test_on_bars_a_market_order_executes_within_what_is_not_held() -> None:
    feed = bars(FLAT, FLAT, FLAT, FLAT)
    journal = play(spec_of(SPOT, cash=1_000), feed, buy(1, 6, price=90), buy(2, 6))
    assert journal.fills == [(1, 4, 100)]
    assert journal.ends == [(Kind.CANCELLED, Reject.INSUFFICIENT_FUNDS)]


def test_on_bars_a_sale_needs_lots_that_are_not_held() -> None:
    feed = bars(FLAT, FLAT, FLAT, FLAT)
    flags = int(OrderFlag.REDUCE_ONLY)
    orders = (buy(1, 5), sell(2, 3, price=120, flags=flags), sell(3, 3, price=110, flags=flags))
    journal = play(spec_of(SPOT, cash=1_000), feed, *orders)
    assert journal.ends == [REJECTED]
    assert holds(journal) == (3, 0)


def test_derivatives_hold_nothing() -> None:
    journal = live(bid(1, 5, price=90), ask(1, 5, price=110))
    assert holds(journal) == (0, 0)


def test_a_fresh_venue_holds_nothing() -> None:
    assert held(build_venue(spec_of(COIN)), 0, -1, -1) == 0


def test_an_order_refused_for_funds_takes_its_other_half_along() -> None:
    stop = ask(1, 5, trigger=90, flags=PAIR, leg=0)
    target = ask(1, 5, price=110, flags=PAIR, leg=1)
    assert stop.kind is OrderType.STOP
    journal = spot(bid(0.2, 3), stop, target)
    # The stop finds three lots only; the target, whose other half is gone, finds no more.
    assert journal.ends == [(Kind.CANCELLED, Reject.OTHER_LEG_FILLED), REJECTED]
    assert journal.machine.venue.venue[0]["open_orders"] == 0


def test_a_level_at_our_price_frees_what_was_held_for_fees() -> None:
    journal = spot(bid(1, 9, price=99), level(2, -1, 99, 1), market=FEES)
    # Held at the taker's rate of one percent, paid at the maker's rate of nothing.
    assert journal.fills == [(1, 9, 99)]
    assert journal.cash == 109 * MONEY
    assert holds(journal) == (0, 0)
