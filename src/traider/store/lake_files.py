"""One file of the lake: there as a whole or not at all, and read only when it is sound.

A file is named by its content and never changed. It is written beside its place and renamed; it is
flushed before a manifest makes it data. A file that is read is first compared with its manifest:
size and checksum, which costs 0.2 ms a megabyte. Small files are checked at each read, large ones
once in a process as long as size, time and inode stay.
"""

import errno
import os
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from traider.domain.errors import DataError
from traider.store.column_layout import LAYOUT, ROW_GROUP_ROWS, open_writer
from traider.store.lake_paths import day_folder
from traider.store.manifest import DataFile, Grid, flush

HELD_BYTES_MAX: Final = 32 * 1024 * 1024
"""Files up to this size are read at once and checked as they are read."""
_BLOCK_BYTES: Final = 4 * 1024 * 1024
_NAME_DIGITS: Final = 16
_FLUSHED_AT_ONCE: Final = 8
MEND: Final = "import or record the day again, or: traider data seal DIR keeps what is sound"

_checked: Final[set[tuple[str, int, int, int]]] = set()
"""Large files that were found sound: path, size, time of change, inode."""


def write_file(
    folder: Path, day: int, tables: Iterable[pa.Table], schema: pa.Schema, grid: Grid
) -> DataFile:
    """Write rows of one day, in order, as a file of the series in ``folder``.

    The bytes depend on the rows alone, not on how they are split into ``tables``. The file is not
    flushed yet: ``flush_files`` does that for all that a manifest is about to list.

    Raises:
        DataError: the disk refuses.
    """
    home = day_folder(folder, day)
    temporary = home / f".part-{os.getpid()}.writing"
    try:
        # The folder's own name is flushed with the manifest, before which nothing here is data.
        home.mkdir(parents=True, exist_ok=True)
        rows, first_ns, last_ns = _write_rows(temporary, tables, schema, grid)
        checksum = checksum_of(temporary)
        path = home / f"part-{checksum[:_NAME_DIGITS]}.parquet"
        size = temporary.stat().st_size
        temporary.replace(path)
    except OSError as fault:
        temporary.unlink(missing_ok=True)
        raise DataError(
            f"cannot be written: {fault.strerror or fault}",
            where=str(home),
            fix="make room on the disk, or choose another folder",
        ) from fault
    return DataFile(
        f"{home.name}/{path.name}", rows, size, checksum, first_ns, last_ns, LAYOUT, grid
    )


def _write_rows(
    path: Path, tables: Iterable[pa.Table], schema: pa.Schema, grid: Grid
) -> tuple[int, int, int]:
    """Write row groups of one size; return how many rows, and the first and the last ``ts``."""
    rows, first_ns, last_ns = 0, 0, 0
    with path.open("wb") as file, open_writer(file, schema) as writer:
        for group in row_groups(tables):
            ts = group.column("ts")
            first_ns = ts[0].as_py() if not rows else first_ns
            last_ns = ts[-1].as_py()
            rows += group.num_rows
            writer.write_table(group.cast(schema), row_group_size=ROW_GROUP_ROWS)
        if grid.tick_size:
            writer.add_key_value_metadata({"tick_size": grid.tick_size, "lot_size": grid.lot_size})
    return rows, first_ns, last_ns


def flush_files(folder: Path, names: Collection[str]) -> None:
    """Make files of the series in ``folder`` stay through a power cut.

    Raises:
        OSError: the disk refuses.
    """
    homes = {str(Path(name).parent) for name in names}
    if len(names) < _FLUSHED_AT_ONCE:
        for place in (*names, *homes):
            flush(folder / place)
        return
    # A disk takes flushes that come together as one.
    with ThreadPoolExecutor(_FLUSHED_AT_ONCE) as pool:
        for places in (names, homes):
            list(pool.map(lambda place: flush(folder / place), places))


