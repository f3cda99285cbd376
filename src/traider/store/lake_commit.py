"""Change a series of the lake: under its lock, files first, then the manifest, then the tidying.

A crash before the manifest is replaced leaves files that nothing lists; a crash after it leaves old
files that nothing lists any more. Both are removed when the day is written again. A series from
before there were manifests gets one here, its files as they are.
"""

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from traider.domain.errors import DataError
from traider.store.kinds import DataKind
from traider.store.lake import measured_file
from traider.store.lake_files import checksum_of, flush_files, unreadable
from traider.store.lake_paths import day_folder
from traider.store.manifest import (
    MANIFEST_NAME,
    DataFile,
    Manifest,
    listed_manifest,
    save_manifest,
)
from traider.store.market_store import Span, joined_spans
from traider.store.row_checks import wanted_schema

LOCK_NAME: Final = ".lock"
LOCK_WAIT_S: Final = 60.0
_POLL_S: Final = 0.01


class SeriesChange:
    """A series under its lock: what it is now, and the one way to make it something else."""

    def __init__(self, folder: Path, kind: DataKind, manifest: Manifest) -> None:
        self.folder = folder
        self.kind = kind
        self.manifest = manifest

    def establish(self) -> None:
        """Have a manifest on the disk before any file is: without one it would be read as data.

        Raises:
            DataError: the disk refuses.
        """
        if (self.folder / MANIFEST_NAME).is_file():
            return
        try:
            save_manifest(self.folder, self.manifest)
        except OSError as fault:
            raise unwritable(self.folder, fault) from fault

    def commit(self, manifest: Manifest) -> None:
        """Make the series what ``manifest`` says, and remove the files it lists no more.

        Raises:
            DataError: the disk refuses; the series is as it was.
        """
        if manifest == self.manifest:
            if manifest.files:
                self.establish()
            return
        old = {file.name for file in self.manifest.files}
        new = {file.name for file in manifest.files}
        gone = old - new
        try:
            flush_files(self.folder, sorted(new - old))
            save_manifest(self.folder, manifest)
        except OSError as fault:
            raise unwritable(self.folder, fault) from fault
        self.manifest = manifest
        for name in gone:
            (self.folder / name).unlink(missing_ok=True)

    def tidy(self, days: Iterable[int]) -> None:
        """Remove what a crash left in the folders of ``days``."""
        listed = {file.name for file in self.manifest.files}
        for day in days:
            home = day_folder(self.folder, day)
            for pattern in ("part-*.parquet", ".part-*.writing"):
                for path in home.glob(pattern):
                    if f"{home.name}/{path.name}" not in listed:
                        path.unlink(missing_ok=True)


def unwritable(folder: Path, fault: OSError) -> DataError:
    """Return the error of a folder that cannot be written."""
    return DataError(
        f"cannot be written: {fault.strerror or fault}",
        where=str(folder),
        fix="make room on the disk, or choose another folder",
    )


@contextmanager
def changing(folder: Path, kind: DataKind) -> Iterator[SeriesChange]:
    """Hold a series for one writer; others wait for their turn.

    Raises:
        DataError: the folder cannot be made, another process holds it for too long, or the
            manifest or a file without one is damaged.
    """
    with locked(folder):
        yield SeriesChange(folder, kind, adopted_manifest(folder, kind))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder of a series; it is made when there is none.

    Raises:
        DataError: it cannot be made, or another process holds it for too long.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as fault:
        raise unwritable(folder, fault) from fault
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    until = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise DataError(
                    "another process is writing here",
                    where=str(folder),
                    fix="wait until it is done",
                ) from None
            time.sleep(_POLL_S)
        else:
            return


def adopted_manifest(folder: Path, kind: DataKind) -> Manifest:
    """Return the manifest of a series, made of its files where there is none yet.

    Raises:
        DataError: the manifest is damaged, or a file without one is, or has other columns.
    """
    manifest = listed_manifest(folder)
    if all(file.checksum for file in manifest.files):
        return manifest
    files = tuple(adopted_file(folder, file, kind) for file in manifest.files)
    length = max(kind.length_ns, 1)
    spans = joined_spans(Span(file.first_ns, file.last_ns + length) for file in files)
    columns = _columns(folder, files) if kind.content.is_derived else ()
    return Manifest(files, spans, columns)


def adopted_file(folder: Path, entry: DataFile, kind: DataKind) -> DataFile:
    """Return the full entry of a file that no manifest has described yet.

    Raises:
        DataError: it is damaged, or has other columns.
    """
    path = folder / entry.name
    measured = measured_file(folder, entry)
    try:
        schema = pq.read_schema(path)
        checksum = checksum_of(path)
    except (pa.ArrowException, OSError) as fault:
        raise unreadable(path, fault) from fault
    wanted = wanted_schema(kind, schema.names)
    if schema.names != wanted.names or schema.types != wanted.types:
        raise DataError(f"has columns {', '.join(schema.names)}", where=str(path), fix="remove it")
    return replace(measured, checksum=checksum)


def _columns(folder: Path, files: tuple[DataFile, ...]) -> tuple[str, ...]:
    return tuple(pq.read_schema(folder / files[0].name).names) if files else ()
