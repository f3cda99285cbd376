"""The file ``head``: the last block that is known to be on the disk, and its hash.

A chain proves that what is there is unchanged, never that nothing was cut off its end. The mark
is written after each sync, so that a missing end is found as far back as the last of them. It is
a header alone, written in place; being derived, a damaged one is replaced by the next writer.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.journal.blocks import (
    HEADER_BYTES,
    NO_HASH,
    BlockHeader,
    BlockKind,
    WrongVersionError,
    header_at,
    packed_header,
)
from traider.journal.segment_files import MARK_NAME, unreadable


@dataclass(frozen=True)
class JournalHead:
    """An end of a journal, as an anchor outside it may keep it."""

    number: int
    """Place of the last block in the chain; -1 before the first."""
    sequence: int
    """The position that the next event gets."""
    hash: bytes
    """Hash of the last block, over everything before it too."""


NO_BLOCK: Final = JournalHead(-1, 0, NO_HASH)


class MarkFile:
    """The mark while a writer keeps it."""

    def __init__(self, folder: Path) -> None:
        """Open the file, or make it.

        Raises:
            OSError: it can be neither.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self.path = folder / MARK_NAME
        self._descriptor = os.open(self.path, flags, 0o644)

    def write(self, head: JournalHead, segment: int) -> None:
        """Put ``head`` into the file.

        Raises:
            OSError: the disk refuses it.
        """
        header = BlockHeader(
            BlockKind.MARK,
            number=head.number,
            sequence=head.sequence,
            ts_first=0,
            ts_last=0,
            records=0,
            payload_bytes=0,
            segment=segment,
            place=0,
            previous=head.hash,
        )
        os.pwrite(self._descriptor, packed_header(header), 0)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def read_mark(folder: Path) -> JournalHead | None:
    """Return the mark of a journal; nothing where there is none, or it is damaged.

    Raises:
        DataError: the disk does not give it.
    """
    path = folder / MARK_NAME
    try:
        found = path.read_bytes()
        header = header_at(found, 0)
    except FileNotFoundError:
        return None
    except WrongVersionError:
        return None
    except OSError as fault:
        raise unreadable(path, fault) from fault
    if header is None or header.kind != BlockKind.MARK or len(found) != HEADER_BYTES:
        return None
    return JournalHead(header.number, header.sequence, header.previous)
