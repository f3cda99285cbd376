"""OKX's checksum of a book: signed CRC32 of its best 25 levels, as the venue wrote them.

The text is ``bid price:bid size:ask price:ask size:…``, best first, side by side; where a side has
fewer levels, the other one goes on alone. The venue's own examples (API v5, "Checksum"):

    >>> levels = [("3366.1", "7"), ("3366", "6")]
    >>> book_text(levels, [("3366.8", "9"), ("3368", "8")])
    '3366.1:7:3366.8:9:3366:6:3368:8'
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final
from zlib import crc32

from traider.venues.wire_types import PriceLevel

LEVELS: Final = 25

_SIGN_BIT: Final = 1 << 31


def book_text(bids: Sequence[PriceLevel], asks: Sequence[PriceLevel]) -> str:
    """Return what the checksum is taken of; at most ``LEVELS`` of a side, best first."""
    pairs = zip_longest(bids[:LEVELS], asks[:LEVELS], fillvalue=())
    return ":".join(part for bid, ask in pairs for part in (*bid, *ask))


def checksum(bids: Sequence[PriceLevel], asks: Sequence[PriceLevel]) -> int:
    """Return the checksum, between -2**31 and 2**31 - 1."""
    value = crc32(book_text(bids, asks).encode())
    return value - 2 * _SIGN_BIT if value & _SIGN_BIT else value
