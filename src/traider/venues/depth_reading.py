"""The port by which a mapper has its most frequent message read without decoding it.

A mapper works without one. Where speed counts, whoever wires it gives it a reader that knows how
the venue writes a message of depth, byte for byte; whatever is written otherwise is decoded as
before, and both ways give the same records. The real one is compiled
(``runtime/kernel_depth_reader.py``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from traider.venues.listing import Listing


@dataclass(frozen=True, kw_only=True, slots=True)
class DepthLiterals:
    """What stands between the values of a message of depth, in the order it is written."""

    begin: bytes
    maybe: bytes
    """May stand after ``begin``."""
    time: bytes
    """Before the time of the message, which is not read."""
    number: bytes
    kind: bytes
    change: bytes
    snapshot: bytes
    name: bytes
    levels: bytes
    side: bytes
    bid: bytes
    ask: bytes
    level_time: bytes
    price: bytes
    size: bytes
    next: bytes
    """Between two levels."""
    end: bytes


class DepthReader(Protocol):
    """A reader of one connection's messages of depth."""

    @property
    def read(self) -> Callable[[bytes, int], tuple[int, int, int, int]]:
        """Read one message, received at a time in ns.

        Return how many levels it has, -1 when it must be decoded; the position of its symbol; its
        number; and 1 for a snapshot.
        """

    def records(self, levels: int) -> memoryview:
        """Return the records of the message read last; they stand until the next one is read."""


ReaderFactory = Callable[[DepthLiterals, Mapping[str, Listing]], DepthReader]
"""Makes the reader of a connection, of its symbols as messages spell them."""
