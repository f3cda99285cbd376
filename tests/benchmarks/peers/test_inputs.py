import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers.engines.book_rows import CLEAR, TRADE, UPDATE
from benchmarks.peers.inputs import (
    CAPTURES,
    PAUSE_NS,
    SAMPLE,
    START_NS,
    write_book,
    write_hours,
)
from tests.conftest import REPO_ROOT


def test_hours_are_those_of_the_published_run(tmp_path: Path) -> None:
    assert write_hours(tmp_path / "hours") == 35_050
    close = np.load(tmp_path / "hours" / "close.npy")
    np.testing.assert_array_equal(close, np.rint(close))


def test_captures_follow_one_another_and_start_with_a_clear(tmp_path: Path) -> None:
    rows = write_book(tmp_path / "book", [[SAMPLE / CAPTURES[0][0]]], 2)
    half = len(rows.ts_ns) // 2
    assert set(np.unique(rows.kind)) == {UPDATE, CLEAR, TRADE}
    assert rows.ts_ns[0] == START_NS
    assert (np.diff(rows.ts_ns) >= 0).all()
    assert np.flatnonzero(rows.kind == CLEAR).tolist() == [0, half]
    assert rows.ts_ns[half] - rows.ts_ns[half - 1] == PAUSE_NS
    for name in ("kind", "side", "price", "size", "last"):
        values = getattr(rows, name)
        np.testing.assert_array_equal(values[:half], values[half:])
    trades = rows.kind == TRADE
    assert np.count_nonzero(trades) == 2 * 974
    assert rows.size[trades].sum() == 2 * 95_913
    assert rows.last[trades].all()


@pytest.mark.parametrize("python", ["no-such-python", "python3.11"])
def test_a_missing_python_is_told_in_one_line(tmp_path: Path, python: str) -> None:
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(REPO_ROOT / "scripts" / "setup_peers.sh", tmp_path / "scripts")
    done = subprocess.run(
        [script],
        env={**os.environ, "PYTHON312": python},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line == f"setup-peers: error: PYTHON312={python} is no Python 3.12; name another"
