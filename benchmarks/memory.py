"""Peak memory of a whole back-test, against the number of bars in its file."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.tables import print_table
from benchmarks.workloads import minute_workload

SIZES = (250_000, 1_000_000, 4_000_000)
SCRIPT = """
import json, sys
from pathlib import Path
from traider.runtime.config import load_config
from traider.runtime.wiring import plan_backtest
from traider.backtest.run import run_plan
config = load_config(Path(sys.argv[1]), [f'data.files=["{sys.argv[2]}"]', 'log.file=""'])
result = run_plan(plan_backtest(config))
# The kernel's own high-water mark: ru_maxrss would be inherited from the process that started us.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines()
            if line.startswith("VmHWM"))
print(json.dumps({
    "bars": result.bars,
    "trades": result.chosen.trade_summary.closed,
    "kib": int(peak.split()[1]),
}))
"""
CONFIG = """
capital = 100000
[strategy]
kind = "ensemble"
timeframe = "1d"
enter = 0.9
[[strategy.alphas]]
name = "momentum"
"""


def measure() -> None:
    """Print peak resident memory for files of growing size; few trades, so that bars count."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "slow.toml").write_text(CONFIG, encoding="utf-8")
        first = 0.0
        _run(folder, _file(folder, SIZES[0]))  # compiles, if nothing did before: not counted
        for size in SIZES:
            found = _run(folder, _file(folder, size))
            mib = found["kib"] / 1024
            first = first or mib
            rows.append(
                (f"{found['bars']:,}", f"{found['trades']:,}", f"{mib:.0f}", f"{mib / first:.2f}")
            )
    print_table(
        "Peak memory of a back-test under three fill tiers",
        ("bars", "trades", "MiB", "ratio to the first"),
        rows,
    )


def _file(folder: Path, size: int) -> Path:
    """Write ``size`` minute bars as a bar file."""
    load = minute_workload(size)
    columns = {
        name: getattr(load.batch, name) for name in ("open", "high", "low", "close", "volume")
    }
    path = folder / f"BITFINEX-BTC-USD-{size}.parquet"
    table = pa.table({"ts": load.batch.ts_ns // 1_000_000, **columns})
    pq.write_table(table, path, row_group_size=65_536)
    return path


def _run(folder: Path, path: Path) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder / "slow.toml"), str(path)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, int] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    measure()
