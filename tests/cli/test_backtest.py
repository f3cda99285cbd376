import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.sample_result import SampleFinished, sample_result
from traider.cli.backtest import option_overrides, start_backtest
from traider.cli.main import run
from traider.cli.progress import ProgressReport
from traider.domain.errors import UsageError
from traider.runtime.config import Config, load_config


class RecordingRunner:
    """Take a configuration, report some progress, and leave the sample result behind."""

    def __init__(self, folder: Path, *, interrupted: bool = False) -> None:
        self.folder = folder
        self.interrupted = interrupted
        self.configs: list[Config] = []
        self.progress_given: list[bool] = []

    def __call__(
        self, config: Config, *, progress: ProgressReport | None, stop: Callable[[], bool]
    ) -> SampleFinished:
        self.configs.append(config)
        self.progress_given.append(progress is not None)
        if progress is not None:
            progress(0.5, "compiling (once)")
        if self.interrupted:
            os.kill(os.getpid(), signal.SIGINT)
        return SampleFinished(sample_result(complete=not stop()), self.folder)


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_with_json_stdout_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runner = RecordingRunner(tmp_path)
    code = start_backtest(runner, None, ("data.files=a.parquet",), as_json=True, quiet=False)
    assert code == 0
    body = json.loads(capsys.readouterr().out)
    assert body["fingerprint"] == "pessimistic-fingerprint"
    assert (body["bars"], body["events"], body["trades"]) == (1_234, 5_678, 3)
    assert body["report"] == str(tmp_path / "report.html")
    assert runner.progress_given == [True]


def test_the_summary_has_tiers_notes_and_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner = RecordingRunner(tmp_path)
    assert start_backtest(runner, None, ("data.files=a",), as_json=False, quiet=False) == 0
    shown = capsys.readouterr().out
    assert "pessimistic *" in shown
    assert "11,000.12" in shown
    assert "note: 2 gaps in BTC" in shown
    assert shown.splitlines()[-1] == f"report: {tmp_path / 'report.html'}"


def test_quiet_prints_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runner = RecordingRunner(tmp_path)
    assert start_backtest(runner, None, ("data.files=a",), as_json=False, quiet=True) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")


def test_a_stopped_run_prints_what_is_done_and_ends_with_130(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner = RecordingRunner(tmp_path, interrupted=True)
    assert start_backtest(runner, None, ("data.files=a",), as_json=False, quiet=False) == 130
    shown = capsys.readouterr().out
    assert "stopped before the end of the data" in shown
    assert "report: " in shown


def test_the_log_tells_start_span_and_end(tmp_path: Path) -> None:
    runner = RecordingRunner(tmp_path)
    start_backtest(runner, None, ("data.files=a",), as_json=True, quiet=False)
    text = (tmp_path / "runs" / "traider.log.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["message"] for line in lines] == [
        "back-test started",
        "span",
        "note",
        "back-test finished",
        "metrics",
    ]
    assert lines[1]["bars"] == 1_234
    assert lines[-1]["events_total"] == 5_678


def test_a_person_at_a_terminal_sees_progress_on_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    runner = RecordingRunner(tmp_path)
    assert start_backtest(runner, None, ("data.files=a",), as_json=False, quiet=False) == 0
    shown = capsys.readouterr()
    assert runner.progress_given == [True]
    assert "compiling (once)" in shown.err
    assert "compiling (once)" not in shown.out


def test_the_command_refuses_a_run_without_bars(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backtest", "--from", "2021-01-01", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["where"] == "data.files"


def test_without_data_the_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^data\.files: no bars to test on; name bar files"):
        start_backtest(RecordingRunner(tmp_path), None, (), as_json=False, quiet=True)


def test_options_override_settings_even_with_odd_names() -> None:
    overrides = option_overrides(
        {
            "data.files": ['odd "name", 1.parquet', "b.parquet"],
            "data.start": "2021-01-01",
            "data.end": None,
            "fill_tier": "base",
            "output": "123",
        }
    )
    config = load_config(None, overrides)
    assert config.data.files == (Path('odd "name", 1.parquet'), Path("b.parquet"))
    assert (config.data.start, config.data.end) == ("2021-01-01", "")
    assert (config.fill_tier, config.output) == ("base", Path("123"))


def test_an_unknown_fill_tier_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backtest", "--fill-tier", "dreamy"]) == 2
    assert "'dreamy' is not one of 'pessimistic'" in capsys.readouterr().err
