"""Deribit: perpetuals, futures, options and spot, from the venue's messages to events.

``messages`` says what is read, ``mapper`` turns bytes into records, ``instruments`` says what an
instrument is called here, ``recorded`` what a recording holds. Nothing here opens a socket or a
file, reads a clock or mends a broken stream.
"""

from traider.venues.deribit.instruments import instrument_name
from traider.venues.deribit.mapper import DeribitMapper

__all__ = ["DeribitMapper", "instrument_name"]
