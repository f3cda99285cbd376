import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from tests.backtest.test_findings import FINDING
from tests.cli.sample_result import sample_result, without_time
from traider.backtest.report.number_text import MoneyText
from traider.backtest.report.tables import tier_rows
from traider.backtest.results import BacktestResult, FeesPaid
from traider.cli.backtest_outcome import outcome_json, print_overview, print_place
from traider.portfolio.attribution import Attribution


def _printed(result: BacktestResult, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_overview(console, result)
    print_place(console, Path("runs/one/report.html"))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_object_has_every_promised_key_as_plain_numbers() -> None:
    body = outcome_json(sample_result(), Path("r/report.html"), Path("r"))
    assert json.loads(json.dumps(body, allow_nan=False)) == body
    promised = {
        "fingerprint": "pessimistic-fingerprint",
        "bars": 1_234,
        "events": 5_678,
        "trades": 3,
        "final_equity": 11_000.12345678,
        "max_drawdown": -0.25,
        "fees": 3.75,
        "fill_tier": "pessimistic",
        "report": "r/report.html",
        "folder": "r",
        "complete": True,
        "notes": ["2 gaps in BTC"],
    }
    assert promised.items() <= body.items()


def test_numbers_json_cannot_say_are_null() -> None:
    body = outcome_json(sample_result(), Path("r"), Path("r"))
    metrics = body["metrics"]
    assert isinstance(metrics, dict)
    assert metrics["performance"]["sortino"] is None
    assert metrics["performance"]["cagr"] is None
    assert metrics["performance"]["intervals"]["sharpe"]["low"] == -1.0
    assert metrics["trades"]["profit_factor"] is None


def test_all_tiers_are_in_the_object() -> None:
    body = outcome_json(sample_result(), Path("r"), Path("r"))
    tiers = body["tiers"]
    assert isinstance(tiers, list)
    assert [tier["fill_tier"] for tier in tiers] == ["pessimistic", "base", "optimistic"]
    assert tiers[1]["final_equity"] == 11_500.0
    assert tiers[0]["orders"]["refusals"] == {"price-collar": 1}


def test_the_summary_shows_tiers_side_by_side() -> None:
    shown = _printed(sample_result())
    header = next(line for line in shown.splitlines() if line.startswith("fill tier"))
    assert header.split() == ["fill", "tier", "pessimistic", "*", "base", "optimistic"]
    equity = next(line for line in shown.splitlines() if line.startswith("final equity"))
    assert equity.split()[-3:] == ["11,000.12", "11,500.00", "12,000.00"]
    assert "Ensemble on BTC [x]" in shown
    assert "∞" in shown
    assert "–" in shown


def test_fees_of_another_currency_have_rows_of_their_own() -> None:
    result = sample_result()
    assert "fees in" not in _printed(result)
    paid = (
        FeesPaid("USDT", Decimal("0.25"), Decimal("0.25")),
        FeesPaid("BNB", Decimal("0.01166667"), Decimal("3.50"), Decimal("0.5")),
    )
    tiers = tuple(replace(tier, costs=replace(tier.costs, fees_paid=paid)) for tier in result.tiers)
    result = replace(result, tiers=tiers)
    shown = _printed(result).splitlines()
    rows = {line.split("  ")[0]: line.split()[-3:] for line in shown if "BNB" in line}
    assert rows == {
        "fees in BNB": ["0.01166667"] * 3,
        "BNB fees, worth USDT": ["3.50"] * 3,
    }
    body = outcome_json(result, Path("r"), Path("r"))
    told = [
        {"currency": "USDT", "amount": "0.25", "value": "0.25", "left": None},
        {"currency": "BNB", "amount": "0.01166667", "value": "3.50", "left": "0.5"},
    ]
    assert body["fees_paid"] == told
    assert [row.cells for row in tier_rows(tiers, MoneyText("USDT", 2)) if "BNB" in row.label] == [
        ("0.01166667, worth 3.50",) * 3
    ]


def test_the_place_of_the_report_is_never_broken_over_lines() -> None:
    long = Path("runs/" + "x" * 100 + "/report.html")
    console = Console(file=io.StringIO(), width=40)
    print_place(console, long)
    assert isinstance(console.file, io.StringIO)
    assert f"report: {long}" in console.file.getvalue()


def test_a_stopped_run_says_so() -> None:
    assert "stopped before the end" in _printed(sample_result(complete=False))
    assert "stopped before the end" not in _printed(sample_result())


def test_no_measurable_time_is_no_division_by_zero() -> None:
    assert "in 0.00 s" in _printed(without_time(sample_result()))


def test_findings_are_printed_with_what_to_do_and_kept_in_the_object() -> None:
    result = replace(sample_result(), findings=(FINDING,))
    shown = _printed(result)
    assert "doctor: 1 serious" in shown
    assert "serious: Too few: 3 (at least 30)" in shown
    assert "    Do." in shown
    assert "doctor:" not in _printed(sample_result())
    body = outcome_json(result, Path("r"), Path("r"))
    findings = body["findings"]
    assert isinstance(findings, list)
    assert findings[0]["code"] == "few-trades"


def test_attribution_is_exact_text_and_plain_numbers() -> None:
    body = outcome_json(sample_result(), Path("r"), Path("r"))
    tiers = body["tiers"]
    assert isinstance(tiers, list)
    assert tiers[0]["attribution"]["by_alpha"] == {"momentum": "1200.50", "reversion": "-200.50"}
    assert tiers[0]["attribution"]["total"] == "1000.00"
    assert tiers[0]["pnl_by_alpha"] == {"momentum": 1_200.5, "reversion": -200.5}
    assert tiers[0]["execution"]["unfilled_share"] is None
    assert body["rolling_sharpe"] == {
        "window_days": 0,
        "last": None,
        "lowest": None,
        "highest": None,
    }


def test_the_summary_names_the_alphas_profit() -> None:
    assert "P&L by alpha, USDT: momentum +1,200.50, reversion -200.50" in _printed(sample_result())
    plain = sample_result()
    bare = tuple(replace(tier, attribution=Attribution()) for tier in plain.tiers)
    assert "P&L by alpha" not in _printed(replace(plain, tiers=bare))


def test_funding_and_liquidations_are_printed_where_there_were_any() -> None:
    plain = sample_result()
    assert "funding" not in _printed(plain)
    costs = replace(plain.chosen.costs, funding=Decimal("12.5"), liquidations=2)
    tiers = (replace(plain.tiers[0], costs=costs), *plain.tiers[1:])
    shown = _printed(replace(plain, tiers=tiers)).splitlines()
    funding = next(line for line in shown if line.startswith("funding paid USDT"))
    assert funding.split()[-3:] == ["12.50", "0.00", "0.00"]
    assert next(line for line in shown if line.startswith("liquidations")).split()[1] == "2"
