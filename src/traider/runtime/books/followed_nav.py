"""The NAV series of a run that is under way: each look reads only the rows written since.

    followed = FollowedNav(paths.nav)
    followed.rows()       # all rows, oldest first: a view, which is not to be written to

A new start of the trader takes rows away that its journal does not have; they go here too.
"""

import threading
from pathlib import Path
from typing import Final

import numpy as np

from traider.runtime.books.nav_files import nav_files
from traider.runtime.trading.nav_rows import NAV_ROW, NavRows

_ROWS_FIRST: Final = 4_096


class FollowedNav:
    """Rows of the files of a folder; threads may ask together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._rows: NavRows = np.zeros(_ROWS_FIRST, NAV_ROW)
        self._count = 0
        self._taken: dict[str, int] = {}
        """Rows taken of each file, in order."""

    def rows(self) -> NavRows:
        """Return every row that is there now."""
        with self._lock:
            files = nav_files(self._folder)
            if not self._goes_on(files):
                self._begin()
            for path in files:
                self._take(path)
            return self._rows[: self._count]

    def _goes_on(self, files: list[Path]) -> bool:
        """Return whether what was taken is still there: every file, and the last row of all."""
        sizes = {path.name: path.stat().st_size // NAV_ROW.itemsize for path in files}
        if any(sizes.get(name, 0) < taken for name, taken in self._taken.items()):
            return False
        if not self._taken:
            return True
        name, taken = list(self._taken.items())[-1]
        last = self._rows[self._count - 1 : self._count].tobytes()
        return _raw(self._folder / name, taken - 1, 1) == last

    def _take(self, path: Path) -> None:
        taken = self._taken.get(path.name, 0)
        raw = _raw(path, taken)
        fresh = np.frombuffer(raw[: len(raw) // NAV_ROW.itemsize * NAV_ROW.itemsize], NAV_ROW)
        if not len(fresh):
            return
        end = self._count + len(fresh)
        if end > len(self._rows):
            # Views that were given out keep the old array.
            grown = np.zeros(max(end, 2 * len(self._rows)), NAV_ROW)
            grown[: self._count] = self._rows[: self._count]
            self._rows = grown
        self._rows[self._count : end] = fresh
        self._count = end
        self._taken[path.name] = taken + len(fresh)


def _raw(path: Path, first: int, count: int = -1) -> bytes:
    """Return rows of a file from number ``first`` on, as bytes."""
    with path.open("rb") as file:
        file.seek(first * NAV_ROW.itemsize)
        return file.read(count if count < 0 else count * NAV_ROW.itemsize)
