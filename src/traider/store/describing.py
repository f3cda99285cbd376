"""Say what a file or a series of the lake holds, without judging it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError, UsageError
from traider.store.arrow_columns import compute
from traider.store.instants import instant_text
from traider.store.kinds import PRICES, Content, FloatArray, IntArray
from traider.store.lake import list_series, series_batches
from traider.store.market_store import SeriesExtent
from traider.store.preparation import Prepared
from traider.store.price_grid import finest_decimal


@dataclass(frozen=True)
class ColumnRange:
    """The values of a column."""

    name: str
    lowest: float | None
    highest: float | None
    empty: int


@dataclass(frozen=True)
class Description:
    """What is known of one series."""

    place: str
    """Its file, or its folder in the lake."""
    instrument: str
    kind: str
    rows: int
    first: str
    last: str
    decimals: int | None
    """Decimals of the finest price; None for funding and for prices on no decimal grid."""
    bytes: int
    days: int
    """Days of UTC that have rows."""
    columns: tuple[ColumnRange, ...]
    notes: tuple[str, ...] = ()


def find_series(target: str, lake: Path) -> list[SeriesExtent]:
    """Return the series of a lake whose instrument is ``target``, with or without its venue.

    Raises:
        UsageError: there is none, or no lake.
    """
    extents = list_series(lake)
    wanted = target.strip().upper()
    found = [e for e in extents if wanted in {str(e.key.name), e.key.name.pair}]
    if not found:
        known = sorted({str(extent.key.name) for extent in extents})
        raise UsageError(
            f"no file and no instrument of {lake} is called {target!r}",
            fix=f"it has {', '.join(known)}" if known else "import data first",
        )
    return found


def describe_series(extent: SeriesExtent, lake: Path) -> Description:
    """Read a series of the lake and describe it.

    Raises:
        DataError: a file of it is damaged, or it is empty.
    """
    folder = extent.key.folder(lake)
    ranges: dict[str, ColumnRange] = {}
    decimals: int | None = 0
    rows = 0
    for table in series_batches(folder):
        rows += table.num_rows
        for name in table.column_names:
            if name not in {"ts", "seq", "id"}:
                ranges[name] = _widened(ranges.get(name), name, table)
        if decimals is not None:
            decimals = _decimals(extent.key.kind.content, _values(table), decimals)
    if not rows:
        raise DataError("holds no rows", where=str(folder), fix="import data into it")
    return Description(
        place=str(folder),
        instrument=str(extent.key.name),
        kind=str(extent.key.kind),
        rows=rows,
        first=instant_text(extent.first_ns),
        last=instant_text(extent.last_ns),
        decimals=decimals,
        bytes=extent.bytes,
        days=extent.days,
        columns=tuple(ranges.values()),
    )


def _widened(known: ColumnRange | None, name: str, table: pa.Table) -> ColumnRange:
    """Return the range of a column, taking in what ``table`` has of it."""
    column = table.column(name)
    found = compute.min_max(column).as_py()
    ends = [found["min"], found["max"]]
    empty = column.null_count
    if known is not None:
        ends += [known.lowest, known.highest]
        empty += known.empty
    told = [end for end in ends if end is not None]
    return ColumnRange(name, min(told, default=None), max(told, default=None), empty)


def _values(table: pa.Table) -> dict[str, FloatArray]:
    """Return the prices of imported rows; those of events are counted, not decimal."""
    names = [name for name in ("price", *PRICES) if name in table.column_names]
    return {
        name: table.column(name).to_numpy()
        for name in names
        if pa.types.is_floating(table.schema.field(name).type) and not table.column(name).null_count
    }


def describe_prepared(prepared: Prepared) -> tuple[Description, ...]:
    """Describe the series of a file."""
    size = prepared.source.path.stat().st_size
    notes = _notes(prepared)
    found = []
    for series in prepared.series:
        ts = series.ts_ns
        kind = str(prepared.kind) if prepared.length_ns else prepared.content.value
        found.append(
            Description(
                place=str(prepared.source.path),
                instrument=str(series.name or series.symbol or "not told by its name"),
                kind=kind,
                rows=len(ts),
                first=instant_text(int(ts[0])) if len(ts) else "",
                last=instant_text(int(ts[-1])) if len(ts) else "",
                decimals=_decimals(prepared.content, series.values),
                bytes=size,
                days=_days(ts),
                columns=tuple(_range(name, column) for name, column in series.values.items()),
                notes=notes,
            )
        )
    return tuple(found)


def _notes(prepared: Prepared) -> tuple[str, ...]:
    columns: Mapping[str, str] = prepared.columns.fields
    taken = ", ".join(
        name if name == column else f"{name} from {column}" for name, column in columns.items()
    )
    notes = [f"{prepared.source.format}, {prepared.source.rows} rows; columns {taken}"]
    if prepared.columns.ignored:
        notes.append(f"columns not taken: {', '.join(prepared.columns.ignored)}")
    if prepared.times.unit:
        notes.append(f"times in {prepared.times.unit}")
    if prepared.bad_rows:
        notes.append(f"{prepared.bad_rows} rows are bad: traider data check tells them")
    return tuple(notes)


def _days(ts_ns: IntArray) -> int:
    return len(np.unique(ts_ns // 86_400_000_000_000))


def _range(name: str, column: FloatArray) -> ColumnRange:
    known = column[~np.isnan(column)]
    lowest, highest = (float(known.min()), float(known.max())) if len(known) else (None, None)
    return ColumnRange(name, lowest, highest, len(column) - len(known))


def _decimals(content: Content, values: Mapping[str, FloatArray], least: int = 0) -> int | None:
    names = {Content.TRADES: ("price",), Content.FUNDING: ()}.get(content, PRICES)
    columns = [values[name] for name in names if name in values]
    if not columns or not len(columns[0]):
        return None
    decimals, stray = finest_decimal(np.concatenate(columns), least)
    return None if stray else decimals
