"""The table of reasons: every order of a run, exact where it is money, in display units."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tests.backtest.report.small_run import small_run
from tests.kernel.scenario import PERPETUAL, SPOT, bars, buy, opening, play, spec_of
from traider.backtest.files import write_files
from traider.backtest.order_lives import OrderJournal
from traider.backtest.reason_table import display_values, reason_table
from traider.backtest.reasons import DecisionJournal, ExplainedOrders
from traider.domain.events import OrderFlag
from traider.domain.orders import TimeInForce

LINKED = """
    select count(*), count(r.order_id), sum(r.fees)
    from (select unnest(list_concat(opened_by, closed_by)) id from read_parquet(?))
    left join read_parquet(?) r on r.order_id = id
"""
AVERAGE = "select avg(feature['adx(14)@1h']) from read_parquet(?)"


@pytest.fixture(scope="module")
def explained() -> ExplainedOrders:
    found = small_run().chosen.explained
    assert found is not None
    return found


def test_every_order_has_a_row_with_its_score_and_features(explained: ExplainedOrders) -> None:
    table = reason_table(explained)
    orders = small_run().chosen.orders
    assert len(table) == orders.sent + orders.refused
    row = table.slice(0, 1).to_pylist()[0]
    assert set(row["score"]) == set(row["weight"]) == {"momentum", "mean-reversion"}
    assert set(row["feature"]) == set(explained.reasons.features)
    parts = [row["score"][a] * row["confidence"][a] * row["weight"][a] for a in row["score"]]
    assert row["combined"] == pytest.approx(sum(parts) / sum(row["weight"].values()))
    assert (row["enter"], row["exit"]) == (0.3, 0.1)


def test_features_are_in_currency_and_the_others_as_they_are(explained: ExplainedOrders) -> None:
    names = explained.reasons.features
    shown, held = display_values(explained), explained.reasons.values
    at, rsi = names.index("sma(close, 5)@1h"), names.index("rsi(close, 14)@1h")
    k = explained.lives.intents["instrument"]
    ticks = np.array([float(market.tick_size) for market in explained.markets])
    assert shown[:, at].tolist() == (held[:, at] * ticks[k]).tolist()
    assert shown[:, rsi].tolist() == held[:, rsi].tolist()
    assert 0.0 < shown[:, rsi].min() < shown[:, rsi].max() < 100.0
    # An average of closes lies near what the order filled at.
    filled = explained.lives.filled_ticks * ticks[k]
    near = shown[:, at] / filled
    assert np.nanmin(near) > 0.9
    assert np.nanmax(near) < 1.1


def test_refusals_tell_check_number_and_limit(explained: ExplainedOrders) -> None:
    rows = [row for row in reason_table(explained).to_pylist() if row["verdict"] != "approved"]
    assert {row["verdict"] for row in rows} == {"max_size"}
    assert all(row["number"] > row["limit"] == 1.5 for row in rows)
    assert {row["outcome"] for row in rows} == {"refused"}
    assert all(row["first_fill"] is None and row["average_price"] is None for row in rows)


def answer(query: str, *files: str) -> tuple[Any, ...]:
    """Return the one row that DuckDB finds."""
    found = duckdb.sql(query, params=list(files))
    assert found is not None
    (row,) = found.fetchall()
    return tuple(row)


def test_trades_find_their_orders_in_the_files(tmp_path: Path) -> None:
    write_files(small_run(), tmp_path)
    trades, reasons = (str(tmp_path / f"{name}.parquet") for name in ("trades", "reasons"))
    linked, known, fees = answer(LINKED, trades, reasons)
    assert linked == known == small_run().chosen.orders.filled
    assert fees == small_run().chosen.costs.fees
    assert 0.0 < answer(AVERAGE, reasons)[0] < 100.0


def scripted(*orders: object, spot: bool = False) -> list[dict[str, object]]:
    """Return the rows of a person's orders in a run without alphas."""
    spec = spec_of(replace(SPOT if spot else PERPETUAL, lot_size=Decimal("0.5")), cash=10_000)
    rows = [(100, 110, 90, 100)] * 6
    journal = play(spec, bars(*rows), *orders)  # type: ignore[arg-type]
    kept, decisions = OrderJournal(), DecisionJournal(spec)
    kept.add(journal.events)
    lives = kept.lives()
    table = reason_table(ExplainedOrders(lives, decisions.reasons(lives), spec.markets))
    found: list[dict[str, object]] = table.to_pylist()
    return found


def test_terms_and_ends_are_words_and_exact_decimals() -> None:
    flags = int(OrderFlag.POST_ONLY)
    until = {"force": TimeInForce.GTD, "expire": opening(3)}
    rested, expired, stopped = scripted(
        buy(1, 3, price=95, flags=flags), buy(1, 1, price=50, **until), buy(2, 5, trigger=105)
    )
    assert (rested["type"], rested["post_only"], rested["trigger"]) == ("limit", True, None)
    assert (rested["size"], rested["price"], rested["filled"]) == (
        Decimal("1.5"),
        Decimal(95),
        Decimal("1.5"),
    )
    assert (rested["outcome"], rested["end_reason"], rested["average_price"]) == (
        "filled",
        None,
        95.0,
    )
    assert (expired["time_in_force"], expired["outcome"]) == ("gtd", "expired")
    assert expired["end_reason"] is None
    assert (stopped["type"], stopped["price"], stopped["trigger"]) == ("stop", None, Decimal(105))


def test_a_run_without_alphas_has_no_scores() -> None:
    (row,) = scripted(buy(1, 10_000), spot=True)
    assert "score" not in row
    assert "feature" not in row
    assert (row["outcome"], row["end_reason"]) == ("partly", "insufficient_funds")
    assert row["amount"] is None


def test_a_run_without_orders_is_a_table_of_no_rows(explained: ExplainedOrders) -> None:
    empty = OrderJournal().lives()
    reasons = DecisionJournal(spec_of()).reasons(empty)
    table = reason_table(ExplainedOrders(empty, reasons, explained.markets))
    assert len(table) == 0
    assert "order_id" in table.column_names
