"""All that takes a stream of events, live or replayed, and one fingerprint of what it led to."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from traider.domain.errors import UsageError
from traider.domain.instruments import InstrumentName
from traider.domain.ports import EventSink
from traider.features.store.writing import Written
from traider.journal.segment_files import list_segments
from traider.runtime.book_target import BookTarget, EventsOutcome
from traider.runtime.config import Config
from traider.runtime.event_stream import GriddedInstrument
from traider.runtime.feature_plan import feature_plan
from traider.runtime.feature_recording import FeatureRecorder
from traider.runtime.feature_stores import feature_store
from traider.runtime.strategy_target import StrategyOutcome, StrategyTarget
from traider.runtime.stream_sources import stream_sources
from traider.store.event_rows import RecordedGrid
from traider.store.lake_sink import LakeSink
from traider.store.parquet_lake import ParquetLake


@dataclass(frozen=True)
class TargetOrder:
    """What shall take the events, beside the books."""

    config: Config
    decides: bool = False
    """Whether the strategy of the settings acts in the simulated venue."""
    lake: Path | None = None
    """A lake that keeps the market's events."""
    features: Path | None = None
    """A lake that keeps features and signals of the settings."""


@dataclass(frozen=True)
class StreamOutcome:
    """What a stream of events led to."""

    stream: EventsOutcome
    """Its fingerprint takes in that of the strategy."""
    strategy: StrategyOutcome | None
    features: Written | None


class Targets:
    """Books always; strategy, lake and feature store where they are asked for.

    A context: left without an error, everything is written; with one, lakes keep what they have.

    Raises:
        TraiderError: settings or a lake cannot be used.
    """

    def __init__(self, instruments: Sequence[GriddedInstrument], order: TargetOrder) -> None:
        config = order.config
        for lake in (order.lake, order.features):
            if lake is not None and lake.is_dir() and list_segments(lake):
                raise UsageError(
                    "holds a journal", where=str(lake), fix="keep the lake in a folder of its own"
                )
        self.books = BookTarget(instruments)
        self._strategy = StrategyTarget(config, instruments) if order.decides else None
        self._features: FeatureRecorder | None = None
        if order.features is not None:
            plan = feature_plan(config, stream_sources(config, instruments), config.data.bars)
            self._features = FeatureRecorder(plan, *feature_store(order.features))
        self._lake = None if order.lake is None else lake_sink(order.lake, instruments)

    @property
    def sinks(self) -> tuple[EventSink, ...]:
        """Who takes the events, in order."""
        found = (self.books, self._strategy, self._features, self._lake)
        return tuple(sink for sink in found if sink is not None)

    def finish(self) -> StreamOutcome:
        """Write what lakes still hold back, and return what the events led to.

        Decisions of the last instant, which the next event would have brought, are made for the
        account; feature rows wait for that event, so that a record which goes on agrees.
        """
        if self._features is not None:
            self._features.close()
        if self._lake is not None:
            self._lake.close()
        found = self.books.outcome()
        written = None if self._features is None else self._features.written
        if self._strategy is None:
            return StreamOutcome(found, None, written)
        decided = self._strategy.finish()
        whole = hashlib.blake2b(digest_size=16)
        whole.update(f"{found.fingerprint}{decided.fingerprint}".encode())
        return StreamOutcome(replace(found, fingerprint=whole.hexdigest()), decided, written)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the lake's writer, whatever happened."""
        if kind is not None and self._lake is not None:
            self._lake.close()


def lake_sink(lake: Path, instruments: Sequence[GriddedInstrument]) -> LakeSink:
    """Return what writes the market's events of a stream into a lake."""
    grids = [
        RecordedGrid(InstrumentName.parse(each.name), each.tick_size, each.lot_size)
        for each in instruments
    ]
    return LakeSink(ParquetLake(lake), grids)
