import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.backtest.report.small_run import small_run
from tests.backtest.report.synthetic import synthetic_result, with_chosen
from traider.backtest.reasons import ExplainedOrders
from traider.backtest.report import PAGE_BYTES_MAX, render_report, write_report
from traider.backtest.report.page import script_json, shown_prices
from traider.backtest.results import BacktestResult, Curve, RollingSharpe
from traider.portfolio.attribution import Attribution
from traider.portfolio.performance import summarize_returns

HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)>\"'&"


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return synthetic_result(trades=60, points=400)


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found.group(1))
    assert isinstance(data, dict)
    return data


def test_the_page_needs_nothing_beside_it(result: BacktestResult) -> None:
    page = render_report(result, trades_shown=400)
    body = re.sub(r'<link rel="icon" href="data:,">', "", page)
    assert not re.search(r"https?://|//[a-z]+\.[a-z]|<link|@import|url\(|\ssrc=", body)
    assert "default-src 'none'" in page
    assert "<noscript>" in page


def test_every_section_is_there(result: BacktestResult) -> None:
    page = render_report(result, trades_shown=400)
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    for heading in (
        "Notes",
        "Equity and drawdown",
        "BTC-USDT",
        "ETH-USDT",
        "Monthly returns, %",
        "Fill tiers",
        "Exposure, % of equity",
        "Costs, USDT",
        "P&amp;L by alpha, USDT",
        "P&amp;L by instrument, USDT",
        "P&amp;L by side and state, USDT",
        "Worst drawdowns",
        "Orders",
        "Fills of the sent orders",
        "Orders that did not fill, by reason",
        "Trades",
        "Configuration",
    ):
        assert heading in headings
    assert all(tier.fingerprint in page for tier in result.tiers)


def test_hostile_names_stay_text(result: BacktestResult) -> None:
    trade = replace(result.chosen.trades[0], instrument=HOSTILE, alpha_shares={HOSTILE: 1.0})
    evil = with_chosen(
        replace(
            result,
            title=HOSTILE,
            currency=HOSTILE,
            config={HOSTILE: [{HOSTILE: HOSTILE}]},
            notes=(HOSTILE,),
            prices=(replace(result.prices[0], instrument=HOSTILE),),
        ),
        trades=(trade,),
        attribution=Attribution(
            by_alpha={HOSTILE: Decimal(1)},
            by_instrument={HOSTILE: Decimal(-1)},
            by_cost={HOSTILE: Decimal(1)},
        ),
        orders=replace(result.chosen.orders, refusals={HOSTILE: 2}),
        fingerprint=HOSTILE,
    )
    page = render_report(evil, trades_shown=10)
    assert "<img" not in page
    assert page.count("<script") == page.count("</script>") == 2
    assert "alert(&#39;x&#39;)" in page
    assert data_of(page)["currency"] == HOSTILE


def test_hostile_alphas_and_instruments_stay_text_in_the_reasons() -> None:
    told = small_run().chosen.explained
    assert told is not None
    evil = ExplainedOrders(
        lives=told.lives,
        reasons=replace(told.reasons, alphas=(HOSTILE, "b"), features=(HOSTILE,) * 5),
        markets=tuple(replace(market, name=HOSTILE) for market in told.markets),
    )
    page = render_report(with_chosen(small_run(), explained=evil), trades_shown=10)
    assert "<img" not in page
    assert page.count("<script") == page.count("</script>") == 2
    reasons = data_of(page)["reasons"]
    assert isinstance(reasons, dict)
    assert reasons["alphas"][0][0] == reasons["features"][4] == HOSTILE


def test_reasons_are_told_of_the_shown_trades_alone() -> None:
    whole, few = (render_report(small_run(), trades_shown=shown) for shown in (400, 12))
    reasons = data_of(few)["reasons"]
    assert isinstance(reasons, dict)
    assert len(reasons["trades"]) == 12
    assert len(few) < len(whole) - 100_000
    assert data_of(render_report(synthetic_result(12, 100), trades_shown=9))["reasons"] is None


@pytest.mark.uncounted
def test_reasons_of_many_trades_stay_under_the_size_limit() -> None:
    run = small_run()
    trades = tuple(
        replace(trade, opened_by=trade.opened_by * 3 + trade.closed_by)
        for _ in range(30)
        for trade in run.chosen.trades
    )
    page = render_report(with_chosen(run, trades=trades), trades_shown=1_000_000)
    assert 1_000_000 < len(page.encode()) <= PAGE_BYTES_MAX
    assert data_of(page)["reasons"]


