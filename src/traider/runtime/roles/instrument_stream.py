"""One instrument's stream: its events kept as rows of the lake, and its features computed."""

from typing import Final

import numpy as np

from traider.backtest.stream_source import StreamSource
from traider.bus import BusInstrument, Delivery, EventBatch
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, join_events
from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import DAY_NS
from traider.features.store import DefinitionFolder
from traider.features.store.writing import Written
from traider.runtime.config import Config
from traider.runtime.feature_plan import feature_plan
from traider.runtime.feature_recording import FeatureRecorder
from traider.runtime.kernel_spec import AlphaShelf
from traider.runtime.roles.stream_state import StreamState
from traider.store.event_rows import EVENT_CONTENTS, RecordedGrid, is_kept, rows_by_series
from traider.store.kinds import DataKind, IntArray
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import MarketStore, Span

_ROWS: Final = 1 << 20
"""Rows wait for the next save, not for a number of them."""


class InstrumentStream:
    """Take the deliveries of one instrument; ``save`` puts into the store what they led to.

    Events are numbered as the stream numbers them. Where some are missing, or the producer began
    anew, GAP and DEPTH_CLEAR stand before what follows, as a feed writes them when a connection
    breaks: the book is not trusted until its next snapshot.
    """

    def __init__(
        self,
        instrument: BusInstrument,
        config: Config,
        stores: tuple[MarketStore, DefinitionFolder],
        shelf: AlphaShelf,
        state: StreamState | None,
    ) -> None:
        self.name = instrument.name
        name = InstrumentName.parse(instrument.name)
        self.position = state.position if state is not None else None
        """How far the stream was taken; None before its first event."""
        self.events = 0
        """Events taken here."""
        self.missing = 0
        self._grid = RecordedGrid(name, instrument.tick_size, instrument.lot_size)
        self._store, definitions = stores
        source = StreamSource(instrument.name, instrument.tick_size, instrument.lot_size)
        self._features = FeatureRecorder(
            feature_plan(config, [source], shelf=shelf),
            self._store,
            definitions,
            rows=_ROWS,
            hold_ns=0,
            checkpoint=state.kernel if state is not None else None,
        )
        self._held: list[tuple[EventArray, IntArray]] = []
        self._begun_ns = state.begun_ns if state is not None else 0
        self._covered_ns = state.covered_ns if state is not None else 0
        self._last_ns = self._covered_ns
        self._compacted_day = self._covered_ns // DAY_NS
        self._is_over = False
        self._is_changed = False
        ours = {SeriesKey(name, DataKind(content)) for content in EVENT_CONTENTS}
        self._series = {extent.key for extent in self._store.series()} & ours
        """Those of its events that the store has."""

    @property
    def written(self) -> Written:
        """What became of the rows of features and signals."""
        return self._features.written

    @property
    def is_changed(self) -> bool:
        """Whether something was taken since the last save."""
        return self._is_changed

    def take(self, delivery: Delivery) -> None:
        """Take a delivery.

        Raises:
            KernelError: its events are older than those before it.
        """
        batch = delivery.batch
        if len(batch.events):
            if delivery.missing or delivery.begins_anew:
                self._take(self._broken(batch), np.full(2, batch.first - 1))
            self._take(batch.events, np.arange(batch.first, batch.end))
            self.events += len(batch.events)
            self.missing += delivery.missing
        self.position = delivery.position
        self._is_changed, self._is_over = True, batch.is_last
        if batch.is_last:
            self._features.finish()

    def save(self) -> StreamState:
        """Write what was taken; return the state to go on from.

        Raises:
            DataError: the store refuses, or contradicts it.
        """
        if self._held:
            events = join_events([part for part, _ in self._held])
            numbers = np.concatenate([part for _, part in self._held])
            self._write(events, numbers)
            self._held = []
        kernel = self._features.checkpoint()
        self._compact()
        self._is_changed = False
        assert self.position is not None  # noqa: S101 - saved after something was taken
        return StreamState(self.position, self._begun_ns, self._covered_ns, kernel)

    def _take(self, events: EventArray, numbers: IntArray) -> None:
        # A stream is of one instrument, whatever number its producer had for it. Others may hold
        # the same batch.
        events = join_events([events])
        events["instrument"] = 0
        kept = is_kept(events)
        self._held.append((events[kept], numbers[kept]))
        self._features.append(events)
        self._begun_ns = self._begun_ns or int(events["ts_recv"][0])
        self._last_ns = int(events["ts_recv"][-1])

    def _broken(self, batch: EventBatch) -> EventArray:
        events = empty_events(2)
        events["ts_event"] = events["ts_recv"] = batch.events["ts_recv"][0]
        events["kind"], events["version"] = (Kind.GAP, Kind.DEPTH_CLEAR), 1
        events["flags"][1] = MarketFlag.LAST_OF_MESSAGE
        events["w2"][0] = self._last_ns
        return events

    def _write(self, events: EventArray, numbers: IntArray) -> None:
        until_ns, written = self._last_ns + 1, set[SeriesKey]()
        for key, rows in rows_by_series(events, numbers, (self._grid,)):
            self._store.write(key, rows, Span(self._covered_from(key), until_ns))
            written.add(key)
        for key in self._series - written:  # quiet, and known to be
            none = key.kind.schema.empty_table()
            self._store.write(key, none, Span(self._covered_from(key), until_ns))
        self._series |= written
        self._covered_ns = until_ns

    def _covered_from(self, key: SeriesKey) -> int:
        """Return since when a series is known: one that is new was quiet from the beginning."""
        return self._covered_ns if self._covered_ns and key in self._series else self._begun_ns

    def _compact(self) -> None:
        """Bring days that are over into their final form; all of them when the stream is."""
        day = self._covered_ns // DAY_NS
        if day == self._compacted_day and not self._is_over:
            return
        before_ns = None if self._is_over else day * DAY_NS
        for extent in self._store.series():
            if extent.key.name == self._grid.name:
                self._store.compact(extent.key, before_ns)
        self._compacted_day = day
