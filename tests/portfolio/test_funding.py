"""Funding is booked to the trade that was held.

1. What the trades paid, and what fell due while nothing was held, is all that was paid.
"""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import NAME, fill_runs
from traider.domain.fills import Fill
from traider.portfolio.funding import FundingPayment, charge_funding
from traider.portfolio.trades import Trade, trades_from_fills


def trade(opened_ns: int, closed_ns: int, instrument: str = NAME) -> Trade:
    one = Decimal(1)
    return Trade(instrument, 1, opened_ns, closed_ns, one, one, one, Decimal(0), Decimal(10), 2)


def paid(ts_ns: int, amount: str = "1", instrument: str = NAME) -> FundingPayment:
    return FundingPayment(instrument, Decimal(amount), ts_ns)


def test_a_payment_falls_to_the_trade_that_was_open() -> None:
    trades = (trade(10, 20), trade(20, 30), trade(15, 0, "OTHER"), trade(40, 0))
    payments = [paid(20), paid(5, "7"), paid(25, "-3"), paid(35, "9"), paid(99, "2")]
    found = charge_funding(trades, [*payments, paid(50, "4", "OTHER"), paid(50, "1", "NEVER")])
    assert [one.funding for one in found] == [1, -3, 4, 2]
    assert [one.pnl for one in found] == [9, 13, 6, 8]


def test_trades_without_funding_stay_as_they_are() -> None:
    trades = (trade(10, 20),)
    assert charge_funding(trades, []) == trades
    assert charge_funding((), [paid(3)]) == ()


@given(fill_runs(), st.lists(st.tuples(st.integers(0, 40), st.integers(-9, 9)), max_size=20))
def test_nothing_is_lost(fills: list[Fill], due: list[tuple[int, int]]) -> None:
    """Law 1."""
    spread = [replace(fill, ts_ns=at + 1) for at, fill in enumerate(fills)]
    trades = trades_from_fills(spread)
    payments = [paid(ts_ns, str(amount)) for ts_ns, amount in due]
    found = charge_funding(trades, payments)
    held = [
        payment.amount
        for payment in payments
        if any(
            one.opened_ns <= payment.ts_ns and (one.is_open or payment.ts_ns <= one.closed_ns)
            for one in trades
        )
    ]
    assert sum((one.funding for one in found), Decimal(0)) == sum(held, Decimal(0))
    for before, after in zip(trades, found, strict=True):
        assert after.pnl == before.pnl - after.funding
