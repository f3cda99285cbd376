"""What a run of two processes prints with ``--json``: one object, whatever happened."""

import json
from pathlib import Path

import pytest

from traider.cli.main import error_body
from traider.cli.run_live import _told
from traider.domain.errors import Interrupted, VenueError
from traider.runtime.supervision.processes import ChildEndedError


@pytest.mark.parametrize("fault", [None, ChildEndedError("trader ended with exit code 5")])
def test_what_the_last_trader_printed_is_the_runs(
    fault: ChildEndedError | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "outcome.json"
    output.write_text('{"nav": "10000"}\n', encoding="utf-8")
    assert _told(fault, tmp_path, output) == (0 if fault is None else fault.exit_code)
    assert json.loads(capsys.readouterr().out) == {"nav": "10000"}


@pytest.mark.parametrize("fault", [VenueError("the exchange ended"), ChildEndedError("ended")])
def test_a_fault_that_no_trader_told_is_raised_and_nothing_printed(
    fault: VenueError | ChildEndedError, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "outcome.json"
    if isinstance(fault, VenueError):
        output.write_text('{"nav": "10000"}\n', encoding="utf-8")
    with pytest.raises(type(fault)):
        _told(fault, tmp_path, output)
    assert capsys.readouterr().out == ""


def test_a_trader_that_was_killed_at_the_end_is_told_by_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _told(None, tmp_path, tmp_path / "never") == 0
    assert json.loads(capsys.readouterr().out) == {"state": str(tmp_path)}
    assert _told(None, tmp_path, None) == 0
    assert capsys.readouterr().out == ""


def test_a_trader_that_was_stopped_before_it_began_is_told_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "outcome.json"
    told = error_body(Interrupted("stopped before it began"))
    output.write_text(f"{told}\n", encoding="utf-8")
    assert _told(None, tmp_path, output) == Interrupted.exit_code
    assert capsys.readouterr().out == f"{told}\n"
