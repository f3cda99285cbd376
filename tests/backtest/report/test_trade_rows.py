from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.report.number_text import DASH, MINUS, MoneyText
from traider.backtest.report.trade_rows import (
    alpha_text,
    select_trades,
    trade_mark,
    trade_row,
    trade_rows,
)
from traider.portfolio.trades import Trade

HOUR_NS = 3_600_000_000_000
MONEY = MoneyText("USDT", 2)
TRADE = Trade(
    instrument="BTC-USDT",
    side=-1,
    opened_ns=HOUR_NS,
    closed_ns=4 * HOUR_NS,
    quantity=Decimal("0.5"),
    entry_price=Decimal(100),
    exit_price=Decimal("90.5"),
    fees=Decimal("0.11"),
    pnl=Decimal("4.64"),
    fills=2,
    alpha_shares={"reversion": 0.25, "momentum": 0.75},
)


def trades_of(pnls: list[int]) -> tuple[Trade, ...]:
    return tuple(
        replace(TRADE, opened_ns=at, closed_ns=at + 1, pnl=Decimal(pnl))
        for at, pnl in enumerate(pnls)
    )


def test_half_are_the_newest_and_half_the_largest() -> None:
    trades = trades_of([900, 1, -800, 2, 3, 4, 5, 6])
    assert select_trades(trades, 4) == [0, 2, 6, 7]


@given(st.lists(st.integers(-1000, 1000), max_size=60), st.integers(0, 70))
def test_selection_is_exact_ordered_and_keeps_newest_and_largest(
    pnls: list[int], shown: int
) -> None:
    trades = trades_of(pnls)
    chosen = select_trades(trades, shown)
    assert len(chosen) == min(shown, len(trades))
    assert chosen == sorted(set(chosen))
    if trades and shown:
        assert len(trades) - 1 in chosen
    if trades and shown > 1:
        assert max(abs(pnls[at]) for at in chosen) == max(abs(pnl) for pnl in pnls)


def test_a_closed_trade_in_words() -> None:
    row = trade_row(7, TRADE, MONEY, 1)
    assert (row.side, row.opened, row.closed) == ("short", "1970-01-01 01:00", "1970-01-01 04:00")
    assert (row.holding, row.quantity, row.entry, row.exit) == ("3 h", "0.5", "100.0", "90.5")
    assert (row.pnl, row.return_text, row.tone) == ("+4.64", "+9.28%", "up")
    assert row.alphas == "momentum 75%, reversion 25%"


def test_prices_of_one_instrument_share_their_decimals() -> None:
    coarse = replace(TRADE, instrument="DOGE-USDT", entry_price=Decimal(1), exit_price=Decimal(2))
    fine = replace(TRADE, entry_price=Decimal("99.125"))
    rows = trade_rows((TRADE, coarse, fine), [0, 1, 2], MONEY)
    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.entry for row in rows] == ["100.000", "1", "99.125"]


def test_an_open_trade_says_so() -> None:
    trade = replace(TRADE, closed_ns=0, pnl=Decimal(-3))
    row = trade_row(1, trade, MONEY, 1)
    assert (row.closed, row.holding, row.pnl) == ("open", DASH, f"{MINUS}3.00")
    mark = trade_mark(row, 2, "USDT")
    assert mark[:4] == [2, -1, 3600, None]
    assert "still open" in str(mark[6])


def test_a_mark_carries_times_prices_and_the_tooltip() -> None:
    mark = trade_mark(trade_row(7, TRADE, MONEY, 1), 0, "USDT")
    assert mark[:6] == [0, -1, 3600, 4 * 3600, 100.0, 90.5]
    assert mark[6] == [
        "#7 short 0.5 BTC-USDT",
        "in   1970-01-01 01:00 UTC at 100.0",
        "out  1970-01-01 04:00 UTC at 90.5",
        "P&L +4.64 USDT (+9.28%), fees 0.11 USDT",
        "held 3 h",
        "from momentum 75%, reversion 25%",
    ]
    assert mark[7] == 7


def test_a_liquidated_trade_says_so_on_the_chart() -> None:
    mark = trade_mark(trade_row(1, replace(TRADE, is_liquidated=True), MONEY, 1), 0, "USDT")
    assert "closed by the venue: liquidated" in str(mark[6])


@pytest.mark.parametrize(
    ("shares", "text"), [({}, ""), ({"a": 0.1, "b": -0.9}, f"b {MINUS}90%, a 10%")]
)
def test_alphas_stand_heaviest_first(shares: dict[str, float], text: str) -> None:
    assert alpha_text(shares) == text
