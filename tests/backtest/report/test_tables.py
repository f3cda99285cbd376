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
    tier_rows,
)
from traider.backtest.results import BacktestResult
from traider.portfolio.attribution import Attribution

MONEY = MoneyText("USDT", 2)


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return synthetic_result(trades=20, points=200)


def attribution(total: str, **costs: str) -> Attribution:
    parts = {name: -Decimal(cost) for name, cost in costs.items()}
    net = Decimal(total)
    return Attribution(total=net, by_cost={"gross": net - sum(parts.values())} | parts)


def test_costs_lead_from_gross_to_net() -> None:
    costs = {"maker_fees": "10", "taker_fees": "20", "spread": "5", "market_impact": "15"}
    bars = cost_bars(attribution("50", **costs), MONEY)
    assert [bar.label for bar in bars][1:3] == ["Maker fees", "Taker fees"]
    assert [bar.text for bar in bars] == ["+100.00", "10.00", "20.00", "5.00", "15.00", "+50.00"]
    assert [bar.share for bar in bars] == ["100.0%", "10.0%", "20.0%", "5.0%", "15.0%", "50.0%"]
    assert (bars[1].start, bars[1].width) == (0.9, 0.1)
    assert bars[4].start == bars[5].width == 0.5


def test_funding_received_is_a_cost_below_zero() -> None:
    bars = cost_bars(attribution("110", taker_fees="10", funding="-20"), MONEY)
    assert [bar.text for bar in bars] == ["+100.00", "10.00", f"{MINUS}20.00", "+110.00"]
    assert (bars[2].start, bars[2].width) == (round(90 / 110, 4), round(20 / 110, 4))


def test_a_loss_before_costs_has_no_shares() -> None:
    bars = cost_bars(attribution("-100", maker_fees="50"), MONEY)
    assert bars[0].text == f"{MINUS}50.00"
    assert {bar.share for bar in bars} == {DASH}


@given(st.dictionaries(st.text(max_size=5), st.decimals("-1e9", "1e9", places=8), max_size=60))
def test_attribution_stays_in_its_track_and_its_length(parts: dict[str, Decimal]) -> None:
    bars = attribution_bars(parts, MONEY)
    assert len(bars) == min(len(parts), ROWS_MAX)
    for bar in bars:
        assert 0.0 <= bar.start <= 1.0
        assert bar.start + bar.width <= 1.0002


def test_the_tail_of_an_attribution_is_added_up() -> None:
    bars = attribution_bars({f"i{at}": Decimal(1) for at in range(ROWS_MAX + 6)}, MONEY)
    assert (bars[-1].label, bars[-1].text) == ("7 others", "+7.00")


def test_our_own_parts_have_words_and_the_users_keep_theirs() -> None:
    parts = {"open_positions": Decimal(2), "my_alpha": Decimal(1)}
    assert [bar.label for bar in attribution_bars(parts, MONEY)] == ["Open positions", "my_alpha"]


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
