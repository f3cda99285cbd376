"""Bar files: what instrument a file holds, on which grid, and whether it can be trusted.

A file is Parquet with columns ts (ms, bar open), open, high, low, close, volume, or the folder of
a series of the lake, whose ts is in ns. It is read in batches, never whole, and scanned once before
a run: the tick is the finest decimal seen, the bar length the most common step, and anything a run
could not trust is refused with its row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from traider.domain.errors import DataError, UsageError
from traider.domain.instruments import InstrumentKind, InstrumentName
from traider.domain.timeframes import TIMEFRAMES, timeframe_ns, timeframe_of
from traider.store.kinds import Content
from traider.store.lake import series_batches
from traider.store.lake_paths import SeriesKey
from traider.store.price_grid import finest_decimal, off_ticks
from traider.store.source_files import refuse_raw_capture

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]

COLUMNS: Final = ("ts", "open", "high", "low", "close", "volume")
PRICES: Final = ("open", "high", "low", "close")
LOT_SIZE: Final = Decimal("1e-8")
BATCH_ROWS: Final = 32_768
OFF_GRID_SHARE_MAX: Final = 0.01
TICKS_MAX: Final = 2.0**52
_MS_NS: Final = 1_000_000
_READ_BYTES: Final = 65_536
# A time in ms between 2001 and 2100; the same instant in s or us is a thousand times off.
_FIRST_MS: Final = 978_307_200_000
_LAST_MS: Final = 4_102_444_800_000


@dataclass(frozen=True)
class Batch:
    """Some bars: opening times in ns, prices and volumes as read."""

    ts_ns: TimeArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    def part(self, keep: npt.NDArray[np.bool_]) -> "Batch":
        """Return the bars for which ``keep`` is true."""
        return Batch(
            self.ts_ns[keep],
            self.open[keep],
            self.high[keep],
            self.low[keep],
            self.close[keep],
            self.volume[keep],
        )


@dataclass(frozen=True)
class TradingRules:
    """An instrument's grid and minimums where they are known beside the file."""

    tick_size: Decimal | None = None
    """None takes the finest decimal of the file's prices."""
    lot_size: Decimal = LOT_SIZE
    min_size: Decimal = Decimal(0)
    min_notional: Decimal = Decimal(0)


@dataclass(frozen=True)
class BarFile:
    """A scanned file: its instrument, grid and extent inside the wanted range."""

    path: Path
    instrument: str
    is_derivative: bool
    tick_size: Decimal
    length_ns: int
    bars: int
    first_ns: int
    last_ns: int
    """Opening times of the first and the last bar."""
    missing: int
    """Bars that the steps between opening times leave out."""
    off_tick: int
    """Prices that stand off the tick; they are rounded to the nearest."""
    off_grid: int
    """Bars that open off the whole multiples of their length; they are used as they are."""
    empty: int
    """Bars without volume."""
    lowest: float
    """Lowest price."""
    lot_size: Decimal = LOT_SIZE
    min_size: Decimal = Decimal(0)
    min_notional: Decimal = Decimal(0)

    @property
    def timeframe(self) -> str:
        """Name of the bar length."""
        return timeframe_of(self.length_ns)

    @property
    def end_ns(self) -> int:
        """When the last bar closes."""
        return self.last_ns + self.length_ns

    @property
    def records(self) -> int:
        """Events it brings: the first price and the bar."""
        return 2 * self.bars


def read_batches(path: Path, start_ns: int | None, end_ns: int | None) -> Iterator[Batch]:
    """Yield the bars that open in [start_ns, end_ns), in batches.

    ``path`` is a file, or the folder of a series of the lake.

    Raises:
        DataError: the file is missing, is no Parquet file or lacks a column.
    """
    series = SeriesKey.of_path(path)
    if series is not None and path.is_dir():
        batches = _lake_batches(path, series, start_ns, end_ns)
    else:
        batches = _file_batches(path, unit_ns=_MS_NS if series is None else 1)
    for batch in batches:
        keep = np.ones(len(batch.ts_ns), np.bool_)
        if start_ns is not None:
            keep &= batch.ts_ns >= start_ns
        if end_ns is not None:
            keep &= batch.ts_ns < end_ns
        if keep.all():
            yield batch
        elif keep.any():
            yield batch.part(keep)
        if end_ns is not None and len(batch.ts_ns) and batch.ts_ns[-1] >= end_ns:
            return


def _file_batches(path: Path, unit_ns: int) -> Iterator[Batch]:
    """Yield the bars of a Parquet file."""
    if path.is_dir():
        raise DataError(
            "cannot be read as Parquet: it is a folder, and none of a series of a lake",
            where=str(path),
            fix="name a file, or LAKE/venue=…/instrument=…/kind=bars-…",
        )
    try:
        # Without pre-buffering: it would hold the whole file, however small the batches.
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=_READ_BYTES)
    except FileNotFoundError:
        raise DataError("there is no such file", where=str(path), fix="check the path") from None
    except (pa.ArrowInvalid, OSError) as fault:
        raise _unreadable(path, fault) from fault
    with file:
        missing = [name for name in COLUMNS if name not in file.schema_arrow.names]
        if missing:
            raise DataError(
                f"has no column {', '.join(missing)}",
                where=str(path),
                fix=f"bar files have columns {', '.join(COLUMNS)}",
            )
        for records in _record_batches(file, path):
            yield _batch(records, path, unit_ns)


