"""Positions and portfolio over the real server, held against the command line."""

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.api.served import Caller
from traider.cli.main import run as run_command
from traider.runtime.books.nav_files import read_nav

Capture = pytest.CaptureFixture[str]


def _cli(capsys: Capture, *words: str) -> Any:
    assert run_command([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _get(caller: Caller, path: str) -> Any:
    answer = caller.get(f"/api/v1/{path}")
    assert answer.status == 200, answer.body
    return answer.json


def test_positions_are_those_of_the_report(
    viewer: Caller, traded_state: Path, capsys: Capture
) -> None:
    report = _cli(capsys, "report", "positions", "--state", str(traded_state))
    told = _get(viewer, "positions")
    assert told["currency"] == report["currency"]
    assert len(told["positions"]) == len(report["positions"]) >= 1
    for one, other in zip(told["positions"], report["positions"], strict=True):
        assert one["instrument"] == other["instrument"]
        assert (one["size"], one["cost"]) == (other["quantity"], other["cost"])
        assert one["realized"] == other["realized"]
        if one["net"] is not None:
            parts = [Decimal(one[name]) for name in ("realized", "unrealized", "fees", "funding")]
            assert Decimal(one["net"]) == parts[0] + parts[1] - parts[2] - parts[3]
    fees = sum((Decimal(each["fees"]) for each in told["positions"]), Decimal(0))
    assert fees == sum(map(Decimal, report["fees"].values()), Decimal(0))


def test_the_summary_says_what_the_trader_said(
    viewer: Caller, traded_state: Path, capsys: Capture
) -> None:
    status = _cli(capsys, "status", "--state", str(traded_state))
    told = _get(viewer, "portfolio/summary")
    for name in ("nav", "cash", "pnl", "pnl_day", "fees"):
        assert told[name] == (status[name] or None)
    assert told["is_running"] is False
    figures = _get(viewer, "portfolio/performance")["figures"]
    assert told["total_return"] == pytest.approx(figures["total_return"])


def test_performance_is_what_the_command_measures(
    viewer: Caller, traded_state: Path, capsys: Capture
) -> None:
    wanted = _cli(capsys, "performance", "--state", str(traded_state))
    told = _get(viewer, "portfolio/performance")
    assert told["figures"] == wanted
    assert told["distribution"]["counts"]
    assert sum(told["distribution"]["counts"]) == wanted["returns"]
    months = [1.0 + each["total_return"] for each in told["months"]]
    assert np.prod(months) - 1.0 == pytest.approx(wanted["total_return"])
    assert told["rolling_sharpe"]["period"] == wanted["period"]
    assert len(told["rolling_sharpe"]["ts_ns"]) == len(told["rolling_sharpe"]["sharpe"])


def test_performance_of_a_window_beside_the_market(viewer: Caller, traded_state: Path) -> None:
    rows = read_nav(traded_state / "nav")
    begin, end = int(rows["ts"][10]), int(rows["ts"][-10])
    name = _get(viewer, "positions")["positions"][0]["instrument"]
    told = _get(viewer, f"portfolio/performance?from_ns={begin}&to_ns={end}&benchmark={name}")
    figures = told["figures"]
    assert (figures["begin_ns"], figures["end_ns"]) == (begin, end)
    assert figures["benchmark"]["name"] == name


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("benchmark=/etc/passwd", 422),
        ("benchmark=nothing", 422),
        ("period=1y", 422),
        ("from_ns=1&to_ns=2", 409),
    ],
)
def test_performance_that_cannot_be_is_told(viewer: Caller, query: str, status: int) -> None:
    answer = viewer.get(f"/api/v1/portfolio/performance?{query}")
    assert answer.status == status
    assert answer.json["fix"] or answer.json["faults"]


@pytest.mark.parametrize("points", [16, 40, 5_000])
def test_nav_in_few_points_keeps_its_extremes(
    viewer: Caller, traded_state: Path, points: int
) -> None:
    rows = read_nav(traded_state / "nav")
    told = _get(viewer, f"portfolio/nav?points={points}")
    assert told["rows"] == len(rows)
    assert len(told["ts_ns"]) <= points
    assert {len(told[name]) for name in ("nav", "pnl", "drawdown", "gross")} == {len(told["ts_ns"])}
    assert all(one < other for one, other in pairwise(told["ts_ns"]))
    units = [int(Decimal(each) * 10**8) for each in told["nav"]]
    assert (min(units), max(units)) == (int(rows["nav"].min()), int(rows["nav"].max()))
    assert (told["ts_ns"][0], told["ts_ns"][-1]) == (int(rows["ts"][0]), int(rows["ts"][-1]))
    deepest = _get(viewer, "portfolio/performance")["figures"]["max_drawdown"]
    assert min(told["drawdown"]) == pytest.approx(deepest)
    assert max(told["drawdown"]) <= 0.0


def test_nav_of_a_window_holds_its_rows(viewer: Caller, traded_state: Path) -> None:
    rows = read_nav(traded_state / "nav")
    begin, end = int(rows["ts"][5]), int(rows["ts"][25])
    told = _get(viewer, f"portfolio/nav?from_ns={begin}&to_ns={end}")
    assert told["ts_ns"] == rows["ts"][5:25].tolist()
    assert told["pnl"][0] == "0"
    assert _get(viewer, "portfolio/nav?from_ns=1&to_ns=2")["ts_ns"] == []


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "average"])
def test_lots_are_those_of_the_command(
    viewer: Caller, traded_state: Path, capsys: Capture, method: str
) -> None:
    wanted = _cli(capsys, "lots", "--state", str(traded_state), "--method", method)
    assert _get(viewer, f"portfolio/lots?method={method}") == wanted
