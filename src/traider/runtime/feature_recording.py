"""Record features and signals: events in, as they come, and rows into a feature store.

One path for a live feed, a journal that is followed, and whole files: the recorder takes events in
pieces of any size and hands them to the kernel as an observer. After a restart it is fed from the
beginning again, or goes on from a ``checkpoint`` with the events that followed it; what the store
has already is not written twice, and the rows are the same, byte for byte.
"""

from types import TracebackType
from typing import Final, Self

from traider.domain.events import EventArray, empty_events
from traider.features.definition import feature_hash
from traider.features.store.definition_folder import DefinitionFolder
from traider.features.store.writing import FeatureWriter, Written
from traider.kernel.observer import Observer
from traider.runtime.feature_plan import FeaturePlan
from traider.store.market_store import MarketStore

HOLD_NS: Final = 60_000_000_000
"""Rows of a live stream wait so long at most, by the time of the events."""
LIVE_ROWS: Final = 4_096


class FeatureRecorder:
    """An event sink that computes what a plan keeps and writes it.

    Args:
        plan: what is computed, of which instruments; events carry their places in it.
        store: where the rows go.
        definitions: where their definitions go.
        rows: how many rows wait at most before they are written.
        hold_ns: how long they wait at most, by the time of the events; 0 without end.
        checkpoint: what ``checkpoint`` of a recorder of the same plan gave; without one, rows
            begin where those of the store begin, if it has any.
    """

    def __init__(
        self,
        plan: FeaturePlan,
        store: MarketStore,
        definitions: DefinitionFolder,
        *,
        rows: int = LIVE_ROWS,
        hold_ns: int = HOLD_NS,
        checkpoint: bytes | None = None,
    ) -> None:
        self.plan = plan
        self._observer = Observer(plan.spec, plan.slots)
        if checkpoint is not None:
            self._observer.restore(checkpoint)
        self._writer = FeatureWriter(
            store, definitions, plan.sheets, rows, goes_on=checkpoint is not None
        )
        self._hold_ns = hold_ns
        self._flushed_ns = 0

    @property
    def hashes(self) -> tuple[str, ...]:
        """Hash of the features of each instrument."""
        return tuple(feature_hash(sheet.features) for sheet in self.plan.sheets)

    @property
    def written(self) -> Written:
        """What became of the rows so far; those that wait are not counted."""
        return self._writer.written

    def append(self, events: EventArray) -> None:
        """Take the next events, in order; rows that they complete are written soon.

        Raises:
            KernelError: events are out of order or of an unknown instrument.
            DataError: the store contradicts what is computed, or cannot write.
        """
        self._take(events)
        if len(events):
            self._write_old(int(events["ts_recv"][-1]))

    def pass_time(self, now_ns: int) -> None:
        """Decide what is due at ``now_ns``: every event up to then has been appended.

        A quiet market needs it; else a row waits for the next event.
        """
        for rows in self._observer.pass_time(now_ns):
            self._writer.add(rows)
        self._write_old(now_ns)

    def finish(self) -> None:
        """Complete the last rows, after which no event follows, and write everything."""
        self._take(empty_events(0), final=True)
        self.flush()

    def flush(self) -> None:
        """Write all rows there are; once it returns they stay."""
        self._writer.flush()

    def checkpoint(self) -> bytes:
        """Write all rows, and return the state to go on from with the events that follow."""
        self.flush()
        return self._observer.snapshot()

    def close(self) -> None:
        """Write all rows there are; rows that wait for further events come when it goes on."""
        self.flush()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what there is, unless something failed."""
        if kind is None:
            self.close()

    def _take(self, events: EventArray, *, final: bool = False) -> None:
        for rows in self._observer.feed(events, final=final):
            self._writer.add(rows)

    def _write_old(self, now_ns: int) -> None:
        self._flushed_ns = self._flushed_ns or now_ns
        if self._hold_ns and now_ns - self._flushed_ns >= self._hold_ns:
            self.flush()
            self._flushed_ns = now_ns
