"""What verifying a journal finds: where, and of what kind."""

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What is wrong at a place."""

    HEADER = "header"
    """The header of a block is damaged."""
    PAYLOAD = "payload"
    """The payload of a block is damaged."""
    TORN = "torn"
    """The file ends inside a block, or a segment is half begun: left by a crash."""
    CHAIN = "chain"
    """A block does not hold the hash of the block before it."""
    SEQUENCE = "sequence"
    """A block does not count on from the one before it."""
    GAP = "gap"
    """Blocks of the chain are in no file."""
    CUT = "cut"
    """The journal ends before a block that had been synced."""
    MISSING = "missing"
    """A file is not there."""
    MISPLACED = "misplaced"
    """A block, or a whole file, belongs elsewhere."""
    VERSION = "version"
    """A block of a format that this traider does not read."""
    INDEX = "index"
    """The index of an ended segment is damaged, missing, or not that of its blocks."""
    TRAILER = "trailer"
    """The end of an ended segment's file is damaged."""
    FRAME = "frame"
    """A frame of a packed file is damaged."""
    COPY = "copy"
    """A file lies there packed and unpacked, and the two are not equal."""
    HEAD = "head"
    """The file ``head`` is damaged, missing, or speaks of another chain."""
    SNAPSHOT = "snapshot"
    """A snapshot is damaged."""
    UNREADABLE = "unreadable"
    """The disk does not give the file."""


@dataclass(frozen=True)
class JournalFault:
    """One fault, and the bytes it lies in."""

    kind: FaultKind
    file: str
    segment: int | None
    """None where the file belongs to no segment."""
    block: int | None
    """Place in its file, from 0 for the head; None where no block is meant."""
    offset: int
    """In the file as it lies there."""
    bytes: int
    """How many bytes the fault lies within; 0 where they are not there, or not known."""
    what: str

    @property
    def line(self) -> str:
        """The fault as a person reads it."""
        place = "" if self.block is None else f", block {self.block}"
        return f"{self.file}{place}, byte {self.offset}: {self.what}"


class FaultList:
    """The faults of one file, as they are met."""

    def __init__(self, file: str, segment: int | None = None) -> None:
        self.file = file
        self.segment = segment
        self.found: list[JournalFault] = []

    def add(
        self,
        kind: FaultKind,
        what: str,
        *,
        block: int | None = None,
        offset: int = 0,
        size: int = 0,
    ) -> None:
        """Take in one fault."""
        self.found.append(JournalFault(kind, self.file, self.segment, block, offset, size, what))
