"""``traider check lookahead``: its exit codes, one object, table and one-line errors."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.backtest.lookahead.planted import ahead, momentum
from tests.runtime.look_ahead_runs import FEATURES, NAMES, histories, write_history, write_scores
from traider.cli.main import run

pytestmark = pytest.mark.uncounted

CONFIG = """
[data]
files = ["{0}.parquet", "{1}.parquet"]

[strategy]
allow_short = true

[[strategy.alphas]]
name = "{alpha}"
file = "own.py"

[[strategy.features]]
name = "honest"
file = "own.py"
{more}
"""
EARLY = '[[strategy.features]]\nname = "early"\nfile = "own.py"\n'


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(tmp_path / "cache"))
    for name, bars in zip(NAMES, histories(), strict=True):
        write_history(tmp_path / f"{name}.parquet", bars)
    (tmp_path / "own.py").write_text(FEATURES, encoding="utf-8")
    configure()


def configure(alpha: str = "follow", more: str = "") -> None:
    text = CONFIG.format(*NAMES, alpha=alpha, more=more)
    Path("own.toml").write_text(text, encoding="utf-8")


def called(code: int, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Run the check with --json; return the one object it prints."""
    assert run(["check", "lookahead", "--config", "own.toml", *arguments, "--json"]) == code
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 1
    found: dict[str, Any] = json.loads(shown.out)
    return found


def test_a_clean_strategy_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    found = called(0, capsys)
    assert found["clean"] is True
    assert (found["culprits"], found["findings"]) == ([], [])
    assert (found["features"], found["scores"]) == (["honest"], [])
    assert len(found["cuts"]) == 5
    assert Path(found["record"]).is_file()
    assert found["digest"] in found["record"]
    assert found["orders"] > 0


def test_a_leak_exits_with_1_and_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    configure("follow_early", EARLY)
    found = called(1, capsys)
    assert found["clean"] is False
    assert found["culprits"] == ["early"]
    (finding,) = found["findings"]
    assert finding["kind"] == "batch-feature"
    assert finding["changed"] > 0
    assert found["decisions_changed"] > 0
    assert found["record"] is None


def test_files_of_the_command_line_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bars = histories()
    values = [ahead(momentum(one, {}), 1) for one in bars]
    write_scores(tmp_path / "trees.parquet", bars, values)
    found = called(1, capsys, "--scores", "trees.parquet", "--features", "own.py")
    assert found["culprits"] == ["early", "trees"]
    kinds = {finding["culprit"]: finding["kind"] for finding in found["findings"]}
    assert kinds == {"early": "batch-feature", "trees": "foresight"}


def test_cuts_and_seed_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    found = called(0, capsys, "--cuts", "3", "--seed", "4")
    assert len(found["cuts"]) == 3
    assert found["record"] is None
    assert called(0, capsys, "--cuts", "3", "--seed", "5")["cuts"] != found["cuts"]


def test_the_table_tells_culprit_place_and_mend(capsys: pytest.CaptureFixture[str]) -> None:
    configure("follow_early", EARLY)
    assert run(["check", "lookahead", "--config", "own.toml"]) == 1
    shown = capsys.readouterr().out
    assert "looks ahead: early; " in shown
    assert "past decisions change with the future" in shown
    assert "batch-feature" in shown
    assert "BINANCE:BTC-USDT-PERP" in shown
    assert "2024-" in shown
    assert "the first from " in shown
    assert "mend: " in shown
    assert "looked at: 5 cuts" in shown


def test_a_clean_table_says_so_and_where_the_pass_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "lookahead", "--config", "own.toml"]) == 0
    shown = capsys.readouterr().out
    assert "clean: nothing looks ahead" in shown
    assert "pass recorded: " in shown
    assert run(["check", "lookahead", "--config", "own.toml", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--data", "gone.parquet"), "there is no such file"),
        (("--features", "gone.py"), "cannot read the batch feature's file"),
        (("--scores", "gone.parquet"), "there is no such file"),
        (("--cuts", "0"), "--cuts: 0 cuts"),
        (("--set", "strategy.nothing=1"), "unknown key"),
        (("--from", "2024-03-01"), "too few"),
        (("--set", "strategy.alphas=[{name='nobody'}]"), "unknown alpha"),
    ],
)
def test_what_cannot_run_exits_with_2_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    assert run(["check", "lookahead", "--config", "own.toml", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert says in shown.err
    assert shown.err.startswith("traider: error: ")
    assert len(shown.err.splitlines()) == 1
    found = called(2, capsys, *arguments)
    assert found["error"]["exit_code"] == 2
    assert says in found["error"]["line"]


def test_without_data_there_is_nothing_to_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "lookahead"]) == 2
    assert "no data to check on" in capsys.readouterr().err


def test_what_a_file_prints_does_not_disturb_the_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.py"
    own.write_text(FEATURES + "\nprint('hello')\n", encoding="utf-8")
    assert called(0, capsys)["clean"] is True


def test_an_interrupt_ends_it_with_130(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The file itself asks to stop when it is run the second time.
    stopping = f"""
import os, signal
from pathlib import Path
marks = Path({str(tmp_path / "marks")!r})
marks.write_text(marks.read_text() + "x" if marks.exists() else "x")
if len(marks.read_text()) == 5:
    os.kill(os.getpid(), signal.SIGINT)
"""
    (tmp_path / "own.py").write_text(FEATURES + stopping, encoding="utf-8")
    before = signal.getsignal(signal.SIGINT)
    assert run(["check", "lookahead", "--config", "own.toml"]) == 130
    assert "before the check was complete" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before
    assert not (tmp_path / "cache" / "traider-checks").exists()
    assert os.getpid() > 0


def test_a_back_test_takes_the_files_too(capsys: pytest.CaptureFixture[str]) -> None:
    text = CONFIG.format(*NAMES, alpha="follow", more="").partition("[[strategy.features]]")[0]
    Path("own.toml").write_text(text, encoding="utf-8")
    arguments = ["backtest", "--config", "own.toml", "--features", "own.py", "--json"]
    assert run(arguments) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["trades"] > 10
    assert any("not checked for look-ahead: honest, early" in note for note in body["notes"])
