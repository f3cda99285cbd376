"""What the feed says of its data: bad health stops what opens, and nothing else."""

from typing import Any

import pytest

from tests.kernel.decider.signals import deciding, says
from tests.kernel.decider.test_plans import entered, order_at, resting
from tests.kernel.scenario import PERPETUAL, START, Journal, bars, opening, play, record
from traider.domain.events import EventArray, Kind
from traider.domain.market_health import MarketHealth
from traider.kernel.codes import PlanState, Sizing

pytestmark = pytest.mark.interpreted


def health(ts: int, code: MarketHealth = MarketHealth.STALE) -> EventArray:
    return record(Kind.HEALTH, ts, code=code)


def filled(*events: EventArray, scores: tuple[float, ...] = (1.0,) * 5, **terms: Any) -> Journal:
    return play(deciding(**terms), bars(*map(says, scores)), *events, decides=True)


def orders_at(journal: Journal) -> list[tuple[int, int]]:
    """Return when each order was wanted, and its side."""
    return [(int(e["ts_event"]), int(e["side"])) for e in journal.of(Kind.ORDER_INTENT)]


@pytest.mark.parametrize("sizing", [Sizing.FIXED, Sizing.ALL_IN])
def test_nothing_opens_on_bad_data_until_it_is_healthy(sizing: Sizing) -> None:
    bad, good = health(START + 2), health(opening(2) + 2, MarketHealth.HEALTHY)
    assert orders_at(filled(bad, sizing=sizing)) == []
    assert orders_at(filled(bad, good, sizing=sizing)) == [(opening(3), 1)]


def test_neither_a_gap_nor_bad_health_ends_the_other() -> None:
    bad = health(START + 2)
    resync = record(Kind.RESYNC, opening(1) + 2)
    assert orders_at(filled(bad, resync)) == []
    gap = record(Kind.GAP, START + 2)
    good = health(opening(1) + 2, MarketHealth.HEALTHY)
    assert orders_at(filled(gap, good)) == []
    whole = record(Kind.RESYNC, opening(2) + 2)
    assert orders_at(filled(gap, good, whole)) == [(opening(3), 1)]


def test_positions_may_shrink_and_turn_only_as_far_as_flat() -> None:
    journal = filled(health(opening(1) + 2), scores=(1.0, 1.0, -1.0, -1.0))
    assert orders_at(journal) == [(opening(1), 1), (opening(3), -1)]
    assert journal.position() == 0


def test_exits_stay_and_do_their_work() -> None:
    venue = entered(market=PERPETUAL)
    before = resting(venue)
    venue.command(Kind.HEALTH, code=MarketHealth.DISCONNECTED)
    venue.settle()
    assert resting(venue) == before
    venue.fill(order_at(venue, 1100), 25)
    venue.settle()
    assert (venue.position, venue.plan["state"]) == (25, PlanState.OPEN)
    venue.decide(0.0)
    venue.settle()
    assert (venue.position, resting(venue)) == (0, [])
