import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _ranges(*arguments: str) -> list[str]:
    command = [sys.executable, str(ROOT / "scripts" / "requirement_ranges.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_without_extras_only_what_the_product_needs_is_named() -> None:
    names = [text.split(">=")[0] for text in _ranges()]
    assert "numba" in names
    assert "pytest" not in names


def test_an_extra_can_be_limited_to_some_packages() -> None:
    added = set(_ranges("dev", "--only", "pytest", "--only", "ta-lib")) - set(_ranges())
    assert {text.split(">=")[0] for text in added} == {"pytest", "TA-Lib"}
