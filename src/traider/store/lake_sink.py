"""A sink that writes the events of a live feed to a store in the background.

    with LakeSink(store, instruments, first_sequence=journal.sequence) as sink:
        …
        journal.append(events)                    # acknowledged
        sink.append(events)                       # returns at once

Events are held until ``flush_interval_s`` passed or ``flush_rows`` came together, then written,
each series as a part of its day. When a day of UTC is over, its parts are compacted. The journal is
the truth: after a crash, events from ``covered_until`` on are given again out of it; those the
store has already change nothing, and those of another journal are refused. A store that refuses a
write stops the sink, and the next call says why.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError, TraiderError
from traider.domain.events import EventArray, join_events
from traider.domain.timeframes import DAY_NS
from traider.store.event_rows import EVENT_CONTENTS, RecordedGrid, is_kept, rows_by_series
from traider.store.instants import instant_text
from traider.store.kinds import DataKind, IntArray
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import MarketStore, Span
from traider.store.row_merging import compare_rows

_Batch = tuple[EventArray, IntArray]
_NO_ROWS: Final = np.zeros(0, np.int64)


@dataclass(frozen=True)
class SinkTerms:
    """When events are written, and how many may wait."""

    flush_interval_s: float = 15.0
    flush_rows: int = 262_144
    held_rows_max: int = 4_194_304
    """With so many events waiting ``append`` waits too: 256 MiB."""


DEFAULT_TERMS: Final = SinkTerms()


class LakeSink:
    """An ``EventSink`` over a ``MarketStore``, with a thread of its own.

    Args:
        store: where events go.
        instruments: those of the journal, by number.
        first_sequence: position in the journal of the first event that will be given.
        terms: when to write.
    """

    def __init__(
        self,
        store: MarketStore,
        instruments: Sequence[RecordedGrid],
        first_sequence: int = 0,
        terms: SinkTerms = DEFAULT_TERMS,
    ) -> None:
        self._store = store
        self._instruments = tuple(instruments)
        self._terms = terms
        self._sequence = first_sequence
        self._held: list[_Batch] = []
        self._held_rows = 0
        self._changed = threading.Condition()
        self._is_busy = self._is_closing = self._is_wanted = False
        self._fault: TraiderError | None = None
        self._covered: dict[SeriesKey, int] = {}
        self._held_until: dict[SeriesKey, int] = {}
        self._started_ns: int | None = None
        self._until_ns = 0
        self._thread = threading.Thread(target=self._work, name="lake-sink", daemon=True)
        self._thread.start()

    @property
    def sequence(self) -> int:
        """Position in the journal that the next event has."""
        return self._sequence

    def append(self, events: EventArray) -> None:
        """Take events, in the order of the journal; they are copied.

        Raises:
            TraiderError: the store refused a write; nothing is taken any more.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._fault or self._held_rows < self._terms.held_rows_max
            )
            self._raise_fault()
            seq = np.arange(self._sequence, self._sequence + len(events))
            self._sequence += len(events)
            kept = is_kept(events)
            if kept.any():
                self._held.append((events[kept], seq[kept]))
                self._held_rows += int(kept.sum())
            if self._held_rows >= self._terms.flush_rows:
                self._changed.notify_all()

    def flush(self) -> None:
        """Wait until everything taken so far is in the store.

        Raises:
            TraiderError: the store refused a write.
        """
        with self._changed:
            self._is_wanted = True
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._fault or not (self._is_wanted or self._is_busy or self._held)
            )
            self._raise_fault()

    def close(self) -> None:
        """Write what is held and stop; quiet series are covered to the end.

        Raises:
            TraiderError: the store refused a write.
        """
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join()
        self._raise_fault()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _work(self) -> None:
        """Write until closed or refused; the one place that touches the store."""
        fault: TraiderError | None = TraiderError(
            "the thread that writes to the lake ended by a fault", fix="see what it said"
        )
        try:
            while self._work_once():
                pass
            fault = None
        except TraiderError as told:
            fault = told
        finally:
            # Whatever it ended by: nobody may wait for a thread that is not there.
            with self._changed:
                self._fault = fault
                self._changed.notify_all()

    def _work_once(self) -> bool:
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._is_closing or self._is_wanted or self._held_rows >= self._terms.flush_rows
                ),
                timeout=self._terms.flush_interval_s,
            )
            is_whole = self._is_closing or self._is_wanted
            closing, self._is_wanted = self._is_closing, False
            batches, self._held, self._held_rows = self._held, [], 0
            self._is_busy = True
            self._changed.notify_all()
        if batches:
            self._write(*_joined(batches), is_whole=is_whole)
        if closing:
            self._cover_quiet(self._covered)
        with self._changed:
            self._is_busy = False
            self._changed.notify_all()
            return not closing

    def _write(self, events: EventArray, seq: IntArray, *, is_whole: bool) -> None:
        """Write events; unless all is wanted, the last instant waits for what it still brings."""
        ts = events["ts_recv"]
        cut = int(np.searchsorted(ts, ts[-1], "left")) if (np.diff(ts) >= 0).all() else 0
        if cut and not is_whole:
            self._give_back(events[cut:], seq[cut:])
            events, seq = events[:cut], seq[:cut]
        first_ns, last_ns = int(events["ts_recv"].min()), int(events["ts_recv"].max())
        if self._started_ns is None:
            self._started_ns = self._until_ns = first_ns
        is_new_day = last_ns // DAY_NS > self._until_ns // DAY_NS
        self._until_ns = max(self._until_ns, last_ns + 1)
        for key, rows in rows_by_series(events, seq, self._instruments):
            self._refuse_other_journal(key, rows)
            start = min(self._covered.get(key, self._started_ns), rows.column("ts")[0].as_py())
            self._store.write(key, rows, Span(start, self._until_ns))
            self._covered[key] = self._until_ns
        if is_new_day:
            self._cover_quiet(self._covered)
            for key in self._covered:
                self._store.compact(key, last_ns // DAY_NS * DAY_NS)

    def _refuse_other_journal(self, key: SeriesKey, rows: pa.Table) -> None:
        """Refuse rows of a time that the store has from elsewhere: it would have them twice.

        The first and the last instant are not compared: a piece may begin or end within them.

        Raises:
            DataError: the store has other rows between the first and the last.
        """
        if key not in self._held_until:
            spans = self._store.coverage(key)
            self._held_until[key] = spans[-1].end_ns if spans else 0
        first, last = rows.column("ts")[0].as_py() + 1, rows.column("ts")[-1].as_py()
        if first >= min(self._held_until[key], last):
            return
        held = [t.replace_schema_metadata(None) for t in self._store.read(key, first, last)]
        if not held:
            return
        old = pa.concat_tables(held)
        found = compare_rows(key.kind.content, old, rows.replace_schema_metadata(None))
        if len(found.known) < old.num_rows:
            raise DataError(
                f"holds another recording of {key} at {instant_text(first)}",
                where="the lake",
                fix="record into a folder of its own, or give events their place in the journal",
            )

    def _give_back(self, events: EventArray, seq: IntArray) -> None:
        with self._changed:
            self._held.insert(0, (events, seq))
            self._held_rows += len(events)

    def _cover_quiet(self, covered: dict[SeriesKey, int]) -> None:
        """Say of series without rows of late that they were quiet."""
        for key, until in covered.items():
            if until < self._until_ns:
                none = key.kind.schema.empty_table()
                self._store.write(key, none, Span(until, self._until_ns))
                covered[key] = self._until_ns


def _joined(batches: Sequence[_Batch]) -> _Batch:
    events = join_events([events for events, _ in batches])
    return events, np.concatenate([_NO_ROWS, *(seq for _, seq in batches)])


def covered_until(store: MarketStore, instruments: Sequence[RecordedGrid]) -> int:
    """Return until when a store has everything of instruments, ns UTC; 0 when it has nothing.

    A recording that was cut off is completed by giving the events received from then on again.
    """
    wanted = {
        SeriesKey(each.name, DataKind(content))
        for each in instruments
        for content in EVENT_CONTENTS
    }
    ends = [
        spans[-1].end_ns
        for extent in store.series()
        if extent.key in wanted and (spans := store.coverage(extent.key))
    ]
    return min(ends, default=0)
