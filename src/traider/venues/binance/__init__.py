"""Binance: spot and USD-margined futures, from the venue's messages to events.

``messages`` says what is read, ``continuity`` which depth changes may be applied, ``instruments``
what a symbol is called here, ``mapper`` turns bytes into records. Nothing here opens a socket or a
file, reads a clock or mends a broken stream.
"""

from traider.venues.binance.instruments import Market, instrument_name
from traider.venues.binance.mapper import BinanceMapper

__all__ = ["BinanceMapper", "Market", "instrument_name"]
