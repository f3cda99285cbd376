"""How a plan closes: on time, and with nothing left open."""

from dataclasses import replace

import pytest

from tests.kernel.decider.signals import deciding, says
from tests.kernel.decider.test_plans import LADDER, entered, order_at, resting
from tests.kernel.scenario import HOUR, PERPETUAL, SPOT, START, bars, play
from traider.domain.events import Kind
from traider.domain.orders import OrderType
from traider.kernel.codes import PlanState
from traider.kernel.order_specification import PlanSpec
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted


def test_on_futures_what_is_held_is_sold_with_the_cancels_and_a_fill_between_is_taken_off() -> None:
    venue = entered(market=PERPETUAL)
    wanted = venue.decide(0.0)
    market = [order for order in venue.orders.values() if order.kind is OrderType.MARKET]
    assert [len(wanted), len(market), market[0].left] == [4, 1, 50]
    venue.fill(order_at(venue, 900), 25)
    venue.deliver()  # nothing but that fill was heard
    while venue.plan["held_lots"] == 50:
        venue.deliver()
    assert (venue.plan["close_lots"], venue.plan["unarmed_lots"]) == (25, 0)
    venue.settle()
    assert (venue.position, resting(venue)) == (0, [])
    assert venue.plan["state"] == PlanState.NONE


@pytest.mark.parametrize(
    ("market", "ends"), [(PERPETUAL, {"time": 3, "leave": 3}), (SPOT, {"time": 4, "leave": 4})]
)
def test_on_bars_an_exit_at_market_meets_the_open_after_its_decision(
    market: MarketSpec, ends: dict[str, int]
) -> None:
    """On spot, whose coins the exits hold, the cancels are answered first: an open later."""
    plans = {"time": PlanSpec(stop=0.1, time_stop_ns=2 * HOUR), "leave": PlanSpec(stop=0.1)}
    for why, plan in plans.items():
        # Decided on the close of bar 0, in at the open of 1; the end is decided on the close of 2.
        scores = (1.0, 1.0, 1.0 if why == "time" else 0.0, 1.0, 1.0, 1.0)
        rows = bars(*(says(score, price=100) for score in scores))
        journal = play(deciding(market, plan=plan), rows, decides=True)
        fills = journal.of(Kind.FILL)
        opens = [(int(stamp) - START) // HOUR for stamp in fills["ts_recv"]]
        assert (why, opens[:2]) == (why, [1, ends[why]])


def test_time_up_closes_the_position() -> None:
    venue = entered(replace(LADDER, time_stop_ns=30 * 10**9))
    venue.tick(20)
    venue.move(1001)
    assert not venue.requests
    venue.tick(10)
    venue.move(1001)
    venue.settle()
    assert (venue.position, resting(venue)) == (0, [])
    assert venue.plan["spent"] == 1


@pytest.mark.parametrize("market", [SPOT, PERPETUAL])
@pytest.mark.parametrize(
    ("bar", "price"),
    [
        ((100, 1, 85, 95, 2000), 90),  # the low went through the stop, the price came back
        ((100, 1, 90, 95, 2000), 90),
        ((100, 1, 91, 95, 2000), 0),
    ],
)
def test_a_stop_stands_against_the_bar_it_is_sent_in(
    market: MarketSpec, bar: tuple[int, ...], price: int
) -> None:
    rows = bars(says(1.0), bar, says(1.0, price=95), says(1.0, price=95))  # type: ignore[arg-type]
    journal = play(deciding(market, plan=PlanSpec(stop=0.1)), rows, decides=True)
    exits = [(size, at) for side, size, at in journal.fills if side < 0]
    assert exits == ([(50, price)] if price else [])
    if price:
        closed = journal.of(Kind.FILL)[-1]
        assert START + 2 * HOUR <= int(closed["ts_recv"]) < START + 2 * HOUR + HOUR // 2
