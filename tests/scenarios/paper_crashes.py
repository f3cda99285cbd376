"""A trader on paper dies again and again on its way through recorded bars; nothing is drawn.

Journal, order log, gateway and kernel are the real ones, and the simulated venue lives in the
kernel, so there is no socket and no waiting: a life takes milliseconds. Life ``n`` dies at the
``n``-th reach of a fault point since its start (then from the first again), in the start or in the
work, and the next one goes on with the events that come after what it knows.

| law | said of |
| --- | --- |
| the journal is its own proof | each start replays it; both files verify |
| no order twice | intents of the journal |
| none lost, no orphan | the order log is the journal's orders, reports and commands, to the byte |
| one ledger | positions of kernel and order log, and what the journal's fills make |
"""

import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.gateway.desk import UNSYNCED
from tests.parity.small_run import FIRST_NS, small_run
from tests.ports.event_sink import MemoryEvents
from tests.runtime.trading.test_paper_log import paper_gateway
from tests.runtime.trading.test_trader import DIGEST, INSTRUMENTS, StreamClock
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events, join_events
from traider.domain.fault_points import listening
from traider.gateway.order_log import OrderLog
from traider.gateway.reports import is_report
from traider.journal import JournalReader, JournalWriter, verify_journal
from traider.kernel.specification import KernelSpec
from traider.runtime.trading.paper_log import COMMANDS, complete_log
from traider.runtime.trading.recovery import recover
from traider.runtime.trading.trader import Trader, TraderParts

SPAN: Final = 90
"""Reaches of a life, at most: about a third of them are its start's."""
SECTION: Final = 80
"""Events of a run: with short journals a life is short too."""
_BATCH: Final = 3
"""Events that come together."""
_CHECKED_EVERY: Final = 50
"""Lives from one look at the files to the next; each start replays the journal by itself."""


class _Death(BaseException):
    """The process is gone."""


@dataclass
class PaperCrashes:
    """What came of it."""

    points: Counter[str] = field(default_factory=Counter)
    lives: int = 0
    recovered_s: list[float] = field(default_factory=list)
    """The processor's time of each start that came to decide."""
    orders: int = 0
    fills: int = 0
    journal: bytes = b""
    """All events, so that two runs can be compared."""


def sections(style: str) -> int:
    """Return how many parts the events of a small run have."""
    return -(-len(small_run(style)[1]) // SECTION)


def crash_through(style: str, section: int, folder: Path) -> PaperCrashes:
    """Go through a part of the events of a small run, dying at each reach in turn, to its end.

    Raises:
        AssertionError: a law did not hold.
        DataError: a start made something else of the journal than it has.
    """
    spec, events = small_run(style)
    events = events[section * SECTION : (section + 1) * SECTION]
    done, is_over = PaperCrashes(), False
    while not is_over:
        dies_at = 1 + done.lives % SPAN
        done.lives += 1
        is_over = _live(spec, events, folder, done, dies_at)
        if is_over or done.lives % _CHECKED_EVERY == 0:
            # A life that is to die nowhere puts into the log what the last one could not.
            _live(spec, events[:0], folder, done, 0)
            found = broken_laws(folder)
            assert not found, f"{style} {section}, life {done.lives}: {'; '.join(found)}"
    journal = _events(folder / "journal")
    done.journal = journal.tobytes()
    done.orders = int(np.count_nonzero(journal["kind"] == Kind.SENT))
    done.fills = int(np.count_nonzero(journal["kind"] == Kind.FILL))
    return done


def _live(
    spec: KernelSpec, events: EventArray, folder: Path, done: PaperCrashes, dies_at: int
) -> bool:
    """Live until the events are over, or until reach ``dies_at``; return whether they were."""
    left = [dies_at]

    def reached(name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            done.points[name] += 1
        if dies_at and left[0] <= 0:
            raise _Death(name)

    with listening(reached), ExitStack() as files:
        try:
            began = time.process_time()
            clock = StreamClock()
            trader, known_ns = _start(spec, folder, clock, files)
            done.recovered_s.append(time.process_time() - began)
            _work(trader, clock, events[events["ts_recv"] > known_ns])
        except _Death:
            return False
    return True


def _start(
    spec: KernelSpec, folder: Path, clock: StreamClock, files: ExitStack
) -> tuple[Trader, int]:
    """Return a trader that decides, and the time that its journal knew."""
    journal = JournalWriter.open(folder / "journal", INSTRUMENTS, UNSYNCED, clock)
    files.enter_context(_closed_though_dead(journal))
    recovered = recover(journal, spec, simulates=True)
    standing = recovered.standing
    clock.time_ns = max(standing.passed_ns, FIRST_NS)
    trader = Trader(TraderParts(recovered.replayer.machine, journal, clock), standing)
    log = OrderLog.open(folder / "orders", INSTRUMENTS, clock, terms=UNSYNCED)
    files.enter_context(_closed_though_dead(log))
    complete_log(log, JournalReader(folder / "journal"), recovered.log_start)
    gateway = paper_gateway(log, trader.machine, MemoryEvents())
    trader.connect(gateway)
    known_ns = standing.passed_ns
    epoch = max(standing.epoch, log.stance.epoch) + 1
    trader.begin(DIGEST, epoch, empty_events(0))
    _at_once(gateway.start(epoch, standing.reports, standing.unanswered))
    trader.open_for_decisions()
    return trader, known_ns


def _work(trader: Trader, clock: StreamClock, events: EventArray) -> None:
    for first in range(0, len(events), _BATCH):
        batch = events[first : first + _BATCH].copy()
        clock.time_ns = max(clock.time_ns, int(batch["ts_recv"][-1]))
        trader.append(batch)
    trader.end()


def _at_once(work: Coroutine[Any, Any, None]) -> None:
    """Do what waits for nothing, as a start on paper; no loop is needed."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits")


@contextmanager
def _closed_though_dead(file: JournalWriter | OrderLog) -> Iterator[None]:
    """Close what the system would close; a dead life is not asked what is still to be written."""
    try:
        yield
    finally:
        with suppress(_Death):
            file.close()


def _events(folder: Path) -> EventArray:
    return join_events([empty_events(0), *JournalReader(folder).events()])


def broken_laws(folder: Path) -> list[str]:
    """Return what is not as it must be in the files of a run that stands still."""
    found = [
        f"{name}: {fault}"
        for name in ("journal", "orders")
        for fault in verify_journal(folder / name).faults
    ]
    journal, log = _events(folder / "journal"), _events(folder / "orders")
    is_intent = journal["kind"] == Kind.ORDER_INTENT
    wanted = is_intent | np.isin(journal["kind"], COMMANDS) | is_report(journal)
    kept = log[log["kind"] != Kind.LEADER_EPOCH]
    if kept.tobytes() != journal[wanted].tobytes():
        found.append(f"the log holds {len(kept)} events, the journal {int(wanted.sum())} for it")
    placed = journal[is_intent & (journal["flags"] & int(OrderFlag.CANCEL) == 0)]
    twice = [name for name, count in Counter(placed["order_id"].tolist()).items() if count > 1]
    if twice:
        found.append(f"orders {twice} were wanted twice")
    fills = journal[journal["kind"] == Kind.FILL]
    with OrderLog.open(folder / "orders", INSTRUMENTS, terms=UNSYNCED) as book:
        for number in range(len(INSTRUMENTS)):
            own = fills[fills["instrument"] == number]
            made = int((own["side"].astype(np.int64) * own["size"]).sum())
            held = book.lives.position_lots.get(number, 0)
            if made != held:
                found.append(f"fills make {made} lots of {number}, the order log has {held}")
    return found
