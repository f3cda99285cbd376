"""Two orders over the same lots: what one fills the other loses, on spot and on perpetuals."""

from dataclasses import replace

import pytest

from tests.kernel.scenario import (
    PERPETUAL,
    PLAIN_VENUE,
    SPOT,
    Journal,
    Ohlcv,
    Order,
    bars,
    bracket,
    buy,
    cancel,
    opening,
    play,
    sell,
    spec_of,
)
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.codes import Reject
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted

FLAT: Ohlcv = (100, 101, 99, 100)
BOTH: Ohlcv = (100, 115, 85, 100)
PAIR = int(OrderFlag.ONE_CANCELS_OTHER | OrderFlag.REDUCE_ONLY)
OTHER_LEG = (Kind.CANCELLED, Reject.OTHER_LEG_FILLED)
BY_REQUEST = (Kind.CANCELLED, Reject.BY_REQUEST)


def pair(bar: int, size: int, *, leg: int = 2, **terms: int) -> tuple[Order, Order]:
    """Return a sale of ``size`` lots by a stop at 90 or by a target at 110."""
    stop, target = terms.pop("stop", 90), terms.pop("target", 110)
    return (
        sell(bar, size, trigger=stop, flags=PAIR, leg=leg, **terms),
        sell(bar, size, price=target, flags=PAIR, leg=leg + 1, **terms),
    )


def entered(size: int, *legs: Order) -> tuple[Order, ...]:
    """Return a purchase in bar 1 and ``legs`` of its decision, given with it."""
    return (buy(1, size), *legs)


def left_over(journal: Journal) -> tuple[int, int]:
    """Return the orders still open at the venue and in the decider's count."""
    machine = journal.machine
    return (
        int(machine.venue.venue[0]["open_orders"]),
        int(machine.decider.markets[0]["open_orders"]),
    )


def run(market: MarketSpec, feed: EventArray, *orders: Order, share: float = 1.0) -> Journal:
    venue = replace(PLAIN_VENUE, participation=share)
    return play(spec_of(market, venue=venue), feed, entered(10, *orders))


markets = pytest.mark.parametrize("market", [SPOT, PERPETUAL], ids=["spot", "perpetual"])


@markets
def test_the_target_ends_the_stop(market: MarketSpec) -> None:
    journal = run(market, bars(FLAT, FLAT, (100, 111, 99, 110)), *pair(1, 10))
    assert journal.fills == [(1, 10, 100), (-1, 10, 110)]
    assert journal.ends == [OTHER_LEG]
    assert left_over(journal) == (0, 0)


@markets
def test_inside_one_bar_the_stop_comes_before_the_target(market: MarketSpec) -> None:
    journal = run(market, bars(FLAT, FLAT, BOTH), *pair(1, 10))
    assert journal.fills == [(1, 10, 100), (-1, 10, 90)]
    assert journal.ends == [OTHER_LEG]
    assert left_over(journal) == (0, 0)


@markets
def test_what_the_target_fills_the_stop_loses(market: MarketSpec) -> None:
    # A tenth of 40 lots fills 4 of the target; the stop is then for 6.
    rising = (100, 111, 99, 110, 40)
    journal = run(market, bars(FLAT, FLAT, rising, (95, 96, 85, 90)), *pair(1, 10), share=0.1)
    assert journal.fills == [(1, 10, 100), (-1, 4, 110), (-1, 6, 90)]
    assert journal.of(Kind.FILL)["leaves"].tolist() == [0, 6, 0]
    assert journal.ends == [OTHER_LEG]
    assert journal.of(Kind.CANCELLED)[0]["size"] == 6
    assert left_over(journal) == (0, 0)


@markets
def test_two_slices_of_one_position_end_each_on_its_own(market: MarketSpec) -> None:
    slices = (*pair(1, 4), *pair(1, 6, leg=4, target=120))
    feed = bars(FLAT, FLAT, (100, 111, 99, 110), (100, 101, 85, 90))
    journal = run(market, feed, *slices)
    assert journal.fills == [(1, 10, 100), (-1, 4, 110), (-1, 6, 90)]
    assert journal.ends == [OTHER_LEG, OTHER_LEG]
    assert left_over(journal) == (0, 0)


