"""A standby with the real kernel: what it becomes is the trader that ended, and it trades on.

1. The state that is taken up is the old trader's, to the last bit.
2. The journal goes on under the next epoch, and all of it replays without a difference.
"""

import threading
from pathlib import Path

import numpy as np
import pytest

from tests.parity.small_run import FIRST_NS, small_run
from tests.ports.log import MemoryLog
from tests.runtime.leadership.test_lease import taken
from tests.runtime.trading.desk_gateway import PassingGateway
from tests.runtime.trading.test_trader import (
    DIGEST,
    INSTRUMENTS,
    Desk,
    StreamClock,
    dice,
    machine_of,
    whole,
)
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, empty_events
from traider.journal import JournalWriter
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import LeaseTerms
from traider.runtime.leadership.promotion import (
    StandbyHooks,
    StandbyOrder,
    Warm,
    stand_by,
    take_up,
    warm_follower,
)
from traider.runtime.trading.recovery import Recovered
from traider.runtime.trading.trader import Trader, TraderParts

HOOKS = StandbyHooks(MemoryLog(), lambda: False, lambda _: None)


def test_a_standby_trades_on_where_the_trader_ended(tmp_path: Path) -> None:
    spec, events = small_run("market")
    journal, half = tmp_path / "journal", len(events) // 2
    held = FileLease(tmp_path, LeaseTerms(60.0))
    assert held.take() is not None
    found: list[Warm | None] = []
    warm_follower(journal, spec, simulates=True)  # two threads must not compile at once

    def follow() -> None:
        order = StandbyOrder(journal, lambda _: spec, simulates=True)
        found.append(stand_by(order, FileLease(tmp_path, LeaseTerms(60.0)), HOOKS))

    running = threading.Thread(target=follow, daemon=True)
    running.start()
    with Desk(journal, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[:half], dice("first"))
        written = desk.journal.sequence
    # Where a journal ends, one nanosecond passes; the old trader's would be as far then.
    with Desk(journal, spec) as desk:
        state = desk.trader.machine.state_hash()
    held.release()
    running.join(120.0)
    (warm,) = found
    assert warm is not None
    assert (warm.start, warm.leadership.epoch) == (0, 2)
    with JournalWriter.open(journal, INSTRUMENTS) as writer:
        recovered = take_up(warm, writer)
        assert (recovered.replayed, recovered.replayer.machine.state_hash()) == (written, state)
        trade_on(recovered, writer, warm.leadership.epoch, events[half:])
    warm.leadership.end()
    kept = whole(journal)
    assert list(kept["w0"][kept["kind"] == Kind.LEADER_EPOCH]) == [1, 2]
    assert np.count_nonzero(kept["kind"][written:] == Kind.FILL) > 0
    machine_of(spec, kept, simulates=True)


def trade_on(recovered: Recovered, writer: JournalWriter, epoch: int, events: EventArray) -> None:
    """Lead with a state that was taken up."""
    clock = StreamClock()
    trader = Trader(TraderParts(recovered.replayer.machine, writer, clock), recovered.standing)
    trader.connect(PassingGateway(trader.machine))
    clock.time_ns = max(recovered.standing.passed_ns, FIRST_NS)
    trader.begin(DIGEST, epoch, empty_events(0))
    trader.open_for_decisions()
    for place in range(0, len(events), 50):
        clock.time_ns = max(clock.time_ns, int(events["ts_recv"][place]))
        trader.append(events[place : place + 50].copy())


def test_a_standby_of_nothing_waits_until_it_is_told_to_stop(tmp_path: Path) -> None:
    answers = iter([False, False, True])
    order = StandbyOrder(tmp_path / "none", lambda _: small_run("market")[0], simulates=True)
    hooks = StandbyHooks(MemoryLog(), lambda: next(answers), lambda _: None)
    assert stand_by(order, FileLease(tmp_path), hooks) is None
    assert next(answers, None) is None


def test_a_journal_that_is_shorter_than_what_was_followed_is_refused(tmp_path: Path) -> None:
    spec, _ = small_run("market")
    follower, start = warm_follower(tmp_path / "none", spec, simulates=True)
    follower.standing.events = 5
    lease = FileLease(tmp_path)
    leadership = Leadership(lease, taken(lease), MemoryLog(), lambda _: None)
    with (
        JournalWriter.open(tmp_path / "journal", INSTRUMENTS) as writer,
        pytest.raises(DataError, match="and 5 were followed"),
    ):
        take_up(Warm(follower, start, leadership), writer)
    lease.release()
