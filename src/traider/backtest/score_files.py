"""Score files: what a model said of instruments, and when that was known.

A file is Parquet, one a model, sorted by time:

    ts          when the score was known: ms or ns since 1970 UTC, or a timestamp
    instrument  name, such as BINANCE:BTC-USDT; may be left out where a run has one instrument
    score       in [-1, 1]
    confidence  in [0, 1]; 1 where the column is left out
    bar         opening time of the newest bar the score was computed from, in the unit of ts;
                optional: with it the look-ahead check knows whether that bar had closed at ts
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from traider.domain.errors import DataError
from traider.features.batch import Floats, Times

Numbers = npt.NDArray[np.int64]

_HINT: Final = "score files have columns ts, score and, where needed, instrument, confidence, bar"
_FIRST_MS: Final = 978_307_200_000
_LAST_MS: Final = 4_102_444_800_000
_MS_NS: Final = 1_000_000


@dataclass(frozen=True)
class ScoreFile:
    """A score file that was read and found sound; rows are sorted by time.

    ``instrument`` is the position in the run's instruments; ``bar_ns`` is None where the file does
    not say what its scores were computed from.
    """

    name: str
    path: Path
    ts_ns: Times
    instrument: Numbers
    score: Floats
    confidence: Floats
    bar_ns: Times | None = None

    def __len__(self) -> int:
        """Return the number of scores."""
        return len(self.ts_ns)


def read_scores(path: Path, name: str, instruments: Sequence[str]) -> ScoreFile:
    """Read the scores of model ``name`` about ``instruments``.

    Raises:
        DataError: the file cannot be read, a column is missing, or a row cannot be used.
    """
    table = _table(path)
    missing = [column for column in ("ts", "score") if column not in table.column_names]
    if "instrument" not in table.column_names and len(instruments) > 1:
        missing.append("instrument")
    if missing:
        raise DataError(f"has no column {', '.join(missing)}", where=str(path), fix=_HINT)
    if not len(table):
        raise DataError("holds no score", where=str(path), fix="leave it out, or write it again")
    has_confidence = "confidence" in table.column_names
    file = ScoreFile(
        name=name,
        path=path,
        ts_ns=_times(table, "ts", path),
        instrument=_numbers(table, instruments, path),
        score=_floats(table, "score", path),
        confidence=_floats(table, "confidence", path) if has_confidence else np.ones(len(table)),
        bar_ns=_times(table, "bar", path) if "bar" in table.column_names else None,
    )
    _check_range(file.score, -1.0, "score", path)
    _check_range(file.confidence, 0.0, "confidence", path)
    _check_order(file, instruments)
    return file


def _table(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except FileNotFoundError:
        raise DataError("there is no such file", where=str(path), fix="check the path") from None
    except (pa.ArrowException, OSError) as fault:
        raise DataError(
            f"cannot be read as Parquet: {fault}", where=str(path), fix="export it again"
        ) from fault


def _column(table: pa.Table, name: str, path: Path) -> "pa.ChunkedArray[Any]":
    column = table[name]
    if column.null_count:
        row = int(np.argmax(column.is_null().to_numpy()))
        raise DataError(
            f"column {name} has {column.null_count} empty cells",
            where=f"{path} row {row}",
            fix="leave out rows without a score",
        )
    return column


def _times(table: pa.Table, name: str, path: Path) -> Times:
    column = _column(table, name, path)
    if pa.types.is_timestamp(column.type):
        return np.asarray(column.cast(pa.timestamp("ns", column.type.tz)).cast(pa.int64()))
    try:
        stamps = np.asarray(column.cast(pa.int64()), np.int64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as fault:
        raise DataError(
            f"column {name} holds {column.type}, not times: {fault}",
            where=str(path),
            fix="give whole milliseconds or nanoseconds since 1970 UTC",
        ) from fault
    for scale in (_MS_NS, 1):
        per_ms = _MS_NS // scale
        if stamps.min() >= _FIRST_MS * per_ms and stamps.max() < _LAST_MS * per_ms:
            return stamps * scale
    raise DataError(
        f"{name} runs from {stamps.min()} to {stamps.max()}, which are neither milliseconds nor "
        "nanoseconds of this century",
        where=str(path),
        fix="give times in milliseconds or nanoseconds since 1970 UTC",
    )


def _floats(table: pa.Table, name: str, path: Path) -> Floats:
    column = _column(table, name, path)
    try:
        return np.asarray(column.cast(pa.float64()), np.float64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as fault:
        raise DataError(
            f"column {name} holds {column.type}, not numbers: {fault}", where=str(path), fix=_HINT
        ) from fault


def _numbers(table: pa.Table, instruments: Sequence[str], path: Path) -> Numbers:
    if "instrument" not in table.column_names:
        return np.zeros(len(table), np.int64)
    column = _column(table, "instrument", path)
    known: Mapping[str, int] = {name: number for number, name in enumerate(instruments)}
    names = [str(name) for name in column.to_pylist()]
    unknown = next((row for row, name in enumerate(names) if name not in known), None)
    if unknown is not None:
        raise DataError(
            f"instrument {names[unknown]!r} is not among the run's",
            where=f"{path} row {unknown}",
            fix=f"known are: {', '.join(instruments)}; leave out its rows, or add its data",
        )
    return np.array([known[name] for name in names], np.int64)


def _check_range(values: Floats, least: float, name: str, path: Path) -> None:
    bad = ~((values >= least) & (values <= 1.0))
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{name} is {values[row]:g}",
            where=f"{path} row {row}",
            fix=f"a {name} is a number from {least:g} to 1",
        )


def _check_order(file: ScoreFile, instruments: Sequence[str]) -> None:
    """Refuse rows out of the order of time, or two of one instrument at one time."""
    late = np.flatnonzero(np.diff(file.ts_ns) < 0)
    if len(late):
        raise DataError(
            "scores are not in order of time",
            where=f"{file.path} row {int(late[0]) + 1}",
            fix="sort the file by ts",
        )
    for number, name in enumerate(instruments):
        rows = np.flatnonzero(file.instrument == number)
        twice = np.flatnonzero(np.diff(file.ts_ns[rows]) == 0)
        if len(twice):
            raise DataError(
                f"two scores of {name} at one time",
                where=f"{file.path} row {int(rows[twice[0] + 1])}",
                fix="keep one score an instrument and time",
            )
