"""The dashboard's own checks: tests of its pure code, lint, form, and the budget of its scripts."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
WEB: Final = ROOT / "web"
BUILT: Final = ROOT / "src" / "traider" / "api" / "dashboard"


def run_node(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the dashboard's packages; skip where they or Node are not there."""
    path = f"{ROOT / '.venv' / 'node'}{os.pathsep}{os.environ.get('PATH', '')}"
    node = shutil.which("node", path=path)
    if node is None or not (WEB / "node_modules").is_dir():
        pytest.skip("there is no Node, or its packages are not there (make dashboard)")
    return subprocess.run(
        [node, *arguments],
        cwd=WEB,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def check_passes(done: subprocess.CompletedProcess[str]) -> None:
    """Assert that a command found nothing wrong."""
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("node_modules/vitest/vitest.mjs", "run"),
        ("node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"),
        ("node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."),
    ],
    ids=["tests", "lint", "form"],
)
def test_the_sources_are_sound(arguments: tuple[str, ...]) -> None:
    check_passes(run_node(*arguments))


def test_the_overview_loads_no_more_script_than_its_budget() -> None:
    if not (BUILT / "index.html").is_file():
        pytest.skip("the dashboard is not built (make dashboard)")
    check_passes(run_node("scripts/budget.mjs", str(BUILT)))


def test_no_page_has_a_script_of_its_own_or_one_from_elsewhere() -> None:
    pages = sorted(BUILT.rglob("*.html"))
    if not pages:
        pytest.skip("the dashboard is not built (make dashboard)")
    faults = [
        f"{page.relative_to(BUILT)}: {tag[:60]}"
        for page in pages
        for tag in page.read_text(encoding="utf-8").split("<script")[1:]
        if ' src="/' not in tag.partition(">")[0] or ' src="//' in tag.partition(">")[0]
    ]
    assert faults == []
