"""What is held, and what it cost."""

from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.builders import record
from traider.domain.events import Kind, join_events
from traider.runtime.trading.holdings import Holding, Holdings

TRADES = st.lists(st.tuples(st.integers(-50, 50).filter(bool), st.integers(1, 1_000)), max_size=30)


def test_a_part_closed_releases_its_part_of_the_cost() -> None:
    held = Holding().after(4, 100).after(2, 130)
    assert held == Holding(6, 660)
    assert held.after(-3, 500) == Holding(3, 330)
    assert held.after(-6, 90) == Holding(0, 0)
    assert held.after(-8, 90) == Holding(-2, -180)
    assert Holding(-2, -180).after(1, 70) == Holding(-1, -90)


@given(TRADES)
def test_cost_has_the_sign_of_what_is_held_and_ends_with_it(trades: list[tuple[int, int]]) -> None:
    held = Holding()
    for lots, price in trades:
        before = held
        held = held.after(lots, price)
        assert held.lots == before.lots + lots
        assert held.cost * held.lots >= 0
        assert (held.lots == 0) <= (held.cost == 0)
        if before.lots * lots >= 0:
            assert held.cost - before.cost == lots * price
    closed = held.after(-held.lots, 7) if held.lots else held
    assert closed == Holding()


def test_fills_and_adjustments_count() -> None:
    holdings = Holdings()
    holdings.append(
        join_events(
            [
                record(Kind.FILL, 1, 1, side=1, size=5, price=100),
                record(Kind.FILL, 2, 1, side=-1, size=2, price=120),
                record(Kind.RECONCILE_ADJUSTMENT, 3, 1, w1=4, w4=130),
                record(Kind.RECONCILE_ADJUSTMENT, 4, 1, w2=9),
                record(Kind.BAR, 5, 1),
            ]
        )
    )
    assert holdings.of(1) == Holding(7, 300 + 520)
    assert holdings.of(0) == Holding()
