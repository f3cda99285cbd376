"""``traider report review``: a journal's transfers, drafts for their owner alone."""

import json
import stat
from pathlib import Path

import pytest

from tests.runtime.books.written_runs import Sizes, WrittenRun
from traider.cli.main import run as run_command
from traider.kernel.codes import Verdict

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with transfers of dollars and coins, and a refused self-trade."""
    folder = tmp_path_factory.mktemp("review") / "run"
    with WrittenRun(folder) as run:
        run.transfer(1, 1, "BTC")
        run.book(600_000, 600_002)
        run.transfer(1, 1, "BTC")
        run.transfer(-9_000, 2)
        run.transfer(-50_000, 3)
        run.refuse(run.wish(Sizes(1, 5)), Verdict.SELF_TRADE, 1.0, 1.0)
    return folder


def test_drafts_are_written_for_their_owner_alone(
    folder: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "review.json"
    out.write_text("old", encoding="utf-8")
    out.chmod(0o644)
    said = ["report", "review", "--state", str(folder)]
    assert run_command([*said, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "Traider files nothing" in shown
    assert "2 deposits, 1 withdrawals, 1 orders and 1 refusals" in shown
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["review.json"]
    body = json.loads(out.read_text())
    found = {each["kind"]: each for each in body["findings"]}
    # Funding is no transfer of capital; a coin before any mark was known has no worth.
    assert sorted(found) == ["daily-total", "record", "self-trade"]
    assert found["daily-total"]["dollars"] == "60000.1"
    assert len(body["looked_at"]["not_valued"]) == 1
    first = out.read_bytes()
    assert run_command([*said, "--out", str(out)]) == 0
    assert out.read_bytes() == first
    capsys.readouterr()
    assert run_command([*said, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == body


def test_nothing_found_says_what_was_looked_at(folder: Path, capsys: Capture) -> None:
    said = ["report", "review", "--state", str(folder)]
    given = ["daily=100000", "record=100000", "suspicious=100000"]
    changed = [part for each in given for part in ("--threshold", each)]
    assert run_command([*said, *changed, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["thresholds"]["daily"] == "100000"
    assert [each["kind"] for each in body["findings"]] == ["self-trade"]


def test_no_finding_is_told_with_its_numbers(tmp_path: Path, capsys: Capture) -> None:
    with WrittenRun(tmp_path / "run") as run:
        run.transfer(100, 1)
    assert run_command(["report", "review", "--state", str(tmp_path / "run")]) == 0
    shown = capsys.readouterr().out
    assert "looked at 1 deposits, 0 withdrawals, 0 orders" in shown
    assert "nothing crossed a threshold (suspicious 5000, daily 10000" in shown


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["--threshold", "cash=1"], "no threshold 'cash'"),
        (["--threshold", "daily=x"], "is 'x'"),
        (["--threshold", "daily=-1"], "set it above 0"),
        (["--out", "/dev/null/x.json"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_one_line(
    folder: Path, said: list[str], words: str, capsys: Capture
) -> None:
    assert run_command(["report", "review", "--state", str(folder), *said]) == 2
    shown = capsys.readouterr().err
    assert len(shown.splitlines()) == 1
    assert words in shown
