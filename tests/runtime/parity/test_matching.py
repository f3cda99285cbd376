"""Which orders are one trade, and which trades of two runs are the same."""

from fractions import Fraction

import pytest

from tests.runtime.parity.account_builders import NAME, order
from traider.runtime.parity.accounts import TradedOrder
from traider.runtime.parity.matching import pairs_of, trades_of

WINDOW_NS = 500


def matched(run: list[TradedOrder], reference: list[TradedOrder]) -> list[tuple[int, int]]:
    """Return the times of decision of each pair, 0 for none."""
    return [
        (pair.run.decided_ns if pair.run else 0, pair.reference.decided_ns if pair.reference else 0)
        for pair in pairs_of(run, reference, WINDOW_NS)
    ]


def one(at: int, side: int = 1, name: str = NAME) -> TradedOrder:
    return order(side, [("100", "1")], at=at, name=name)


@pytest.mark.parametrize(
    ("apart", "pairs"), [(999, [(1_000, 1_999)]), (1_000, [(1_000, 0), (0, 2_000)])]
)
def test_decisions_within_two_windows_are_the_same(
    apart: int, pairs: list[tuple[int, int]]
) -> None:
    assert matched([one(1_000)], [one(1_000 + apart)]) == pairs


def test_the_same_time_comes_before_a_nearer_neighbor() -> None:
    assert matched([one(1_400), one(2_000)], [one(1_499), one(2_000)]) == [
        (1_400, 1_499),
        (2_000, 2_000),
    ]
    assert matched([one(1_400)], [one(1_000), one(1_500)]) == [(0, 1_000), (1_400, 1_500)]


def test_other_sides_and_instruments_are_never_the_same() -> None:
    assert matched([one(1_000)], [one(1_000, -1)]) == [(0, 1_000), (1_000, 0)]
    assert matched([one(1_000)], [one(1_000, name="X:ETH-USD")]) == [(1_000, 0), (0, 1_000)]


def test_legs_and_replaced_orders_are_one_trade() -> None:
    ladder = [order(-1, [("105", "1")], leg=leg) for leg in range(3)]
    followed = [
        order(1, [("99", "1")], at=2_000, wanted="3"),
        order(1, [("98", "0.5")], at=2_499, wanted="2"),
    ]
    sold, bought = trades_of([*followed, *ladder], WINDOW_NS)
    assert [sold.quantity, sold.wanted, sold.decided_ns] == [3, 3, 1_000]
    # 1 and 0.5 traded, and the last order still wanted 1.5.
    assert [bought.quantity, bought.wanted] == [Fraction(3, 2), 3]
    assert bought.orders == (*followed[0].orders, *followed[1].orders)


def test_the_other_side_or_time_ends_a_trade() -> None:
    orders = [one(1_000), one(1_100, -1), one(1_200), one(1_700)]
    assert [each.decided_ns for each in trades_of(orders, WINDOW_NS)] == [
        1_000,
        1_100,
        1_200,
        1_700,
    ]
