"""The fingerprint of a run goes on over snapshots and starts, and reads no more than is new.

1. After any number of sessions it is that of the whole journal replayed.
2. The end of a session reads the events of that session, whatever came before.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from tests.kernel.builders import record
from tests.parity.small_run import small_run
from tests.runtime.trading.test_trader import DIGEST, Desk, dice
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.journal import JournalReader
from traider.kernel.specification import KernelSpec
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.session.closing import _fingerprint
from traider.runtime.session.report import _orders
from traider.runtime.trading.snapshots import SnapshotWriter, take_state
from traider.runtime.trading.standing import Standing

MANY = 300_000


def keep(desk: Desk, folder: Path) -> None:
    writer = SnapshotWriter(folder, pytest.fail)
    assert writer.write(take_state(desk.trader))
    writer.close()


def replayed(folder: Path, spec: KernelSpec, *, simulates: bool) -> str:
    replay = DecisionReplay(spec, simulates=simulates)
    for events in JournalReader(folder).events():
        replay.take(events)
    assert replay.finish().ok
    return replay.fingerprint.hexdigest()


def known(standing: Standing) -> str:
    assert standing.fingerprint is not None
    return standing.fingerprint.hexdigest()


@pytest.mark.parametrize("outside", [False, True])
def test_law_1_it_is_that_of_the_whole_journal(tmp_path: Path, outside: bool) -> None:
    spec, events = small_run("market")
    third = len(events) // 3
    for session in range(3):
        with Desk(tmp_path, spec, outside=outside) as desk:
            desk.trader.begin(DIGEST, session + 1, empty_events(0))
            desk.trader.open_for_decisions()
            part = events[session * third : (session + 1) * third]
            desk.feed(part[: third // 2], dice("one"))
            if session != 1:  # the second is killed before it keeps anything
                keep(desk, tmp_path)
            desk.feed(part[third // 2 :], dice("two"))
            assert desk.trader.standing.fills > 0
            found = known(desk.trader.standing)
        assert found == replayed(tmp_path, spec, simulates=not outside)


def test_a_snapshot_without_one_is_known_to_have_none(tmp_path: Path) -> None:
    standing = Standing()
    raw = standing.to_bytes()
    assert known(Standing.from_bytes(raw)) == known(standing)
    standing.fingerprint = None
    assert Standing.from_bytes(standing.to_bytes()).fingerprint is None
    assert not list(tmp_path.iterdir())


def many_trades(after: EventArray) -> EventArray:
    """Return trades at the last price, a microsecond apart: a long journal in little time."""
    last = after[after["kind"] == Kind.BAR][-1]
    trades = np.repeat(record(Kind.TRADE, 0, price=int(last["close"]), size=1), MANY)
    times = int(after["ts_recv"][-1]) + 1_000 * np.arange(1, MANY + 1)
    trades["ts_event"] = trades["ts_recv"] = times
    return trades


def test_law_2_the_end_of_a_session_takes_no_whole_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, events = small_run("market")
    market = join_events([events[:500], many_trades(events[:500])])
    read = 0
    numbered = JournalReader.numbered

    def counting(self: JournalReader, *args: Any) -> Any:
        nonlocal read
        for place, batch in numbered(self, *args):
            read += len(batch)
            yield place, batch

    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        for part in np.array_split(market, 60):
            desk.clock.time_ns = max(desk.clock.time_ns, int(part["ts_recv"][-1]))
            desk.trader.append(part.copy())
        keep(desk, tmp_path)
    monkeypatch.setattr(JournalReader, "numbered", counting)
    with Desk(tmp_path, spec) as desk:
        first = desk.trader.machine.sequence
        assert first >= MANY
        desk.trader.begin(DIGEST, 2, empty_events(0))
        paths = SimpleNamespace(journal=tmp_path, folder=tmp_path)
        parts = SimpleNamespace(trader=desk.trader, paths=paths, first_event=first)
        fingerprint = _fingerprint(cast("Any", parts))
        _orders(cast("Any", parts))
        fresh = desk.trader.machine.sequence - first
    assert 0 < read <= fresh < 1_000
    assert fingerprint == replayed(tmp_path, spec, simulates=True)
