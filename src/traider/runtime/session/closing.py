"""What a session ends with: no decisions, its outcome, and its report."""

from pathlib import Path

import msgspec

from traider.domain.errors import TraiderError
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.payload_table import PAYLOADS
from traider.gateway.latency import LatencyBook, Stage
from traider.journal.reader import JournalReader
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.parity.recorded_run import RecordedRun, recorded_follower
from traider.runtime.session.parts import SessionParts
from traider.runtime.session.terms import (
    LatencyOutcome,
    ParityOutcome,
    SessionEnd,
    SessionOrder,
    SessionOutcome,
)
from traider.runtime.status_body import StatusBody

_NS_PER_US = 1_000


def has_opening_orders(parts: SessionParts) -> bool:
    """Whether an order is open that would open or change a position."""
    lives = parts.gateway.lives
    return any(not lives.guards(life) for life in lives.living())


def decisions_off() -> EventArray:
    """Return the event after which nothing is decided."""
    event = empty_events(1)
    event["kind"], event["version"] = Kind.WARMUP_BEGIN, PAYLOADS[Kind.WARMUP_BEGIN].version
    return event


def session_end(
    order: SessionOrder, parts: SessionParts, status: StatusBody, notes: tuple[str, ...]
) -> SessionEnd:
    """Return what a session came to, when its journal is closed to new events.

    Raises:
        DataError: the journal cannot be read.
    """
    from traider.runtime.session.report import write_report  # noqa: PLC0415 - pages are for the end

    outcome = _outcome(order, status, parts.trader.latencies, _fingerprint(parts))
    written = write_report(parts, status, outcome, notes) if parts.config.run.report else None
    return SessionEnd(outcome, status, written, notes)


def end_between(order: SessionOrder, status: StatusBody, latencies: LatencyBook) -> SessionEnd:
    """Return what a run came to that was stopped while no session was open.

    Args:
        order: what was asked for.
        status: the last of the session before; its checks are counted already.
        latencies: what was measured in the process.

    Raises:
        DataError: the journal cannot be read.
    """
    outcome = _outcome(order, status, latencies, known_fingerprint(order.folder))
    outcome = msgspec.structs.replace(outcome, parity=ParityOutcome(ok=True, checks=0))
    return SessionEnd(outcome, status, None)


def _outcome(
    order: SessionOrder, status: StatusBody, latencies: LatencyBook, fingerprint: str
) -> SessionOutcome:
    counts = status.counts
    return SessionOutcome(
        orders_sent=counts.orders_sent,
        orders_refused=counts.orders_refused,
        fills=counts.fills,
        nav=status.nav,
        fees=status.fees,
        fingerprint=fingerprint,
        parity=ParityOutcome(status.parity.ok, status.parity.checks),
        latency_us=_latency(latencies),
        state=str(order.folder),
    )


def _latency(book: LatencyBook) -> LatencyOutcome:
    found = book.percentiles(Stage.SIGNAL_TO_ORDER)
    return LatencyOutcome(found.p50_ns / _NS_PER_US, found.p99_ns / _NS_PER_US)


def _fingerprint(parts: SessionParts) -> str:
    """Return the digest that ``traider parity`` tells of the run: it goes on over all sessions."""
    known = parts.trader.standing.fingerprint
    return known_fingerprint(parts.paths.folder) if known is None else known.hexdigest()


def known_fingerprint(folder: Path) -> str:
    """Return the digest of a run from its newest snapshot on, or, where that fails, from its start.

    Raises:
        DataError: the run or its journal cannot be read.
    """
    run = RecordedRun.open(folder)
    reader = JournalReader(run.paths.journal)
    follower = recorded_follower(folder)
    begin, _ = follower.begin(run.paths.journal, reader.end)
    known = follower.standing.fingerprint
    try:
        for events in reader.events(begin, reader.end) if known is not None else ():
            follower.append(events)
        follower.catch_up()
    except TraiderError:
        known = None  # a journal that ends amid a step: see below
    return _replayed(run) if known is None else known.hexdigest()


def _replayed(run: RecordedRun) -> str:
    """Return the digest of a run by replaying all of its journal."""
    replay = DecisionReplay(run.spec(), simulates=run.simulates)
    for events in JournalReader(run.paths.journal).events():
        replay.take(events)
    replay.finish()
    return replay.fingerprint.hexdigest()
