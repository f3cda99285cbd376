"""What every venue's mapper can do: turn the messages of one connection into event records."""

from typing import Protocol

from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter


class MarketMapper(Protocol):
    """The mapper of one connection, which may bring several symbols.

    It is pure: the same bytes and times give the same records. Receive times rise from call to
    call. When the stream of a book breaks, GAP and DEPTH_CLEAR are written, and of that book
    nothing more until a snapshot; ``missing`` says which books wait for one.

    A message that raises makes no record, but those of a hole that its number shows. What it would
    have said is unknown: whoever reads the connection ends it (``disconnect``) and begins a new
    one.
    """

    @property
    def counts(self) -> MapperCounts:
        """What was met on the connection, whatever it was about."""

    def take(self, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the records that one message says.

        Raises:
            DataError: the message breaks the venue's schema, is about a symbol that was not
                listed, or says that a request was refused.
        """

    def snapshot(self, symbol: str, raw: bytes, ts_recv: int, out: EventWriter) -> None:
        """Write the book that the answer to a REST request holds.

        Raises:
            DataError: as ``take``; or the venue tells its books in the stream.
        """

    def disconnect(self, ts_recv: int, out: EventWriter) -> None:
        """Break every book, as the connection has ended; the next message is of a new one."""

    def is_whole(self, symbol: str) -> bool:
        """Whether the book of ``symbol`` stands on an unbroken stream."""

    def counts_of(self, symbol: str) -> MapperCounts:
        """What was met of one symbol."""

    def missing(self) -> tuple[str, ...]:
        """Return the symbols whose book needs a new snapshot: subscribed again or fetched."""
