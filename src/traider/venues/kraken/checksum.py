"""Kraken's checksum of a book: CRC32 of its best 10 levels, asks first.

Every level counts as price then size, each without its dot and without zeros before its first
digit: ``45285.2`` and ``0.00100000`` are ``452852`` and ``100000``. Protocol v1 takes the text as
it was sent; v2 sends JSON numbers, which are first written with the decimals of the pair.

Source: docs.kraken.com, "Spot WebSocket (v2) book checksum guide" and its example.
"""

from collections.abc import Sequence
from typing import Final
from zlib import crc32

from traider.venues.wire_types import PriceLevel

LEVELS: Final = 10


def token(text: str) -> str:
    """Return the digits of a number from its first one that is not zero."""
    return text.replace(".", "").lstrip("0")


def checksum(bids: Sequence[PriceLevel], asks: Sequence[PriceLevel]) -> int:
    """Return the checksum of a book given best first."""
    levels = (*asks[:LEVELS], *bids[:LEVELS])
    return crc32("".join(token(price) + token(size) for price, size in levels).encode())
