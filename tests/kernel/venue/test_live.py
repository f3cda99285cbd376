"""Matching on depth and trades: what arriving orders take, and what comes to resting ones."""

from dataclasses import replace

import pytest

from tests.kernel.live_scenario import (
    LAST,
    OPTIMISTIC,
    Part,
    ask,
    at,
    bid,
    level,
    live,
    play_live,
    quote,
    snapshot,
    trade,
)
from tests.kernel.scenario import (
    LATENCY,
    MONEY,
    PERPETUAL,
    PLAIN_VENUE,
    Journal,
    bracket,
    cancel,
    record,
    spec_of,
)
from tests.kernel.venue.test_pairs import PAIR
from traider.domain.events import FillFlag, Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.codes import Reject

pytestmark = pytest.mark.interpreted

POST_ONLY = int(OrderFlag.POST_ONLY)
QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
OTHER_LEG = (Kind.CANCELLED, Reject.OTHER_LEG_FILLED)


def is_maker(journal: Journal) -> list[bool]:
    return [bool(event["flags"] & FillFlag.MAKER) for event in journal.of(Kind.FILL)]


def test_a_market_order_walks_the_book_when_it_arrives() -> None:
    journal = live(bid(1, 12))
    assert journal.fills == [(1, 5, 101), (1, 7, 102)]
    assert journal.of(Kind.FILL)["leaves"].tolist() == [7, 0]
    assert set(journal.of(Kind.FILL)["ts_recv"].tolist()) == {at(1) + LATENCY}
    assert journal.of(Kind.ACK)[0]["ts_recv"] == at(1) + LATENCY
    assert is_maker(journal) == [False, False]


def test_a_sale_walks_the_bids() -> None:
    assert live(ask(1, 35)).fills == [(-1, 10, 99), (-1, 20, 98), (-1, 5, 97)]


def test_it_meets_the_book_of_its_arrival_not_of_its_sending() -> None:
    before = level(1.01, -1, 101, 50)
    after = level(1.06, -1, 101, 1)
    assert live(before, after, bid(1, 12)).fills == [(1, 12, 101)]


def test_what_is_taken_is_gone_until_the_level_is_stated_anew() -> None:
    journal = live(bid(1, 12), bid(2, 4), level(3, -1, 101, 5), bid(4, 1))
    assert journal.fills == [(1, 5, 101), (1, 7, 102), (1, 3, 102), (1, 1, 103), (1, 1, 101)]


def test_a_market_order_beyond_the_book_ends() -> None:
    journal = live(bid(1, 50))
    assert journal.fills == [(1, 5, 101), (1, 10, 102), (1, 20, 103)]
    assert journal.ends == [(Kind.CANCELLED, Reject.NO_LIQUIDITY)]
    assert journal.of(Kind.CANCELLED)[0]["size"] == 15


def test_nothing_is_taken_twice_from_a_side_that_is_used_up() -> None:
    journal = live(trade(0.5, 1, 101, 1), bid(1, 35), bid(2, 1))
    assert sum(lots for _, lots, _ in journal.fills) == 35
    assert journal.ends == [(Kind.CANCELLED, Reject.NO_LIQUIDITY)]


def test_a_marketable_limit_takes_to_its_limit_and_rests() -> None:
    journal = live(bid(1, 12, price=101), level(2, -1, 101, 3))
    # The level stated anew at our price would have met us: the rest fills there, as maker.
    assert journal.fills == [(1, 5, 101), (1, 7, 101)]
    assert is_maker(journal) == [False, True]


@pytest.mark.parametrize(
    ("force", "size", "fills"),
    [
        (TimeInForce.IOC, 12, [(1, 5, 101)]),
        (TimeInForce.FOK, 12, []),
        (TimeInForce.FOK, 5, [(1, 5, 101)]),
    ],
)
def test_at_once_or_not_at_all(
    force: TimeInForce, size: int, fills: list[tuple[int, int, int]]
) -> None:
    journal = live(bid(1, size, price=101, force=force))
    assert journal.fills == fills
    ended = sum(lots for _, lots, _ in fills) < size
    assert journal.ends == ([(Kind.CANCELLED, Reject.NOT_FILLED_AT_ONCE)] if ended else [])


def test_fill_or_kill_counts_all_levels_within_its_limit() -> None:
    assert len(live(bid(1, 15, price=102, force=TimeInForce.FOK)).fills) == 2
    assert live(bid(1, 16, price=102, force=TimeInForce.FOK)).fills == []


@pytest.mark.parametrize("price", [101, 102])
def test_post_only_is_refused_where_it_would_take(price: int) -> None:
    journal = live(bid(1, 5, price=price, flags=POST_ONLY))
    assert journal.ends == [(Kind.REJECTED, Reject.WOULD_TAKE)]
    assert len(journal.of(Kind.ACK)) == 0
    assert live(bid(1, 5, price=100, flags=POST_ONLY)).ends == []


