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

from collections.abc import Callable
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
    """A growing row of event records; ``take`` hands them over and starts a new row.

    A message says all or nothing, so what a mapper remembers moves with its records: whoever
    changes it while a message is mapped says with ``on_take_back`` how to return to what was.

        begin = out.begin_message()
        out.on_take_back(partial(self._return_to, self._last))    # before or after the change
        out.take_back(begin)                                      # the message was refused
    """

    __slots__ = ("_bytes", "_steps_back")

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._steps_back: list[Callable[[], None]] = []

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

    def begin_message(self) -> int:
        """Begin a message: return what ``take_back`` needs to return to its begin."""
        self._steps_back.clear()
        return len(self)

    def on_take_back(self, step: Callable[[], None]) -> None:
        """Have ``step`` done when the message is taken back; the steps of it, newest first."""
        self._steps_back.append(step)

    def take_back(self, length: int) -> frozenset[int]:
        """Take back what was appended since there were ``length`` records, but that books broke.

        For a message that is refused halfway: it says nothing, but the hole that its number showed
        is there, and whoever has the book must know. Return the instruments of which depth was
        taken back.
        """
        start = length * RECORD_BYTES
        tail = np.frombuffer(bytes(self._bytes[start:]), dtype=EVENT)
        self._bytes[start:] = tail[np.isin(tail["kind"], _BREAKS)].tobytes()
        for step in reversed(self._steps_back):
            step()
        self._steps_back.clear()
        return frozenset(tail["instrument"][np.isin(tail["kind"], _LEVELS)].tolist())

    def take(self) -> EventArray:
        """Return the records appended since the last call."""
        events: EventArray = np.frombuffer(self._bytes, dtype=EVENT)
        self._bytes = bytearray()
        self._steps_back.clear()
        return events


_ZEROS: Final = tuple((0,) * (5 - used) for used in range(6))
_FLAGS_PLACE: Final = 20
_BREAKS: Final = (Kind.GAP, Kind.DEPTH_CLEAR)
_LEVELS: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE)
