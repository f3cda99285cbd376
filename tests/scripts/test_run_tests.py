import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Load the script as a module; scripts are no package."""
    spec = importlib.util.spec_from_file_location("run_tests", SCRIPTS / "run_tests.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["run_tests"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def _pass(script: ModuleType, text: str, code: int) -> ModuleType:
    tally = script.Tally()
    program = f"import sys; print({text!r}); sys.exit({code})"
    script.run_pass("a pass", [sys.executable, "-c", program], tally)
    return tally  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("line", "closing"),
    [
        ("===== 3 passed, 1 skipped in 0.12s =====", "3 passed, 0 failed"),
        ("= 2 failed, 3 passed, 1 error in 61.02s (0:01:01) =", "3 passed, 3 failed"),
        ("4 passed, 640 deselected in 1.64s", "4 passed, 0 failed"),
        ("a test printed 7 passed by", "0 passed, 0 failed"),
    ],
)
def test_counts_come_from_the_closing_line(script: ModuleType, line: str, closing: str) -> None:
    assert _pass(script, line, 0).closing_line() == closing


def test_several_closing_lines_add_up(script: ModuleType) -> None:
    tally = _pass(script, "1 passed in 0.1s\n2 passed, 1 failed in 0.1s", 1)
    assert tally.closing_line() == "3 passed, 1 failed"
    assert tally.faults == ["a pass: exit code 1"]


def test_a_pass_that_dies_is_a_fault(script: ModuleType) -> None:
    assert _pass(script, "", 139).faults == ["a pass: exit code 139"]