def test_a_trade_through_our_price_fills_what_is_left() -> None:
    journal = live(bid(1, 4, price=99), trade(2, -1, 98, 1))
    assert journal.fills == [(1, 4, 99)]
    assert is_maker(journal) == [True]
    assert journal.of(Kind.FILL)[0]["ts_recv"] == at(2)
    assert live(bid(1, 4, price=99), trade(1.01, -1, 98, 1)).fills == []


def test_the_other_side_at_our_price_fills_what_is_left() -> None:
    assert live(bid(1, 4, price=99), level(2, -1, 99, 1)).fills == [(1, 4, 99)]
    assert live(ask(1, 4, price=101), level(2, 1, 102, 1)).fills == [(-1, 4, 101)]
    assert live(bid(1, 4, price=99), level(2, -1, 100, 1)).fills == []


def test_a_cancel_takes_the_order_out_of_its_queue() -> None:
    order_id = live(bid(1, 4, price=99)).order_ids[0]
    taken_back = cancel(0, order_id)
    taken_back["ts_event"] = taken_back["ts_recv"] = at(2)
    journal = live(bid(1, 4, price=99), taken_back, trade(3, -1, 98, 1))
    assert journal.fills == []
    assert journal.ends == [(Kind.CANCELLED, Reject.BY_REQUEST)]
    in_time = live(bid(1, 4, price=99), taken_back, trade(2.04, -1, 98, 1))
    assert in_time.fills == [(1, 4, 99)]
    assert in_time.ends == [(Kind.REJECTED, Reject.UNKNOWN_ORDER)]


def test_money_buys_what_the_book_gives_for_it() -> None:
    # 5 lots at 101 cost 505; 995 buy 9 at 102 (918) and leave 77.
    journal = live(bid(1, 1_500 * MONEY, flags=QUOTE_SIZED))
    assert journal.fills == [(1, 5, 101), (1, 9, 102)]
    assert journal.of(Kind.FILL)["leaves"].tolist() == [9, 0]
    too_little = 100 * MONEY + MONEY // 2
    assert live(bid(1, too_little, flags=QUOTE_SIZED)).ends == [(Kind.REJECTED, Reject.TOO_SMALL)]


@pytest.mark.parametrize(
    ("order", "market", "fills"),
    [
        (ask(1, 12, trigger=98), trade(2, -1, 98, 1), [(-1, 10, 98), (-1, 2, 98)]),
        (ask(1, 12, trigger=98), trade(2, -1, 99, 1), []),
        (ask(1, 12, trigger=99), trade(2, -1, 99, 1), [(-1, 10, 99), (-1, 2, 98)]),
        (bid(1, 6, trigger=102), trade(2, 1, 103, 1), [(1, 5, 103), (1, 1, 103)]),
        (bid(1, 6, trigger=102, price=102), trade(2, 1, 102, 1), [(1, 5, 102), (1, 1, 102)]),
        (bid(1, 6, trigger=102, price=101), trade(2, 1, 102, 1), []),
    ],
)
def test_a_trade_pulls_a_stop(order: Part, market: Part, fills: list[tuple[int, int, int]]) -> None:
    # What stands at better prices than the trade's was taken by it, though the book tells it later.
    journal = live(trade(0.5, 1, 100, 1), order, market)
    assert journal.fills == fills
    assert all(event["ts_recv"] == at(2) for event in journal.of(Kind.FILL))


def test_the_best_price_pulls_a_stop_where_no_trade_is_known() -> None:
    journal = live(ask(1, 3, trigger=98), level(2, 1, 99, 0))
    assert journal.fills == [(-1, 3, 98)]
    journal = live(trade(0.5, 1, 100, 1), ask(1, 3, trigger=98), level(2, 1, 99, 0))
    assert journal.fills == []


def test_a_stop_that_comes_too_late_works_at_once() -> None:
    journal = live(trade(0.5, -1, 97, 1), ask(1, 3, trigger=98))
    assert journal.fills == [(-1, 3, 99)]


def test_exits_wake_with_their_entry_and_the_target_ends_the_stop() -> None:
    legs = bracket(bid(1, 4, price=99), stop=95, target=103)
    journal = live(trade(0.5, 1, 100, 1), legs, trade(2, -1, 98, 1), trade(3, 1, 104, 1))
    assert journal.fills == [(1, 4, 99), (-1, 4, 103)]
    assert journal.ends == [OTHER_LEG]
    assert journal.machine.venue.venue[0]["open_orders"] == 0


def test_a_target_beyond_the_market_takes_at_once() -> None:
    legs = bracket(bid(1, 5), stop=90, target=99)
    assert live(legs).fills == [(1, 5, 101), (-1, 5, 99)]


def test_a_stop_pulled_in_parts_closes_what_the_entry_bought() -> None:
    legs = bracket(bid(1, 8, price=99), stop=97, target=120)
    # Ten stand ahead: a trade of 13 fills 3 of 8. The stop sells those 3, and the entry ends.
    journal = live(legs, trade(2, -1, 99, 13), trade(3, -1, 97, 1))
    assert journal.fills == [(1, 3, 99), (1, 5, 99), (-1, 8, 97)]
    journal = live(legs, trade(2, -1, 99, 13), level(2.5, 1, 99, 0), level(2.6, 1, 98, 0))
    assert journal.fills == [(1, 3, 99)]


