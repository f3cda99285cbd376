"""Bitfinex: pairs, from the venue's messages to events.

``messages`` says what is read, ``mapper`` turns bytes into records, ``instruments`` says what a
pair is called here, ``recorded`` what a recording holds. Nothing here opens a socket or a file,
reads a clock or mends a broken stream.
"""

from traider.venues.bitfinex.instruments import instrument_name
from traider.venues.bitfinex.mapper import BitfinexMapper

__all__ = ["BitfinexMapper", "instrument_name"]
