"""The port of market stores: series of rows in order of time, written once, read many times.

A row is the same row again when it is equal in the columns of ``Content.identity``. Writing it
again changes nothing; writing other values for it is told as a conflict, and what was there first
stays. Rows of one instant without a number of their own (trades without id) come in one write.

A table may carry ``tick_size`` and ``lot_size`` in the metadata of its schema: the grid that the
integers of events count on. A store keeps it with the rows, and a table that is read has one grid.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from traider.store.kinds import IntArray
from traider.store.lake_paths import SeriesKey


@dataclass(frozen=True, order=True)
class Span:
    """The instants in [start_ns, end_ns)."""

    start_ns: int
    end_ns: int

    @property
    def length_ns(self) -> int:
        """How long it is."""
        return self.end_ns - self.start_ns


@dataclass(frozen=True)
class WriteReport:
    """What became of the rows of a write: ``fresh + known + conflicts == rows``."""

    rows: int
    fresh: int
    """Rows the store did not have."""
    known: int
    """Rows the store had already, with the same values."""
    conflicts: IntArray
    """Positions of the rows that the store contradicts; its own rows stay."""


@dataclass(frozen=True)
class SeriesExtent:
    """How much of a series there is, known without reading a row."""

    key: SeriesKey
    rows: int
    bytes: int
    """On the disk, compressed."""
    days: int
    """Days of UTC that have rows."""
    first_ns: int
    """``ts`` of the first row, 0 without rows; so is ``last_ns``."""
    last_ns: int


class MarketStore(Protocol):
    """Keep series of market data, features and signals."""

    def write(self, key: SeriesKey, rows: pa.Table, covered: Span | None = None) -> WriteReport:
        """Keep rows: all of them or none, and once it returns they stay.

        Args:
            key: the series; it is made when there is none.
            rows: columns of the kind, in order of ``ts``; rows may be none, to say that a span was
                quiet.
            covered: the span the rows are everything of, None for that of the rows themselves:
                from the first to the end of the last, a bar's length or 1 ns.

        Raises:
            DataError: columns or order are wrong, a row is there twice, or the store cannot write.
        """

    def read(
        self, key: SeriesKey, start_ns: int | None = None, end_ns: int | None = None
    ) -> Iterator[pa.Table]:
        """Yield the rows with ``start_ns <= ts < end_ns`` in order of identity, in tables.

        Raises:
            DataError: there is no such series, or something of it is missing or damaged; that is
                named.
        """

    def series(self) -> tuple[SeriesExtent, ...]:
        """Return the extent of every series, by name."""

    def coverage(self, key: SeriesKey) -> tuple[Span, ...]:
        """Return the spans that writes covered, in order, apart from each other.

        What is not covered is a gap; a covered span without rows was quiet.
        """

    def as_of(self, key: SeriesKey, ts_ns: IntArray) -> pa.Table:
        """Return the last row at or before each instant, null throughout where there is none.

        ``ts_ns`` may be in any order; the rows come in the same.

        Raises:
            DataError: as ``read``.
        """

    def compact(self, key: SeriesKey, before_ns: int | None = None) -> None:
        """Bring each day that ended by ``before_ns``, or every day, into its tightest form.

        What is read stays the same, while and after.
        """


def joined_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that touch or overlap as one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if span.end_ns <= span.start_ns:
            continue
        if joined and span.start_ns <= joined[-1].end_ns:
            joined[-1] = Span(joined[-1].start_ns, max(joined[-1].end_ns, span.end_ns))
        else:
            joined.append(span)
    return tuple(joined)
