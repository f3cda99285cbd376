"""Rows of the blotter, without a journal: order of time, what is known, sums."""

import csv
import io
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.compliance.blotter import (
    COLUMNS,
    BlotterOf,
    blotter_csv,
    blotter_rows,
    fraction_text,
    quantities,
    time_text,
    totals_of,
)
from traider.compliance.order_records import (
    Execution,
    ExecutionKind,
    Happening,
    OrderOutcome,
    OrderRecord,
    OrderTerms,
)

OF = BlotterOf("binance", "0123abcd")
ONE = Decimal(1)


def order(order_id: int, decided_ns: int, verdict: str | None = "approved") -> OrderRecord:
    terms = OrderTerms("X:A-B", ONE, 1, "limit", "gtc", (), ONE, None, Decimal("9.50"), None, 0)
    record = OrderRecord(order_id, f"0123abcd-{order_id:016x}", 1, decided_ns, terms, "ana", "test")
    if verdict is not None:
        record.verdict = Happening(2, decided_ns, verdict, 3.0, 2.5)
    return record


def execution(position: int, side: int, quantity: Decimal, leaves: Decimal) -> Execution:
    return Execution(
        position=position, kind=ExecutionKind.FILL, order_id=7, instrument="X:A-B",
        multiplier=ONE, side=side, quantity=quantity, price=Decimal(10), fee=Decimal("0.01"),
        fee_currency="BNB", fee_value=Decimal(3), notional=quantity * 10,
        is_maker=position % 2 == 0, leaves=leaves, venue_ns=position, heard_ns=position + 5,
    )  # fmt: skip


def test_times_have_nine_decimals_and_prices_their_digits() -> None:
    assert time_text(1_721_347_200_000_000_001) == "2024-07-19T00:00:00.000000001Z"
    assert time_text(0) == ""
    record = order(7, 1)
    record.executions += [execution(10, 1, ONE, ONE), execution(11, 1, ONE * 2, ONE * 0)]
    assert fraction_text(record.average_price) == "10"
    assert fraction_text(None) == ""
    assert fraction_text(Fraction(10, 3), digits=5) == "3.3333"


@pytest.mark.parametrize(
    ("verdict", "traded", "end", "outcome"),
    [
        (None, [], None, OrderOutcome.WAITING),
        ("exposure", [], None, OrderOutcome.REFUSED),
        ("approved", [], None, OrderOutcome.OPEN),
        ("approved", [], OrderOutcome.REJECTED, OrderOutcome.REJECTED),
        ("approved", [], OrderOutcome.EXPIRED, OrderOutcome.EXPIRED),
        ("approved", [1], None, OrderOutcome.OPEN),
        ("approved", [1], OrderOutcome.CANCELLED, OrderOutcome.PARTLY_FILLED),
        ("approved", [1, 0], None, OrderOutcome.FILLED),
    ],
)
def test_an_order_stands_as_it_was_told(
    verdict: str | None, traded: list[int], end: OrderOutcome | None, outcome: OrderOutcome
) -> None:
    record = order(7, 1, verdict)
    record.executions += [execution(10 + each, 1, ONE, Decimal(each)) for each in traded]
    if end is not None:
        record.end, record.end_outcome = Happening(20, 20, "by-request"), end
    assert record.outcome is outcome
    (row,) = [each for each in blotter_rows([record], [], OF) if each["record"] == "order"]
    assert row["outcome"] == outcome.value
    refused = ("exposure", "3.0", "2.5")
    told = row["check"], row.get("number", ""), row.get("limit", "")
    assert (told == refused) == (outcome is OrderOutcome.REFUSED)


def test_rows_stand_in_the_order_of_time_and_csv_keeps_them() -> None:
    late, early = order(7, 100), order(8, 1)
    fills = [execution(10, 1, ONE, ONE), execution(11, -1, ONE * 3, ONE * 0)]
    late.executions += fills
    rows = blotter_rows([late, early], fills, OF)
    assert [row["record"] for row in rows] == ["order", "fill", "fill", "order"]
    assert [row["order_id"] for row in rows] == [f"{8:016x}", *[f"{7:016x}"] * 3]
    read = list(csv.DictReader(io.StringIO(blotter_csv(rows))))
    assert [tuple(each) for each in read] == [COLUMNS] * 4
    assert read[1]["asked_by"] == "ana"
    assert (read[1]["liquidity"], read[2]["liquidity"]) == ("maker", "taker")
    assert read[3]["positions"] == "1 2 10 11"
    totals = totals_of([late, early], fills)
    assert [totals.bought, totals.sold] == [10, 30]
    assert totals.fees == {"BNB": Decimal("0.02")}


@given(st.lists(st.tuples(st.sampled_from((1, -1)), st.integers(1, 10**6)), max_size=30))
def test_executions_add_up_whatever_their_order(traded: list[tuple[int, int]]) -> None:
    fills = [
        execution(place, side, Decimal(lots) / 1000, ONE)
        for place, (side, lots) in enumerate(traded)
    ]
    total = sum((Decimal(side * lots) / 1000 for side, lots in traded), Decimal(0))
    assert quantities(fills).get("X:A-B", Decimal(0)) == total
    assert quantities(reversed(fills)) == quantities(fills)