@pytest.mark.parametrize("text", [HOSTILE, "<!--<script>", "\u2028\u2029", "é"])
def test_script_json_reads_back_and_holds_no_markup(text: str) -> None:
    out = script_json({"name": text})
    assert not set("<>&\u2028\u2029") & set(out)
    assert json.loads(out) == {"name": text}


def test_newest_and_largest_trades_are_shown_and_the_rest_counted(result: BacktestResult) -> None:
    page = render_report(result, trades_shown=20)
    assert "20 shown, the newest and the largest; 40 more are in trades.parquet" in page
    marks = data_of(page)["trades"]
    assert isinstance(marks, list)
    assert len(marks) == 20
    assert "trades.parquet" not in render_report(result, trades_shown=400)


def test_a_huge_run_stays_under_the_size_limit(result: BacktestResult) -> None:
    trades = result.chosen.trades * 2_000
    prices = tuple(
        replace(result.prices[0], instrument=f"ASSET-{at}-{'x' * 400}") for at in range(40)
    )
    named = tuple(replace(trade, instrument=f"ASSET-{'y' * 900}") for trade in trades[:4_000])
    huge = with_chosen(
        replace(
            result,
            title="t" * 100_000,
            prices=prices,
            notes=("n" * 100_000,) * 1_000,
            config={f"key-{at}": "v" * 10_000 for at in range(2_000)},
        ),
        trades=(*trades, *named),
    )
    page = render_report(huge, trades_shown=1_000_000)
    assert 100_000 < len(page.encode()) <= PAGE_BYTES_MAX
    assert "more are in trades.parquet" in page


def test_an_incomplete_run_is_unmistakable(result: BacktestResult) -> None:
    assert "Incomplete run" not in render_report(result, trades_shown=5)
    page = render_report(with_chosen(result, complete=False), trades_shown=5)
    assert 'role="alert"' in page
    assert "Incomplete run" in page
    assert "stopped early" in page


def test_a_run_of_nothing_renders_dashes(result: BacktestResult) -> None:
    empty = Curve(np.empty(0, np.int64), *(np.empty(0) for _ in range(4)))
    bare = with_chosen(
        replace(result, prices=(), benchmark=empty, notes=(), config={}, engine_seconds=0.0),
        trades=(),
        curve=empty,
        performance=summarize_returns(np.empty(0)),
        attribution=Attribution(),
        drawdowns=(),
        rolling=RollingSharpe.empty(),
        final_equity=Decimal(10_000),
    )
    page = render_report(bare, trades_shown=5)
    assert "No trade was opened" in page
    assert "\N{EM DASH}" in page
    assert "nan" not in re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL).lower()


def test_liquidations_are_told_and_marked() -> None:
    run = small_run()
    fill = replace(run.chosen.fills[5], is_liquidation=True)
    costs = replace(run.chosen.costs, liquidations=2, liquidation_fees=Decimal(3))
    page = render_report(with_chosen(run, fills=(fill,), costs=costs), trades_shown=5)
    assert "liquidated" in page
    assert "The venue closed 2 positions by force." in page
    assert data_of(page)["liquidations"] == [[fill.ts_ns // 10**9, fill.instrument]]
    plain = render_report(run, trades_shown=5)
    assert "by force" not in re.sub(r"<script.*?</script>", "", plain, flags=re.DOTALL)
    assert data_of(plain)["liquidations"] == []


def test_the_most_traded_instruments_get_the_charts(result: BacktestResult) -> None:
    prices = tuple(replace(result.prices[0], instrument=f"A{at}") for at in range(20))
    busy = replace(result.chosen.trades[0], instrument="A19")
    shown = shown_prices(with_chosen(replace(result, prices=prices), trades=(busy,)))
    assert shown[0].instrument == "A19"
    assert len(shown) < len(prices)


def test_write_report_makes_the_folder(result: BacktestResult, tmp_path: Path) -> None:
    path = write_report(result, tmp_path / "runs" / "one", trades_shown=3)
    assert path.name == "report.html"
    assert path.read_text(encoding="utf-8") == render_report(result, trades_shown=3)
