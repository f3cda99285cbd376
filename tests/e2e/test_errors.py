"""What a person sees when something is wrong: one line, the right exit code, no traceback."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from tests.e2e.command import ENSEMBLE, SMA_CROSS, traider
from traider.cli.main import run


@dataclass
class Refused:
    """Runs back-tests that must be refused, in a folder of their own."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, code: int, *arguments: str) -> str:
        """Run ``traider backtest``; return its one line."""
        assert run(["backtest", *arguments]) == code
        shown = self.capture.readouterr()
        assert shown.out == ""
        return one_line(shown.err)


def one_line(text: str) -> str:
    """Return the only line of an error."""
    assert text.startswith("traider: error: ")
    assert len(text.splitlines()) == 1, text
    return text


@pytest.fixture
def refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Refused:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("TRAIDER_"):
            monkeypatch.delenv(name)
    return Refused(capfd)


def test_a_process_ends_with_the_code_and_the_line(tmp_path: Path) -> None:
    arguments = ("--config", str(SMA_CROSS), "--data", "gone.parquet")
    done = traider(tmp_path, "backtest", *arguments)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "gone.parquet: there is no such file" in one_line(done.stderr)
    assert not list(tmp_path.rglob("summary.json"))


def test_a_file_that_is_no_parquet(refusal: Refused, tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    path.write_text("ts,open\n", encoding="utf-8")
    line = refusal(3, "--config", str(SMA_CROSS), "--data", str(path))
    assert "cannot be read as Parquet" in line


def test_impossible_bars(refusal: Refused, tmp_path: Path) -> None:
    columns = columns_of(wave(50))
    columns["high"][20] = 0.5
    path = write_bars(tmp_path / "bars.parquet", columns)
    assert "row 20" in refusal(3, "--config", str(SMA_CROSS), "--data", str(path))


def test_no_bars_in_the_range(refusal: Refused) -> None:
    arguments = ("--config", str(SMA_CROSS), "--from", "2031-01-01", "--to", "2032-01-01")
    assert "has 0 bars" in refusal(3, *arguments)


def test_the_same_instrument_twice(refusal: Refused, tmp_path: Path) -> None:
    paths = [write_bars(tmp_path / f, columns_of(wave(50))) for f in ("X.parquet", "Y.parquet")]
    data = [word for path in (paths[0], paths[0]) for word in ("--data", str(path))]
    assert "holds X" in refusal(3, "--config", str(SMA_CROSS), *data)
    minutes = write_bars(tmp_path / "Y.parquet", columns_of(wave(50), step_ms=60_000))
    data = ["--data", str(paths[0]), "--data", str(minutes)]
    assert "holds 1m bars" in refusal(3, "--config", str(SMA_CROSS), *data)


def test_no_data_at_all(refusal: Refused) -> None:
    assert "--data" in refusal(2)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("strategy.fats=3", "strategy.fats"),
        ("strategy.fast=x", "strategy.fast"),
        ("strategy.fast=900", "slow"),
        ("capital=0", "capital"),
        ("fill_tier=hopeful", "fill_tier"),
        ("costs", "costs"),
    ],
)
def test_a_setting_that_is_wrong(refusal: Refused, setting: str, says: str) -> None:
    assert says in refusal(2, "--config", str(SMA_CROSS), "--set", setting)


def test_a_tier_that_is_none(refusal: Refused) -> None:
    line = refusal(2, "--config", str(SMA_CROSS), "--fill-tier", "hopeful")
    assert "pessimistic" in line


def own_strategy(folder: Path, source: str) -> Path:
    """Write a configuration with an alpha of its own."""
    (folder / "own.py").write_text(source, encoding="utf-8")
    data = write_bars(folder / "X.parquet", columns_of(wave(300)))
    path = folder / "own.toml"
    path.write_text(
        f"""
[data]
files = ["{data.name}"]
[[strategy.alphas]]
name = "own"
file = "own.py"
""",
        encoding="utf-8",
    )
    return path


OWN = """
from traider.signals import alpha

@alpha(features=("sma(close, 5)", "close"))
def own(x, p):
    {body}
"""


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def own(:\n", "SyntaxError"),
        (OWN.format(body="return nothing_of_that_name(x), 1.0"), "cannot compile"),
        (OWN.replace("sma(", "smaa(").format(body="return 0.0, 0.0"), "unknown feature"),
        (OWN.replace("def own", "def other").format(body="return 0.0, 0.0"), "other"),
        (OWN.format(body="raise ValueError('no opinion')"), "no opinion"),
    ],
)
def test_a_strategy_that_cannot_be_used(
    refusal: Refused, tmp_path: Path, source: str, says: str
) -> None:
    assert says in refusal(4, "--config", str(own_strategy(tmp_path, source)))


def test_an_unknown_shipped_alpha(refusal: Refused, tmp_path: Path) -> None:
    path = own_strategy(tmp_path, "")
    text = path.read_text(encoding="utf-8").replace('file = "own.py"', "")
    path.write_text(text, encoding="utf-8")
    assert "momentum" in refusal(4, "--config", str(path))


def test_an_own_strategy_that_works_trades(tmp_path: Path) -> None:
    body = "return (1.0 if x[1] < x[0] else -1.0), 1.0"
    path = own_strategy(tmp_path, OWN.format(body=body))
    done = traider(tmp_path, "backtest", "--config", str(path), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["trades"] > 3


def test_an_alpha_out_of_range_is_switched_off_and_said(tmp_path: Path) -> None:
    path = own_strategy(tmp_path, OWN.format(body="return 7.0, 1.0"))
    done = traider(tmp_path, "backtest", "--config", str(path), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["trades"] == 0
    assert any("own answered outside its range" in note for note in found["notes"])


def test_a_folder_that_cannot_be_written(refusal: Refused, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    arguments = ("--config", str(SMA_CROSS), "--to", "2021-02-01")
    line = refusal(3, *arguments, "--output", str(blocked / "runs"))
    assert "cannot write results" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(refusal: Refused, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    arguments = ("--config", str(SMA_CROSS), "--to", "2021-02-01")
    assert "cannot write" in refusal(3, *arguments, "--output", str(closed))


def test_with_json_an_error_is_one_object_on_stdout(tmp_path: Path) -> None:
    done = traider(tmp_path, "backtest", "--json", "--config", str(ENSEMBLE), "--data", "gone")
    assert done.returncode == 3
    assert done.stderr == ""
    assert json.loads(done.stdout)["error"]["exit_code"] == 3