def row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows again in tables of ``ROW_GROUP_ROWS``, the last smaller."""
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        held.append(table)
        rows += table.num_rows
        if rows < ROW_GROUP_ROWS:
            continue
        joined = pa.concat_tables(held)
        whole = rows - rows % ROW_GROUP_ROWS
        for begin in range(0, whole, ROW_GROUP_ROWS):
            yield joined.slice(begin, ROW_GROUP_ROWS).combine_chunks()
        held, rows = [joined.slice(whole)], rows - whole
    if rows:
        yield pa.concat_tables(held).combine_chunks()


def checksum_of(path: Path) -> str:
    """Return the BLAKE3 of a file.

    Raises:
        OSError: it cannot be read.
    """
    digest = blake3()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True)
class OpenFile:
    """A file that was found sound; it stays readable when another process removes its name."""

    path: Path
    parquet: pq.ParquetFile
    entry: DataFile

    def tables(self, start_ns: int | None = None, end_ns: int | None = None) -> Iterator[pa.Table]:
        """Yield its row groups that reach into [start_ns, end_ns), whole.

        Raises:
            DataError: the Parquet inside is damaged.
        """
        try:
            meta = self.parquet.metadata
            place = meta.schema.names.index("ts")
            for group in range(meta.num_row_groups):
                told = meta.row_group(group).column(place).statistics
                if told is not None and _lies_outside(told, start_ns, end_ns):
                    continue
                yield self.parquet.read_row_group(group, use_threads=False)
        except (pa.ArrowException, OSError, ValueError) as fault:
            raise unreadable(self.path, fault) from fault


def _lies_outside(told: pq.Statistics, start_ns: int | None, end_ns: int | None) -> bool:
    """Whether the times of a row group are known, and none is in the range."""
    if told.min is None or told.max is None:
        return False
    before = start_ns is not None and told.max < start_ns
    return before or (end_ns is not None and told.min >= end_ns)


def unreadable(path: Path, fault: Exception) -> DataError:
    """Return the error of a file that is no Parquet inside."""
    return DataError(f"cannot be read as Parquet: {fault}", where=str(path), fix=MEND)


def open_file(folder: Path, entry: DataFile) -> OpenFile:
    """Open a file of the series in ``folder`` and compare it with its entry.

    Raises:
        FileNotFoundError: there is no such file; a newer manifest may know why.
        DataError: it is damaged.
    """
    path = folder / entry.name
    try:
        if entry.checksum and entry.bytes <= HELD_BYTES_MAX:
            data = path.read_bytes()
            _compare(path, entry, len(data), blake3(data).hexdigest())
            return OpenFile(path, pq.ParquetFile(pa.BufferReader(data)), entry)
        if entry.checksum:
            _check_large(path, entry)
        return OpenFile(path, pq.ParquetFile(path, pre_buffer=False), entry)
    except FileNotFoundError as fault:
        # PyArrow's own does not say which.
        raise FileNotFoundError(errno.ENOENT, "no such file", str(path)) from fault
    except (pa.ArrowException, OSError) as fault:
        raise unreadable(path, fault) from fault


def _check_large(path: Path, entry: DataFile) -> None:
    state = path.stat()
    known = (str(path.absolute()), state.st_size, state.st_mtime_ns, state.st_ino)
    if known in _checked:
        return
    if state.st_size != entry.bytes:
        _compare(path, entry, state.st_size, "")
    _compare(path, entry, state.st_size, checksum_of(path))
    _checked.add(known)


def _compare(path: Path, entry: DataFile, size: int, checksum: str) -> None:
    if size != entry.bytes:
        raise DataError(
            f"is damaged: it has {size} bytes, its manifest says {entry.bytes}",
            where=str(path),
            fix=MEND,
        )
    if checksum != entry.checksum:
        raise DataError(
            "is damaged: its checksum differs from its manifest's", where=str(path), fix=MEND
        )


def missing_file(path: Path) -> DataError:
    """Return the error of a file that its manifest lists and that is not there."""
    return DataError("is missing: its manifest lists it", where=str(path), fix=MEND)
