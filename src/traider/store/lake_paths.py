"""Where data lies in the lake: ``venue=V/instrument=I/kind=K/day=YYYY-MM-DD/part.parquet``.

Folders are named as Hive names partitions, so DuckDB and Polars read them as columns. A day is one
file; of features and signals a month is, named by its first day. Names that begin with a dot or an
underscore are no data: temporary files, the lock and what was set aside.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np

from traider.domain.errors import UsageError
from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import DAY_NS
from traider.store.kinds import DataKind

PART_NAME: Final = "part.parquet"
DEFAULT_LAKE: Final = Path("lake")


@dataclass(frozen=True)
class SeriesKey:
    """One series of the lake: an instrument and what is kept of it."""

    name: InstrumentName
    kind: DataKind

    def folder(self, lake: Path) -> Path:
        """Return the folder of the series."""
        return (
            lake / f"venue={self.name.venue}" / f"instrument={self.name.pair}" / f"kind={self.kind}"
        )

    @classmethod
    def of_path(cls, path: Path) -> Self | None:
        """Return the series that a path at or below its folder belongs to, None for others."""
        parts = [part for part in path.absolute().parts if "=" in part]
        held = dict(part.split("=", 1) for part in parts)
        if not {"venue", "instrument", "kind"} <= set(held):
            return None
        try:
            name = InstrumentName.parse(f"{held['venue']}:{held['instrument']}")
            return cls(name, DataKind.parse(held["kind"]))
        except UsageError:
            return None

    def __str__(self) -> str:
        """Return both names."""
        return f"{self.name} {self.kind}"


def day_text(day: int) -> str:
    """Return day ``day`` since 1970 as ``YYYY-MM-DD``."""
    return str(np.datetime64(day, "D"))


def day_number(text: str) -> int | None:
    """Return the day since 1970 that ``YYYY-MM-DD`` names, None for other texts."""
    try:
        return int(np.datetime64(text, "D").astype(np.int64)) if len(text) == 10 else None
    except ValueError:
        return None


def day_of(ts_ns: int) -> int:
    """Return the day since 1970 that an instant falls on, UTC."""
    return ts_ns // DAY_NS


def day_folder(folder: Path, day: int) -> Path:
    """Return the folder of ``day`` in the folder of a series."""
    return folder / f"day={day_text(day)}"


def part_path(folder: Path, day: int) -> Path:
    """Return the file of ``day`` in the folder of a series, as lakes without manifests name it."""
    return day_folder(folder, day) / PART_NAME


def days_of(folder: Path) -> list[int]:
    """Return the days that the folder of a series has, earliest first."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        found = [
            day_number(entry.name.removeprefix("day="))
            for entry in entries
            if entry.name.startswith("day=")
        ]
    return sorted(day for day in found if day is not None)


def series_folders(top: Path) -> Iterator[tuple[SeriesKey, Path]]:
    """Yield every series at or below ``top``, by name.

    ``top`` is a lake, or a folder of it down to that of one series.
    """
    for pattern in ("venue=*/instrument=*/kind=*", "instrument=*/kind=*", "kind=*", ""):
        folders = sorted(top.glob(pattern)) if pattern else [top]
        found = [(SeriesKey.of_path(folder), folder) for folder in folders]
        series = [(key, folder) for key, folder in found if key and folder.name.startswith("kind=")]
        if series:
            yield from series
            return
