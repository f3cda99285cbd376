"""``traider tax``: a recorded run's year, equal to its ledger."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runtime.parity.recorded_runs import recorded, settings
from traider.cli.lots_outcome import read_choices
from traider.cli.main import run
from traider.domain.errors import DataError
from traider.portfolio.lot_matching import LotChoice
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


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("0010000000484280,0,-5", "a quantity of -5 cannot be closed"),
        ("0010000000484280,0,0", "a quantity of 0 cannot be closed"),
        ("0010000000484280,0,nan", "a quantity of NaN cannot be closed"),
        ("0010000000484280,0,inf", "a quantity of Infinity cannot be closed"),
        ("0010000000484280,first,1", "names no lot"),
        ("0010000000484280,0", "names no lot"),
    ],
)
def test_a_lot_that_cannot_be_named_is_told_by_its_line(
    tmp_path: Path, row: str, fault: str
) -> None:
    file = tmp_path / "chosen.csv"
    file.write_text(f"order_id,lot,quantity\n7,0,1\n{row}\n")
    with pytest.raises(DataError, match=fault) as raised:
        read_choices(file)
    assert raised.value.where == f"{file}:3"


def test_an_order_is_named_as_it_is_printed_or_by_its_number(tmp_path: Path) -> None:
    file = tmp_path / "chosen.csv"
    orders = ("0010000000484280", "4503599632106112", "0x10000000484280", "a010000000484280")
    file.write_text("order_id,lot,quantity\n" + "".join(f"{each},3,0.5\n" for each in orders))
    found = read_choices(file)
    assert found[4_503_599_632_106_112] == [LotChoice(3, Decimal("0.5"))] * 3
    assert list(found) == [4_503_599_632_106_112, 0xA010000000484280]
