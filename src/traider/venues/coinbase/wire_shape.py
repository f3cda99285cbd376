"""How Coinbase writes a message of ``l2_data``, byte for byte: without spaces, one event a message.

Evidence: all 462 of them in the capture of 2026-08-09 (``client_id`` is in the documents alone).
What is written otherwise is decoded; nothing depends on this but speed.
"""

from typing import Final

from traider.venues.depth_reading import DepthLiterals

LITERALS: Final = DepthLiterals(
    begin=b'{"channel":"l2_data",',
    maybe=b'"client_id":"",',
    time=b'"timestamp":"',
    number=b'","sequence_num":',
    kind=b',"events":[{"type":"',
    change=b"update",
    snapshot=b"snapshot",
    name=b'","product_id":"',
    levels=b'","updates":[',
    side=b'{"side":"',
    bid=b"bid",
    ask=b"offer",
    level_time=b'","event_time":"',
    price=b'","price_level":"',
    size=b'","new_quantity":"',
    next=b'"},',
    end=b'"}]}]}',
)
