"""Make a manifest of the files that are sound: after damage, or for a lake from before manifests.

Files that are missing or damaged are let go, those that are sound and were listed stay, and files
that nothing listed come in where they say something new. A file that the lake named by its content
proves itself by its name; any other must be readable. What is let go is renamed; only a
file that says nothing new is deleted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from traider.domain.errors import DataError
from traider.store.column_layout import LAYOUT
from traider.store.compacting import opened_files, written_day
from traider.store.kinds import DataKind
from traider.store.lake import day_tables
from traider.store.lake_commit import SeriesChange, adopted_file, locked, unwritable
from traider.store.lake_files import checksum_of, flush_files, open_file
from traider.store.lake_paths import PART_NAME, day_folder, days_of
from traider.store.manifest import (
    MANIFEST_NAME,
    DataFile,
    Grid,
    Manifest,
    load_manifest,
    save_manifest,
    unknown_file,
)
from traider.store.market_store import Span, joined_spans
from traider.store.row_checks import wanted_schema
from traider.store.row_merging import compare_rows, ordered_rows

ASIDE: Final = ".damaged"
"""What the name of a file that is let go ends in."""


@dataclass(frozen=True)
class Sealed:
    """What became of the files of a series."""

    folder: Path
    files: int
    rows: int
    kept: tuple[str, ...]
    """Files that no manifest listed, and that are data now."""
    lost: tuple[str, ...]
    """Files that are missing or damaged, each with the reason; their rows are gone."""
    is_changed: bool


def seal_series(folder: Path, kind: DataKind) -> Sealed:
    """Bring the manifest of a series and its files together again.

    Raises:
        DataError: the folder cannot be written, or another process holds it.
    """
    with locked(folder):
        known, lost = _known(folder)
        sound: list[DataFile] = []
        for file in known.files:
            reason = _fault(folder, file, kind)
            if reason:
                lost.append(f"{file.name}: {reason}")
                _set_aside(folder / file.name)
            else:
                sound.append(adopted_file(folder, file, kind) if not file.checksum else file)
        coverage = _coverage(known, sound, kind)
        columns = known.columns or _columns(folder, sound, kind)
        change = SeriesChange(folder, kind, Manifest(tuple(sound), coverage, columns))
        kept = _found_files(change, {file.name for file in known.files}, lost)
        # Not by ``commit``: what the manifest said before need not be true.
        old = _read_or_none(folder)
        if old != change.manifest:
            try:
                flush_files(folder, [file.name for file in change.manifest.files])
                save_manifest(folder, change.manifest)
            except OSError as fault:
                raise unwritable(folder, fault) from fault
        rows = sum(file.rows for file in change.manifest.files)
        files = len(change.manifest.files)
        return Sealed(folder, files, rows, tuple(kept), tuple(lost), old != change.manifest)


def _known(folder: Path) -> tuple[Manifest, list[str]]:
    """Return the manifest as far as it can be read; a damaged one is set aside."""
    try:
        manifest = load_manifest(folder)
    except DataError as fault:
        path = folder / MANIFEST_NAME
        if not path.is_file():
            return Manifest(), []
        _set_aside(path)
        return Manifest(), [f"{MANIFEST_NAME}: {fault.what}"]
    if manifest is not None:
        return manifest, []
    days = [day for day in days_of(folder) if (day_folder(folder, day) / PART_NAME).is_file()]
    return Manifest(tuple(unknown_file(folder, day) for day in days)), []


def _read_or_none(folder: Path) -> Manifest | None:
    try:
        return load_manifest(folder)
    except DataError:
        return None


def _fault(folder: Path, file: DataFile, kind: DataKind) -> str:
    """Return what is wrong with a file, empty when nothing is."""
    try:
        if not file.checksum:
            adopted_file(folder, file, kind)
            return ""
        opened = open_file(folder, file)
        return "" if sum(t.num_rows for t in opened.tables()) == file.rows else "rows are missing"
    except FileNotFoundError:
        return "is missing"
    except DataError as fault:
        return fault.what


def _set_aside(path: Path) -> None:
    if path.is_file():
        path.replace(path.with_name(path.name + ASIDE))


def _coverage(known: Manifest, sound: Sequence[DataFile], kind: DataKind) -> tuple[Span, ...]:
    """Return the spans that are still covered: those told, less days that lost a file."""
    length = max(kind.length_ns, 1)
    own = [Span(file.first_ns, file.last_ns + length) for file in sound]
    listed = {file.name for file in sound}
    holes = [Span(f.first_ns, f.last_ns + length) for f in known.files if f.name not in listed]
    spans = known.coverage
    for hole in holes:
        spans = tuple(part for span in spans for part in _without(span, hole))
    return joined_spans((*spans, *own))


def _without(span: Span, hole: Span) -> Iterator[Span]:
    yield Span(span.start_ns, min(span.end_ns, hole.start_ns))
    yield Span(max(span.start_ns, hole.end_ns), span.end_ns)


def _columns(folder: Path, files: Sequence[DataFile], kind: DataKind) -> tuple[str, ...]:
    if not (kind.content.is_derived and files):
        return ()
    return tuple(pq.read_schema(folder / files[0].name).names)


def _found_files(change: SeriesChange, known: set[str], lost: list[str]) -> list[str]:
    """Take in files that nothing lists, as far as they say something new; return their names."""
    kept = []
    for day in days_of(change.folder):
        for path in sorted(day_folder(change.folder, day).glob("*.parquet")):
            name = f"{path.parent.name}/{path.name}"
            if name in known:
                continue
            file = _proved(change, day, path)
            if isinstance(file, str):
                lost.append(f"{name}: {file}")
                _set_aside(path)
                continue
            if not change.manifest.columns:
                columns = _columns(change.folder, [file], change.kind)
                change.manifest = replace(change.manifest, columns=columns)
            if _taken(change, day, file):
                kept.append(name)
    return kept


def _proved(change: SeriesChange, day: int, path: Path) -> DataFile | str:
    """Return the entry of a file that nothing lists, or why it is no data."""
    name = f"{path.parent.name}/{path.name}"
    try:
        file = adopted_file(
            change.folder, replace(unknown_file(change.folder, day), name=name), change.kind
        )
        told = pq.read_metadata(path).metadata or {}
    except (DataError, pa.ArrowException, OSError) as fault:
        return fault.what if isinstance(fault, DataError) else str(fault)
    if path.name == PART_NAME:
        return file
    if path.name != f"part-{checksum_of(path)[:16]}.parquet":
        return "its name is not that of its content"
    grid = Grid(told.get(b"tick_size", b"").decode(), told.get(b"lot_size", b"").decode())
    return replace(file, layout=LAYOUT, grid=grid)


def _taken(change: SeriesChange, day: int, file: DataFile) -> bool:
    """Add what a file says and the day does not; return whether it said anything new."""
    content = change.kind.content
    schema = wanted_schema(change.kind, change.manifest.columns, change.manifest.columns)
    old = _rows(change, change.manifest.of_day(day)) or [schema.empty_table()]
    new = ordered_rows(content, _rows(change, [file]) or [schema.empty_table()])
    fresh = compare_rows(content, ordered_rows(content, old), new).fresh
    path = change.folder / file.name
    if not len(fresh):
        path.unlink()
        return False
    if len(fresh) == file.rows:
        added = file
    else:
        added = written_day(change, day, [new.take(np.asarray(fresh))], file.grid)
        path.unlink()
    length = max(change.kind.length_ns, 1)
    span = Span(added.first_ns, added.last_ns + length)
    coverage = joined_spans((*change.manifest.coverage, span))
    change.manifest = replace(change.manifest.exchanged([], [added]), coverage=coverage)
    return True


def _rows(change: SeriesChange, files: Sequence[DataFile]) -> list[pa.Table]:
    opened = opened_files(change.folder, files)
    tables = day_tables(change.kind.content, opened)
    return [table.replace_schema_metadata(None) for table in tables if table.num_rows]