def _lake_batches(
    folder: Path, series: SeriesKey, start_ns: int | None, end_ns: int | None
) -> Iterator[Batch]:
    """Yield the bars of a series of the lake, days joined to batches."""
    if series.kind.content is not Content.BARS:
        raise DataError(
            f"holds {series.kind}, which nobody trades at",
            where=str(folder),
            fix="name a folder kind=bars-…",
        )
    for table in series_batches(folder, start_ns, end_ns, BATCH_ROWS):
        for records in table.to_batches():
            yield _batch(records, folder, unit_ns=1)


def _record_batches(file: pq.ParquetFile, path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows in batches; damage inside the file shows only here."""
    try:
        yield from file.iter_batches(batch_size=BATCH_ROWS, columns=list(COLUMNS))
    except (pa.ArrowException, OSError) as fault:
        raise _unreadable(path, fault) from fault


def _unreadable(path: Path, fault: Exception) -> DataError:
    refuse_raw_capture(path)
    return DataError(f"cannot be read as Parquet: {fault}", where=str(path), fix="export it again")


def _batch(records: pa.RecordBatch, path: Path, unit_ns: int) -> Batch:
    """Return the bars of ``records``, whose ts counts units of ``unit_ns``."""
    columns = {}
    for name in COLUMNS:
        column = records.column(name)
        kind = pa.int64() if name == "ts" else pa.float64()
        if column.null_count:
            raise DataError(f"column {name} has empty cells", where=str(path), fix="remove them")
        try:
            columns[name] = column.cast(kind).to_numpy(zero_copy_only=False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as fault:
            raise DataError(
                f"column {name} holds {column.type}, not numbers: {fault}",
                where=str(path),
                fix="ts is in whole milliseconds since 1970 UTC, the others are numbers",
            ) from fault
    ts = columns["ts"]
    scale = _MS_NS // unit_ns
    if len(ts) and not (ts.min() >= _FIRST_MS * scale and ts.max() < _LAST_MS * scale):
        name = "milliseconds" if unit_ns == _MS_NS else "nanoseconds"
        raise DataError(
            f"ts runs from {ts.min()} to {ts.max()}, which are no {name} of this century",
            where=str(path),
            fix=f"give ts in {name} since 1970 UTC",
        )
    columns["ts"] = ts * unit_ns
    return Batch(**{("ts_ns" if name == "ts" else name): columns[name] for name in COLUMNS})


def scan_bar_file(
    path: Path,
    start_ns: int | None = None,
    end_ns: int | None = None,
    rules: TradingRules | None = None,
) -> BarFile:
    """Read a file once and return what a run needs to know about it.

    Raises:
        DataError: there is no bar in the range, a bar is impossible, the bars are unsorted or off
            the grid of their length, or a price is too large or small to be counted in ticks.
    """
    rules = rules or TradingRules()
    scan = _Scan(path, rules)
    for batch in read_batches(path, start_ns, end_ns):
        scan.add(batch)
    if scan.bars < 2:
        raise DataError(
            f"has {scan.bars} bars in the range asked for",
            where=str(path),
            fix="choose --from and --to inside the data",
        )
    length = scan.length_ns()
    instrument, derivative = instrument_of(path)
    tick_size = rules.tick_size or Decimal(1).scaleb(-scan.decimals)
    scan.check_range(tick_size)
    return BarFile(
        path=path,
        instrument=instrument,
        is_derivative=derivative,
        tick_size=tick_size,
        length_ns=length,
        bars=scan.bars,
        first_ns=scan.first,
        last_ns=scan.last,
        missing=max((scan.last - scan.first) // length + 1 - scan.bars, 0),
        off_tick=scan.off_tick,
        off_grid=scan.off_grid(length, start_ns, end_ns),
        empty=scan.empty,
        lowest=scan.lowest,
        lot_size=rules.lot_size,
        min_size=rules.min_size,
        min_notional=rules.min_notional,
    )


class _Scan:
    """What one pass over a file adds up."""

    def __init__(self, path: Path, rules: TradingRules) -> None:
        self.path = path
        self.rules = rules
        self.steps: dict[int, int] = {}
        self.decimals = self.bars = self.off_tick = self.empty = 0
        self.first = self.last = -1
        self.lowest, self.highest = np.inf, 0.0

    def add(self, batch: Batch) -> None:
        """Take in the next bars of the file."""
        check_bars(batch, self.path, self.bars)
        ts = batch.ts_ns if self.last < 0 else np.concatenate([[self.last], batch.ts_ns])
        found, counts = np.unique(np.diff(ts), return_counts=True)
        if len(found) and found[0] <= 0:
            row = self.bars + int(np.argmax(np.diff(ts) <= 0)) + (1 if self.last < 0 else 0)
            raise DataError(
                "bars are not in order of time, or one is there twice",
                where=f"{self.path} row {row}",
                fix="sort the file by ts and remove duplicates",
            )
        for step, count in zip(found.tolist(), counts.tolist(), strict=True):
            self.steps[step] = self.steps.get(step, 0) + count
        prices = np.concatenate([getattr(batch, name) for name in PRICES])
        if self.rules.tick_size is None:
            self.decimals, off = finest_decimal(prices, self.decimals)
        else:
            off = off_ticks(prices, self.rules.tick_size)
        self.off_tick += off
        self.lowest = min(self.lowest, float(prices.min()))
        self.highest = max(self.highest, float(prices.max()))
        self.empty += int((batch.volume == 0.0).sum())
        self.first = int(batch.ts_ns[0]) if self.first < 0 else self.first
        self.last = int(batch.ts_ns[-1])
        self.bars += len(batch.ts_ns)

    def length_ns(self) -> int:
        """Return the length of a bar: the most common step."""
        length = max(self.steps, key=lambda step: (self.steps[step], -step))
        if length not in {timeframe_ns(name) for name in TIMEFRAMES}:
            raise DataError(
                f"most bars are {length / 1e9:g} seconds apart, which is no timeframe",
                where=str(self.path),
                fix=f"use bars of one of {', '.join(TIMEFRAMES)}",
            )
        return length

    def off_grid(self, length: int, start_ns: int | None, end_ns: int | None) -> int:
        """Return how many bars open off the whole multiples of ``length``.

        After an outage some venues stamp bars at odd seconds for a while. They are used as they
        are; a file that stands off its grid as a whole is refused, since every decision on it
        would come a bar late.
        """
        if self.first % length == 0 and all(step % length == 0 for step in self.steps):
            return 0
        odd = 0
        for batch in read_batches(self.path, start_ns, end_ns):
            odd += int((batch.ts_ns % length != 0).sum())
        if odd > self.bars * OFF_GRID_SHARE_MAX:
            raise DataError(
                f"{odd} of {self.bars} bars do not open at whole multiples of "
                f"{timeframe_of(length)}",
                where=str(self.path),
                fix="stamp bars with their opening time, UTC",
            )
        return odd

    def check_range(self, tick_size: Decimal) -> None:
        """Refuse prices that are less than a tick or more ticks than a float counts exactly."""
        tick = float(tick_size)
        if self.lowest / tick < 0.5 or self.highest / tick >= TICKS_MAX:
            raise DataError(
                f"prices from {self.lowest:g} to {self.highest:g} do not fit a tick of {tick:g}",
                where=str(self.path),
                fix="scale the prices, or give tick_size under [[instruments]]",
            )


def check_bars(batch: Batch, path: Path, row: int) -> None:
    """Refuse a batch with a bar that cannot be; ``row`` is the place of its first in the file.

    Raises:
        DataError: a price or a volume is no number, or prices contradict each other.
    """
    top = np.maximum(batch.open, batch.close)
    bottom = np.minimum(batch.open, batch.close)
    sound = (batch.high >= top) & (batch.low <= bottom) & (batch.low > 0.0)
    sound &= np.isfinite(batch.high) & (batch.volume >= 0.0) & np.isfinite(batch.volume)
    if not sound.all():
        place = int(np.argmin(sound))
        raise DataError(
            f"impossible bar: open {batch.open[place]:g}, high {batch.high[place]:g}, "
            f"low {batch.low[place]:g}, close {batch.close[place]:g}, "
            f"volume {batch.volume[place]:g}",
            where=f"{path} row {row + place}",
            fix="0 < low <= open, close <= high and volume >= 0",
        )


def instrument_of(path: Path) -> tuple[str, bool]:
    """Return the instrument a file's name tells of, and whether it is a derivative.

    ``BINANCE-PERP-BTC-USDT-1m.parquet`` is BINANCE:BTC-USDT-PERP, ``BINANCE-BTC-USDT-1h.parquet``
    BINANCE:BTC-USDT; any other name is taken as it is, as spot. In the lake the folders tell.
    """
    series = SeriesKey.of_path(path)
    if series is not None:
        return str(series.name), series.name.kind is not InstrumentKind.SPOT
    parts = path.stem.upper().split("-")
    derivative = len(parts) > 1 and parts[1] in {"PERP", "FUT"}
    if derivative:
        del parts[1]
    if len(parts) < 3:
        return path.stem, False
    venue, base, quote = parts[:3]
    try:
        return str(InstrumentName(venue, base, quote, "PERP" if derivative else "")), derivative
    except UsageError:
        return path.stem, False
