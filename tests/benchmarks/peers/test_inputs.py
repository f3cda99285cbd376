import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers.engines.book_rows import CLEAR, TRADE, UPDATE
from benchmarks.peers.inputs import SAMPLE, START_NS, book_rows, write_hours
from tests.conftest import REPO_ROOT
from traider.backtest.captures import load_capture
from traider.domain.events import EventArray, Kind, join_events


def test_hours_are_those_of_the_published_run(tmp_path: Path) -> None:
    assert write_hours(tmp_path / "hours") == 35_050
    close = np.load(tmp_path / "hours" / "close.npy")
    np.testing.assert_array_equal(close, np.rint(close))


def sample_events() -> EventArray:
    """Return depth and trades of the shipped capture, which begins with its snapshot."""
    events = load_capture([SAMPLE / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"])
    kept: EventArray = events[np.isin(events["kind"], (20, 21, 22, 23))]
    return kept


def test_a_snapshot_becomes_a_clear_and_updates() -> None:
    events = sample_events()
    rows = book_rows(events)
    assert len(rows.ts_ns) == len(events) + 1
    assert np.flatnonzero(rows.kind == CLEAR).tolist() == [0]
    assert set(np.unique(rows.kind)) == {UPDATE, CLEAR, TRADE}
    assert rows.ts_ns[0] == START_NS
    np.testing.assert_array_equal(np.diff(rows.ts_ns[1:]), np.diff(events["ts_recv"]))
    for name in ("side", "price", "size"):
        np.testing.assert_array_equal(getattr(rows, name)[1:], events[name])
    trades = rows.kind == TRADE
    assert np.count_nonzero(trades) == 974
    assert rows.size[trades].sum() == 95_913
    assert rows.last[trades].all()


def test_trades_just_before_a_snapshot_are_left_out() -> None:
    events = sample_events()
    strays = events[events["kind"] == Kind.TRADE][:3]
    strays["ts_recv"] = events["ts_recv"][0]
    plain, with_strays = book_rows(events), book_rows(join_events([strays, events]))
    for name, values in vars(plain).items():
        np.testing.assert_array_equal(getattr(with_strays, name), values)


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
