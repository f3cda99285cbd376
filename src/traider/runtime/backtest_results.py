"""Results of back-tests as they lie on the disk, read again for a front door.

Equity is what ``equity.parquet`` keeps: already thinned to what a chart can show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from traider.backtest.files import (
    EQUITY_FILE_NAME,
    SUMMARY_FILE_NAME,
    TRADES_FILE_NAME,
)
from traider.domain.errors import DataError
from traider.store.arrow_columns import compute, flags

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

INDEX_POINTS_MAX: Final = 1_000
"""Points of curves that are laid beside one another."""


@dataclass(frozen=True)
class EquityCurve:
    """What an account was worth, and its fall from its highest as a fraction of that."""

    ts_ns: IntArray
    nav: FloatArray
    drawdown: FloatArray


@dataclass(frozen=True)
class TradePage:
    """Trades from a number on, and how many there are in all."""

    rows: Sequence[Mapping[str, Any]]
    total: int


@dataclass(frozen=True)
class Beside:
    """Curves on one axis of time, each divided by the worth it began with.

    A curve is NaN before its first and after its last point.
    """

    ts_ns: IntArray
    curves: tuple[FloatArray, ...]


def read_summary(folder: Path) -> dict[str, Any]:
    """Return ``summary.json`` of a folder of results.

    Raises:
        DataError: it is gone or damaged.
    """
    path = folder / SUMMARY_FILE_NAME
    try:
        body: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as fault:
        raise _unreadable(path, fault) from fault
    return body


def read_equity(folder: Path, tier: str) -> EquityCurve:
    """Return the curve of a fill tier, or of ``buy-and-hold``; empty where there is none.

    Raises:
        DataError: the file is gone or damaged.
    """
    table = _table(folder / EQUITY_FILE_NAME)
    rows = table.filter(compute.equal(table.column("tier").cast(pa.string()), tier))
    return EquityCurve(
        rows.column("ts").cast(pa.int64()).to_numpy(),
        rows.column("nav").to_numpy(),
        rows.column("drawdown").to_numpy(),
    )


def read_trades(folder: Path, after: int, count: int, instrument: str = "") -> TradePage:
    """Return up to ``count`` trades whose number is above ``after``, in their order.

    Args:
        folder: of results.
        after: 0 begins with the first trade.
        count: most rows.
        instrument: of this one alone; empty means all.

    Raises:
        DataError: the file is gone or damaged.
    """
    table = _table(folder / TRADES_FILE_NAME)
    if instrument:
        named = flags(compute.equal(table.column("instrument").cast(pa.string()), instrument))
        table = table.filter(pa.array(named))
    numbers = table.column("number").to_numpy()
    first = int(np.searchsorted(numbers, after, side="right"))
    page = table.slice(first, count)
    for name in ("opened", "closed"):
        place = page.schema.get_field_index(name)
        page = page.set_column(place, name, page.column(name).cast(pa.int64()))
    return TradePage(page.to_pylist(), table.num_rows)


def beside_one_another(curves: Sequence[EquityCurve]) -> Beside:
    """Return curves on one axis of time, evenly spaced from the earliest point to the latest."""
    known = [curve for curve in curves if curve.ts_ns.size]
    if not known:
        nothing = np.zeros(0)
        return Beside(np.zeros(0, np.int64), tuple(nothing for _ in curves))
    first = min(int(curve.ts_ns[0]) for curve in known)
    last = max(int(curve.ts_ns[-1]) for curve in known)
    count = min(INDEX_POINTS_MAX, max(curve.ts_ns.size for curve in known))
    steps = np.linspace(0, last - first, count)
    axis = first + np.unique(np.round(steps).astype(np.int64))
    return Beside(axis, tuple(_on(axis, curve) for curve in curves))


def _on(axis: IntArray, curve: EquityCurve) -> FloatArray:
    """Return a curve's last value at each instant, over its first."""
    found = np.full(axis.size, np.nan)
    if not curve.ts_ns.size:
        return found
    place = np.searchsorted(curve.ts_ns, axis, side="right") - 1
    inside = (place >= 0) & (axis <= curve.ts_ns[-1])
    found[inside] = curve.nav[place[inside]] / curve.nav[0]
    return found


def _table(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException) as fault:
        raise _unreadable(path, fault) from fault


def _unreadable(path: Path, fault: Exception) -> DataError:
    return DataError(f"cannot be read: {fault}", where=str(path), fix="run the back-test again")
