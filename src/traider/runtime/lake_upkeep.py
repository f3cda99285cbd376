"""Keep a lake for a front door: compact its days, bring manifests and files together again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from traider.domain.errors import Interrupted, TraiderError, UsageError
from traider.store.lake import extent_of
from traider.store.lake_paths import SeriesKey, series_folders
from traider.store.manifest import listed_manifest
from traider.store.parquet_lake import compact_series
from traider.store.sealing import Sealed, seal_series


@dataclass(frozen=True)
class Compacted:
    """A series before and after."""

    series: str
    folder: Path
    files_before: int
    files: int
    bytes_before: int
    bytes: int


@dataclass(frozen=True)
class NotKept:
    """A series that could not be worked on, and why."""

    folder: Path
    error: TraiderError


def seal_lake(top: Path, stop: Callable[[], bool] = lambda: False) -> Iterator[Sealed | NotKept]:
    """Yield what became of each series at or below ``top``.

    Raises:
        UsageError: there is none.
        Interrupted: ``stop`` answered yes between two series.
    """
    for key, folder in _series(top):
        _go_on(stop)
        try:
            yield seal_series(folder, key.kind)
        except TraiderError as error:
            yield NotKept(folder, error)


def compact_lake(
    top: Path, stop: Callable[[], bool] = lambda: False
) -> Iterator[Compacted | NotKept]:
    """Yield each series at or below ``top`` as it was and as it is.

    Raises:
        UsageError: there is none.
        Interrupted: ``stop`` answered yes between two series.
    """
    for key, folder in _series(top):
        _go_on(stop)
        try:
            before = extent_of(key, folder), _files(folder)
            compact_series(folder, key.kind)
            after = extent_of(key, folder), _files(folder)
        except TraiderError as error:
            yield NotKept(folder, error)
        else:
            sizes = before[0].bytes, after[0].bytes
            yield Compacted(str(key), folder, before[1], after[1], *sizes)


def _series(top: Path) -> list[tuple[SeriesKey, Path]]:
    found = list(series_folders(top))
    if not found:
        raise UsageError("holds no series of a lake", where=str(top), fix="name a lake's folder")
    return found


def _files(folder: Path) -> int:
    return len(listed_manifest(folder).files)


def _go_on(stop: Callable[[], bool]) -> None:
    if stop():
        raise Interrupted("stopped", fix="series done stay so; run it again to go on")
