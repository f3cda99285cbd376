"""``traider jobs`` and ``traider download --background``: what a person asks, and is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from traider.cli.main import run


class Shell:
    """The command line on a database and a queue of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._place = [
            *("--url", f"sqlite:///{folder / 'jobs.db'}"),
            *("--queue", f"sqlite:///{folder / 'queue.db'}"),
        ]
        self._folder = folder
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run([*arguments, *self._place])
        shown = self._capsys.readouterr()
        return code, shown.out, shown.err

    def json(self, *arguments: str) -> Any:
        code, out, err = self(*arguments, "--json")
        assert code == 0, err
        assert len(out.splitlines()) == 1
        return json.loads(out)

    def start(self, symbol: str, *more: str) -> list[str]:
        return [
            *("download", "--venue", "okx", "--symbol", symbol, "--timeframe", "1h"),
            *("--since", "2024-01-01", "--to", str(self._folder / "lake"), "--background", *more),
        ]


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def test_a_job_is_queued_once_and_steered(shell: Shell) -> None:
    assert shell.json(*shell.start("BTC/USDT")) == {"job": 1, "state": "queued", "new": True}
    assert shell.json(*shell.start("BTC/USDT")) == {"job": 1, "state": "queued", "new": False}
    assert shell.json("jobs", "pause", "1")["state"] == "paused"
    assert shell.json("jobs", "resume", "1")["state"] == "queued"
    assert shell.json("jobs", "cancel", "1")["state"] == "cancelled"
    assert shell.json("jobs", "list") == {"jobs": []}
    (job,) = shell.json("jobs", "list", "--all")["jobs"]
    assert (job["kind"], job["done"], job["request"]["symbols"]) == ("download", 0, ["BTC/USDT"])
    assert job["request"]["since"] == "2024-01-01T00:00:00Z"


def test_lines_for_a_person(shell: Shell) -> None:
    assert shell(*shell.start("ETH-USDT"))[1].startswith("job 1 queued; traider jobs work does it")
    assert "does the same and is queued" in shell(*shell.start("ETH-USDT"))[1]
    shown = shell("jobs", "show", "1")[1].splitlines()
    assert shown[:2] == ["job 1: queued, not begun", "  okx ETH-USDT: bars, 1h"]
    assert "download  queued  not begun" in shell("jobs", "list")[1]


def test_mistakes_are_one_line(shell: Shell) -> None:
    shell(*shell.start("BTC/USDT"))
    for arguments, wanted in (
        (["jobs", "show", "7"], "there is no job 7"),
        (["jobs", "pause", "7"], "there is no job 7"),
        (shell.start("BTCUSDT", "--timeframe", "1m"), "job 1 is queued and downloads"),
        (shell.start("BTC/USDT", "--until", "2023-01-01"), "before it begins"),
    ):
        code, out, err = shell(*arguments)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1
        assert wanted in err


def test_a_worker_without_work_ends(shell: Shell) -> None:
    done = shell.json("jobs", "work", "--once")
    assert done["jobs"] == 0
