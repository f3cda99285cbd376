"""The manifest of a series: which files hold its rows, and which spans they cover.

One JSON file in the folder of the series, replaced as a whole. What it lists is the series: a file
that is not listed is no data, a listed file that is missing or other than described is damage. It
carries a checksum of itself.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec
from blake3 import blake3

from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS
from traider.store.lake_paths import (
    PART_NAME,
    day_folder,
    day_number,
    day_of,
    days_of,
    part_path,
)
from traider.store.market_store import Span

MANIFEST_NAME: Final = "_manifest.json"
FORMAT: Final = 1
SEAL: Final = "traider data seal DIR makes a new one of the files that are sound"


@dataclass(frozen=True)
class Grid:
    """The steps that the integers of events count, as decimal text; empty where there are none."""

    tick_size: str = ""
    lot_size: str = ""


NO_GRID: Final = Grid()


@dataclass(frozen=True)
class DataFile:
    """One file of a series; its rows are of one day of UTC, or of one month, in order."""

    name: str
    """Path below the folder of the series."""
    rows: int
    bytes: int
    checksum: str
    """BLAKE3 of the file; empty in a lake without a manifest, where nothing is known."""
    first_ns: int
    last_ns: int
    layout: int
    """How its columns are laid out on the disk; 0 in files from before there were manifests."""
    grid: Grid = NO_GRID

    @cached_property
    def day(self) -> int:
        """The day of its rows, the first of the month where they lie together by months."""
        told = day_number(self.name.partition("/")[0].removeprefix("day="))
        return day_of(self.first_ns) if told is None else told


@dataclass(frozen=True)
class Manifest:
    """What a series is made of."""

    files: tuple[DataFile, ...] = ()
    """In the order they were written, which decides the order of unnumbered rows of an instant."""
    coverage: tuple[Span, ...] = ()
    columns: tuple[str, ...] = ()
    """Columns of a derived content, which the first write decides; others know theirs."""

    def of_day(self, day: int) -> tuple[DataFile, ...]:
        """Return the files of a day."""
        return tuple(file for file in self.files if file.day == day)

    @property
    def days(self) -> tuple[int, ...]:
        """Days that have rows, in order."""
        return tuple(sorted({file.day for file in self.files}))

    def by_day(self) -> dict[int, tuple[DataFile, ...]]:
        """Return the files of each day, in order; for all days at once quicker than ``of_day``."""
        found: dict[int, list[DataFile]] = {}
        for file in self.files:
            found.setdefault(file.day, []).append(file)
        return {day: tuple(found[day]) for day in sorted(found)}

    def exchanged(self, old: Iterable[DataFile], new: Iterable[DataFile]) -> "Manifest":
        """Return the manifest with ``new`` files in the place of the first of ``old``."""
        gone = {file.name for file in old}
        kept = [file for file in self.files if file.name not in gone]
        place = next((k for k, file in enumerate(self.files) if file.name in gone), len(kept))
        place = sum(file.name not in gone for file in self.files[:place])
        return replace(self, files=(*kept[:place], *new, *kept[place:]))


@dataclass(frozen=True)
class _Sealed:
    format: int
    checksum: str
    manifest: msgspec.Raw


def load_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a series, None for one from before there were manifests.

    Raises:
        DataError: it is damaged, or it is gone and files that only a manifest can list are there.
    """
    path = folder / MANIFEST_NAME
    text = _text_of(path)
    if text is None:
        # A first write makes the manifest before any file: files seen here belong to none only if
        # it is still missing after they were seen.
        parts = _listed_parts(folder)
        text = _text_of(path)
        if text is None and parts:
            raise DataError(
                "the manifest is missing, and files here need one",
                where=str(path),
                fix=f"{SEAL}, first {parts[0]}",
            )
    if text is None:
        return None
    try:
        sealed = msgspec.json.decode(text, type=_Sealed)
        if sealed.format > FORMAT:
            raise DataError(
                f"is of format {sealed.format}, this version reads {FORMAT}",
                where=str(path),
                fix="use a newer version",
            )
        if blake3(bytes(sealed.manifest)).hexdigest() != sealed.checksum:
            raise DataError("is damaged: its checksum differs", where=str(path), fix=SEAL)
        return msgspec.json.decode(sealed.manifest, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise DataError(f"is no manifest: {fault}", where=str(path), fix=SEAL) from fault


def _text_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise DataError(
            f"cannot be read: {fault.strerror}", where=str(path), fix="see to the disk"
        ) from fault


def _listed_parts(folder: Path) -> list[str]:
    """Return the first names of files that only a manifest can list."""
    for day in days_of(folder):
        found = sorted(part.name for part in day_folder(folder, day).glob("part-*.parquet"))
        if found:
            return found
    return []


def listed_manifest(folder: Path) -> Manifest:
    """Return the manifest of a series; where there is none yet, its files without what is unknown.

    Raises:
        DataError: as ``load_manifest``.
    """
    manifest = load_manifest(folder)
    if manifest is None:
        # Days first, then the manifest again: a first write makes it before any day.
        days = days_of(folder)
        manifest = load_manifest(folder) if days else None
        if manifest is None:
            return Manifest(tuple(unknown_file(folder, day) for day in days))
    return manifest


def unknown_file(folder: Path, day: int) -> DataFile:
    """Return the entry of the file of a day that no manifest describes."""
    name = f"{part_path(folder, day).parent.name}/{PART_NAME}"
    return DataFile(name, 0, 0, "", day * DAY_NS, (day + 1) * DAY_NS - 1, 0)


def save_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of a series; once it returns the new one stays.

    Raises:
        OSError: the disk refuses.
    """
    body = msgspec.json.encode(manifest)
    text = msgspec.json.encode(_Sealed(FORMAT, blake3(body).hexdigest(), msgspec.Raw(body)))
    path = folder / MANIFEST_NAME
    temporary = folder / f".{MANIFEST_NAME}.writing"
    with temporary.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    flush(folder)


def flush(path: Path) -> None:
    """Make a file, or the names in a folder, stay through a power cut.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
