"""Pages that were downloaded and wait for their days to be complete, safe against any stop.

A page is one file, ``page-00000012.arrow``: its rows, and in the metadata the progress after it.
It is written beside, flushed to the disk and renamed, so that a page and its checkpoint are there
together or not at all. ``checkpoint.json`` says from which page on pages count; those before are in
the store already. Both end with a line of the BLAKE3 of what is before it, so that no changed bit
gets into the store. One process at a time holds the folder.
"""

import fcntl
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import pyarrow as pa
from blake3 import blake3

from traider.domain.errors import DataError
from traider.feed.download.progress import Progress
from traider.store.lake_paths import SeriesKey

T = TypeVar("T")

STAGING_NAME: Final = "_download"
_CHECKPOINT: Final = "checkpoint.json"
_LOCK: Final = "lock"
_PAGE: Final = "page-{:08d}.arrow"
_PROGRESS: Final = b"progress"
_AGAIN: Final = "remove its folder: what it held is downloaded again"


def staging_folder(lake: Path, key: SeriesKey) -> Path:
    """Return where the pages of a series wait: beside the series, in a folder that is no data."""
    return key.folder(lake / STAGING_NAME)


class Staging:
    """The pages of one series; use it as a context."""

    def __init__(self, folder: Path, key: SeriesKey) -> None:
        self._folder = folder
        self._key = key
        self._lock = -1
        self._first = 0
        self._next = 0
        self.progress = Progress()
        self.rows = 0
        """Rows staged."""

    def __enter__(self) -> Self:
        """Take the folder, and go on where it was left.

        Raises:
            DataError: another download has it, or it cannot be read.
        """
        _told(self._folder, lambda: self._folder.mkdir(parents=True, exist_ok=True))
        self._lock = self._take_lock()
        with ExitStack() as unless_recovered:
            unless_recovered.callback(os.close, self._lock)
            self._recover()
            unless_recovered.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the folder."""
        os.close(self._lock)

    def _take_lock(self) -> int:
        path = self._folder / _LOCK
        descriptor = _told(path, lambda: os.open(path, os.O_RDWR | os.O_CREAT, 0o644))
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise DataError(
                "is being downloaded already",
                where=str(self._key),
                fix="wait for that download, or stop it",
            ) from None
        return descriptor

    def _recover(self) -> None:
        """Read the checkpoint and the pages after it; what was half done is removed."""
        checkpoint = self._folder / _CHECKPOINT
        if checkpoint.is_file():
            self.progress = Progress.of_text(_sound(checkpoint).decode(), str(checkpoint))
            self._first = self.progress.first_page
        for leftover in self._folder.glob(".*.writing"):
            leftover.unlink()
        numbers = sorted(int(path.stem.partition("-")[2]) for path in self._folder.glob("page-*"))
        for number in numbers:
            if number < self._first:
                self._path(number).unlink()
        kept = [number for number in numbers if number >= self._first]
        self._next = kept[-1] + 1 if kept else self._first
        for number in kept:
            table = self._read(number)
            self.rows += table.num_rows
            if number == kept[-1]:
                told = (table.schema.metadata or {}).get(_PROGRESS, b"")
                self.progress = Progress.of_text(told.decode(), str(self._path(number)))

    @property
    def folder(self) -> Path:
        """Where the pages are."""
        return self._folder

    def _path(self, number: int) -> Path:
        return self._folder / _PAGE.format(number)

    def _read(self, number: int) -> pa.Table:
        path = self._path(number)
        try:
            with pa.ipc.open_file(pa.BufferReader(_sound(path))) as reader:
                return reader.read_all()
        except (pa.ArrowException, OSError) as fault:
            raise DataError(
                f"a staged page cannot be read: {fault}",
                where=str(path),
                fix=_AGAIN,
            ) from fault

    def add(self, rows: pa.Table, progress: Progress) -> None:
        """Keep a page; when this returns it survives any stop.

        Raises:
            DataError: the disk refuses.
        """
        self._write_page(rows, progress)
        self.rows += rows.num_rows
        self.progress = progress

    def _write_page(self, rows: pa.Table, progress: Progress) -> None:
        told = rows.replace_schema_metadata({_PROGRESS: progress.as_text().encode()})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, told.schema) as writer:
            writer.write_table(told)
        write_file(self._path(self._next), _sealed(sink.getvalue().to_pybytes()))
        self._next += 1

    def table(self) -> pa.Table:
        """Return all staged rows, in the order they came.

        Raises:
            DataError: a page is damaged.
        """
        pages = [self._read(number) for number in range(self._first, self._next)]
        bare = [page.replace_schema_metadata(None) for page in pages]
        return pa.concat_tables([self._key.kind.schema.empty_table(), *bare])

    def settle(self, left: pa.Table, progress: Progress) -> None:
        """Forget all pages but the rows ``left``, once the others are in the store.

        Raises:
            DataError: the disk refuses.
        """
        first = self._next
        progress = replace(progress, first_page=first)
        if left.num_rows or progress.settled:
            self._write_page(left, progress)
        write_file(self._folder / _CHECKPOINT, _sealed(progress.as_text().encode()))
        for number in range(self._first, first):
            _told(self._path(number), partial(self._path(number).unlink, missing_ok=True))
        self._first = first
        self.rows = left.num_rows
        self.progress = progress


def _sealed(body: bytes) -> bytes:
    """Return a file's bytes with their checksum as the last line."""
    return b"%s\n%s\n" % (body, _checksum_of(body))


def _sound(path: Path) -> bytes:
    """Return what was sealed in a file.

    Raises:
        DataError: it is other than what was written.
        OSError: it cannot be read.
    """
    body, _, checksum = path.read_bytes().removesuffix(b"\n").rpartition(b"\n")
    if checksum != _checksum_of(body):
        raise DataError("is damaged: its checksum differs", where=str(path), fix=_AGAIN)
    return body


def _checksum_of(body: bytes) -> bytes:
    return blake3(body).hexdigest().encode()


def write_file(path: Path, body: bytes) -> None:
    """Write a file beside, flush it, and put it in place.

    Raises:
        DataError: the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.writing")

    def write() -> None:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    _told(path, write)


def _told(path: Path, work: Callable[[], T]) -> T:
    """Do ``work`` on the disk; a fault of it is told in one line."""
    try:
        return work()
    except OSError as fault:
        raise DataError(
            f"cannot be written: {fault.strerror}",
            where=str(path),
            fix="make room on the disk, or choose another --to; then run the same command again",
        ) from fault
