"""Queue positions, worked out by hand: ten lots stand at 99 before our bid comes there."""

import pytest

from tests.kernel.live_scenario import (
    OPTIMISTIC,
    PROBABILISTIC,
    ask,
    bid,
    level,
    live,
    snapshot,
    told_late,
    trade,
)
from tests.kernel.scenario import PLAIN_VENUE, record
from traider.domain.events import EventArray, Kind
from traider.kernel.specification import VenueSpec

pytestmark = pytest.mark.interpreted

OURS = bid(1, 4, price=99)
ALL_MODELS = pytest.mark.parametrize("venue", [PLAIN_VENUE, PROBABILISTIC])


def bought(*market: EventArray, venue: VenueSpec = PLAIN_VENUE) -> int:
    """Return how many of our four lots the market's events fill."""
    journal = live(OURS, *market, venue=venue)
    assert all(price == 99 for _, _, price in journal.fills)
    return sum(lots for _, lots, _ in journal.fills)


@ALL_MODELS
def test_trades_eat_the_queue_then_fill_us(venue: VenueSpec) -> None:
    assert bought(trade(2, -1, 99, 10), venue=venue) == 0
    assert bought(trade(2, -1, 99, 8), trade(3, -1, 99, 3), venue=venue) == 1
    assert bought(trade(2, -1, 99, 11), trade(3, -1, 99, 9), venue=venue) == 4


@ALL_MODELS
def test_buyers_at_our_price_fill_nothing(venue: VenueSpec) -> None:
    assert bought(trade(2, 1, 99, 100), venue=venue) == 0


def test_nobody_is_ahead_in_the_optimistic_model() -> None:
    assert bought(trade(2, -1, 99, 3), venue=OPTIMISTIC) == 3


@ALL_MODELS
def test_a_level_smaller_than_the_queue_shrinks_it(venue: VenueSpec) -> None:
    # Ten become six: at most six are ahead.
    assert bought(level(2, 1, 99, 6), trade(3, -1, 99, 11), venue=venue) == 4


@ALL_MODELS
def test_who_joins_later_stands_behind(venue: VenueSpec) -> None:
    assert bought(level(2, 1, 99, 50), trade(3, -1, 99, 11), venue=venue) == 1


def test_cancels_stood_behind_us_or_on_both_sides() -> None:
    # Ten join behind us, then ten of twenty cancel. Pessimistic: those behind, ten stay ahead.
    # Probabilistic: half of the ten were ahead, five stay ahead.
    joined = (level(2, 1, 99, 20), level(3, 1, 99, 10), trade(4, -1, 99, 8))
    assert bought(*joined) == 0
    assert bought(*joined, venue=PROBABILISTIC) == 3


def test_shares_are_rounded_against_us() -> None:
    # Ten of thirteen are ahead; one cancels: 10 / 13 of a lot is none.
    events = (level(2, 1, 99, 13), level(3, 1, 99, 12), trade(4, -1, 99, 11))
    assert bought(*events, venue=PROBABILISTIC) == 1


@ALL_MODELS
def test_a_trade_is_not_counted_again_when_its_level_comes(venue: VenueSpec) -> None:
    # Four of ten trade, and the level then says six: six are still ahead, not two.
    events = (trade(2, -1, 99, 4), level(3, 1, 99, 6))
    assert bought(*events, trade(4, -1, 99, 6), venue=venue) == 0
    assert bought(*events, trade(4, -1, 99, 7), venue=venue) == 1


@ALL_MODELS
def test_a_trade_told_after_its_level_is_not_counted_again(venue: VenueSpec) -> None:
    # The level of second 2 says six of ten; the four that traded before are told at 3.
    events = (level(2, 1, 99, 6), told_late(trade(1.9, -1, 99, 4), 3))
    assert bought(*events, trade(4, -1, 99, 6), venue=venue) == 0
    assert bought(*events, trade(4, -1, 99, 7), venue=venue) == 1
    # Two trades that one level showed.
    late = (told_late(trade(1.8, -1, 99, 1), 3), told_late(trade(1.9, -1, 99, 3), 3))
    assert bought(level(2, 1, 99, 6), *late, trade(4, -1, 99, 7), venue=venue) == 1


def test_a_trade_told_late_gives_back_only_what_was_taken_for_it() -> None:
    # Ten join behind; the level falls by ten of twenty: five are taken off the ten ahead. Then a
    # trade of ten says that all of it traded: ten were ahead, none is left.
    events = (level(2, 1, 99, 20), level(3, 1, 99, 10), told_late(trade(2.9, -1, 99, 10), 4))
    assert bought(*events, trade(5, -1, 99, 2), venue=PROBABILISTIC) == 2


@ALL_MODELS
def test_a_level_of_before_a_trade_does_not_explain_it(venue: VenueSpec) -> None:
    # Four trade at 2; a level of second 1.9 told at 3 says eight: two cancelled before. The level
    # of second 4 says four: the trade is in it.
    events = (
        trade(2, -1, 99, 4),
        told_late(level(1.9, 1, 99, 8), 3),
        level(4, 1, 99, 4),
        trade(5, -1, 99, 5),
    )
    assert bought(*events, venue=venue) == 1


@ALL_MODELS
def test_the_level_may_grow_while_it_trades(venue: VenueSpec) -> None:
    # Four trade and six join: the level says twelve, and six are ahead.
    events = (trade(2, -1, 99, 4), level(3, 1, 99, 12))
    assert bought(*events, trade(4, -1, 99, 7), venue=venue) == 1


def test_our_orders_at_one_price_keep_their_order() -> None:
    orders = (bid(1, 3, price=99), bid(1.2, 3, price=99))
    journal = live(*orders, trade(2, -1, 99, 15))
    # Ten are ahead of both; the second also waits for the three of the first.
    assert [(int(e["order_id"]), int(e["size"])) for e in journal.of(Kind.FILL)] == [
        (journal.order_ids[0], 3),
        (journal.order_ids[1], 2),
    ]


def test_a_fresh_snapshot_says_how_long_the_queue_can_be() -> None:
    gap = record(Kind.GAP, live(OURS).events[-1]["ts_recv"] + 1)
    after = snapshot(3, {99: 2, 98: 1})
    assert bought(gap, after, trade(4, -1, 99, 3)) == 1
    assert bought(gap, snapshot(3, {98: 1}), trade(4, -1, 99, 1)) == 1


def test_a_partly_taken_limit_stands_behind_what_is_there() -> None:
    journal = live(ask(1, 12, price=99), trade(2, 1, 99, 1))
    # It took the ten bids at 99; nothing stands at 99 to sell, so the next buyer meets it.
    assert journal.fills == [(-1, 10, 99), (-1, 1, 99)]
