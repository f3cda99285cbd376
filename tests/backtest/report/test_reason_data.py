import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.backtest.report.small_run import checked_run, small_run
from traider.backtest.reasons import ExplainedOrders
from traider.backtest.report.number_text import MoneyText
from traider.backtest.report.reason_data import (
    ORDERS_OF_TRADE_MAX,
    reason_data,
    trade_notes,
)
from traider.backtest.report.trade_rows import TradeRow, trade_rows

MONEY = MoneyText("USDT", 2)


@pytest.fixture(scope="module")
def explained() -> ExplainedOrders:
    found = small_run().chosen.explained
    assert found is not None
    return found


@pytest.fixture(scope="module")
def rows() -> list[TradeRow]:
    trades = small_run().chosen.trades
    return trade_rows(trades, list(range(len(trades))), MONEY)


def told(explained: ExplainedOrders, rows: list[TradeRow]) -> dict[str, Any]:
    data = reason_data(explained, rows, MONEY)
    assert data is not None
    found: dict[str, Any] = json.loads(json.dumps(data, allow_nan=False))
    return found


def test_only_the_shown_trades_are_told(explained: ExplainedOrders, rows: list[TradeRow]) -> None:
    data = told(explained, rows[3:5])
    assert set(data["trades"]) == {"4", "5"}
    assert data["alphas"] == [["momentum", "1.00"], ["mean-reversion", "1.00"]]
    assert (data["enter"], data["exit"]) == ("0.30", "0.10")
    assert data["features"] == list(explained.reasons.features)


def test_every_shown_order_tells_each_check_with_number_and_limit(rows: list[TradeRow]) -> None:
    checked = checked_run().chosen.explained
    assert checked is not None
    data = told(checked, rows)
    opening = data["trades"]["1"][1][0]
    texts = {
        data["limits"][at][0]: (number, data["limits"][at][1]) for at, number in opening["checks"]
    }
    assert texts["killed"] == ("no", "must be no")
    assert texts["max size"][1] == "at most 1.5 BTC"
    assert texts["max notional"][1] == "off"
    assert texts["min size"][1].startswith("at least ")
    assert texts["exposure"][1] == "at most 1.050× of equity"
    assert texts["order rate"] == ("1 order a minute", "at most 60 orders a minute")
    assert texts["drawdown"] == ("0.00%", "at most 50.00%")
    every = [order for _, orders, _ in data["trades"].values() for order in orders]
    assert all(len(order["checks"]) >= 3 for order in every)


def test_a_trade_tells_its_orders_as_they_were_decided(
    explained: ExplainedOrders, rows: list[TradeRow]
) -> None:
    data = told(explained, rows)
    for row in rows:
        _, orders, left = data["trades"][str(row.number)]
        roles = [order["role"] for order in orders]
        assert roles[0] == "opened by"
        assert (roles[-1] == "closed by") == (not row.trade.is_open)
        assert set(roles[1:-1]) <= {"added by", "reduced by"}
        assert len(orders) + left == len(row.trade.opened_by) + len(row.trade.closed_by)
        assert len(orders) <= ORDERS_OF_TRADE_MAX
        moments = [order["when"] for order in orders]
        assert moments == sorted(moments)
        assert row.opened == moments[0].removesuffix(" UTC")


def test_of_many_orders_the_first_and_the_last_are_told(
    explained: ExplainedOrders, rows: list[TradeRow]
) -> None:
    ids = explained.lives.intents["order_id"][explained.lives.sent].tolist()
    long = replace(rows[0].trade, opened_by=tuple(ids[:8]), closed_by=(ids[8],))
    _, orders, left = told(explained, [replace(rows[0], trade=long)])["trades"]["1"]
    roles = [order["role"] for order in orders]
    assert roles == ["opened by", *["added by"] * 4, "closed by"]
    assert left == 9 - ORDERS_OF_TRADE_MAX
    whole = told(explained, [replace(rows[0], trade=replace(long, opened_by=tuple(ids[:2])))])
    first = whole["trades"]["1"][1]
    assert [first[0]["event"], first[2]["event"]] == [orders[0]["event"], orders[-1]["event"]]


def test_an_order_tells_scores_features_gate_and_outcome(
    explained: ExplainedOrders, rows: list[TradeRow]
) -> None:
    _, (order, *_), _ = told(explained, rows[:1])["trades"]["1"]
    assert order["terms"].startswith("buy ")
    assert order["check"] == "approved"
    assert order["outcome"].startswith("filled ")
    assert len(order["scores"]) == len(explained.reasons.alphas)
    assert len(order["values"]) == len(explained.reasons.features)
    assert order["exposure"].startswith("+")
    assert float(order["combined"]) >= 0.3
    assert order["equity"] == "10,000.00 USDT"


def test_what_is_said_of_the_whole_trade(explained: ExplainedOrders, rows: list[TradeRow]) -> None:
    row = rows[0]
    assert told(explained, [row])["trades"]["1"][0] == [f"Its profit is counted for {row.alphas}."]
    forced = replace(row.trade, funding=Decimal("-1.5"), is_liquidated=True)
    notes, orders, _ = told(explained, [replace(row, trade=forced, alphas="")])["trades"]["1"]
    assert notes == [
        "Funding received while it was held: 1.50 USDT.",
        "The venue closed it by force: the margin was used up.",
    ]
    assert "closed by" not in [order["role"] for order in orders]
    owing = replace(row, trade=replace(row.trade, funding=Decimal(2)))
    assert trade_notes(owing, MONEY)[1] == "Funding paid while it was held: 2.00 USDT."


def test_a_persons_order_has_no_scores(explained: ExplainedOrders, rows: list[TradeRow]) -> None:
    manual = explained.reasons.is_manual | True
    by_hand = replace(explained, reasons=replace(explained.reasons, is_manual=manual))
    _, (order, *_), _ = told(by_hand, rows[:1])["trades"]["1"]
    assert order["manual"]
    assert "scores" not in order


def test_without_reasons_nothing_is_told(rows: list[TradeRow]) -> None:
    assert reason_data(None, rows, MONEY) is None
