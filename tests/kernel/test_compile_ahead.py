"""The second process that compiles a share of the kernel at a first start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from traider.kernel.compile_ahead import SHARE, CompileAhead

FIRST_START = """
import json
from traider.kernel.machine import Machine
from traider.kernel.compiled import compile_kernel
costs = compile_kernel(ahead=True)
print(json.dumps({"count": len(costs), "loaded": sum(cost.cached for cost in costs)}))
"""


def test_it_compiles_its_share_and_says_what_that_cost() -> None:
    other = CompileAhead()
    other.wait()
    rooms = {name.partition(".")[0] for name in other.seconds}
    assert rooms == {*SHARE, "arithmetic", "book", "margin_tiers"}  # those not shared are called
    assert "gate.checks.check_order" in other.seconds
    assert all(seconds >= 0.0 for seconds in other.seconds.values())


def test_it_can_be_stopped() -> None:
    other = CompileAhead()
    other.stop()
    assert other.seconds == {}
    other.stop()


@pytest.mark.parametrize("lack", ["one processor", "no interpreter"])
def test_without_it_nothing_is_taken_over(lack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if lack == "one processor":
        monkeypatch.setattr(os, "cpu_count", lambda: 1)
    else:
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
    other = CompileAhead()
    other.wait()
    other.stop()
    assert other.seconds == {}


@pytest.mark.slow
def test_a_first_start_loads_what_the_other_process_compiled(
    repo_root: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_START],
        env={
            **os.environ,
            "PYTHONPATH": str(repo_root / "src"),
            "TRAIDER_CACHE_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["count"] > 90
    assert found["loaded"] > 20
