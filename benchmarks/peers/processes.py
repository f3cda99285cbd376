"""Run engines, each in a process of its own and in its own environment, in turn."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from benchmarks.peers.engines.measuring import Finding
from benchmarks.workloads import REPOSITORY
from traider.domain.errors import DataError, UsageError


class Home(Enum):
    """The environment an engine lives in."""

    TRAIDER = Path(sys.executable)
    PEERS = REPOSITORY / ".venv-peers" / "bin" / "python"
    HFTBACKTEST = REPOSITORY / ".venv-peers-hftbacktest" / "bin" / "python"


@dataclass(frozen=True)
class Engine:
    """A script of ``benchmarks.peers.engines`` and where it runs."""

    script: str
    home: Home
    rounds_at_most: int = 99
    """Fewer than asked for, where an engine takes long."""


@dataclass(frozen=True)
class Measured:
    """The middle one of an engine's runs."""

    finding: Finding
    """Of the last run; ``seconds`` and ``parts`` are medians over the runs."""
    fastest: float
    slowest: float
    process_seconds: float
    """From start to exit: with import, compilation and loading."""
    peak_mib: float


def check_homes() -> None:
    """Refuse to begin when an environment is missing.

    Raises:
        UsageError: an environment was not made.
    """
    for home in Home:
        if not home.value.exists():
            raise UsageError(
                f"there is no {home.value.relative_to(REPOSITORY)}", fix="run make setup-peers"
            )


def run_in_turn(
    engines: Sequence[Engine], folder: Path, rows: int, rounds: int
) -> dict[str, Measured]:
    """Run every engine ``rounds`` times, one after the other, and return each one's median.

    Raises:
        DataError: an engine failed.
    """
    runs: dict[str, list[dict[str, object]]] = {engine.script: [] for engine in engines}
    for number in range(rounds):
        for engine in engines:
            if number < engine.rounds_at_most:
                _tell(f"{engine.script}, {rows:,} rows, run {number + 1} of {rounds}")
                runs[engine.script].append(_run(engine, folder, rows))
    _tell("")
    return {script: _middle(found) for script, found in runs.items()}


def _tell(text: str) -> None:
    """Say on a terminal what is being run, in one line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def _run(engine: Engine, folder: Path, rows: int) -> dict[str, object]:
    command = [str(engine.home.value), "-m", f"benchmarks.peers.engines.{engine.script}"]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, str(folder), str(rows)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines:
        why = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise DataError(f"the engine failed: {why}", where=engine.script)
    found: dict[str, object] = json.loads(lines[-1])
    return {**found, "process_seconds": seconds}


def _middle(runs: list[dict[str, object]]) -> Measured:
    """Return the medians of some runs; what was computed is that of the last."""
    findings = [
        Finding(**{name: run[name] for name in Finding.__dataclass_fields__})  # type: ignore[arg-type]
        for run in runs
    ]
    last = findings[-1]
    seconds = [finding.seconds for finding in findings]
    return Measured(
        finding=Finding(
            **{
                **vars(last),
                "seconds": statistics.median(seconds),
                "parts": {
                    name: statistics.median(finding.parts[name] for finding in findings)
                    for name in last.parts
                },
            }
        ),
        fastest=min(seconds),
        slowest=max(seconds),
        process_seconds=_median_of(runs, "process_seconds"),
        peak_mib=_median_of(runs, "peak_mib"),
    )


def _median_of(runs: list[dict[str, object]], name: str) -> float:
    return statistics.median(float(str(run[name])) for run in runs)
