"""Mappers of venues that number nothing: what cannot be read may have been a change of any book.

Where changes are numbered or checked, the one after a message that could not be read shows the
loss. Where they are not, the mapper itself must remember: with the next message, every book that
stood is broken and waits for a snapshot.
"""

from traider.venues.event_writer import EventWriter
from traider.venues.stream_mapper import StreamMapper, SymbolT


class UncountedMapper(StreamMapper[SymbolT]):
    """A ``StreamMapper`` whose books break when a message could not be read."""

    _is_torn = False

    def take(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the records that one message says, and before them what the last one broke.

        Raises:
            DataError: as ``StreamMapper.take``.
        """
        if self._is_torn:
            for symbol in self._symbols.values():
                symbol.break_book(ts_recv, (0, 0), out)
        self._is_torn = True
        super().take(raw, ts_recv, out)
        self._is_torn = False

    def disconnect(self, ts_recv: int, out: EventWriter) -> None:
        """Break every book, as the connection has ended; the next message is of a new one."""
        super().disconnect(ts_recv, out)
        self._is_torn = False
