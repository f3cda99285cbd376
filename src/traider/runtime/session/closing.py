"""What a session ends with: its outcome, and its report."""

from traider.gateway.latency import LatencyBook, Stage
from traider.journal.reader import JournalReader
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.session.parts import SessionParts
from traider.runtime.session.report import write_report
from traider.runtime.session.terms import (
    LatencyOutcome,
    ParityOutcome,
    SessionEnd,
    SessionOrder,
    SessionOutcome,
)
from traider.runtime.status_body import StatusBody

_NS_PER_US = 1_000


def session_end(
    order: SessionOrder, parts: SessionParts, status: StatusBody, notes: tuple[str, ...]
) -> SessionEnd:
    """Return what a session came to, when its journal is closed to new events.

    Raises:
        DataError: the journal cannot be read.
    """
    counts = status.counts
    outcome = SessionOutcome(
        orders_sent=counts.orders_sent,
        orders_refused=counts.orders_refused,
        fills=counts.fills,
        nav=status.nav,
        fees=status.fees,
        fingerprint=_fingerprint(parts),
        parity=ParityOutcome(status.parity.ok, status.parity.checks),
        latency_us=_latency(parts.trader.latencies),
        state=str(order.folder),
    )
    written = write_report(parts, status, outcome, notes) if parts.config.run.report else None
    return SessionEnd(outcome, status, written, notes)


def _latency(book: LatencyBook) -> LatencyOutcome:
    found = book.percentiles(Stage.SIGNAL_TO_ORDER)
    return LatencyOutcome(found.p50_ns / _NS_PER_US, found.p99_ns / _NS_PER_US)


def _fingerprint(parts: SessionParts) -> str:
    """Return the digest that ``traider parity`` tells of the run.

    One that began with this session was digested on its way; of an older one the journal is
    replayed.
    """
    if parts.is_new:
        return parts.record.fingerprint.hexdigest()
    run = RecordedRun.open(parts.paths.folder)
    replay = DecisionReplay(run.spec(), simulates=run.simulates)
    for events in JournalReader(parts.paths.journal).events():
        replay.take(events)
    replay.finish()
    return replay.fingerprint.hexdigest()
