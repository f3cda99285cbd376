"""Cold and warm start of the kernel, each in a process of its own, and each function's seconds.

``--keep`` compiles to where the kernel is looked for, so that what follows need not compile it
again: the first start is cold only if nothing was there.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.tables import print_table

SCRIPT = """
import json, time
started = time.perf_counter()
from traider.kernel import CACHE_FOLDER, is_warm
from traider.kernel.machine import Machine
from traider.kernel.compiled import compile_kernel
costs = compile_kernel(ahead=not is_warm(CACHE_FOLDER))
print(json.dumps({
    "seconds": time.perf_counter() - started,
    "functions": {cost.function: cost.seconds for cost in costs},
}))
"""
WARM_ROUNDS = 3
SHOWN = 20


@dataclass(frozen=True)
class Start:
    """Seconds from nothing to a kernel that can run, and each function's share."""

    seconds: float
    functions: dict[str, float]


def measure(*, keep: bool = False) -> None:
    """Print cold and warm start, then what the slowest functions cost to compile."""
    with tempfile.TemporaryDirectory() as folder:
        cache = {} if keep else {"TRAIDER_CACHE_DIR": folder}
        cold = _start(cache)
        warm = [_start(cache) for _ in range(WARM_ROUNDS)]
    warm_total = statistics.median(run.seconds for run in warm)
    print_table(
        "Start of the kernel, a new process each",
        ("start", "seconds", "ratio to warm"),
        [
            (
                "first: cold, if nothing was kept" if keep else "cold: empty compile cache",
                f"{cold.seconds:.1f}",
                f"{cold.seconds / warm_total:.1f}",
            ),
            ("warm: compiled before", f"{warm_total:.2f}", "1.0"),
        ],
    )
    slowest = sorted(cold.functions.items(), key=lambda item: -item[1])
    rest = sum(seconds for _, seconds in slowest[SHOWN:])
    print_table(
        f"Seconds to compile, by function ({len(slowest)} functions)",
        ("function", "seconds"),
        [
            *((f"`{name}`", f"{seconds:.2f}") for name, seconds in slowest[:SHOWN]),
            (f"the other {max(len(slowest) - SHOWN, 0)}", f"{rest:.2f}"),
        ],
    )


def _start(cache: Mapping[str, str]) -> Start:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, **cache},
        capture_output=True,
        text=True,
        check=True,
    )
    return Start(**json.loads(done.stdout))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the compiled kernel behind")
    measure(keep=parser.parse_args().keep)
