"""Kraken: spot, protocols v1 and v2, from the venue's messages to events.

``messages`` and ``messages_v1`` say what is read, ``checksum`` and ``book`` how a book is checked
and cut, ``mapper`` and ``mapper_v1`` turn bytes into records, ``instruments`` says what a pair is
called here, ``recorded`` what a recording holds. Nothing here opens a socket or a file, reads a
clock or mends a broken stream.
"""

from traider.venues.kraken.instruments import instrument_name
from traider.venues.kraken.mapper import KrakenMapper
from traider.venues.kraken.mapper_v1 import KrakenV1Mapper

__all__ = ["KrakenMapper", "KrakenV1Mapper", "instrument_name"]
