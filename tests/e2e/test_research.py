"""``traider backtest --walk-forward --monte-carlo N`` as a person runs it, and Ctrl-C meanwhile."""

import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.command import ENSEMBLE, backtest_json, command, environment, traider
from tests.e2e.test_interrupt import read_until

ARGUMENTS = ("--config", str(ENSEMBLE), "--from", "2021-01-01", "--to", "2022-07-01")
WALK = ("--walk-forward", "--set", "walk_forward.train=180d", "--set", "walk_forward.test=60d")


@pytest.mark.slow
def test_the_object_holds_both_and_repeats(tmp_path: Path) -> None:
    asked = (*ARGUMENTS, *WALK, "--monte-carlo", "80", "--set", "monte_carlo.reruns=2")
    found = backtest_json(tmp_path, *asked, "--seed", "7")
    walked, drawn = found["walk_forward"], found["monte_carlo"]
    assert len(walked["windows"]) == walked["windows_planned"] == 7
    assert len(walked["candidates"]) == 36
    assert drawn["seed"] == 7
    assert (drawn["resampled_days"]["done"], drawn["perturbed_runs"]["done"]) == (80, 2)
    assert drawn["actual"]["final_equity"] == found["final_equity"]
    assert (tmp_path / walked["page"]).is_file()
    assert (tmp_path / drawn["page"]).is_file()
    codes = {finding["code"] for finding in found["findings"]}
    assert "in-sample-only" not in codes
    again = backtest_json(tmp_path, *asked, "--seed", "7")
    for block in ("walk_forward", "monte_carlo"):
        one, other = ({**run[block], "page": ""} for run in (found, again))
        assert one == other


@pytest.mark.slow
def test_a_person_reads_what_came_of_it(tmp_path: Path) -> None:
    done = traider(tmp_path, "backtest", *ARGUMENTS, *WALK, "--monte-carlo", "20")
    assert done.returncode == 0, done.stderr
    assert "7 of 7 windows, rolling, 36 settings by sharpe" in done.stdout
    assert "20 histories of days in other blocks" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("report: ")


def test_windows_that_do_not_fit_are_refused_in_one_line(tmp_path: Path) -> None:
    done = traider(
        tmp_path, "backtest", *ARGUMENTS, "--walk-forward", "--set", "walk_forward.train=900d"
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("traider: error: walk_forward.train: the data last 546 d, ")
    assert not list((tmp_path / "runs").glob("*/report.html"))


@pytest.mark.slow
def test_an_interrupt_keeps_the_back_test_and_the_windows_that_are_done(tmp_path: Path) -> None:
    arguments = ("backtest", "--config", str(ENSEMBLE), "--walk-forward", "--monte-carlo", "500")
    fine = ("--set", "walk_forward.grid.strategy.enter=0.2:0.5:0.02")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*arguments, *fine),
        cwd=tmp_path,
        env={**environment(), "TERM": "xterm", "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        assert b"window 3" in read_until(ours, b"window 3")
        process.send_signal(signal.SIGINT)
        assert b"what is done is kept" in read_until(ours, b"what is done is kept")
        assert process.stdout is not None
        printed = process.stdout.read().decode()
        assert process.wait(timeout=120) == 130
    os.close(ours)
    assert "the walk-forward was stopped" in printed
    assert "Traceback" not in printed
    (folder,) = (path for path in (tmp_path / "runs").iterdir() if path.is_dir())
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert all(tier["complete"] for tier in summary["tiers"].values())
    walked = json.loads((folder / "walk_forward.json").read_text(encoding="utf-8"))
    assert walked["complete"] is False
    assert 2 <= len(walked["windows"]) < walked["windows_planned"]
    assert not (folder / "monte_carlo.json").exists()
    assert 'href="walk_forward.html"' in (folder / "report.html").read_text(encoding="utf-8")
