"""What came together is one execution a price, best price first."""

from dataclasses import replace
from decimal import Decimal

from traider.domain.fills import Fill
from traider.portfolio.executions import BookedFill, booked, executions_of

BUY = Fill("A", 1, Decimal(10), Decimal(1), Decimal("0.01"), 5, order_id=3)


def test_fills_of_one_instant_are_one_execution_a_price() -> None:
    fills = [
        replace(BUY, price=Decimal(11)),
        BUY,
        replace(BUY, instrument="B"),
        replace(BUY, quantity=Decimal("0.5"), order_id=2),
        replace(BUY, ts_ns=6),
        replace(BUY, side=-1, ts_ns=6),
    ]
    found = {
        name: [each for each in executions_of(booked(fills, "X")) if each.instrument == name]
        for name in "AB"
    }
    assert [(each.price, each.side, each.ts_ns) for each in found["A"]] == [
        (Decimal(10), 1, 5),
        (Decimal(11), 1, 5),
        (Decimal(10), 1, 6),
        (Decimal(10), -1, 6),
    ]
    first = found["A"][0]
    assert (first.account, first.sequence, first.order_ids) == ("X", 1, (2, 3))
    assert (first.quantity, first.notional, first.fee) == (
        Decimal("1.5"),
        Decimal(15),
        Decimal("0.02"),
    )
    assert len(found["B"]) == 1


def test_a_sale_at_the_better_price_comes_first() -> None:
    fills = [replace(BUY, side=-1), replace(BUY, side=-1, price=Decimal(11))]
    assert [int(each.price) for each in executions_of(booked(fills))] == [11, 10]


def test_accounts_are_never_mixed() -> None:
    found = list(executions_of([BookedFill(BUY, 0, "X"), BookedFill(BUY, 0, "Y")]))
    assert [(each.account, each.quantity) for each in found] == [
        ("X", Decimal(1)),
        ("Y", Decimal(1)),
    ]
