"""``traider tax``: a recorded run's year, equal to its ledger."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runtime.parity.recorded_runs import recorded, settings
from traider.cli.main import run
from traider.runtime.books.money_events import read_money
from traider.runtime.parity.recorded_run import RecordedRun

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded run that traded in 2024."""
    return recorded(tmp_path_factory.mktemp("tax") / "run", settings("level2-iceberg"))


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "average", "specific"])
def test_the_year_is_the_ledgers(
    folder: Path, method: str, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "form.csv"
    said = ["tax", "--year", "2024", "--method", method, "--state", str(folder)]
    assert run([*said, "--out", str(out), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == body["rows"] > 0
    assert sum(Decimal(row["(h) gain or loss"]) for row in rows) == Decimal(body["gain"])
    money = read_money(RecordedRun.open(folder))
    ledger = money.ledger()
    if not any(position.quantity for position in ledger.positions.values()):
        assert Decimal(body["gain"]) == pytest.approx(ledger.realized - ledger.fees, abs=0.011)
    assert body["short_term"]["rows"] + body["long_term"]["rows"] == body["rows"]


def test_sums_are_those_of_the_form(folder: Path, capsys: Capture) -> None:
    said = ["tax", "--year", "2024", "--state", str(folder), "--json", "--form"]
    found = []
    for form in ("8949", "1099-da", "1099-b"):
        assert run([*said, form]) == 0
        found.append(json.loads(capsys.readouterr().out))
    every, assets, contracts = found
    assert every["left_out"] == 0
    assert assets["rows"] + contracts["rows"] == every["rows"]
    assert Decimal(assets["gain"]) + Decimal(contracts["gain"]) == Decimal(every["gain"])


def test_another_year_is_empty_and_a_person_reads_sums(folder: Path, capsys: Capture) -> None:
    assert run(["tax", "--year", "2023", "--state", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "short term: 0 disposals" in shown
    assert "lots and ledger agree" in shown
    assert "one for one here" in shown


def test_what_cannot_be_is_one_line(folder: Path, tmp_path: Path, capsys: Capture) -> None:
    assert run(["tax", "--year", "2024", "--state", str(tmp_path / "nowhere")]) in (2, 3)
    assert len(capsys.readouterr().err.splitlines()) == 1
    chosen = tmp_path / "chosen.csv"
    said = ["tax", "--year", "2024", "--state", str(folder)]
    assert run([*said, "--chosen", str(chosen)]) == 2
    assert "add --method specific" in capsys.readouterr().err
    assert run([*said, "--out", str(tmp_path / "no" / "folder.csv")]) == 2
    assert "cannot be written: No such file or directory" in capsys.readouterr().err
    assert run([*said, "--utc-offset", "nan"]) == 2
    assert "--utc-offset: is no number of hours" in capsys.readouterr().err
