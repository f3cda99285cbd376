"""The kernel's reader of messages behind the port of the mappers."""

from collections.abc import Callable, Mapping
from dataclasses import astuple
from decimal import Decimal
from functools import cache, partial
from typing import Final

import numpy as np

from traider.domain.events import Kind
from traider.kernel.message_tape import (
    NO_STEP,
    WORDS,
    Part,
    Row,
    build_tape,
    compile_reader,
    read_depth,
)
from traider.venues.depth_reading import DepthLiterals
from traider.venues.event_writer import record_head
from traider.venues.listing import Listing

LEVELS_MAX: Final = 65_536
"""A message of more levels is decoded; a record takes 64 bytes."""
_RECORD_BYTES: Final = 64
_compile_once: Final = cache(compile_reader)
"""As for books: the files of compiled code are looked at once a process."""


class KernelDepthReader:
    """Read a connection's messages of depth; compiles or loads its part of the kernel at first.

    Args:
        literals: how the venue writes them.
        listings: the symbols of the connection, as messages spell them.
    """

    def __init__(self, literals: DepthLiterals, listings: Mapping[str, Listing]) -> None:
        _compile_once()
        parts = dict(zip(Part, astuple(literals), strict=True))
        tape = build_tape(parts, [_row(name, each) for name, each in listings.items()])
        words = np.zeros((LEVELS_MAX, WORDS), np.int64)
        self._bytes = memoryview(words.data).cast("B")
        self.read: Callable[[bytes, int], tuple[int, int, int, int]]
        """Read one message; a partial of the compiled function, as a method would cost a call."""
        self.read = partial(read_depth, tape, words)

    def records(self, levels: int) -> memoryview:
        """Return the records of the message read last."""
        return self._bytes[: levels * _RECORD_BYTES]


def _row(name: str, listing: Listing) -> Row:
    number = listing.instrument
    bid = record_head(Kind.DEPTH_UPDATE, number, side=1)
    return Row(
        name=name.encode(),
        price_decimals=_decimals(listing.tick_size),
        size_decimals=_decimals(listing.size_step),
        bid_head=bid,
        ask_head=record_head(Kind.DEPTH_UPDATE, number, side=-1),
        to_snapshot=record_head(Kind.DEPTH_SNAPSHOT, number, side=1) - bid,
    )


def _decimals(step: Decimal) -> int:
    """Return how many decimals a step has that is a power of ten and at most 1."""
    top, bottom = step.as_integer_ratio()
    decimals = len(str(bottom)) - 1
    return decimals if top == 1 and bottom == 10**decimals else NO_STEP
