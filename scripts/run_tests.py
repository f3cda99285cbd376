"""Run every test: compiled, interpreted, and the golden ones on each other Python at hand.

Coverage counts the compiled and the interpreted pass together, since coverage cannot see into
machine code. The last line printed is the sum over all passes, in pytest's own words.
"""

import compileall
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COVERAGE = [sys.executable, "-m", "coverage"]
# A worker a processor; a file's tests stay together, since they share what they set up.
PYTEST = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile"]
PYTEST += ["--cov", "--cov-report="]
COMPILE = """
import traider.kernel.machine
from traider.kernel import CACHE_FOLDER, is_warm
from traider.kernel.compiled import compile_kernel
compile_kernel(ahead=not is_warm(CACHE_FOLDER))
"""
"""Compiles the kernel once, lest every worker does."""
COVERAGE_PERCENT_MIN = 90
FULLY_COVERED = (
    "src/traider/kernel/gate/checks.py",
    "src/traider/kernel/gate/exposure.py",
    "src/traider/kernel/gate/risk_checks.py",
    "src/traider/kernel/gate/risk_margin.py",
    "src/traider/kernel/gate/risk_state.py",
    "src/traider/kernel/gate/view.py",
    "src/traider/kernel/decider/ledger.py",
    "src/traider/portfolio/accounts.py",
    "src/traider/portfolio/currency_rates.py",
    "src/traider/portfolio/executions.py",
    "src/traider/portfolio/fill_columns.py",
    "src/traider/portfolio/ledger.py",
    "src/traider/portfolio/lot_matching.py",
    "src/traider/portfolio/lot_pool.py",
    "src/traider/portfolio/lots.py",
    "src/traider/portfolio/valuation.py",
    "src/traider/journal/append_file.py",
    "src/traider/journal/blocks.py",
    "src/traider/journal/chain.py",
    "src/traider/journal/checked_files.py",
    "src/traider/journal/mark.py",
    "src/traider/journal/packing.py",
    "src/traider/journal/reader.py",
    "src/traider/journal/recovery.py",
    "src/traider/journal/scanning.py",
    "src/traider/journal/verifying.py",
    "src/traider/journal/writer.py",
)
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")
_CLOSING = re.compile(r"\d+ (passed|failed|skipped|deselected|errors?)\b.* in [\d.]+s")


@dataclass
class Tally:
    """What all passes counted so far, and the checks that failed beside them."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def closing_line(self) -> str:
        """Return the sum in pytest's words; an error in a fixture counts as a failure."""
        failed = self.counts["failed"] + self.counts["error"] + self.counts["errors"]
        return f"{self.counts['passed']} passed, {failed} failed"


def stream(command: list[str], environment: dict[str, str]) -> tuple[int, list[str]]:
    """Run ``command`` in the checkout, print what it says as it says it, and return it too."""
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return process.returncode, lines


def run_pass(name: str, command: list[str], tally: Tally, **environment: str) -> None:
    """Run one pass of tests and add its counts to ``tally``."""
    print(f"\n=== {name}", flush=True)
    code, lines = stream(command, environment)
    for line in filter(_CLOSING.search, lines):
        for number, word in _COUNT.findall(line):
            tally.counts[word] += int(number)
    if code:
        tally.faults.append(f"{name}: exit code {code}")


def files_that_say(words: str) -> list[str]:
    """Return the test files that hold ``words``: only their own modules need be imported."""
    return [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if words in path.read_text()
    ]


def coverage_check(name: str, options: list[str], tally: Tally) -> None:
    """Run one coverage report and note when it is under its floor."""
    print(f"\n=== {name}", flush=True)
    code, _ = stream([*COVERAGE, "report", *options], {})
    if code:
        tally.faults.append(f"{name}: below its floor")


def main() -> int:
    """Run all passes and checks; return the exit code."""
    tally = Tally()
    # Hundreds of processes are started, and each would read every module from its source.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(ROOT / "src", quiet=1, workers=0)
    (ROOT / ".coverage").unlink(missing_ok=True)
    stream([sys.executable, "-c", COMPILE], {})
    run_pass("all tests, compiled", PYTEST, tally)
    run_pass(
        "compiled functions as plain Python",
        [*PYTEST, "--cov-append", "-m", "interpreted", *files_that_say("mark.interpreted")],
        tally,
        NUMBA_DISABLE_JIT="1",
    )
    run_pass("other Pythons", ["scripts/other_pythons.sh"], tally)
    coverage_check("coverage", [f"--fail-under={COVERAGE_PERCENT_MIN}"], tally)
    tally.faults += [
        f"{name}: no such file, so its coverage is not watched"
        for name in FULLY_COVERED
        if not (ROOT / name).is_file()
    ]
    coverage_check(
        "coverage of gate, ledgers and journal",
        [f"--include={','.join(FULLY_COVERED)}", "--fail-under=100"],
        tally,
    )
    for fault in tally.faults:
        print(f"FAILED {fault}")
    if tally.faults and not {"failed", "error", "errors"} & set(tally.counts):
        tally.counts["failed"] += 1  # the closing line must never look green when a check is red
    print(tally.closing_line(), flush=True)
    return 1 if tally.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
