"""Bybit: spot and linear contracts of v5, from the venue's messages to events.

``messages`` says what is read, ``mapper`` turns bytes into records, ``instruments`` says what a
symbol is called here, ``recorded`` what a recording holds. Nothing here opens a socket or a file,
reads a clock or mends a broken stream.
"""

from traider.venues.bybit.instruments import Category, instrument_name
from traider.venues.bybit.mapper import BybitMapper

__all__ = ["BybitMapper", "Category", "instrument_name"]
