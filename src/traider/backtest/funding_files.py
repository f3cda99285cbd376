"""Funding files: settled rates of a perpetual as events.

A file is Parquet with columns ts (ms of the settlement as the venue stamped it), rate (a fraction
an interval, positive when longs pay shorts) and, where known, mark. Venues stamp some
milliseconds late, so times are cut to the minute. The interval of a settlement is the time since
the one before, so that a change of it, or a settlement that is missing, is seen. The folder of
funding in the lake, whose times are in ns, stands where a file would.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, empty_events
from traider.store.lake import read_series

_MINUTE_NS: Final = 60_000_000_000
_MS_NS: Final = 1_000_000
_NS_FROM: Final = 10**17
"""A time above this counts nanoseconds: in milliseconds it would lie in the year 3,170,843."""
_RATE_SCALE: Final = 1e12
_MONEY_SCALE: Final = 1e8
_RATE_MAX: Final = 0.1


@dataclass(frozen=True)
class FundingFile:
    """A funding file that was read: its instrument's number, times and rates."""

    path: Path
    instrument: int
    ts_ns: npt.NDArray[np.int64]
    rate: npt.NDArray[np.float64]
    mark: npt.NDArray[np.float64]
    """Mark price at the settlement, NaN where unknown: the last price is taken then."""


def read_funding(path: Path, instrument: int) -> FundingFile:
    """Read a funding file.

    Raises:
        DataError: it cannot be read, is not sorted, or holds what is no rate.
    """
    try:
        table = read_series(path) if path.is_dir() else pq.read_table(path)
    except FileNotFoundError:
        raise DataError("there is no such file", where=str(path), fix="check the path") from None
    except (pa.ArrowInvalid, OSError) as fault:
        raise DataError(
            "is no Parquet file", where=str(path), fix="give a file with columns ts and rate"
        ) from fault
    missing = [name for name in ("ts", "rate") if name not in table.column_names]
    if missing:
        raise DataError(
            f"has no column {', '.join(missing)}",
            where=str(path),
            fix="a funding file has columns ts, rate and perhaps mark",
        )
    stamps = table["ts"].to_numpy().astype(np.int64)
    ts_ns = np.where(stamps < _NS_FROM, stamps * _MS_NS, stamps) // _MINUTE_NS * _MINUTE_NS
    rate = table["rate"].to_numpy().astype(np.float64)
    mark = np.full(len(rate), np.nan)
    if "mark" in table.column_names:
        mark = table["mark"].to_numpy(zero_copy_only=False).astype(np.float64)
    bad = ~(np.isfinite(rate) & (np.abs(rate) < _RATE_MAX))
    bad[1:] |= np.diff(ts_ns) <= 0
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"rate {rate[row]:g} at {np.datetime64(int(ts_ns[row]), 'ns')}",
            where=f"{path} row {row}",
            fix="times must rise by a minute at least, and a rate is a fraction like 0.0001",
        )
    return FundingFile(path, instrument, ts_ns, rate, mark)


def funding_events(
    file: FundingFile, start_ns: int | None, end_ns: int | None
) -> Iterator[EventArray]:
    """Yield the settlements in [start_ns, end_ns) as events, known when they happen."""
    keep = np.ones(len(file.ts_ns), np.bool_)
    if start_ns is not None:
        keep &= file.ts_ns >= start_ns
    if end_ns is not None:
        keep &= file.ts_ns < end_ns
    events = empty_events(int(keep.sum()))
    events["kind"] = Kind.FUNDING
    events["version"] = 1
    events["instrument"] = file.instrument
    events["ts_event"] = events["ts_recv"] = file.ts_ns[keep]
    intervals = np.diff(file.ts_ns, prepend=file.ts_ns[:1])
    events["w0"] = np.rint(file.rate[keep] * _RATE_SCALE)
    events["w1"] = np.rint(np.nan_to_num(file.mark[keep]) * _MONEY_SCALE)
    events["w2"] = file.ts_ns[keep]
    events["w3"] = _usual(intervals)[keep]
    events["w4"] = 1
    if len(events):
        yield events


def _usual(intervals: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the interval in force at each settlement: the shortest step among its neighbors.

    A missing settlement makes one step too long, never too short.
    """
    if len(intervals) < 2:
        return intervals
    steps = intervals.copy()
    steps[0] = steps[1]
    after = np.append(steps[1:], steps[-1])
    usual: npt.NDArray[np.int64] = np.minimum(steps, after)
    return usual