@markets
@pytest.mark.parametrize("leg", [1, 2], ids=["stop", "target"])
def test_taking_one_back_takes_both_back(market: MarketSpec, leg: int) -> None:
    feed = bars(FLAT, FLAT, FLAT, BOTH)
    taken = run(market, feed, *pair(1, 10)).order_ids[leg]
    journal = play(spec_of(market), feed, entered(10, *pair(1, 10)), cancel(2, taken))
    assert journal.ends == [BY_REQUEST, BY_REQUEST]
    assert journal.fills == [(1, 10, 100)]
    assert left_over(journal) == (0, 0)


def test_a_target_that_would_take_ends_its_stop() -> None:
    legs = pair(1, 10, target=99)
    legs = (legs[0], replace(legs[1], flags=PAIR | int(OrderFlag.POST_ONLY)))
    journal = run(SPOT, bars(FLAT, FLAT, FLAT), *legs)
    assert journal.ends == [OTHER_LEG, (Kind.REJECTED, Reject.WOULD_TAKE)]
    assert left_over(journal) == (0, 0)


def test_a_target_that_expires_ends_its_stop() -> None:
    stop, target = pair(1, 10)
    target = replace(target, force=TimeInForce.GTD, expire=opening(2) + 1)
    journal = run(SPOT, bars(FLAT, FLAT, FLAT, BOTH), stop, target)
    assert sorted(journal.ends) == sorted([(Kind.EXPIRED, Reject.NONE), OTHER_LEG])
    assert journal.fills == [(1, 10, 100)]
    assert left_over(journal) == (0, 0)


def test_a_stop_limit_fills_in_parts_and_ends_the_target() -> None:
    stop, target = pair(1, 10)
    stop = replace(stop, kind=OrderType.STOP_LIMIT, price=88)
    falling = (100, 101, 85, 90, 1_000)
    thin = (87, 89, 86, 88, 70)
    journal = run(SPOT, bars(FLAT, FLAT, falling, thin, thin), stop, target, share=0.1)
    assert journal.fills == [(1, 10, 100), (-1, 7, 88), (-1, 3, 88)]
    assert journal.ends == [OTHER_LEG]
    assert left_over(journal) == (0, 0)


def test_a_refused_half_leaves_no_other_half() -> None:
    # 255 orders fill the venue's table but for one place, which the stop takes.
    rest = [sell(2, 1, price=200, flags=OrderFlag.REDUCE_ONLY, leg=leg) for leg in range(255)]
    feed = bars(FLAT, FLAT, FLAT, FLAT)
    journal = play(spec_of(), feed, buy(1, 10), *rest, *pair(2, 10, leg=0, after_ns=1))
    assert journal.ends == [OTHER_LEG, (Kind.REJECTED, Reject.NO_ROOM)]
    assert left_over(journal) == (255, 255)


def test_an_order_of_another_decision_is_no_other_half() -> None:
    feed = bars(FLAT, FLAT, FLAT, (100, 111, 99, 110))
    stop = pair(1, 5)[0]
    lone = sell(2, 5, price=110, flags=PAIR)
    journal = play(spec_of(), feed, entered(10, stop), lone)
    assert journal.fills == [(1, 10, 100), (-1, 5, 110)]
    assert journal.ends == []
    assert left_over(journal) == (1, 1)


def test_a_bracket_beside_a_pair_keeps_its_own_rules() -> None:
    feed = bars(FLAT, FLAT, FLAT, (100, 111, 99, 110))
    second = bracket(buy(2, 5), stop=80, target=130)
    journal = play(spec_of(), feed, entered(10, *pair(1, 10)), second)
    assert journal.fills == [(1, 10, 100), (1, 5, 100), (-1, 10, 110)]
    assert journal.ends == [OTHER_LEG]
    assert left_over(journal) == (2, 2)
