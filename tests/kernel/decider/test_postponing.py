"""Orders that the gateway could not send: no failures, tried again after rising pauses."""

import pytest

from tests.kernel.decider.hostile_venue import SECOND, HostileVenue
from tests.kernel.decider.test_plans import entry_of, resting, waiting
from tests.kernel.decider.test_working import worked
from tests.kernel.scenario import PERPETUAL, SPOT
from traider.domain.events import Kind, OrderFlag
from traider.kernel.codes import PlanState, Style, Verdict, WorkState
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted

NOT_NOW = [Verdict.NOT_SENT, Verdict.OLD_EPOCH, Verdict.NOT_READY]


def held(verdict: Verdict, market: MarketSpec = SPOT) -> HostileVenue:
    """Return a venue at which 50 lots are held while every order gets ``verdict``."""
    venue = waiting(market=market)
    venue.verdict = verdict
    venue.fill(entry_of(venue), 50)
    venue.settle()
    return venue


def tries(venue: HostileVenue, seconds: float, price: int = 1_000) -> list[float]:
    """Let time pass with a trade each quarter second; return when orders were wanted."""
    found = []
    began, venue.price = venue.now, price
    while venue.now - began < seconds * SECOND:
        venue.tick(0.25)
        wanted = venue.show(venue._answer(Kind.TRADE, 0, price=price))
        if any(not int(each["flags"][0]) & OrderFlag.CANCEL for each in wanted):
            found.append((venue.now - began) / SECOND)
        venue.settle()
    return found


@pytest.mark.parametrize("verdict", NOT_NOW)
def test_exits_that_could_not_be_sent_are_tried_after_rising_pauses(verdict: Verdict) -> None:
    venue = held(verdict)
    assert tries(venue, 80.0) == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 47.5, 63.5, 79.5]
    assert not venue.orders
    assert not any(one["failures"] for one in venue.slices)
    assert venue.plan["unarmed_lots"] == 50
    assert not any(intent["flags"] & OrderFlag.CANCEL for intent in venue.events())


@pytest.mark.parametrize("word", [Kind.GATEWAY_READY, Kind.WARMUP_END])
def test_exits_go_at_once_when_the_gateway_sends_again(word: Kind) -> None:
    venue = held(Verdict.NOT_READY)
    tries(venue, 20.0)
    venue.verdict = Verdict.APPROVED
    venue.show(venue._answer(word, 0))
    venue.settle()
    assert venue.open_exits == 50
    assert not any(one["postponed"] for one in venue.slices)


def test_a_refusal_of_the_order_itself_still_rests_for_a_minute() -> None:
    venue = held(Verdict.MAX_SIZE)
    assert tries(venue, 30.0) == []
    assert venue.slices[0]["failures"] == 3
    venue.verdict = Verdict.APPROVED
    venue.show(venue._answer(Kind.GATEWAY_READY, 0))
    assert not venue.orders
    tries(venue, 31.0)
    assert venue.open_exits == 50


@pytest.mark.parametrize("market", [SPOT, PERPETUAL])
def test_what_is_sold_at_the_market_is_tried_the_same_way(market: MarketSpec) -> None:
    venue = held(Verdict.NOT_READY, market)
    assert tries(venue, 16.0, price=890) == [0.25, 0.75, 1.75, 3.75, 7.75, 15.75]
    assert (venue.plan["failures"], venue.plan["close_id"]) == (0, 0)
    venue.verdict = Verdict.APPROVED
    venue.show(venue._answer(Kind.GATEWAY_READY, 0))
    venue.settle()
    assert (venue.position, resting(venue)) == (0, [])
    assert venue.plan["state"] == PlanState.NONE


def test_an_order_that_was_approved_ends_the_row() -> None:
    venue = held(Verdict.NOT_READY)
    tries(venue, 4.0)
    venue.verdict = Verdict.APPROVED
    assert tries(venue, 4.0) == [3.5]
    assert venue.open_exits == 50
    assert not any(one["postponed"] for one in venue.slices)


def test_an_emergency_stop_closes_once_the_gateway_sends() -> None:
    venue = held(Verdict.NOT_READY)
    venue.command(Kind.KILL)
    venue.settle()
    assert tries(venue, 2.0)
    venue.verdict = Verdict.APPROVED
    venue.show(venue._answer(Kind.GATEWAY_READY, 0))
    venue.settle()
    assert venue.position == 0


def test_a_work_does_not_fail_of_it() -> None:
    venue = worked(Style.POST_ONLY)
    venue.verdict = Verdict.NOT_READY
    venue.settle_quietly()
    venue.end(next(iter(venue.orders.values())), Kind.CANCELLED, 100)
    venue.deliver()
    assert tries(venue, 20.0) == [2.0, 2.5, 3.5, 5.5, 9.5, 17.5]
    assert (venue.works[0]["failures"], venue.works[0]["state"]) == (1, WorkState.WAITING)
    venue.verdict = Verdict.APPROVED
    venue.show(venue._answer(Kind.GATEWAY_READY, 0))
    assert len(venue.orders) == 1
