"""Quotes around the best prices, step by step."""

from decimal import Decimal
from typing import Any

import pytest

from tests.kernel.decider.hostile_venue import HostileVenue
from tests.kernel.decider.signals import deciding
from tests.kernel.decider.test_working import BOOKED, with_book
from tests.kernel.scenario import PERPETUAL, SPOT
from traider.domain.events import Kind, OrderFlag
from traider.kernel.codes import Reject, Style
from traider.kernel.order_specification import QuoteSpec
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted

Quotes = list[tuple[int, int, int]]


def quoting(market: MarketSpec = PERPETUAL, score: float = 0.0, **terms: Any) -> HostileVenue:
    """Return a venue that two quotes of 10 lots, one tick outside 1,000, have reached."""
    quote = QuoteSpec(size=Decimal(10), max_position=Decimal(25), **terms)
    venue = HostileVenue(deciding(market, style=Style.QUOTE, quote=quote, cash=100_000))
    venue.decide(score)
    venue.settle_quietly()
    return venue


def quotes(venue: HostileVenue) -> Quotes:
    """Return side, lots and price of each quote."""
    return sorted((order.side, order.left, order.price) for order in venue.orders.values())


def decide(venue: HostileVenue, score: float = 0.0) -> Quotes:
    """Let a decision fall and everything be answered; return the quotes."""
    venue.decide(score)
    venue.settle_quietly()
    return quotes(venue)


def test_two_post_only_quotes_stand_outside_the_mark() -> None:
    venue = quoting()
    assert quotes(venue) == [(-1, 10, 1001), (1, 10, 999)]
    assert all(order.flags & OrderFlag.POST_ONLY for order in venue.orders.values())


def test_with_a_book_they_stand_outside_the_best_prices() -> None:
    quote = QuoteSpec(size=Decimal(10), max_position=Decimal(25), offset_ticks=2)
    venue = HostileVenue(deciding(BOOKED, style=Style.QUOTE, quote=quote, cash=100_000))
    with_book(venue, 990, 1010)
    venue.machine.decider.markets[0]["position_lots"] = 10
    assert decide(venue) == [(-1, 10, 1012), (1, 10, 988)]


def test_quotes_are_looked_at_at_decisions_only() -> None:
    venue = quoting()
    venue.move(1100)
    assert not venue.requests
    assert decide(venue) == [(-1, 10, 1101), (1, 10, 1099)]


def test_a_quote_is_replaced_only_when_its_price_changes() -> None:
    venue = quoting()
    before = set(venue.orders)
    assert venue.decide(0.0) == []
    assert set(venue.orders) == before


def test_the_old_quote_is_over_before_the_new_one_is_sent() -> None:
    venue = quoting()
    venue.move(1100)
    venue.decide(0.0)
    assert [int(r["flags"][0]) & OrderFlag.CANCEL for r in venue.requests] == [OrderFlag.CANCEL] * 2
    assert len(venue.orders) == 2
    while venue.requests or venue.answers:
        venue.arrive() if venue.requests else venue.deliver()
        assert len(venue.orders) <= 2
    assert quotes(venue) == [(-1, 10, 1101), (1, 10, 1099)]


def test_what_filled_is_quoted_again_at_the_next_decision() -> None:
    venue = quoting()
    bid = next(order for order in venue.orders.values() if order.side > 0)
    venue.fill(bid, 10)
    venue.settle_quietly()
    assert quotes(venue) == [(-1, 10, 1001)]
    assert decide(venue) == [(-1, 10, 1001), (1, 10, 999)]


def test_the_position_bounds_the_quotes() -> None:
    venue = quoting()
    for lots in (10, 10, 5):
        bid = next(order for order in venue.orders.values() if order.side > 0)
        assert bid.left == lots
        venue.fill(bid, lots)
        venue.settle_quietly()
        decide(venue)
    assert venue.position == 25
    assert quotes(venue) == [(-1, 10, 1001)]


def test_on_spot_nothing_is_offered_that_is_not_held() -> None:
    venue = quoting(SPOT)
    assert quotes(venue) == [(1, 10, 999)]
    venue.fill(next(iter(venue.orders.values())), 4)
    venue.settle_quietly()
    assert decide(venue) == [(-1, 4, 1001), (1, 6, 999)]


@pytest.mark.parametrize(
    ("score", "expected"),
    [(1.0, [(-1, 10, 1006), (1, 10, 999)]), (-0.5, [(-1, 10, 1001), (1, 10, 997)])],
)
def test_a_score_moves_both_quotes_but_never_across(score: float, expected: Quotes) -> None:
    # Without a book the other side stands at the mark: a bid goes to one tick below it.
    assert quotes(quoting(score=score, skew_ticks=5.0)) == expected


def test_an_order_that_would_have_taken_waits_for_the_next_decision() -> None:
    venue = quoting()
    bid = next(order for order in venue.orders.values() if order.side > 0)
    venue.end(bid, Kind.REJECTED, Reject.WOULD_TAKE)
    venue.settle_quietly()
    assert quotes(venue) == [(-1, 10, 1001)]
    assert len(decide(venue)) == 2


def test_a_pause_leaves_only_the_quote_that_shrinks_the_position() -> None:
    venue = quoting()
    venue.fill(next(order for order in venue.orders.values() if order.side > 0), 10)
    venue.settle_quietly()
    decide(venue)
    venue.command(Kind.PAUSE)
    venue.settle_quietly()
    assert quotes(venue) == [(-1, 10, 1001)]


@pytest.mark.parametrize(("begin", "end"), [(Kind.GAP, Kind.RESYNC), (Kind.HEALTH, Kind.HEALTH)])
def test_a_broken_stream_takes_both_back_until_it_is_whole(begin: Kind, end: Kind) -> None:
    venue = quoting()
    venue.command(begin, code=7)
    venue.settle_quietly()
    assert quotes(venue) == []
    assert decide(venue) == []
    venue.command(end, code=0)
    assert len(decide(venue)) == 2


def test_an_emergency_stop_takes_both_back_and_closes() -> None:
    venue = quoting()
    venue.fill(next(order for order in venue.orders.values() if order.side > 0), 10)
    venue.settle_quietly()
    venue.command(Kind.KILL)
    venue.settle()
    assert (venue.position, quotes(venue)) == (0, [])
    assert decide(venue) == []
    venue.command(Kind.REARM)
    assert len(decide(venue)) == 2


def test_a_quote_whose_end_never_comes_is_asked_for_again() -> None:
    venue = quoting()
    venue.move(1100)
    venue.decide(0.0)
    venue.requests.clear()
    while venue.answers:
        venue.deliver()
    venue.tick(61)
    assert decide(venue) == [(-1, 10, 1101), (1, 10, 1099)]


def test_quotes_the_venue_does_not_know_are_believed_gone_after_a_while() -> None:
    venue = quoting()
    venue.orders.clear()
    venue.move(1100)
    assert decide(venue) == []
    venue.tick(61)
    assert decide(venue) == [(-1, 10, 1101), (1, 10, 1099)]
