"""Check a series that was recorded or computed: order, what was not covered, files nobody lists.

What is read is compared with the manifest as it is read, so a damaged or missing file ends a check
with its name. Rows are read in parts, so memory does not grow with the history.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.events import Kind
from traider.store.findings import PLACES_MAX, Finding, Place, Severity, ranked
from traider.store.instants import instant_text
from traider.store.kinds import Content, DataKind, IntArray
from traider.store.lake import series_batches
from traider.store.lake_paths import PART_NAME, SeriesKey
from traider.store.manifest import load_manifest

_BREAKS: Final = (int(Kind.GAP), int(Kind.RESYNC))


def check_recording(key: SeriesKey, folder: Path) -> tuple[int, tuple[Finding, ...]]:
    """Return the rows and the findings of a series of events, features or signals.

    Raises:
        DataError: a file of it is missing or damaged.
    """
    rows, disorder, breaks = 0, list[int](), list[int]()
    last: tuple[int, int] | None = None
    for table in series_batches(folder):
        ts, seq = _identity(table, key.kind)
        rows += len(ts)
        disorder += ts[_disordered(ts, seq, last)].tolist()
        last = int(ts[-1]), int(seq[-1])
        if key.kind.content is Content.STATUS:
            breaks += ts[np.isin(table.column("event").to_numpy(), _BREAKS)].tolist()
    found = [
        *_finding("out-of-order", Severity.ERROR, disorder, "rows before the row before them"),
        *_finding("stream-breaks", Severity.WARNING, breaks, "the venue's stream was broken here"),
        *check_manifest(folder),
    ]
    return rows, ranked(found)


def check_manifest(folder: Path) -> Iterator[Finding]:
    """Yield what the manifest of a recording says about spans and files that are not of it.

    Raises:
        DataError: it is damaged.
    """
    manifest = load_manifest(folder)
    holes = [] if manifest is None else [span.end_ns for span in manifest.coverage[:-1]]
    yield from _finding("not-covered", Severity.WARNING, holes, "nothing was recorded from here on")
    yield from check_files(folder)


def check_files(folder: Path) -> Iterator[Finding]:
    """Yield the files in the folder of a series that its manifest does not list.

    Raises:
        DataError: the manifest is damaged.
    """
    manifest = load_manifest(folder)
    if manifest is None:
        return
    listed = {file.name for file in manifest.files}
    there = sorted(folder.glob("day=*/*.parquet"))
    names = [f"{path.parent.name}/{path.name}" for path in there]
    strays = [name for name in names if name not in listed]
    if not strays:
        return
    is_old = any(name.endswith(PART_NAME) for name in strays)
    places = tuple(Place(name) for name in strays[:PLACES_MAX])
    yield Finding(
        "unlisted-files",
        Severity.WARNING if is_old else Severity.NOTE,
        len(strays),
        "no manifest lists them, so they are no data; traider data seal takes in what is new",
        places[0],
        places,
    )


def _identity(table: pa.Table, kind: DataKind) -> tuple[IntArray, IntArray]:
    ts = table.column("ts").to_numpy()
    return ts, table.column("seq").to_numpy() if kind.content.is_events else np.zeros_like(ts)


def _disordered(ts: IntArray, seq: IntArray, last: tuple[int, int] | None) -> IntArray:
    """Return the rows that do not stand behind the row before them."""
    first = [] if last is None else [last]
    times = np.concatenate([np.array([at for at, _ in first], np.int64), ts])
    numbers = np.concatenate([np.array([number for _, number in first], np.int64), seq])
    steps = np.diff(times)
    wrong = (steps < 0) | ((steps == 0) & (np.diff(numbers) <= 0))
    rows: IntArray = np.flatnonzero(wrong) + (1 - len(first))
    return rows


def _finding(kind: str, severity: Severity, instants: list[int], meaning: str) -> Iterator[Finding]:
    if not instants:
        return
    texts = [instant_text(ts) for ts in instants[:PLACES_MAX]]
    places = tuple(Place(text, text) for text in texts)
    yield Finding(kind, severity, len(instants), meaning, places[0], places)
