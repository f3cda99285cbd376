"""Coinbase's Exchange feed, once Coinbase Pro, from the venue's messages to events.

``messages`` says what is read, ``mapper`` turns bytes into records, ``recorded`` says what a
recording holds and what a product is called here. Nothing here opens a socket or a file, reads a
clock or mends a broken stream.
"""

from traider.venues.coinbase_pro.mapper import CoinbaseProMapper
from traider.venues.coinbase_pro.recorded import instrument_name

__all__ = ["CoinbaseProMapper", "instrument_name"]
