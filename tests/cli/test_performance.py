"""``traider performance``: what it prints, its windows and its one-line errors."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.parity.recorded_runs import recorded, settings
from traider.cli.main import run
from traider.domain.timeframes import SECOND_NS
from traider.runtime.books.nav_files import read_nav
from traider.runtime.state_folder import RunPaths
from traider.venues.rfc3339 import format_ns

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("performance") / "run", settings("level2-iceberg"))


def _body(capsys: Capture, folder: Path, *more: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["performance", "--state", str(folder), "--json", *more]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_run_is_measured_over_any_window(folder: Path, capsys: Capture) -> None:
    rows = read_nav(RunPaths(folder).nav)
    whole = _body(capsys, folder)
    assert (whole["rows"], whole["currency"]) == (len(rows), "USDT")
    assert Decimal(whole["nav_end"]) == Decimal(int(rows["nav"][-1])) / 10**8
    assert Decimal(whole["fees"]) > 0
    assert whole["trades"]["closed"] > 0
    assert whole["sharpe"] is None
    middle = format_ns(int(rows["ts"][len(rows) // 2]))
    parts = [_body(capsys, folder, "--to", middle), _body(capsys, folder, "--from", middle)]
    assert sum(Decimal(part["pnl"]) for part in parts) == Decimal(whole["pnl"])
    assert sum(part["trades"]["closed"] for part in parts) == whole["trades"]["closed"]
    # A crash took the last second; made again from the journal it is there.
    again = _body(capsys, folder, "--replay")
    assert len(rows) <= again["rows"] <= len(rows) + 1
    assert again["fees"] >= whole["fees"]


def test_a_run_is_measured_beside_a_benchmark(
    folder: Path, tmp_path: Path, capsys: Capture
) -> None:
    own = _body(capsys, folder, "--benchmark", "btc-usdt", "--period", "1s")["benchmark"]
    assert own["name"] == "BINANCE:BTC-USDT-PERP"
    rows = read_nav(RunPaths(folder).nav)
    assert own["periods"] == len(rows) - 1
    assert abs(own["correlation"]) <= 1.0
    prices = tmp_path / "nav.csv"
    lines = [f"{ts},{nav}" for ts, nav in zip(rows["ts"], rows["nav"], strict=True)]
    prices.write_text("\n".join(["ts,close", *lines]), encoding="utf-8")
    # Beside its own NAV a run is its benchmark.
    same = _body(capsys, folder, "--benchmark", str(prices))["benchmark"]
    assert same["beta"] == pytest.approx(1.0)
    assert same["correlation"] == pytest.approx(1.0)
    assert same["excess_return"] == pytest.approx(0.0, abs=1e-12)
    stamps = [format_ns(int(ts)) for ts in rows["ts"]]
    lines = [f"{ts},{nav}" for ts, nav in zip(stamps, rows["nav"], strict=True)]
    prices.write_text("\n".join(["ts,close", *lines]), encoding="utf-8")
    assert _body(capsys, folder, "--benchmark", str(prices))["benchmark"] == same
    assert run(["performance", "--state", str(folder), "--benchmark", str(prices)]) == 0
    shown = capsys.readouterr().out
    assert "beside nav over" in shown
    assert "figures a year need 7 days" in shown


def test_what_cannot_be_measured_is_one_line(folder: Path, tmp_path: Path, capsys: Capture) -> None:
    asked = ["performance", "--state", str(folder)]
    assert run([*asked, "--benchmark", "DOGE"]) == 2
    assert "DOGE is no file and not one instrument of the run" in capsys.readouterr().err
    assert run([*asked, "--from", "soon"]) == 2
    assert "--from" in capsys.readouterr().err
    last = int(read_nav(RunPaths(folder).nav)["ts"][-1])
    assert run([*asked, "--from", format_ns(last + 9 * SECOND_NS)]) == 3
    assert "fewer than two rows" in capsys.readouterr().err
    prices = tmp_path / "prices.csv"
    for text, said in (("a,b\n1,2\n", "write ts,close"), ("ts,close\n2,1\n1,1\n", "do not rise")):
        prices.write_text(text, encoding="utf-8")
        assert run([*asked, "--benchmark", str(prices)]) == 3
        assert said in capsys.readouterr().err


def test_a_run_without_a_series_says_how_to_make_it(tmp_path: Path, capsys: Capture) -> None:
    folder = recorded(tmp_path / "run", settings("level2-iceberg"))
    for path in RunPaths(folder).nav.iterdir():
        path.unlink()
    assert run(["performance", "--state", str(folder)]) == 2
    assert "add --replay to make it" in capsys.readouterr().err
    assert _body(capsys, folder, "--replay")["rows"] > 50
