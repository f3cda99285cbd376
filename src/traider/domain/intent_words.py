"""The words of an order intent, read from its record at once.

A record is an array of one where many are worked on together. Of a single order each word of such
an array takes longer to read than all of them do here, and an order is asked for its words a dozen
times before it has left.
"""

import struct
from typing import Final, NamedTuple

_LAYOUT: Final = struct.Struct("<qqHHHbBqqqqq")
RECORD_BYTES: Final = _LAYOUT.size


class IntentWords(NamedTuple):
    """An ORDER_INTENT as plain numbers; the names are those of ``EVENT``."""

    ts_event: int
    ts_recv: int
    kind: int
    instrument: int
    flags: int
    side: int
    version: int
    price: int
    size: int
    trigger: int
    order_id: int
    expire: int


def words_of(record: bytes) -> IntentWords:
    """Return the words of one record."""
    return IntentWords._make(_LAYOUT.unpack(record))
