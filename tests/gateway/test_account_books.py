"""Laws of the account's books, over made-up trades.

1. The cash that records make is the exact cash to the nearest unit, after any number of fills.
2. Totals are the opening and the sum of what changed, exactly.
3. The average price is what is held cost, in fractions.
4. A fill counts once; books kept as bytes are the same books.
"""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.test_reconciling import OPENING, books_of, fills
from tests.venues.coinbase.approved import INSTRUMENTS
from traider.domain.errors import DataError
from traider.gateway.account_books import AccountBooks, cash_of
from traider.gateway.account_entries import (
    AccountEntry,
    Adjusted,
    CapitalMoved,
    Changed,
    FillTaken,
    FillUndone,
    read_entry,
    write_entry,
)
from traider.gateway.executor import VenueFill
from traider.gateway.reconcile_policy import closed_by, shrunk, undone
from traider.gateway.reconciling import Uncovered


@settings(max_examples=50)
@given(fills())
def test_cash_of_records_is_the_exact_cash_to_the_nearest_unit(history: list[VenueFill]) -> None:
    books = books_of([])
    cash = {0: 0, 1: 0}
    exact = {0: Fraction(0), 1: Fraction(0)}
    for fill in history:
        booked = books.apply(FillTaken(fill))
        if not fill.order_id:
            assert booked == type(booked)()
            continue
        instrument = INSTRUMENTS[fill.instrument]
        notional = instrument.notional_units(
            instrument.price(booked.price_ticks), instrument.size(booked.size_lots)
        )
        cash[fill.instrument] += -fill.side * notional - booked.fee_units
        exact[fill.instrument] += -fill.side * Fraction(fill.price * fill.size) - Fraction(fill.fee)
        assert booked.cash_units == -fill.side * notional - booked.fee_units
        assert abs(cash[fill.instrument] - exact[fill.instrument] * 10**8) <= Fraction(1, 2)


@settings(max_examples=50)
@given(fills())
def test_totals_are_sums_and_a_fill_counts_once(history: list[VenueFill]) -> None:
    books = books_of([*history, *history])
    for currency, opening in OPENING.items():
        change = Fraction(0)
        for fill in history:
            if fill.symbol.startswith(currency):
                change += fill.side * Fraction(fill.size)
            if fill.symbol.endswith(currency):
                change += Fraction(cash_of(fill))
        assert Fraction(books.expected()[currency]) == Fraction(opening) + change
    for fill in history:
        books.apply(FillUndone(fill))
    assert books.expected() == OPENING


@settings(max_examples=50)
@given(fills())
def test_the_average_price_is_what_is_held_cost(history: list[VenueFill]) -> None:
    books, held, average = books_of(history), Fraction(0), Fraction(0)
    for fill in history:
        if not fill.order_id or fill.instrument:
            continue
        size, price = fill.side * Fraction(fill.size), Fraction(fill.price)
        after = held + size
        if held * after <= 0:
            average = price if after else Fraction(0)
        elif abs(after) > abs(held):
            average = (average * held + price * size) / after
        held = after
    holding = books.holding(0)
    assert Fraction(holding.size) == held
    assert abs(Fraction(holding.average_price) - average) < Fraction(1, 10**12)


@settings(max_examples=50)
@given(fills())
def test_books_kept_as_bytes_are_the_same(history: list[VenueFill]) -> None:
    books = books_of(history)
    again = AccountBooks(INSTRUMENTS)
    again.restore(books.state())
    assert again.state() == books.state()
    assert (again.expected(), again.parts()) == (books.expected(), books.parts())
    with pytest.raises(DataError, match="cannot be read"):
        again.restore(b"{}")


@settings(max_examples=50)
@given(fills())
def test_entries_come_back_from_a_fact(history: list[VenueFill]) -> None:
    entries: list[AccountEntry] = [FillTaken(fill) for fill in history]
    entries += [
        Changed("USD", Decimal("0.1")),
        CapitalMoved("USD", Decimal(-1)),
        Adjusted(1, Decimal(-2), Decimal("0.3"), Decimal(0)),
    ]
    assert [read_entry(write_entry(entry)) for entry in entries] == entries
    with pytest.raises(DataError, match="cannot be read"):
        read_entry(b"{}")


@settings(max_examples=50)
@given(fills(), fills())
def test_a_trade_by_hand_never_makes_the_run_hold_more(
    history: list[VenueFill], by_hand: list[VenueFill]
) -> None:
    books = books_of(history)
    for fill in by_hand:
        before = books.holding(fill.instrument)
        closed = closed_by(fill, before)
        if closed is None:
            assert fill.side * before.size >= 0
            continue
        books.apply(closed)
        after = books.holding(fill.instrument).size
        assert abs(after) == max(abs(before.size) - fill.size, 0)
        assert after * before.size >= 0


@settings(max_examples=50)
@given(fills())
def test_taking_back_every_fill_leaves_nothing(history: list[VenueFill]) -> None:
    books = books_of(history)
    for fill in history:
        if back := undone(fill):
            books.apply(back)
    assert {books.holding(number).size for number in (0, 1)} == {Decimal(0)}
    assert {books.holding(number).cash for number in (0, 1)} == {Decimal(0)}


@settings(max_examples=50)
@given(fills(), st.decimals("0.00000001", 5, places=8))
def test_coins_that_are_missing_come_off_what_is_held(
    history: list[VenueFill], shortage: Decimal
) -> None:
    books = books_of(history)
    held = max(books.holding(0).size, Decimal(0))
    changes = shrunk(Uncovered("BTC", held, held - shortage), books)
    for change in changes:
        books.apply(change)
    if held:
        assert books.holding(0).size == max(held - shortage, Decimal(0))
    else:
        assert changes == (CapitalMoved("BTC", -shortage),)


def test_a_fill_of_ours_must_be_of_an_instrument_of_the_run_and_on_its_lots() -> None:
    fill = VenueFill(
        "f", "v", -1, "SOL-USD", 1, Decimal(1), Decimal(1), Decimal(0), is_maker=True, ts_ns=1
    )
    books = books_of([])
    books.apply(FillTaken(fill))
    assert books.expected()["SOL"] == 1
    for wrong in (
        VenueFill(
            "g", "v", 5, "SOL-USD", 1, Decimal(1), Decimal(1), Decimal(0),
            is_maker=True, ts_ns=1, order_id=7,
        ),
        VenueFill(
            "h", "v", 0, "BTC-USD", 1, Decimal(1), Decimal("1e-9"), Decimal(0),
            is_maker=True, ts_ns=1, order_id=7,
        ),
    ):  # fmt: skip
        before = books.state()
        with pytest.raises(DataError):
            books.apply(FillTaken(wrong))
        assert books.state() == before


def test_old_fills_are_forgotten_and_stay_counted() -> None:
    fill = VenueFill(
        "f", "v", 0, "BTC-USD", 1, Decimal(1), Decimal(1), Decimal(0),
        is_maker=True, ts_ns=5, order_id=7,
    )  # fmt: skip
    books = books_of([fill])
    books.forget(5)
    assert books.fills
    books.forget(6)
    assert not books.fills
    assert books.expected()["BTC"] == 11
    assert books.known_since_ns == 50  # when the run began
    books.forget(70)
    again = AccountBooks(INSTRUMENTS)
    again.restore(books.state())
    assert again.known_since_ns == 70
