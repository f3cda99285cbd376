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
from tests.runtime.leadership.test_standby import wait_until
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
from traider.domain.events import Kind, empty_events
from traider.journal import JournalWriter
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import LeaseTerms
from traider.runtime.leadership.promotion import take_up, warm_follower
from traider.runtime.leadership.standby import Standby, StandbyPlan
from traider.runtime.trading.recovery import Follower, Recovered
from traider.runtime.trading.trader import Trader, TraderParts


def test_a_standby_trades_on_where_the_trader_ended(tmp_path: Path) -> None:
    spec, events = small_run("market")
    journal, half = tmp_path / "journal", len(events) // 2
    held = FileLease(tmp_path, LeaseTerms(60.0))
    assert held.take() is not None
    follower, start = warm_follower(journal, spec, simulates=True)
    lease = FileLease(tmp_path, LeaseTerms(60.0))
    standby = Standby(StandbyPlan(journal, start=start), follower, lease, MemoryLog())
    found: list[tuple[Recovered, int]] = []

    def promote(warm: Follower, leadership: Leadership) -> None:
        writer = JournalWriter.open(journal, INSTRUMENTS)
        recovered = take_up(warm, writer, start)
        found.append((recovered, leadership.epoch))
        _go_on(recovered, writer, leadership.epoch)
        leadership.end()

    def _go_on(recovered: Recovered, writer: JournalWriter, epoch: int) -> None:
        assert recovered.replayer.machine.state_hash() == ended_with[0]
        clock = StreamClock()
        parts = TraderParts(recovered.replayer.machine, writer, clock)
        trader = Trader(parts, recovered.standing)
        trader.connect(PassingGateway(trader.machine))
        clock.time_ns = max(recovered.standing.passed_ns, FIRST_NS)
        trader.begin(DIGEST, epoch, empty_events(0))
        trader.open_for_decisions()
        for place in range(half, len(events), 50):
            clock.time_ns = max(clock.time_ns, int(events["ts_recv"][place]))
            trader.append(events[place : place + 50].copy())
        writer.close()

    ended_with: list[str] = []
    running = threading.Thread(
        target=standby.run, args=(promote, lambda: False, lambda _: None), daemon=True
    )
    running.start()
    with Desk(journal, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[:half], dice("first"))
        written = desk.journal.sequence
        wait_until(lambda: standby.position == written)
    # Where a journal ends, one nanosecond passes; the old trader's would be as far then.
    with Desk(journal, spec) as desk:
        ended_with.append(desk.trader.machine.state_hash())
    held.release()
    running.join(60.0)
    ((recovered, epoch),) = found
    assert (epoch, recovered.snapshot, recovered.replayed) == (2, 0, written)
    kept = whole(journal)
    assert list(kept["w0"][kept["kind"] == Kind.LEADER_EPOCH]) == [1, 2]
    assert np.count_nonzero(kept["kind"][written:] == Kind.FILL) > 0
    machine_of(spec, kept, simulates=True)


def test_a_journal_that_is_shorter_than_what_was_followed_is_refused(tmp_path: Path) -> None:
    spec, _ = small_run("market")
    follower, start = warm_follower(tmp_path / "none", spec, simulates=True)
    follower.standing.events = 5
    with (
        JournalWriter.open(tmp_path / "journal", INSTRUMENTS) as writer,
        pytest.raises(DataError, match="and 5 were followed"),
    ):
        take_up(follower, writer, start)
