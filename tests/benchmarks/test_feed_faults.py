"""The comparison of a feed's books with the exchange's, in small, and that it can fail."""

import asyncio
from decimal import Decimal

import pytest

from benchmarks.feed_faults import FAULTS, Comparison, run_faults
from traider.domain.events import Kind, empty_events
from traider.domain.market_health import MarketHealth
from traider.feed.feed import FeedInstrument


def test_every_healthy_book_is_the_exchanges_and_every_gap_is_marked() -> None:
    run = asyncio.run(run_faults(minutes=1.5, speed=30.0, seed=3))
    assert run.compared > 200
    assert run.unequal == []
    assert run.holes == []
    assert sum(run.struck.values()) >= 5
    assert len(run.struck) == len(FAULTS)
    assert run.comparison.kinds[Kind.RESYNC] >= 1
    assert run.comparison.healths[MarketHealth.HEALTHY] >= 2


@pytest.mark.parametrize(("numbers", "gap", "holes"), [
    ([1, 2, 3], False, 0), ([1, 3], False, 1), ([1, 3], True, 0),
])  # fmt: skip
def test_a_missing_trade_is_found_unless_it_is_marked(
    numbers: list[int], gap: bool, holes: int
) -> None:
    comparison = Comparison([FeedInstrument("X", "BTC-USD", Decimal("0.01"), Decimal("0.1"))])
    for place, number in enumerate(numbers):
        if gap and place:
            mark = empty_events(1)
            mark["kind"] = Kind.GAP
            comparison.append(mark)
        trade = empty_events(1)
        trade["kind"], trade["id"] = Kind.TRADE, number
        comparison.append(trade)
    assert len(comparison.holes) == holes
