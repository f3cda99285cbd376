"""``traider var``: one object, tables, and one line for what cannot be."""

import json
from pathlib import Path

import pytest

from tests.written_bars import write_swings
from traider.cli.main import run

Capture = pytest.CaptureFixture[str]
START_MS = 1_700_006_400_000
HOURS = 24 * 60


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Sixty days of hours of two instruments that swing by turns."""
    folder = tmp_path / "bars"
    write_swings(folder, HOURS, START_MS)
    return folder


@pytest.fixture
def positions(tmp_path: Path) -> Path:
    path = tmp_path / "book.csv"
    path.write_text("instrument,quantity,price\nBTC-USDT,2,100\nETH-USDT,-1,50\n")
    return path


def test_one_object_with_everything(data: Path, positions: Path, capsys: Capture) -> None:
    assert run(["var", "--positions", str(positions), "--data", str(data), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["gross"], body["net"], body["currency"]) == ("250", "150", "USDT")
    assert len(body["measurements"]) == 6 * 2 * 2
    by = {(each["model"], each["horizon"], each["level"]): each for each in body["measurements"]}
    one = by["historical", "1h", 0.95]
    assert 0.0 < one["var"] <= one["es"] + 1e-9
    assert one["var_of_gross"] == pytest.approx(one["var"] / 250.0)
    parts = [
        each["component_es"]
        for each in body["parts"]
        if each["horizon"] == "1h" and each["level"] == 0.95
    ]
    assert sum(parts) == pytest.approx(one["es"])
    assert body["data"]["1h"]["returns"] == HOURS - 1
    assert body["data"]["1h"]["first"] == "2023-11-15T02:00:00Z"
    assert body["backtests"] == []


def test_a_person_reads_tables(data: Path, positions: Path, capsys: Capture) -> None:
    said = ["var", "--positions", str(positions), "--data", str(data), "--horizon", "1h"]
    assert run(said) == 0
    shown = capsys.readouterr().out
    assert "2 positions, gross 250.00, net 150.00 USDT" in shown
    assert "filtered-historical" in shown
    assert "who brings what: 1h, 95%" in shown
    assert "1d" not in shown


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (["--from", "yesterday"], "--from: must be an ISO date"),
        (["--from", "2030-01-01"], "no two periods of 1h"),
        (["--horizon", "1w"], "'1w' is not one of"),
    ],
)
def test_what_cannot_be_is_one_line(
    data: Path, positions: Path, more: list[str], line: str, capsys: Capture
) -> None:
    assert run(["var", "--positions", str(positions), "--data", str(data), *more]) in (2, 3)
    told = capsys.readouterr().err
    assert line in told
    assert len(told.splitlines()) == 1
