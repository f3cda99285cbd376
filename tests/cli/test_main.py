import json
import subprocess
import sys

import pytest

from traider import __version__
from traider.cli.main import COMMANDS, run

HEAVY = ("jinja2", "loguru", "numba", "numpy", "pyarrow", "pydantic", "rich")


@pytest.fixture
def _failing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bad_data", "interrupted", "fails"):
        monkeypatch.setitem(COMMANDS, name, f"tests.cli.failing_commands:{name}")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from traider.cli.main import run; run(['--help']); "
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    imported = {name.partition(".")[0] for name in finished.stderr.split()}
    assert "click" in imported
    assert imported.isdisjoint(HEAVY)


def test_a_command_that_uses_arrow_does_without_pandas() -> None:
    program = (
        "import sys; from traider.cli.main import entry; sys.argv[1:] = ['version']; entry(); "
        "import numpy, pyarrow; array = pyarrow.array(numpy.arange(3.0)); "
        "print(array.to_pylist(), 'pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1:] == ["[0.0, 1.0, 2.0] False"], done.stderr


def test_version_is_told_by_option_and_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert run(["version"]) == 0
    assert capsys.readouterr().out == f"traider {__version__}\n" * 2
    assert run(["version", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == __version__


@pytest.mark.usefixtures("_failing")
def test_an_error_is_one_line_on_stderr_with_its_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["bad_data"]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "traider: error: bars.parquet row 7: high below low; repair the file\n"


@pytest.mark.usefixtures("_failing")
def test_with_json_an_error_is_one_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bad_data", "--json"]) == 3
    shown = capsys.readouterr()
    assert shown.err == ""
    assert json.loads(shown.out) == {
        "error": {
            "what": "high below low",
            "where": "bars.parquet row 7",
            "fix": "repair the file",
            "line": "bars.parquet row 7: high below low; repair the file",
            "exit_code": 3,
        }
    }


@pytest.mark.usefixtures("_failing")
def test_the_exit_code_of_a_command_is_that_of_the_process(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["fails"]) == 1
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("_failing")
def test_an_interrupt_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["interrupted"]) == 130
    assert capsys.readouterr().err.strip() == "traider: error: stopped"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nonsense"], "traider: error: no such command 'nonsense'; see traider --help"),
        (
            ["version", "--nonsense"],
            "traider: error: no such option '--nonsense'; see traider version --help",
        ),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr().err.strip()
    assert "\n" not in shown
    assert shown.replace("option: --nonsense", "option '--nonsense'") == line


def test_several_faults_are_several_lines_and_a_list_in_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = ["config", "check", "--set", "capitol=1", "--set", "seed=-1"]
    assert run(bad) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert run([*bad, "--json"]) == 2
    body = json.loads(capsys.readouterr().out)["error"]
    assert body["exit_code"] == 2
    assert [fault["where"] for fault in body["faults"]] == [
        "command line: seed",
        "command line: capitol",
    ]
