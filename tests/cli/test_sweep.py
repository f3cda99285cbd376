"""``traider sweep`` as a person calls it: the outcome, and errors in one line."""

import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from tests.e2e.command import SMA_CROSS
from traider.cli.main import run
from traider.cli.progress import Show
from traider.cli.sweep_session import run_session
from traider.runtime.config import load_config
from traider.runtime.sweep import SweepRequest, run_sweep

SETTINGS = (
    "--set", 'strategy.kind="sma-cross"', "--set", "strategy.fast=2", "--set", "strategy.slow=30",
    "--set", "limits.max_data_age_s=1000000",
)  # fmt: skip
GRID = ("--grid", "strategy.fast=2:14:3", "--grid", "strategy.slow=5:30:5")


@dataclass
class Desk:
    """Runs ``traider sweep`` in a folder with a bar file."""

    data: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Run with the bars and settings; return stdout."""
        assert run(["sweep", "--data", str(self.data), *SETTINGS, *arguments]) == code
        shown = self.capture.readouterr()
        if code not in {0, 130}:
            assert shown.out == ""
            assert len(shown.err.splitlines()) == 1, shown.err
            return shown.err
        assert shown.err == ""
        return shown.out

    def json(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run with ``--json``; return the one object it prints."""
        text = self(*arguments, "--json", code=code)
        assert len(text.splitlines()) == 1
        found: dict[str, Any] = json.loads(text)
        return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Desk:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("TRAIDER_") and name != "TRAIDER_CACHE_DIR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "110")
    data = write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(1_500)))
    return Desk(data, capfd)


def test_a_person_reads_counts_best_and_worth(desk: Desk) -> None:
    text = desk(*GRID, "--trials-before", "100")
    assert "sma-cross on BINANCE:BTC-USDT, 1h bars" in text
    assert "24 trials run, 6 skipped, 0 failed of 30 points" in text
    assert "skipped 6: fast must be smaller than slow" in text
    assert "deflated Sharpe" in text
    assert "in 124 trials, 100 of them before" in text
    assert "overfitting" in text
    rows = [line.split() for line in text.splitlines() if line.strip()[:2] in {"1 ", "10"}]
    assert len(rows) == 2
    report = Path(text.splitlines()[-1].removeprefix("report: "))
    assert report.is_file()


def test_with_json_stdout_is_one_object(desk: Desk, tmp_path: Path) -> None:
    found = desk.json(*GRID, "--metric", "total_return", "--threads", "2", "--output", "out")
    assert found["counts"]["run"] == len(found["trials"]) == 24
    assert found["metric"] == "total_return"
    best = max(found["trials"], key=lambda trial: trial["total_return"])
    assert found["best"] == best
    assert "returns" not in best
    assert found["statistics"]["trials"] == 24
    assert (found["threads"], found["trials_run_now"]) == (2, 24)
    assert (tmp_path / found["report"]).parent == tmp_path / found["folder"]
    assert Path(found["folder"]).parent == Path("out")


def test_a_sample_says_what_it_was_drawn_from(desk: Desk) -> None:
    text = desk(*GRID, "--random", "12")
    assert "of 12 points drawn from 30" in text
    assert desk.json(*GRID, "--random", "12")["random"] == 12


def test_quiet_prints_nothing(desk: Desk) -> None:
    assert desk(*GRID, "--quiet") == ""


def test_a_parameter_of_an_alpha_is_named_after_it(desk: Desk) -> None:
    found = desk.json(
        "--set", 'strategy={kind="ensemble"}', "--grid", "momentum.fast=5,10", "--grid",
        "momentum.slow=5,30", "--require", "momentum.fast<momentum.slow",
    )  # fmt: skip
    assert found["counts"]["skipped"] == {"momentum.fast < momentum.slow is required": 2}
    assert found["trials"][0]["point"] == {
        "strategy.alphas.0.params.fast": 5,
        "strategy.alphas.0.params.slow": 30,
    }


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--grid", "strategy.fats=1,2"), 2, "did you mean strategy.fast?"),
        ((), 2, "nothing to sweep"),
        (("--grid", "strategy.fast=1:9:0"), 2, "a step of 0 leads nowhere"),
        (("--grid", "strategy.fast=9:1:1"), 2, "9 to 1 is backwards"),
        (("--grid", "strategy.fast=1:9"), 2, "is not first:last:step"),
        (("--grid", "strategy.fast="), 2, "is not key=values"),
        (
            ("--grid", "strategy.fast=1:200:1", "--grid", "strategy.slow=1:200:1"),
            2,
            "draw some with --random N",
        ),
        ((*GRID, "--random", "0"), 2, "--random: 0 is too few"),
        ((*GRID, "--metric", "luck"), 2, "'luck' is no metric"),
        ((*GRID, "--fill-tier", "hopeful"), 2, "'hopeful' is not one of"),
        ((*GRID, "--resume", "nowhere"), 3, "there is no sweep to go on with"),
        ((*GRID, "--from", "2031-01-01"), 3, "has 0 bars"),
        (("--grid", "fill_tier=base,optimistic"), 2, "--fill-tier"),
        ((*GRID, "--require", "strategy.fast"), 2, "compares nothing"),
        (("--grid", "strategy.fast=40:50:5"), 2, "must be smaller than slow"),
    ],
)
def test_errors_are_one_line(desk: Desk, arguments: tuple[str, ...], code: int, says: str) -> None:
    line = desk(*arguments, code=code)
    assert line.startswith("traider: error: ")
    assert says in line


def test_without_bars_there_is_nothing_to_test_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", *GRID, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["where"] == "data.files"


def test_an_unknown_parameter_of_an_alpha_is_a_strategy_error(desk: Desk) -> None:
    line = desk("--set", 'strategy={kind="ensemble"}', "--grid", "momentum.fats=1,2", code=4)
    assert "unknown parameter 'fats'" in line


def test_a_stopped_sweep_is_printed_and_can_be_gone_on_with(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A person's Ctrl-C after some trials, at a terminal."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    settings = [word for word in SETTINGS if word != "--set"]
    config = load_config(SMA_CROSS, (*settings, f'data.files=["{desk.data}"]', 'data.start=""'))
    request = SweepRequest(("strategy.fast=2:29:1",), threads=1)

    def interrupted(fraction: float, text: str) -> None:
        del fraction
        if text == "5 of 28 trials":
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(
            "traider.cli.sweep_session.run_sweep", _watched(interrupted, desk.data.parent)
        )
        finished = run_session(config, request, Show.SUMMARY)
    shown = capfd.readouterr()
    assert "stopping, what is done is kept" in shown.err
    assert f"go on with the same command and --resume {finished.folder}" in shown.out
    assert 5 <= finished.fresh < 28
    resumed = SweepRequest(request.grid, threads=1, resume=finished.folder)
    again = run_session(config, resumed, Show.NOTHING)
    assert again.result.is_complete
    assert again.fresh == 28 - finished.fresh
    log = (desk.data.parent / "runs" / "traider.log.jsonl").read_text(encoding="utf-8")
    messages = [json.loads(line)["message"] for line in log.splitlines()]
    assert [m for m in messages if m.startswith("sweep")] == [
        "sweep started",
        "sweep stopped",
        "sweep started",
        "sweep finished",
    ]


def _watched(report: Any, folder: Path) -> Any:
    def run_it(config: Any, request: Any, *, progress: Any, stop: Any) -> Any:
        assert folder.is_dir()

        def both(fraction: float, text: str) -> None:
            report(fraction, text)
            progress(fraction, text)

        return run_sweep(config, request, progress=both, stop=stop)

    return run_it
