"""Laws of the books.

1. The accounts sum to zero after every booking, and so do each entry's postings.
2. Cash is capital less what was paid for fills and fees, to the unit.
3. Equity is capital plus realized and unrealized profit less fees, those of other currencies at
   the rate their balance is valued at.
4. Trading at one price gains nothing but fees.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from tests.strategies import NAME, fill_runs
from traider.domain.errors import DataError
from traider.domain.fills import Fill
from traider.portfolio.ledger import Account, Ledger

CAPITAL = Decimal(10_000)
MARK = {NAME: Decimal("123.45")}


def _fill(side: int, quantity: str, price: str, fee: str = "0") -> Fill:
    return Fill(NAME, side, Decimal(price), Decimal(quantity), Decimal(fee), 5)


@given(fill_runs())
def test_the_books_balance_after_every_entry(fills: list[Fill]) -> None:
    ledger = Ledger("USDT", CAPITAL)
    for fill in fills:
        ledger.apply(fill)
        assert ledger.balances == {"USDT": 0}
    for entry in ledger.entries:
        assert sum(units for _, units in entry.postings) == 0
    assert len(ledger.entries) == len(fills) + 1


@given(fill_runs())
def test_cash_and_fees_are_exact(fills: list[Fill]) -> None:
    ledger = Ledger("USDT", CAPITAL)
    ledger.replay(fills)
    paid = sum((fill.side * fill.notional for fill in fills), Decimal(0))
    fees = sum((fill.fee for fill in fills), Decimal(0))
    assert ledger.cash == CAPITAL - paid - fees
    assert ledger.fees == fees


@given(fill_runs())
def test_equity_is_capital_and_profit_less_fees(fills: list[Fill]) -> None:
    ledger = Ledger("USDT", CAPITAL)
    ledger.replay(fills)
    position = ledger.position(NAME)
    open_profit = Decimal(position.unrealized_units(MARK[NAME])) / 10**8
    assert ledger.unrealized(MARK) == open_profit
    assert ledger.equity(MARK) == CAPITAL + ledger.realized + open_profit - ledger.fees
    assert ledger.realized == position.realized


@given(fill_runs())
def test_trading_at_one_price_gains_nothing(fills: list[Fill]) -> None:
    ledger = Ledger("USDT", CAPITAL)
    # A price of whole units: notional is exact, so nothing is rounded.
    ledger.replay(replace(fill, price=Decimal(50), fee=Decimal(0)) for fill in fills)
    assert ledger.equity({NAME: Decimal(50)}) == CAPITAL


def test_a_round_trip_by_hand() -> None:
    ledger = Ledger("USDT", CAPITAL, 1)
    ledger.apply(_fill(1, "2", "100", "0.2"))
    assert ledger.cash == Decimal("9799.8")
    assert ledger.equity({NAME: Decimal(110)}) == Decimal("10019.8")
    ledger.apply(_fill(-1, "2", "110", "0.22"))
    assert ledger.realized == 20
    assert ledger.cash == ledger.equity({}) == Decimal("10019.58")
    assert ledger.positions[NAME].quantity == 0
    last = ledger.entries[-1]
    assert last.text == NAME
    assert dict(last.postings)[Account.REALIZED] == -20 * 10**8


@given(fill_runs())
def test_fees_of_another_currency_leave_cash_alone(fills: list[Fill]) -> None:
    rate, held = Decimal(300), Decimal(1_000_000)
    plain, other = Ledger("USDT", CAPITAL), Ledger("USDT", CAPITAL)
    other.transfer(held, 0, "capital", "BNB")
    for fill in fills:
        plain.apply(replace(fill, fee=Decimal(0)))
        # Its value is no posting: with a balance at one rate it is what equity falls by.
        other.apply(replace(fill, fee=rate * fill.fee, fee_currency="BNB", fee_taken=fill.fee))
    fees = sum((fill.fee for fill in fills), Decimal(0))
    assert other.balances == {"USDT": 0, "BNB": 0}
    assert (other.cash, other.fees) == (plain.cash, Decimal(0))
    assert (other.cash_in("BNB"), other.fees_in("BNB")) == (held - fees, fees)
    assert other.unrealized(MARK) == plain.unrealized(MARK)
    assert other.equity(MARK, {"BNB": rate}) == plain.equity(MARK) + rate * (held - fees)
    for entry in other.entries:
        assert sum(units for _, units in entry.postings) == 0
    assert [entry.currency for entry in other.entries[:2]] == ["USDT", "BNB"]


def test_money_of_another_currency_needs_a_rate() -> None:
    ledger = Ledger("USDT", CAPITAL)
    assert ledger.cash_in("BNB") == ledger.fees_in("BNB") == 0
    ledger.transfer(Decimal(1), 0, currency="BNB")
    with pytest.raises(DataError, match="no rate for BNB"):
        ledger.equity({})
    ledger.transfer(Decimal(-1), 0, currency="BNB")
    assert ledger.equity({}) == CAPITAL


def test_transfers_and_fees_of_their_own() -> None:
    ledger = Ledger("USDT")
    assert not ledger.entries
    ledger.transfer(Decimal(100), 1)
    ledger.transfer(Decimal(-30), 2, "withdrawal")
    ledger.charge(Decimal("0.5"), 3)
    assert [ledger.capital, ledger.cash, ledger.fees] == [70, Decimal("69.5"), Decimal("0.5")]
    assert [entry.text for entry in ledger.entries] == ["transfer", "withdrawal", "fee"]
    assert ledger.balances == {"USDT": 0}
    assert ledger.currency == "USDT"
    assert ledger.position(NAME).quantity == 0


def test_money_off_the_grid_is_refused_and_books_nothing() -> None:
    ledger = Ledger("USDT", CAPITAL)
    with pytest.raises(DataError, match="no multiple"):
        ledger.apply(_fill(1, "1", "100", "0.000000001"))
    with pytest.raises(DataError, match="no multiple"):
        ledger.apply(
            replace(_fill(1, "1", "100"), fee_currency="BNB", fee_taken=Decimal("0.000000001"))
        )
    with pytest.raises(DataError, match="no multiple"):
        ledger.transfer(Decimal("0.000000001"), 1)
    assert (len(ledger.entries), ledger.positions) == (1, {})


def test_an_open_position_needs_a_mark() -> None:
    ledger = Ledger("USDT", CAPITAL)
    ledger.apply(_fill(1, "1", "100"))
    with pytest.raises(DataError, match=f"no mark for the open position in {NAME}"):
        ledger.equity({})


def test_a_multiplier_may_change_only_when_flat() -> None:
    ledger = Ledger("USDT", CAPITAL)
    ledger.apply(replace(_fill(1, "1", "100"), multiplier=Decimal(10)))
    with pytest.raises(DataError, match="changed its multiplier from 10 to 1"):
        ledger.apply(_fill(1, "1", "100"))
    ledger.apply(replace(_fill(-1, "1", "101"), multiplier=Decimal(10)))
    ledger.apply(_fill(1, "1", "100"))
    assert ledger.realized == 10
    assert ledger.equity({NAME: Decimal(103)}) == CAPITAL + 13
