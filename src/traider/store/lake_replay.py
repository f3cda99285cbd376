"""A store read as the sequence of events it was recorded from.

    for events in replayed(store, start_ns, end_ns): …

Rows of all series are merged by ``(ts, seq)``: time of receipt, then position in the journal. A
journal whose times of receipt never fall, as the order of events demands, comes back as it was,
less the kinds that the lake does not keep. Memory holds one table of each series.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.domain.events import EVENT, EventArray, empty_events, join_events
from traider.domain.instruments import InstrumentName
from traider.store.event_rows import events_of
from traider.store.kinds import Content, IntArray
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import MarketStore

Span = tuple[int | None, int | None]


def recorded_series(
    store: MarketStore, names: Sequence[InstrumentName] = ()
) -> tuple[SeriesKey, ...]:
    """Return the series of events that a store has, of ``names`` or of all instruments."""
    keys = [extent.key for extent in store.series()]
    return tuple(
        key for key in keys if key.kind.content.is_events and (not names or key.name in names)
    )


def replayed(
    store: MarketStore,
    start_ns: int | None = None,
    end_ns: int | None = None,
    series: Sequence[SeriesKey] | None = None,
    numbers: Mapping[InstrumentName, int] | None = None,
) -> Iterator[EventArray]:
    """Yield the events of a store with ``start_ns <= ts_recv < end_ns`` in their one sequence.

    Args:
        store: where they are kept.
        start_ns: None begins with the first; so does None of ``end_ns`` end with the last.
        end_ns: see above.
        series: those to merge, None for all that hold events.
        numbers: the number events of each instrument shall carry, None for that of their journal.

    Raises:
        DataError: something of the store is missing or damaged, or ``numbers`` lacks a name.
    """
    keys = recorded_series(store) if series is None else series
    lacking = [key.name for key in keys if numbers is not None and key.name not in numbers]
    if lacking:
        raise DataError(f"no number is given for {lacking[0]}", fix="number every instrument")
    sources = [
        _Source(
            store.read(key, start_ns, end_ns),
            key.kind.content,
            None if numbers is None else numbers[key.name],
        )
        for key in keys
    ]
    live = [source for source in sources if source.load()]
    while live:
        horizon = _horizon(live)
        yield _merged([source.until(*horizon) for source in live])
        live = [source for source in live if source.count or source.load()]


def _horizon(live: "Sequence[_Source]") -> tuple[int, int]:
    """Return the earliest end of what is held: nothing unread can come at or before it."""
    return min((int(source.ts[-1]), int(source.seq[-1])) for source in live)


class _Source:
    """One series being read: the events held and not yet merged."""

    def __init__(self, tables: Iterator[pa.Table], content: Content, number: int | None) -> None:
        self._tables = tables
        self._content = content
        self._number = number
        self._events = empty_events(0)
        self.ts: IntArray = np.zeros(0, np.int64)
        self.seq: IntArray = self.ts

    @property
    def count(self) -> int:
        """Events held."""
        return len(self._events)

    def load(self) -> bool:
        """Take the next table; False at the end."""
        for table in self._tables:
            self._events = events_of(table, self._content)
            if self._number is not None:
                self._events["instrument"] = self._number
            self.ts = table.column("ts").to_numpy()
            self.seq = table.column("seq").to_numpy()
            return True
        return False

    def until(self, ts: int, seq: int) -> tuple[EventArray, IntArray, IntArray]:
        """Give up the events at or before ``(ts, seq)``, with their times and positions."""
        first, last = np.searchsorted(self.ts, [ts, ts + 1], "left").tolist()
        count = first + int(np.searchsorted(self.seq[first:last], seq, "right"))
        given = self._events[:count], self.ts[:count], self.seq[:count]
        self._events, self.ts, self.seq = (
            self._events[count:],
            self.ts[count:],
            self.seq[count:],
        )
        return given


def _merged(parts: Sequence[tuple[EventArray, IntArray, IntArray]]) -> EventArray:
    """Return the events of ``parts`` in one order."""
    taken = [part for part in parts if len(part[0])]
    if len(taken) == 1:
        return taken[0][0]
    ts = np.concatenate([part[1] for part in taken])
    seq = np.concatenate([part[2] for part in taken])
    joined = join_events([part[0] for part in taken])
    # As plain bytes: field by field the copy takes several times as long.
    return np.take(joined.view(f"V{EVENT.itemsize}"), np.lexsort((seq, ts))).view(EVENT)
