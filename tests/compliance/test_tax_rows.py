"""Rows of a tax year: dates, terms, boxes, cents that add up, and hints at wash sales."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.compliance.tax_forms import TaxForm, form_csv, on_form
from traider.compliance.tax_rows import Reported, TaxRow, TaxTerms, tax_rows
from traider.compliance.tax_summary import fee_difference, ledger_difference, summarize
from traider.domain.fills import Fill
from traider.domain.units import units_from_amount
from traider.portfolio.executions import BookedFill, executions_of
from traider.portfolio.ledger import Ledger
from traider.portfolio.lot_matching import LotBooks, LotTerms, match_lots
from traider.portfolio.lots import LotMethod

BTC, PERP = "COINBASE:BTC-USD", "BINANCE:BTC-USDT-PERP"
Deal = tuple[str, str, int, str, str, str]
"""Day, instrument, side, quantity, price, fee."""


def fills_of(deals: list[Deal]) -> list[Fill]:
    return [
        Fill(
            instrument=name,
            side=side,
            price=Decimal(price),
            quantity=Decimal(quantity),
            fee=Decimal(fee),
            ts_ns=int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 10**9,
            order_id=place,
            is_maker=False,
        )
        for place, (day, name, side, quantity, price, fee) in enumerate(deals)
    ]


def books_of(deals: list[Deal], method: LotMethod = LotMethod.FIFO) -> LotBooks:
    booked = [BookedFill(fill, place) for place, fill in enumerate(fills_of(deals))]
    return match_lots(executions_of(booked), LotTerms(method))


def rows_of(deals: list[Deal], terms: TaxTerms) -> tuple[TaxRow, ...]:
    books = books_of(deals)
    return tax_rows(books.disposals, books.lots, terms)


TWO_LOTS: list[Deal] = [
    ("2024-01-10", BTC, 1, "1", "40000", "100"),
    ("2025-01-10", BTC, 1, "1", "90000", "200"),
    ("2025-01-11", BTC, -1, "1.5", "100000", "300"),
]


def test_a_worked_example_by_hand() -> None:
    """One held for a year and a day, half of one for a day; fees in basis and proceeds."""
    long, short = rows_of(TWO_LOTS, TaxTerms(2025))
    assert (long.description, long.is_long_term, long.box) == ("1 BTC", True, "L")
    assert (long.acquired, long.sold) == (date(2024, 1, 10), date(2025, 1, 11))
    assert (long.proceeds, long.basis) == (Decimal("99800.00"), Decimal("40100.00"))
    assert (short.description, short.is_long_term, short.box) == ("0.5 BTC", False, "I")
    assert (short.proceeds, short.basis) == (Decimal("49900.00"), Decimal("45100.00"))
    assert short.gain == Decimal("4800.00")
    assert rows_of(TWO_LOTS, TaxTerms(2024)) == ()


def test_a_year_to_the_day_is_short() -> None:
    deals: list[Deal] = [*TWO_LOTS[:1], ("2025-01-10", BTC, -1, "1", "50000", "0")]
    assert not rows_of(deals, TaxTerms(2025))[0].is_long_term


@pytest.mark.parametrize(
    ("reported", "boxes"),
    [(Reported.NONE, "LI"), (Reported.PROCEEDS, "KH"), (Reported.BASIS, "JG")],
)
def test_boxes_of_digital_assets_say_what_was_reported(reported: Reported, boxes: str) -> None:
    rows = rows_of(TWO_LOTS, TaxTerms(2025, reported=reported))
    assert "".join(row.box for row in rows) == boxes


def test_contracts_are_no_digital_assets_and_shorts_are_short_term() -> None:
    deals: list[Deal] = [
        ("2023-01-01", PERP, -1, "2", "100", "1"),
        ("2025-01-02", PERP, 1, "2", "90", "1"),
    ]
    (row,) = rows_of(deals, TaxTerms(2025))
    assert (row.box, row.is_long_term, row.is_digital_asset) == ("C", False, False)
    assert (row.proceeds, row.basis, row.gain) == (Decimal(199), Decimal(181), Decimal(18))
    assert row.description == f"2 {PERP} (short)"
    assert row.acquired == row.sold == date(2025, 1, 2)
    assert on_form(TaxForm.FORM_1099_DA, [row]) == []
    assert on_form(TaxForm.FORM_1099_B, [row]) == on_form(TaxForm.FORM_8949, [row]) == [row]


def test_the_calendar_has_an_offset() -> None:
    deals: list[Deal] = [
        ("2024-12-30T12:00:00", BTC, 1, "1", "10", "0"),
        ("2025-01-01T02:00:00", BTC, -1, "1", "11", "0"),
    ]
    west = timedelta(hours=-5)
    assert len(rows_of(deals, TaxTerms(2024, west))) == 1
    assert rows_of(deals, TaxTerms(2024, west))[0].sold == date(2024, 12, 31)
    assert len(rows_of(deals, TaxTerms(2025))) == 1


@pytest.mark.parametrize(
    ("day", "price", "again"),
    [
        ("2025-03-31", "50", "0.4"),
        ("2025-04-01", "50", "0"),
        ("2025-03-31", "500", "0"),
    ],
)
def test_a_loss_that_was_bought_again_is_hinted_at(day: str, price: str, again: str) -> None:
    """Sold on the first of March; the 31st is thirty days later, and only losses count."""
    deals: list[Deal] = [
        ("2025-01-01", BTC, 1, "1", "100", "0"),
        ("2025-03-01", BTC, -1, "1", price, "0"),
        (day, BTC, 1, "0.4", "60", "0"),
    ]
    (row,) = rows_of(deals, TaxTerms(2025))
    assert row.wash_quantity == Decimal(again)


deal_lists = st.lists(
    st.tuples(
        st.sampled_from([1, -1]),
        st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-6)),
        st.integers(1, 10**7).map(lambda n: Decimal(n).scaleb(-2)),
        st.integers(-100, 1_000).map(lambda n: Decimal(n).scaleb(-4)),
    ),
    min_size=1,
    max_size=40,
)


@given(deal_lists, st.sampled_from([each for each in LotMethod if each is not LotMethod.SPECIFIC]))
def test_cents_add_up_and_lots_agree_with_the_ledger(
    drawn: list[tuple[int, Decimal, Decimal, Decimal]], method: LotMethod
) -> None:
    deals: list[Deal] = [
        (
            f"2025-01-01T{place // 60:02}:{place % 60:02}:00",
            PERP,
            side,
            f"{q:f}",
            f"{p:f}",
            f"{f:f}",
        )
        for place, (side, q, p, f) in enumerate(drawn)
    ]
    books = books_of(deals, method)
    ledger = Ledger("USDT", Decimal(10**9))
    ledger.replay(fills_of(deals))
    assert ledger_difference(books, ledger) == 0
    rows = tax_rows(books.disposals, books.lots, TaxTerms(2025))
    assert fee_difference(books, sum(units_from_amount(fill.fee) for fill in fills_of(deals))) == 0
    for column in ("proceeds", "gain"):
        exact = sum((getattr(each, column) for each in books.disposals), Decimal(0))
        told = sum((getattr(row, column) for row in rows), Decimal(0))
        assert abs(told - exact) <= Decimal("0.005")
    for row, each in zip(rows, books.disposals, strict=True):
        assert abs(row.basis - each.basis) <= Decimal("0.02")
    summary = summarize(rows)
    assert summary.gain == sum((row.gain for row in rows), Decimal(0))
    assert summary.short.rows + summary.long.rows == len(rows)


def test_a_ledger_that_says_something_else_is_seen() -> None:
    ledger = Ledger("USD", Decimal(10**9))
    ledger.replay(fills_of(TWO_LOTS[:2]))
    assert ledger_difference(books_of(TWO_LOTS), ledger) == Decimal(150_000)
    assert fee_difference(books_of(TWO_LOTS), 0) == Decimal(600)


def test_each_form_has_its_columns() -> None:
    rows = rows_of(TWO_LOTS, TaxTerms(2025))
    lines = form_csv(TaxForm.FORM_8949, rows, Reported.NONE).splitlines()
    assert lines[0].startswith("part,box,(a) description,(b) date acquired,(c) date sold")
    assert lines[1] == (
        "II,L,1 BTC,01/10/2024,01/11/2025,99800.00,40100.00,,,59700.00,,COINBASE:BTC-USD,0,2"
    )
    lines = form_csv(TaxForm.FORM_1099_DA, rows, Reported.BASIS).splitlines()
    assert lines[1].startswith("999999999,BTC,1,01/10/2024,01/11/2025,99800.00,40100.00,,,Y,net")
    (row,) = list(csv.DictReader(lines))[:1]
    assert [row[name] for name in ("3b QOF", "6 term", "7 cash only", "9 noncovered")] == [
        "N", "long", "Y", "N",
    ]  # fmt: skip
    assert [row[name] for name in row if name.startswith(("4 ", "5 ", "8 ", "11", "12"))] == [
        ""
    ] * 8
    assert (row["8949 box"], row["lot"], row["fill"]) == ("L", "0", "2")
    assert form_csv(TaxForm.FORM_1099_B, rows, Reported.NONE).splitlines()[1:] == []


def test_what_was_sold_for_a_stablecoin_was_not_sold_for_cash() -> None:
    (row, *_) = rows_of(TWO_LOTS, TaxTerms(2025))
    other = replace(row, is_for_cash=False)
    found = [
        next(csv.DictReader(form_csv(TaxForm.FORM_1099_DA, [each], Reported.NONE).splitlines()))
        for each in (row, other)
    ]
    assert [each["7 cash only"] for each in found] == ["Y", "N"]


def test_every_row_of_a_form_has_every_column_of_its_head() -> None:
    (row, *_) = rows_of(TWO_LOTS, TaxTerms(2025))
    for form, each in (
        (TaxForm.FORM_8949, row),
        (TaxForm.FORM_1099_DA, row),
        (TaxForm.FORM_1099_B, replace(row, is_digital_asset=False)),
    ):
        for reported in Reported:
            told = csv.DictReader(form_csv(form, [each], reported).splitlines(), restkey="more")
            (cells,) = told
            assert "more" not in cells
            assert None not in cells.values()
            assert (cells["lot"], cells["8949 box" if "8949 box" in cells else "box"]) == (
                str(each.lot),
                each.box,
            )
