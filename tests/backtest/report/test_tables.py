import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.report.synthetic import synthetic_result, with_chosen
from traider.backtest.report.number_text import DASH, MINUS, MoneyText
from traider.backtest.report.tables import (
    CONFIG_CHARS_MAX,
    CONFIG_ROWS_MAX,
    NOTES_MAX,
    ROWS_MAX,
    attribution_bars,
    config_rows,
    cost_bars,
    note_texts,
    order_rows,
    refusal_rows,
    tier_rows,
)
from traider.backtest.results import BacktestResult, CostBreakdown, OrderCounts

MONEY = MoneyText("USDT", 2)
COSTS = CostBreakdown(Decimal(10), Decimal(20), 5.0, 15.0)


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return synthetic_result(trades=20, points=200)


def test_costs_lead_from_gross_to_net(result: BacktestResult) -> None:
    bars = cost_bars(with_chosen(result, costs=COSTS, final_equity=Decimal(10_050)), MONEY)
    assert [bar.text for bar in bars] == ["+100.00", "10.00", "20.00", "5.00", "15.00", "+50.00"]
    assert [bar.share for bar in bars] == ["100.0%", "10.0%", "20.0%", "5.0%", "15.0%", "50.0%"]
    assert (bars[1].start, bars[1].width) == (0.9, 0.1)
    assert bars[4].start == bars[5].width == 0.5


def test_a_loss_before_costs_has_no_shares(result: BacktestResult) -> None:
    bars = cost_bars(with_chosen(result, costs=COSTS, final_equity=Decimal(9_900)), MONEY)
    assert bars[0].text == f"{MINUS}50.00"
    assert {bar.share for bar in bars} == {DASH}


@given(st.dictionaries(st.text(max_size=5), st.floats(-1e9, 1e9), max_size=60))
def test_attribution_stays_in_its_track_and_its_length(pnl_by_name: dict[str, float]) -> None:
    bars = attribution_bars(pnl_by_name, MONEY)
    assert len(bars) == min(len(pnl_by_name), ROWS_MAX)
    for bar in bars:
        assert 0.0 <= bar.start <= 1.0
        assert bar.start + bar.width <= 1.0002


def test_the_tail_of_an_attribution_is_added_up() -> None:
    bars = attribution_bars({f"i{at}": 1.0 for at in range(ROWS_MAX + 6)}, MONEY)
    assert (bars[-1].label, bars[-1].text) == ("7 others", "+7.00")


def test_an_unknown_attribution_is_a_dash() -> None:
    assert attribution_bars({"momentum": math.nan}, MONEY)[0].text == DASH


def test_orders_and_refusals_by_code() -> None:
    refusals = {f"CODE_{at:02}": at for at in range(1, ROWS_MAX + 3)}
    orders = OrderCounts(1_000, 40, 900, 5, 4, 3, refusals)
    assert ("Sent", "1,000") in order_rows(orders)
    rows = refusal_rows(orders)
    assert rows[0] == ("CODE_26", "26")
    assert rows[-1] == ("other codes", "3")


def test_tiers_stand_side_by_side(result: BacktestResult) -> None:
    rows = {row.label: row.cells for row in tier_rows(result.tiers, MONEY)}
    assert {"Return", "CAGR", "Sharpe", "Max drawdown", "Fees, USDT", "Trades closed"} <= set(rows)
    assert rows["Fingerprint"] == tuple(tier.fingerprint for tier in result.tiers)
    stopped = tier_rows(with_chosen(result, complete=False).tiers, MONEY)
    assert next(row for row in stopped if row.label == "Run").cells[0] == "stopped early"


def test_configuration_becomes_dotted_keys_in_order() -> None:
    config = {"a": {"b": 1, "c": [1, 2]}, "d": [{"e": True}, {"e": ""}], "f": {}, "g": "x" * 900}
    rows = config_rows(config)
    assert rows[:5] == [
        ("a.b", "1"),
        ("a.c", "[1, 2]"),
        ("d[0].e", "true"),
        ("d[1].e", '""'),
        ("f", "{}"),
    ]
    assert len(rows[5][1]) == CONFIG_CHARS_MAX + 1
    assert len(config_rows({str(at): at for at in range(5_000)})) == CONFIG_ROWS_MAX


def test_notes_are_bounded(result: BacktestResult) -> None:
    texts = note_texts(replace(result, notes=("n" * 9_000,) * (NOTES_MAX + 2)).notes)
    assert len(texts) == NOTES_MAX + 1
    assert texts[-1].startswith("2 more notes")
    assert max(len(text) for text in texts) < 700
