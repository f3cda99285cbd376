"""The NAV series of a run in its state folder: a file a day, a row a second.

    nav/2026-11-22.nav1     rows of ``NAV_ROW``, as they are in memory, oldest first

It is made of the journal and can be made again (``nav_replay``). Rows are written as they come, and
not forced onto the disk; a row that a crash cut is left out. What a new start finds beyond the
journal's last event is taken away, so no second is there twice.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from traider.domain.timeframes import DAY_NS, SECOND_NS
from traider.runtime.trading.nav_rows import NAV_ROW, NavRows

_SUFFIX: Final = ".nav1"
"""The number is the version of the rows."""


class NavWriter:
    """Adds rows to the series of a folder.

    What the disk refuses is told once, and the series ends there: trading does not depend on it.
    """

    def __init__(
        self, folder: Path, since_ns: int, told: Callable[[str], None] = lambda _: None
    ) -> None:
        """Go on in ``folder``; rows of ``since_ns`` and later are taken away."""
        self._folder = folder
        self._told = told
        self._is_broken = False
        self._try(lambda: _cut(folder, since_ns))

    def add(self, row: NavRows) -> None:
        """Add a row, later than all before it."""
        if not self._is_broken:
            self._try(lambda: self._write(row))

    def _write(self, row: NavRows) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # The row of a midnight is the close of the day that ends there.
        path = self._folder / _name((int(row["ts"][0]) - 1) // DAY_NS)
        with path.open("ab", buffering=0) as file:
            file.write(row.tobytes())

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as fault:
            self._is_broken = True
            self._told(fault.strerror or str(fault))


def read_nav(folder: Path, start_ns: int | None = None, end_ns: int | None = None) -> NavRows:
    """Return the rows with ``start_ns <= ts < end_ns``, oldest first; none where none are kept."""
    parts = [_rows(path) for path in nav_files(folder)]
    rows = np.concatenate([np.zeros(0, NAV_ROW), *parts])
    begin = 0 if start_ns is None else int(np.searchsorted(rows["ts"], start_ns))
    end = len(rows) if end_ns is None else int(np.searchsorted(rows["ts"], end_ns))
    return rows[begin:end]


def nav_files(folder: Path) -> list[Path]:
    """Return the files of a folder, oldest first."""
    return sorted(folder.glob(f"*{_SUFFIX}"))


def _rows(path: Path) -> NavRows:
    raw = path.read_bytes()
    return np.frombuffer(raw[: len(raw) // NAV_ROW.itemsize * NAV_ROW.itemsize], NAV_ROW)


def _name(day: int) -> str:
    return f"{datetime.fromtimestamp(day * (DAY_NS // SECOND_NS), tz=UTC):%Y-%m-%d}{_SUFFIX}"


def _cut(folder: Path, since_ns: int) -> None:
    """Take away rows that may not stay, and what a crash left of one."""
    for path in reversed(nav_files(folder)):
        rows = _rows(path)
        kept = int(np.searchsorted(rows["ts"], since_ns))
        size = kept * NAV_ROW.itemsize
        if path.stat().st_size != size:
            with path.open("r+b") as file:
                file.truncate(size)
        if kept:
            return
