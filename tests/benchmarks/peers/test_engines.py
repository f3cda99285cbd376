"""The scripts of other engines run where no Traider is; here only what all of them share is run."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers.engines.book_rows import write_rows
from benchmarks.peers.engines.measuring import Bars, FloatArray, read_bars, write_bars
from benchmarks.peers.inputs import SAMPLE, book_rows, write_book
from tests.conftest import REPO_ROOT
from traider.backtest.captures import load_capture

pytestmark = pytest.mark.uncounted

ENGINES = REPO_ROOT / "benchmarks" / "peers" / "engines"
SCRIPTS = sorted(path for path in ENGINES.glob("*.py") if path.stem != "__init__")
AT_HOME = ("traider", "talib")
"""First words of the scripts that run in Traider's own environment."""
PLAIN = {"benchmarks.bare_loop", "benchmarks.peers.engines"}
"""What of this repository any script may import: modules without Traider."""


def imported(path: Path) -> set[str]:
    """Return the modules that ``path`` imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    names = {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    return names | {
        node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_of_other_engines_import_no_traider(path: Path) -> None:
    if path.stem.split("_")[0] in AT_HOME:
        return
    ours = {name for name in imported(path) if name.split(".")[0] in ("benchmarks", "traider")}
    assert {name for name in ours if not name.startswith(tuple(PLAIN))} == set()


def test_bars_come_back_as_they_were_written(tmp_path: Path) -> None:
    bars = small_bars(50)
    write_bars(tmp_path, bars)
    found = read_bars(tmp_path).first(20)
    for name, values in vars(bars).items():
        np.testing.assert_array_equal(getattr(found, name), values[:20])


def small_bars(count: int) -> Bars:
    """Return a random walk in whole cents."""
    steps = np.random.default_rng(5).integers(-300, 301, count)
    close: FloatArray = np.cumsum(steps, dtype=np.float64) + 800_000.0
    first = np.concatenate([[800_000.0], close[:-1]])
    return Bars(
        ts_ns=1_530_403_200_000_000_000 + 60_000_000_000 * np.arange(count),
        open=first,
        high=np.maximum(first, close),
        low=np.minimum(first, close),
        close=close,
        volume=np.ones(count),
    )


def run(script: str, folder: Path, rows: int) -> dict[str, object]:
    """Run a script as the benchmark does and return its line."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.peers.engines.{script}", str(folder), str(rows)],
        cwd=REPO_ROOT,
        env={**os.environ, "PYTHONPATH": f"{REPO_ROOT / 'src'}{os.pathsep}{REPO_ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_kernel_trades_as_the_bare_loop_does(tmp_path: Path) -> None:
    write_bars(tmp_path, small_bars(5_000))
    bare, kernel = (run(script, tmp_path, 5_000) for script in ("numba_bars", "traider_bars"))
    assert kernel["trades"] == bare["trades"]
    assert int(str(kernel["trades"])) > 50
    assert float(str(kernel["equity"])) == pytest.approx(float(str(bare["equity"])), abs=1e-6)
    assert kernel["rows"] == bare["rows"] == 5_000


def test_the_tape_and_ta_lib_end_on_the_same_values(tmp_path: Path) -> None:
    write_bars(tmp_path, small_bars(3_000))
    tape, talib = (
        run(script, tmp_path, 3_000)["values"]
        for script in ("traider_indicators", "talib_indicators")
    )
    assert isinstance(tape, dict)
    assert tape == pytest.approx(talib, rel=1e-9)
    assert len(tape) == 7


def test_quotes_fill_as_two_other_engines_fill_them(tmp_path: Path) -> None:
    # hftbacktest 2.4.4 and nautilus_trader 1.231.0 agree on these rows, run by the scripts beside.
    events = load_capture([SAMPLE / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"])
    rows = book_rows(events[np.isin(events["kind"], (20, 21, 22, 23))])
    write_rows(tmp_path, rows)
    found = run("traider_book", tmp_path, len(rows.ts_ns))
    assert found["note"] == "position -0.05, traded 0.07"
    assert float(str(found["equity"])) == pytest.approx(-1.4258034, abs=1e-7)


def test_quotes_on_two_nights_fill_as_hftbacktest_fills_them(
    reference_data: Path, tmp_path: Path
) -> None:
    # hftbacktest 2.4.4, risk-averse queue: 298 quotes filled.
    assert reference_data.is_dir()
    rows, _ = write_book(tmp_path / "book", 1)
    found = run("traider_book", tmp_path / "book", len(rows.ts_ns))
    assert found["note"] == "position +0.14, traded 2.98"
    assert float(str(found["equity"])) == pytest.approx(-275.3584654, abs=1e-7)