def test_a_pair_shares_its_lots_between_stop_and_target() -> None:
    stop = ask(1, 10, trigger=95, flags=PAIR, leg=0)
    target = ask(1, 10, price=103, flags=PAIR, leg=1)
    # Twenty stand ahead of the target: a trade of 24 fills 4, the stop is for 6 then.
    journal = live(
        bid(0.5, 5), bid(0.6, 5), stop, target, trade(2, 1, 103, 24), trade(3, -1, 95, 1)
    )
    assert journal.fills[-2:] == [(-1, 4, 103), (-1, 6, 95)]
    assert journal.ends == [OTHER_LEG]


def test_after_a_gap_the_last_trade_stands_in_for_the_book() -> None:
    # The gate lets no order through a gap; this one was on its way.
    venue = replace(PLAIN_VENUE, half_spread=0.02)
    parts = (trade(0.5, 1, 100, 1), bid(1.98, 7), record(Kind.GAP, at(2)))
    assert live(*parts, venue=venue).fills == [(1, 7, 102)]
    # Updates are not believed until a whole snapshot has come.
    assert live(*parts, level(2.01, -1, 100, 50), venue=venue).fills == [(1, 7, 102)]
    assert live(*parts, snapshot(2.01), venue=venue).fills == [(1, 5, 101), (1, 2, 102)]


def test_an_order_before_the_first_price_waits_for_it() -> None:
    spec = spec_of(replace(PERPETUAL, book_window=64, far_levels=64))
    journal = play_live(spec, level(0.5, 1, 99, 10), bid(1, 3), level(2, -1, 101, 10))
    assert journal.ends == [(Kind.CANCELLED, Reject.NO_LIQUIDITY)]
    early = record(Kind.DEPTH_CLEAR, at(0.5), flags=LAST)
    journal = play_live(spec, early, bid(1, 3), snapshot(2))
    assert journal.fills == [(1, 3, 101)]
    assert journal.of(Kind.FILL)[0]["ts_recv"] == at(2)


def trades_only(*parts: Part, **changes: object) -> Journal:
    venue = replace(PLAIN_VENUE, half_spread=0.01, **changes)  # type: ignore[arg-type]
    return play_live(spec_of(venue=venue), trade(0.5, 1, 100, 1), *parts)


def test_without_a_book_a_taker_pays_half_the_spread_from_the_last_trade() -> None:
    journal = trades_only(bid(1, 7), ask(2, 3))
    assert journal.fills == [(1, 7, 101), (-1, 3, 99)]
    assert trades_only(bid(1, 7, price=101)).fills == [(1, 7, 101)]
    assert trades_only(bid(1, 7, price=100)).fills == []


def test_without_a_book_only_a_trade_through_fills() -> None:
    resting = bid(1, 7, price=98)
    assert trades_only(resting, trade(2, -1, 98, 100)).fills == []
    assert trades_only(resting, trade(2, -1, 97, 1)).fills == [(1, 7, 98)]


def test_without_a_book_a_touch_fills_its_size_in_the_optimistic_tier() -> None:
    resting = bid(1, 7, price=98)
    parts = (trade(0.5, 1, 100, 1), resting, trade(2, 0, 98, 4), trade(3, -1, 98, 4))
    journal = play_live(spec_of(venue=OPTIMISTIC), *parts)
    assert journal.fills == [(1, 4, 98), (1, 3, 98)]


def test_a_trade_of_unknown_side_takes_from_the_side_it_is_at() -> None:
    resting = (ask(1, 1, price=101), bid(1, 1, price=99))
    assert live(*resting, trade(2, 0, 99, 11)).fills == [(1, 1, 99)]
    assert live(*resting, trade(2, 0, 101, 6)).fills == [(-1, 1, 101)]
    assert live(*resting, trade(2, 0, 100, 50)).fills == []


def test_two_instruments_keep_to_their_own_books() -> None:
    spec = spec_of(
        *(replace(PERPETUAL, name=name, book_window=64, far_levels=64) for name in ("A", "B"))
    )
    other = snapshot(0.1, {9: 1}, {11: 1}, instrument=1)
    journal = play_live(
        spec, snapshot(0), other, quote(0.2, 9, 11, 1), bid(1, 1, instrument=1), bid(2, 1)
    )
    assert journal.fills == [(1, 1, 11), (1, 1, 101)]


def test_costs_are_measured_from_the_middle_of_the_book() -> None:
    # Middle 100, half a spread 1: twelve lots pay 12 for the spread and 7 for walking on.
    market = live(bid(1, 12)).machine.venue.markets[0]
    assert (market["spread_cost"], market["impact_cost"]) == (12.0, 7.0)


def test_a_kind_of_order_is_kept_when_a_stop_limit_rests() -> None:
    order = ask(1, 3, trigger=98, price=100)
    journal = live(trade(0.5, 1, 100, 1), order, trade(2, -1, 98, 1), trade(3, 1, 101, 1))
    assert order.kind is OrderType.STOP_LIMIT
    assert journal.fills == [(-1, 3, 100)]
    assert is_maker(journal) == [True]
