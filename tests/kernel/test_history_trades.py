"""Trades from before the stream began: told for completeness, and no news to anyone."""

import pytest

from tests.kernel.live_scenario import COIN, LAST, bid, live, trade
from tests.kernel.scenario import spec_of
from traider.domain.events import EventArray, MarketFlag
from traider.kernel.machine import Machine

pytestmark = pytest.mark.interpreted


def past(event: EventArray) -> EventArray:
    """Return ``event`` marked as history."""
    marked = event.copy()
    marked["flags"] = LAST | int(MarketFlag.HISTORY)
    return marked


def known(event: EventArray) -> tuple[int, int, int]:
    """Return the price that decider and gate know after ``event``, and the trades of the venue."""
    machine = Machine(spec_of(COIN))
    list(machine.feed(event, final=True))
    return (
        int(machine.decider.markets[0]["mark_ticks"]),
        int(machine.gate.markets[0]["mark_ticks"]),
        int(machine.venue.markets[0]["trades"]),
    )


def test_the_past_moves_no_price_and_counts_for_nothing() -> None:
    print_now = trade(1, 1, 105, 7)
    assert known(print_now) == (105, 105, 1)
    assert known(past(print_now)) == (0, 0, 0)


def test_the_past_fills_no_order() -> None:
    resting, through = bid(1, 4, price=98), trade(20, -1, 90, 50)
    assert live(resting, through).fills == [(1, 4, 98)]
    assert live(resting, past(through)).fills == []
