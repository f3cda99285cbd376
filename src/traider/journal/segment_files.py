"""The files of a journal's folder: their names, and which of them there are.

A segment is two files of one number: ``events-000000.seg`` and ``facts-000000.seg``, or packed
``.segz``. A file that is being made has the ending ``.part`` and counts for nothing.
"""

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError, UsageError

RAW: Final = ".seg"
PACKED: Final = ".segz"
UNFINISHED: Final = ".part"
MARK_NAME: Final = "head"
LOCK_NAME: Final = "lock"
_NAME: Final = re.compile(r"(events|facts)-(\d{6,9})(\.segz?)")


class Role(Enum):
    """Which of a segment's two files."""

    FACTS = "facts"
    EVENTS = "events"


@dataclass(frozen=True)
class SegmentPaths:
    """Where the two forms of one of a segment's files lie."""

    folder: Path
    role: Role
    segment: int

    @property
    def raw(self) -> Path:
        """The file as it was written."""
        return self.folder / f"{self.role.value}-{self.segment:06}{RAW}"

    @property
    def packed(self) -> Path:
        """The file packed."""
        return self.folder / f"{self.role.value}-{self.segment:06}{PACKED}"

    @property
    def found(self) -> Path | None:
        """The form that is there; the raw one where both are, as it is surely whole."""
        return next((path for path in (self.raw, self.packed) if path.exists()), None)


def list_segments(folder: Path) -> dict[int, set[Role]]:
    """Return the segments of a folder by number, each with those of its files that are there."""
    found: dict[int, set[Role]] = {}
    for path in folder.iterdir():
        match = _NAME.fullmatch(path.name)
        if match:
            found.setdefault(int(match[2]), set()).add(Role(match[1]))
    return dict(sorted(found.items()))


def journal_folder(folder: Path) -> dict[int, set[Role]]:
    """Return the segments of a journal that is to be read.

    Raises:
        UsageError: there is no such folder, it cannot be read, or it holds no journal.
    """
    try:
        segments = list_segments(folder)
    except FileNotFoundError:
        raise UsageError(
            "there is no such folder", where=str(folder), fix="name the folder of a journal"
        ) from None
    except OSError as fault:
        raise UsageError(
            f"the folder cannot be read: {fault.strerror}",
            where=str(folder),
            fix="name a folder that you may read",
        ) from fault
    if not segments:
        raise UsageError(
            "there is no journal here", where=str(folder), fix="name the folder of a journal"
        )
    return segments


def is_unfinished(path: Path) -> bool:
    """Whether a file is one of a segment that was being packed."""
    return _NAME.fullmatch(path.name.removesuffix(UNFINISHED)) is not None and (
        path.name.endswith(UNFINISHED)
    )


def size_of(path: Path) -> int:
    """Return the bytes of a file, -1 where it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return -1


def missing_files(segments: dict[int, set[Role]]) -> list[SegmentPaths]:
    """Return what a journal of these segments lacks: segments and halves of segments."""
    last = max(segments)
    return [
        SegmentPaths(Path(), role, number)
        for number in range(last + 1)
        for role in Role
        if role not in segments.get(number, set())
    ]


def sync_folder(folder: Path) -> None:
    """Force names that were made, changed or removed in ``folder`` onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unreadable(path: Path, fault: OSError) -> DataError:
    """Return the error of a file that the disk does not give."""
    return DataError(
        f"cannot be read: {fault.strerror}",
        where=str(path),
        fix="see whether you may read it and whether the disk is whole",
    )
