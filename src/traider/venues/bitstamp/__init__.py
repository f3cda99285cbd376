"""Bitstamp: spot, from the venue's messages to events.

``messages`` says what is read, ``mapper`` turns bytes into records, ``instruments`` says what a
pair is called here, ``recorded`` what a recording holds. Nothing here opens a socket or a file,
reads a clock or mends a broken stream.
"""

from traider.venues.bitstamp.instruments import instrument_name
from traider.venues.bitstamp.mapper import BitstampMapper

__all__ = ["BitstampMapper", "instrument_name"]
