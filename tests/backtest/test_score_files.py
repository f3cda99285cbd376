"""Score files: read whole, or refused with the row and the way to mend it."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from traider.backtest.score_files import read_scores
from traider.domain.errors import DataError

START_MS = 1_704_067_200_000
NAMES = ("BINANCE:BTC-USDT", "BINANCE:ETH-USDT")


def columns(**changes: Any) -> dict[str, Any]:
    sound: dict[str, Any] = {
        "ts": [START_MS, START_MS, START_MS + 1, START_MS + 2],
        "instrument": [NAMES[0], NAMES[1], NAMES[0], NAMES[0]],
        "score": [0.5, -1.0, 0.0, 1.0],
        "confidence": [0.0, 1.0, 0.5, 0.25],
    }
    made = {**sound, **changes}
    return {name: values for name, values in made.items() if values is not None}


def written(folder: Path, table: dict[str, Any]) -> Path:
    path = folder / "trees.parquet"
    pq.write_table(pa.table(table), path)
    return path


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    file = read_scores(written(tmp_path, columns()), "trees", NAMES)
    assert (file.name, len(file)) == ("trees", 4)
    assert file.ts_ns.tolist() == [START_MS * 10**6 + k * 10**6 for k in (0, 0, 1, 2)]
    assert file.instrument.tolist() == [0, 1, 0, 0]
    assert file.score.tolist() == [0.5, -1.0, 0.0, 1.0]
    assert file.confidence.tolist() == [0.0, 1.0, 0.5, 0.25]
    assert file.bar_ns is None


def test_one_instrument_need_not_be_named_and_confidence_is_full(tmp_path: Path) -> None:
    table = columns(instrument=None, confidence=None, ts=[START_MS + k for k in range(4)])
    file = read_scores(written(tmp_path, table), "trees", NAMES[:1])
    assert file.instrument.tolist() == [0, 0, 0, 0]
    assert file.confidence.tolist() == [1.0] * 4


@pytest.mark.parametrize(
    "stamps",
    [
        pa.array([START_MS * 10**6 + k for k in range(4)]),
        pa.array([START_MS * 10**6 + k for k in range(4)], pa.timestamp("ns", tz="UTC")),
        np.array([START_MS * 10**6 + k for k in range(4)], "datetime64[ns]"),
    ],
)
def test_times_in_nanoseconds_and_timestamps(tmp_path: Path, stamps: Any) -> None:
    table = columns(ts=stamps, instrument=None)
    file = read_scores(written(tmp_path, table), "trees", NAMES[:1])
    assert file.ts_ns.tolist() == [START_MS * 10**6 + k for k in range(4)]


def test_the_bar_of_a_score_is_in_the_unit_of_its_time(tmp_path: Path) -> None:
    table = columns(bar=[START_MS - 3_600_000] * 4)
    file = read_scores(written(tmp_path, table), "trees", NAMES)
    assert file.bar_ns is not None
    assert file.bar_ns.tolist() == [(START_MS - 3_600_000) * 10**6] * 4


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"score": None}, "no column score"),
        ({"ts": None}, "no column ts"),
        ({"instrument": None}, "no column instrument"),
        ({"score": [0.5, 2.0, 0.0, 1.0]}, "row 1: score is 2; a score is a number from -1 to 1"),
        ({"score": [0.5, 0.5, float("nan"), 1.0]}, "row 2: score is nan"),
        ({"score": ["a", "b", "c", "d"]}, "holds string, not numbers"),
        ({"confidence": [0.0, 0.5, 1.5, 1.0]}, "row 2: confidence is 1.5"),
        ({"confidence": [0.0, -0.5, 0.5, 1.0]}, "from 0 to 1"),
        ({"score": [0.5, None, 0.0, 1.0]}, "row 1: column score has 1 empty cells"),
        ({"ts": [START_MS + 5, START_MS, START_MS + 1, START_MS + 2]}, "row 1: scores are not in"),
        ({"ts": [START_MS, START_MS, START_MS, START_MS + 2]}, "row 2: two scores of BINANCE:BTC"),
        ({"ts": [1, 2, 3, 4]}, "neither milliseconds nor nanoseconds"),
        ({"ts": [0.5, 1.5, 2.5, 3.5]}, "not times"),
        ({"instrument": [*NAMES, "X", "Y"]}, "row 2: instrument 'X' is not among the run's"),
        ({name: [] for name in ("ts", "instrument", "score", "confidence")}, "holds no score"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    path = written(tmp_path, columns(**changes))
    with pytest.raises(DataError) as caught:
        read_scores(path, "trees", NAMES)
    line = caught.value.line()
    assert says in line
    assert str(path) in line
    assert "\n" not in line
    assert caught.value.fix


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        read_scores(tmp_path / "gone.parquet", "trees", NAMES)
    text = tmp_path / "text.parquet"
    text.write_text("no Parquet", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_scores(text, "trees", NAMES)
