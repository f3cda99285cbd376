"""The orders and executions of a run that is under way, kept up to date.

    followed = FollowedRecords(RecordedRun.open(folder))
    followed.refresh()        # reads the whole journal once,
    followed.refresh()        # then only what was written since

What it gives is what ``read_records`` gives of the same journal. Threads may ask together.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from traider.compliance.order_records import Execution, ExecutionKind
from traider.domain.events import EventArray
from traider.journal.facts import BEFORE_ALL_EVENTS
from traider.journal.reader import JournalReader
from traider.journal.segment_events import Span
from traider.kernel.specification import KernelSpec
from traider.runtime.auditing.journal_audit import vocabulary
from traider.runtime.auditing.people import People
from traider.runtime.books.held_instruments import HeldInstrument, HeldInstruments
from traider.runtime.books.money_events import MONEY_KINDS, MoneyEvents, money_of
from traider.runtime.books.run_records import OrderReading, RunRecords, executions_of_run
from traider.runtime.control.conversion import CONTROL_FACT
from traider.runtime.parity.recorded_run import RecordedRun


class FollowedRecords:
    """The records of one run, made of its journal as far as it was read.

    Raises:
        UsageError: the run journaled nothing yet.
        StrategyError: an alpha of the run is not there any more.
    """

    def __init__(self, run: RecordedRun) -> None:
        self._run = run
        self._spec = run.spec()
        self._lock = threading.Lock()
        self._begin()

    @property
    def spec(self) -> KernelSpec:
        """What the run's kernel was made by."""
        return self._spec

    def _begin(self) -> None:
        self._reader = JournalReader(self._run.paths.journal)
        self._people = People()
        self._orders = OrderReading(
            self._run, tuple(self._spec.markets), vocabulary(self._spec), self._people
        )
        self._money = _MoneyReading(self._run, self._spec)
        self._held: Mapping[str, HeldInstrument] = {}
        self._end = self._reader.first
        self._last_ns = self._facts_last = 0
        self._known = self._made(self._end)

    @property
    def held(self) -> Mapping[str, HeldInstrument]:
        """What is held of each instrument that ever traded, as of the last refresh."""
        return self._held

    def refresh(self) -> RunRecords:
        """Return everything up to the journal's end as it is now.

        Raises:
            DataError: the journal cannot be read.
        """
        with self._lock:
            self._reader.refresh()
            if self._reader.end < self._end:
                # A crash took back what nobody acknowledged: what was made of it is not so.
                self._begin()
            end = self._reader.end
            if end > self._end:
                self._take(end)
            return self._known

    def _take(self, end: int) -> None:
        self._take_facts(end)
        for first, events in self._reader.numbered(Span(self._end, end)):
            if len(events):
                self._orders.take(first, events)
                self._tie(self._money.take(first, events))
                self._end, self._last_ns = first + len(events), int(events["ts_recv"][-1])
        self._held = self._money.held.now()
        self._known = self._made(end)

    def _tie(self, executions: Sequence[Execution]) -> None:
        for each in executions:
            order = self._orders.orders.get(each.order_id)
            if order is not None and each.kind is ExecutionKind.FILL:
                order.executions.append(each)

    def _take_facts(self, end: int) -> None:
        """Take what people asked for since; facts of the last event read may have been taken."""
        start = self._end - 1 if self._end else BEFORE_ALL_EVENTS
        found = [each for each in self._reader.facts(CONTROL_FACT, start) if each.sequence < end]
        self._people.take(found[self._facts_last :])
        self._facts_last = sum(1 for each in found if each.sequence >= end - 1)

    def _made(self, end: int) -> RunRecords:
        return RunRecords(
            self._run,
            self._money.known(),
            tuple(self._orders.orders.values()),
            tuple(self._money.executions),
            end,
            self._last_ns,
        )


class _MoneyReading:
    """Follows what moves money or positions; each event is counted once."""

    def __init__(self, run: RecordedRun, spec: KernelSpec) -> None:
        self._account = f"{run.manifest.venue} {run.manifest.run_id}"
        self._currency = run.config.currency
        self._spec = spec
        self._events: list[EventArray] = []
        self._places: list[npt.NDArray[np.int64]] = []
        self._fees = spec.fees
        self.executions: list[Execution] = []
        self.held = HeldInstruments()
        self._all = self._joined(self._events, self._places)

    def take(self, first: int, events: EventArray) -> Sequence[Execution]:
        chosen = np.flatnonzero(np.isin(events["kind"], MONEY_KINDS))
        if not len(chosen):
            return ()
        fresh, places = events[chosen], chosen + first
        self._events.append(fresh)
        self._places.append(places)
        piece = self._joined([fresh], [places])
        if self._fees is not None:
            # The fee balance goes on from where the piece before left it.
            piece = replace(piece, fees=self._fees)
            left = self._fees.balance_units - piece.fees_in_other
            self._fees = replace(self._fees, balance_units=left)
        found = executions_of_run(piece)
        self.executions += found
        self.held.take(piece)
        return found

    def known(self) -> MoneyEvents:
        """Return all of them; the same object while nothing came."""
        if len(self._all.events) < sum(map(len, self._events)):
            self._all = self._joined(self._events, self._places)
        return self._all

    def _joined(self, events: list[EventArray], places: list[npt.NDArray[np.int64]]) -> MoneyEvents:
        return money_of(self._spec, self._currency, events, places, self._account)
