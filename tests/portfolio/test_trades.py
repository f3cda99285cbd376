"""Laws of trades.

1. Profits, fees and quantities of the trades sum to those of the fills.
2. Trades of an instrument follow one another; at most the last is open.
3. The books and the trades agree on the equity.
"""

import math
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given

from tests.strategies import NAME, fill_runs
from traider.domain.fills import Fill
from traider.portfolio.ledger import Ledger
from traider.portfolio.trades import Trade, summarize_trades, trades_from_fills

MARKS = {NAME: Decimal("99.5")}


def _fill(side: int, quantity: str, price: str, ts_ns: int, fee: str = "0") -> Fill:
    return Fill(NAME, side, Decimal(price), Decimal(quantity), Decimal(fee), ts_ns)


@given(fill_runs())
def test_trades_and_books_agree(fills: list[Fill]) -> None:
    trades = trades_from_fills(fills, MARKS)
    ledger = Ledger("USDT")
    ledger.replay(fills)
    assert sum((trade.pnl for trade in trades), Decimal(0)) == ledger.equity(MARKS)
    assert sum((trade.fees for trade in trades), Decimal(0)) == ledger.fees
    held = ledger.position(NAME).quantity
    assert sum(trade.is_open for trade in trades) == (held != 0)


@given(fill_runs())
def test_trades_follow_one_another(fills: list[Fill]) -> None:
    # Distinct times, or a trade that closed in its opening instant could not be told from an open.
    spread = [replace(fill, ts_ns=position + 1) for position, fill in enumerate(fills)]
    trades = trades_from_fills(spread, MARKS)
    for before, after in pairwise(trades):
        assert before.opened_ns < before.closed_ns <= after.opened_ns
    flips = sum(before.closed_ns == after.opened_ns for before, after in pairwise(trades))
    assert sum(trade.fills for trade in trades) == len(fills) + flips


def test_a_trade_names_its_orders_once_and_in_order() -> None:
    steps = [(1, "2", 7), (1, "1", 5), (1, "1", 7), (-1, "3", 9), (-1, "2", 8), (1, "1", 3)]
    fills = [
        replace(_fill(side, quantity, "100", at), order_id=order_id)
        for at, (side, quantity, order_id) in enumerate(steps)
    ]
    first, second = trades_from_fills(fills)
    assert (first.opened_by, first.closed_by) == ((7, 5), (9, 8))
    # The flip closes one and opens the other.
    assert (second.opened_by, second.closed_by) == ((8,), (3,))


def test_a_forced_close_is_no_order_of_ours() -> None:
    held = replace(_fill(1, "2", "100", 1), order_id=7)
    forced = replace(_fill(-1, "2", "50", 2, "3"), is_liquidation=True)
    (trade,) = trades_from_fills([held, forced])
    assert trade.is_liquidated
    assert (trade.opened_by, trade.closed_by) == ((7,), ())
    assert [trade.fees, trade.pnl] == [3, -103]


def test_a_round_trip_by_hand() -> None:
    fills = [
        _fill(1, "1", "100", 10, "0.1"),
        _fill(1, "3", "104", 20, "0.3"),
        _fill(-1, "1", "110", 30, "0.1"),
        _fill(-1, "3", "106", 50, "0.3"),
    ]
    (trade,) = trades_from_fills(fills)
    assert (trade.side, trade.opened_ns, trade.closed_ns, trade.fills) == (1, 10, 50, 4)
    assert [trade.quantity, trade.entry_price, trade.exit_price] == [4, 103, 107]
    assert [trade.fees, trade.pnl] == [Decimal("0.8"), Decimal("15.2")]
    assert trade.holding_ns == 40
    assert trade.return_fraction == pytest.approx(15.2 / 412)
    assert not trade.is_open


def test_a_flip_splits_the_fill() -> None:
    fills = [_fill(-1, "2", "100", 10, "0.2"), _fill(1, "5", "90", 20, "0.5")]
    short, long = trades_from_fills(fills, {NAME: Decimal(95)})
    assert (short.side, short.closed_ns, long.opened_ns) == (-1, 20, 20)
    assert [short.pnl, short.fees] == [Decimal("19.6"), Decimal("0.4")]
    assert [long.quantity, long.entry_price, long.exit_price] == [3, 90, 95]
    assert [long.pnl, long.fees] == [Decimal("14.7"), Decimal("0.3")]
    assert long.is_open
    assert long.holding_ns == 0


def test_an_open_trade_without_a_mark_stands_at_its_last_fill() -> None:
    (trade,) = trades_from_fills([_fill(1, "1", "100", 1), _fill(1, "1", "102", 2)])
    assert [trade.exit_price, trade.pnl] == [102, 2]


def test_alphas_share_a_trade_by_what_their_orders_opened() -> None:
    fills = [
        replace(_fill(1, "1", "100", 1), order_id=7),
        replace(_fill(1, "3", "100", 2), order_id=8),
        replace(_fill(-1, "4", "100", 3), order_id=9),
    ]
    shares = {7: {"momentum": 1.0}, 8: {"momentum": 0.5, "reversion": 0.5}, 9: {"other": 1.0}}
    (trade,) = trades_from_fills(fills, shares=shares)
    assert trade.alpha_shares == {"momentum": 0.625, "reversion": 0.375}


def test_a_multiplier_scales_profit_but_not_prices() -> None:
    fills = [
        replace(fill, multiplier=Decimal(10))
        for fill in (_fill(1, "1", "100", 1), _fill(-1, "1", "110", 2))
    ]
    (trade,) = trades_from_fills(fills)
    assert [trade.pnl, trade.entry_price, trade.exit_price] == [100, 100, 110]
    assert trade.return_fraction == pytest.approx(0.1)


def test_a_trade_at_no_price_has_no_return() -> None:
    (trade,) = trades_from_fills([_fill(1, "1", "0", 1), _fill(-1, "1", "1", 2)])
    assert math.isnan(trade.return_fraction)


def _trade(pnl: int, closed_ns: int) -> Trade:
    one = Decimal(1)
    return Trade(NAME, 1, 1, closed_ns, one, one, one, Decimal(0), Decimal(pnl), 2)


def test_the_summary_by_hand() -> None:
    trades = [_trade(pnl, 10 + at) for at, pnl in enumerate((6, -1, -2, 0, -3, -4, 4))]
    summary = summarize_trades([*trades, _trade(100, 0)])
    assert (summary.closed, summary.open) == (7, 1)
    assert summary.win_rate == pytest.approx(2 / 7)
    assert summary.profit_factor == pytest.approx(1.0)
    assert (summary.average_win, summary.average_loss) == (5.0, -2.5)
    assert summary.expectancy == 0.0
    assert summary.average_holding_ns == 12
    assert summary.longest_losing_streak == 2


def test_a_summary_of_nothing_is_undefined() -> None:
    summary = summarize_trades([])
    assert (summary.closed, summary.open, summary.average_holding_ns) == (0, 0, 0)
    undefined = (summary.win_rate, summary.profit_factor, summary.average_win, summary.expectancy)
    assert all(math.isnan(value) for value in undefined)
    assert summarize_trades([_trade(1, 5)]).profit_factor == math.inf


@pytest.mark.timeout(20)
def test_sixty_thousand_fills_are_no_burden() -> None:
    fills = [
        _fill(1 if at % 4 < 2 else -1, "0.013", str(100 + at % 7), at + 1, "0.00001")
        for at in range(60_000)
    ]
    trades = trades_from_fills(fills)
    assert len(trades) == 15_000
    assert summarize_trades(trades).closed == 15_000
