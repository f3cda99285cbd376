"""Brackets: exits that sleep until the entry fills, and one of which cancels the other."""

from dataclasses import replace

import pytest

from tests.kernel.scenario import (
    PLAIN_VENUE,
    Ohlcv,
    bars,
    bracket,
    buy,
    cancel,
    play,
    sell,
    spec_of,
)
from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderId, TimeInForce
from traider.kernel.codes import Reject

pytestmark = pytest.mark.interpreted

FLAT: Ohlcv = (100, 101, 99, 100)
OTHER_LEG = (Kind.CANCELLED, Reject.OTHER_LEG_FILLED)
ENTRY_GONE = (Kind.CANCELLED, Reject.ENTRY_GONE)
AT_MARKET = bracket(buy(1, 3), stop=90, target=110)
AT_LIMIT = bracket(buy(1, 3, price=95), stop=90, target=110)


def test_the_three_legs_share_a_decision() -> None:
    journal = play(spec_of(), bars(FLAT, FLAT), AT_MARKET)
    ids = [OrderId.unpack(order_id) for order_id in journal.order_ids]
    assert [found.leg for found in ids] == [0, 1, 2]
    assert len({(found.epoch, found.sequence) for found in ids}) == 1
    assert journal.fills == [(1, 3, 100)]
    assert journal.ends == []


def test_exits_sleep_until_the_entry_fills() -> None:
    journal = play(spec_of(), bars(FLAT, (100, 115, 96, 100)), AT_LIMIT)
    assert journal.fills == []
    short = bracket(sell(1, 3, price=105), stop=110, target=90)
    assert play(spec_of(), bars(FLAT, (100, 104, 85, 100)), short).fills == []


def test_the_target_cancels_the_stop() -> None:
    journal = play(spec_of(), bars(FLAT, FLAT, (100, 111, 99, 110)), AT_MARKET)
    assert journal.fills == [(1, 3, 100), (-1, 3, 110)]
    assert journal.ends == [OTHER_LEG]
    assert journal.machine.decider.markets[0]["open_orders"] == 0
    assert journal.machine.venue.venue[0]["open_orders"] == 0


def test_the_stop_cancels_the_target() -> None:
    journal = play(spec_of(), bars(FLAT, FLAT, (100, 101, 89, 95), (95, 120, 94, 95)), AT_MARKET)
    assert journal.fills == [(1, 3, 100), (-1, 3, 90)]
    assert journal.ends == [OTHER_LEG]


def test_inside_one_bar_the_stop_comes_before_the_target() -> None:
    both = (100, 115, 85, 100)
    assert play(spec_of(), bars(FLAT, FLAT, both), AT_MARKET).fills == [(1, 3, 100), (-1, 3, 90)]
    short = bracket(sell(1, 3), stop=110, target=90)
    journal = play(spec_of(), bars(FLAT, FLAT, (100, 115, 85, 100)), short)
    assert journal.fills == [(-1, 3, 100), (1, 3, 110)]
    assert journal.ends == [OTHER_LEG]


def test_an_entry_at_the_open_can_reach_either_exit_in_its_bar() -> None:
    assert play(spec_of(), bars(FLAT, (100, 111, 99, 110)), AT_MARKET).fills[1:] == [(-1, 3, 110)]
    assert play(spec_of(), bars(FLAT, (100, 111, 89, 110)), AT_MARKET).fills[1:] == [(-1, 3, 90)]


def test_an_entry_inside_a_bar_can_be_stopped_out_in_it() -> None:
    journal = play(spec_of(), bars(FLAT, (100, 112, 85, 100)), AT_LIMIT)
    assert journal.fills == [(1, 3, 95), (-1, 3, 90)]
    assert journal.ends == [OTHER_LEG]


def test_an_entry_inside_a_bar_cannot_reach_its_target_in_it() -> None:
    rising = (100, 112, 94, 111)
    assert play(spec_of(), bars(FLAT, rising), AT_LIMIT).fills == [(1, 3, 95)]
    journal = play(spec_of(), bars(FLAT, rising, (108, 112, 107, 111)), AT_LIMIT)
    assert journal.fills == [(1, 3, 95), (-1, 3, 110)]


@pytest.mark.parametrize(
    ("entry", "end"),
    [
        (buy(1, 3, price=95, force=TimeInForce.IOC), (Kind.CANCELLED, Reject.NOT_FILLED_AT_ONCE)),
        (
            buy(1, 3, price=105, flags=OrderFlag.POST_ONLY),
            (Kind.REJECTED, Reject.WOULD_TAKE),
        ),
        (
            buy(1, 3, price=95, force=TimeInForce.GTD, expire=1_704_070_800_000_000_000 + 10**12),
            (Kind.EXPIRED, Reject.NONE),
        ),
    ],
)
def test_an_entry_that_ends_unfilled_takes_its_exits_with_it(
    entry: object, end: tuple[Kind, Reject]
) -> None:
    legs = bracket(entry, stop=90, target=110)  # type: ignore[arg-type]
    journal = play(spec_of(), bars(FLAT, FLAT, (100, 120, 80, 100)), legs)
    assert journal.fills == []
    assert sorted(journal.ends) == sorted([end, ENTRY_GONE, ENTRY_GONE])
    assert journal.machine.decider.markets[0]["open_orders"] == 0
    assert journal.machine.venue.venue[0]["open_orders"] == 0


def test_a_cancelled_entry_takes_its_exits_with_it() -> None:
    feed = bars(FLAT, FLAT, FLAT, (100, 120, 80, 100))
    entry = play(spec_of(), feed, AT_LIMIT).order_ids[0]
    journal = play(spec_of(), feed, AT_LIMIT, cancel(2, entry))
    assert journal.fills == []
    assert journal.ends == [(Kind.CANCELLED, Reject.BY_REQUEST), ENTRY_GONE, ENTRY_GONE]


def test_one_exit_can_be_taken_back_and_the_other_stays() -> None:
    feed = bars(FLAT, FLAT, FLAT, (100, 120, 80, 100))
    stop = play(spec_of(), feed, AT_MARKET).order_ids[1]
    journal = play(spec_of(), feed, AT_MARKET, cancel(2, stop))
    assert journal.ends == [(Kind.CANCELLED, Reject.BY_REQUEST)]
    assert journal.fills == [(1, 3, 100), (-1, 3, 110)]


def test_a_partly_filled_entry_that_is_stopped_out_leaves_nothing_behind() -> None:
    venue = replace(PLAIN_VENUE, participation=0.1)
    legs = bracket(buy(1, 100, price=95), stop=90, target=110)
    crash = (100, 101, 85, 90, 300)
    dips = (100, 101, 94, 100, 300)
    journal = play(spec_of(venue=venue), bars(FLAT, crash, dips, dips), legs)
    # The stop sells the 30 that were bought; a purchase after it would stand without a stop.
    assert journal.fills == [(1, 30, 95), (-1, 30, 90)]
    assert journal.machine.venue.venue[0]["open_orders"] == 0
    assert journal.machine.decider.markets[0]["open_orders"] == 0


def test_two_brackets_do_not_touch_each_other() -> None:
    second = bracket(buy(2, 5), stop=80, target=130)
    journal = play(spec_of(), bars(FLAT, FLAT, FLAT, (100, 111, 99, 110)), AT_MARKET, second)
    assert journal.fills == [(1, 3, 100), (1, 5, 100), (-1, 3, 110)]
    assert journal.ends == [OTHER_LEG]
    assert journal.machine.venue.venue[0]["open_orders"] == 2
