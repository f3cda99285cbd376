"""OKX: spot, perpetuals and futures of v5, from the venue's messages to events.

``messages`` says what is read, ``checksum`` how a book is checked, ``mapper`` turns bytes into
records, ``instruments`` says what an instrument is called here, ``recorded`` what a recording
holds. Nothing here opens a socket or a file, reads a clock or mends a broken stream.
"""

from traider.venues.okx.instruments import instrument_name
from traider.venues.okx.mapper import OkxMapper

__all__ = ["OkxMapper", "instrument_name"]
