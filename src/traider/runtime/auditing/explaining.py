"""What knows more of a run than its audit: the journal itself, and a replay of it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from traider.compliance.explanation import Told, is_about, is_over
from traider.compliance.telling import TOLD, Teller, is_audited
from traider.domain.orders import OrderId
from traider.gateway.order_words import VENUE_FACT, word_of
from traider.journal.reader import JournalReader
from traider.journal.segment_events import Span
from traider.runtime.auditing.journal_audit import JournalAudit, vocabulary
from traider.runtime.parity.recorded_run import RecordedRun


class BeyondAudit:
    """The ``Beyond`` of a state folder; its kernel is made when something must be replayed."""

    def __init__(self, folder: Path) -> None:
        self._run = RecordedRun.open(folder)
        self._reader = JournalReader(self._run.paths.journal)

    def journaled(self, order_id: int, after: int) -> Iterator[Told]:
        """Yield what the journal says of an order in events later than ``after``."""
        teller = Teller(self._reader.instruments, vocabulary(None), self._run.manifest.run_id)
        name = f"{order_id:016x}"
        for first, events in self._reader.numbered(Span(after + 1, self._reader.end)):
            wanted = is_audited(events) & (events["order_id"] == order_id)
            for at in np.flatnonzero(wanted).tolist():
                told = teller.entry(first + at, events[at : at + 1])
                if told.object_id == name:
                    yield told

    def replayed(self, order_id: int) -> Iterator[Told]:
        """Yield all there is to say of an order, replayed from the nearest state before it."""
        start, name = OrderId.unpack(order_id).sequence, f"{order_id:016x}"
        states = self._run.paths.folder / "audit"
        audit = JournalAudit(self._run, self._run.spec(), (start, TOLD), states)
        for entry in audit.entries(ends=True):
            if is_about(entry, name):
                yield entry
                if is_over(entry):
                    return

    def order_of_venue(self, text: str) -> int | None:
        """Return the order that the venue's own id of an order or a fill belongs to."""
        if self._run.paths.orders.is_dir():
            for fact in JournalReader(self._run.paths.orders).facts(VENUE_FACT):
                word = word_of(fact.body)
                if text and text in (word.fill_id, word.venue_id) and word.order_id:
                    return word.order_id
        return None
