"""Write event records one by one, quickly: the last step of every mapper.

A record is packed as eight 64-bit words: two times, the head (kind, instrument, flags, side and
version in one word, fixed for a stream), and five payload words. The bytes become an ``EventArray``
without a copy.

    head = record_head(Kind.TRADE, instrument, MarketFlag.LAST_OF_MESSAGE, side=1)
    out = EventWriter()
    out.add(head, ts_event, ts_recv, price_ticks, size_lots, trade_id)
    out.append(pack_record(ts_event, ts_recv, head, price_ticks, size_lots, trade_id, 0, 0))
    events = out.take()

Both say the same; ``append`` takes many records at once, where every nanosecond counts.
"""

from struct import Struct
from typing import Final

import numpy as np

from traider.domain.events import EVENT, EventArray, Kind
from traider.domain.payload_table import PAYLOADS

_RECORD: Final = Struct("<8q")
RECORD_BYTES: Final = _RECORD.size

pack_record: Final = _RECORD.pack
"""Pack ts_event, ts_recv, head and five words to the bytes of one record."""


def record_head(kind: Kind, instrument: int, flags: int = 0, side: int = 0) -> int:
    """Return bytes 16 to 23 of a record as one integer; ``docs/events.md`` has the places."""
    return (
        kind | instrument << 16 | flags << 32 | (side & 0xFF) << 48 | PAYLOADS[kind].version << 56
    )


def with_flags(head: int, flags: int) -> int:
    """Return ``head`` with more flags."""
    return head | flags << 32


class EventWriter:
    """A growing row of event records; ``take`` hands them over and starts a new row."""

    __slots__ = ("_bytes",)

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __len__(self) -> int:
        """Return the number of records not yet taken."""
        return len(self._bytes) // RECORD_BYTES

    def add(self, head: int, ts_event: int, ts_recv: int, *words: int) -> None:
        """Append one record; words that are not given are zero."""
        self._bytes += pack_record(ts_event, ts_recv, head, *words, *_ZEROS[len(words)])

    def append(self, records: bytes | memoryview) -> None:
        """Append records packed by ``pack_record``, one after the other."""
        self._bytes += records

    def flag_last(self, flags: int) -> None:
        """Add ``flags`` to the record appended last."""
        self.flag(-1, flags)

    def flag(self, number: int, flags: int) -> None:
        """Add ``flags`` to a record by its number, from the end when it is negative."""
        place, bits = number * RECORD_BYTES + _FLAGS_PLACE, int(flags)  # sums of enums are slow
        self._bytes[place] |= bits & 0xFF
        self._bytes[place + 1] |= bits >> 8

    def take_back(self, length: int) -> None:
        """Take back what was appended since there were ``length`` records, but that books broke.

        For a message that is refused halfway: it says nothing, but the hole that its number showed
        is there, and whoever has the book must know.
        """
        start = length * RECORD_BYTES
        tail = np.frombuffer(bytes(self._bytes[start:]), dtype=EVENT)
        self._bytes[start:] = tail[np.isin(tail["kind"], _BREAKS)].tobytes()

    def take(self) -> EventArray:
        """Return the records appended since the last call."""
        events: EventArray = np.frombuffer(self._bytes, dtype=EVENT)
        self._bytes = bytearray()
        return events


_ZEROS: Final = tuple((0,) * (5 - used) for used in range(6))
_FLAGS_PLACE: Final = 20
_BREAKS: Final = (Kind.GAP, Kind.DEPTH_CLEAR)
