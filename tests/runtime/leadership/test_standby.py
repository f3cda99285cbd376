"""Laws of a take-over, with real processes that count on in one journal.

1. Killed, frozen or cut off, a leader is replaced within five seconds.
2. Nothing in the journal is lost or doubled: each number is one more than the last one's, and the
   epochs never fall, whatever the old leader does when it goes on.
3. A leader that is cut off notices by itself; a frozen one on this machine is killed.
4. Nobody takes over with a replay that differs from the journal, or beside one who still writes.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ports.log import MemoryLog
from tests.runtime.leadership.leading import Counter, epoch_event, numbered
from tests.runtime.leadership.places import Place
from tests.runtime.leadership.traders import ROOT, Trader, counting, two_traders
from tests.servers.wire import CutWire
from traider.domain.errors import TraiderError
from traider.domain.events import Kind, join_events
from traider.journal import JournalReader, JournalWriter
from traider.runtime.leadership import standby as standby_module
from traider.runtime.leadership import writers
from traider.runtime.leadership.choosing import lead
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.holder import Holder
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import LeaseTerms
from traider.runtime.leadership.standby import CannotFollowError, Standby, StandbyPlan
from traider.runtime.leadership.writers import StillWritingError, end_writers

TTL_S = 1.0


def check_journal(journal: Path, epochs: list[int]) -> None:
    """Assert law 2 over the whole journal."""
    events = join_events(list(JournalReader(journal).events()))
    assert list(events["w0"][events["kind"] == Kind.LEADER_EPOCH]) == epochs
    counted = events[events["kind"] == Kind.HEALTH]
    assert list(counted["w1"]) == list(range(1, len(counted) + 1))
    assert (counted["w2"][1:] >= counted["w2"][:-1]).all()
    assert set(counted["w2"].tolist()) == set(epochs)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that must become so, on a busy machine too."""
    until = time.monotonic() + 40.0
    while not is_so():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


def grows(journal: Path) -> None:
    """Wait until the journal has more events than now."""
    before = JournalReader(journal).end
    wait_until(lambda: JournalReader(journal).end > before + 5)


def test_laws_1_and_2_a_killed_leader_is_replaced(tmp_path: Path, place: Place) -> None:
    journal = tmp_path / "journal"
    with two_traders(journal, place, place, TTL_S) as (leader, standby):
        grows(journal)
        leader.signal(signal.SIGKILL)
        standby.until("leads 2")
        grows(journal)
    check_journal(journal, [1, 2])


def test_laws_1_to_3_a_frozen_leader_is_replaced_and_never_goes_on(
    tmp_path: Path, place: Place
) -> None:
    journal = tmp_path / "journal"
    with two_traders(journal, place, place, TTL_S) as (leader, standby):
        leader.signal(signal.SIGSTOP)
        standby.until("leads 2")
        leader.signal(signal.SIGCONT)
        assert leader.code() == -signal.SIGKILL
        grows(journal)
    check_journal(journal, [1, 2])


def test_laws_1_to_3_a_leader_that_is_cut_off_ends_itself(
    tmp_path: Path, cut_place: tuple[Place, Place, CutWire]
) -> None:
    journal = tmp_path / "journal"
    behind, direct, wire = cut_place
    with two_traders(journal, behind, direct, TTL_S) as (leader, standby):
        wire.is_cut = True
        leader.until("lost")
        standby.until("leads 2")
        grows(journal)
    check_journal(journal, [1, 2])


def test_law_2_leaders_die_one_after_the_other(tmp_path: Path) -> None:
    journal, place = tmp_path / "journal", Place("file", str(tmp_path))
    traders = [counting(journal, place, TTL_S) for _ in range(3)]
    try:
        for epoch in (1, 2, 3):
            leading = _leading(traders, epoch)
            grows(journal)
            leading.signal(signal.SIGKILL)
            traders.remove(leading)
            leading.end()
    finally:
        for each in traders:
            each.end()
    check_journal(journal, [1, 2, 3])


def _leading(traders: list[Trader], epoch: int) -> Trader:
    found: list[Trader] = []

    def is_found() -> bool:
        for each in traders:
            while not each._lines.empty():
                if each._lines.get() == f"leads {epoch}":
                    found.append(each)
        return bool(found)

    wait_until(is_found)
    return found[0]


def follower(tmp_path: Path, ttl_s: float = 0.3) -> Standby[Counter]:
    lease = FileLease(tmp_path, LeaseTerms(ttl_s))
    return Standby(StandbyPlan(tmp_path / "journal"), Counter(), lease, MemoryLog())


def never(_follower: Counter, _leadership: Leadership) -> None:
    raise AssertionError("it must not lead")


def test_law_4_a_replay_that_differs_never_leads(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path / "journal") as writer:
        writer.append(numbered(1, 1))
        writer.append(numbered(3, 1))
    with pytest.raises(CannotFollowError, match="number 3 after 1"):
        follower(tmp_path).run(never, lambda: False, never)  # type: ignore[arg-type]
    other = FileLease(tmp_path, LeaseTerms(0.3))
    assert other.take() is not None  # what it had taken was given back
    other.release()


def test_law_4_nobody_leads_beside_one_who_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "GRACE_S", 0.02)
    monkeypatch.setattr(writers, "PATIENCE_S", 0.05)
    with JournalWriter.open(tmp_path / "journal"):
        # The holder is this process, which does not end itself.
        with pytest.raises(StillWritingError, match="end its process"):
            end_writers([tmp_path / "journal"], Holder.here().text(), MemoryLog())
        with pytest.raises(StillWritingError):
            end_writers([tmp_path / "journal"], "nobody", MemoryLog())
    end_writers([tmp_path / "journal", tmp_path / "none"], "nobody", MemoryLog())
    with (tmp_path / "run.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StillWritingError):
            end_writers([tmp_path / "run.lock"], "nobody", MemoryLog())


def test_law_4_it_stands_by_beside_a_leader_that_just_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal is opened before the lease is taken: that nobody leads is no reason to end."""
    monkeypatch.setattr(writers, "GRACE_S", 0.02)
    monkeypatch.setattr(writers, "PATIENCE_S", 0.05)
    monkeypatch.setattr(standby_module, "AGAIN_S", 0.2)
    standby, led, ended = follower(tmp_path), threading.Event(), threading.Event()

    def leads(counted: Counter, leadership: Leadership) -> None:
        assert counted.last == 2
        leadership.end()
        led.set()

    running = threading.Thread(
        target=standby.run, args=(leads, ended.is_set, lambda _: None), daemon=True
    )
    with JournalWriter.open(tmp_path / "journal") as writer:
        writer.append(numbered(1, 1))
        running.start()
        time.sleep(0.5)
        assert running.is_alive()
        starting = lead(FileLease(tmp_path, LeaseTerms(0.3)), 0, MemoryLog(), lambda _: None)
        writer.append(numbered(2, 1))
        time.sleep(0.3)
        assert (running.is_alive(), led.is_set()) == (True, False)
    starting.end()
    running.join(30.0)
    assert led.is_set()


def test_it_follows_and_tells_how_far_behind_it_is(tmp_path: Path) -> None:
    holder = FileLease(tmp_path, LeaseTerms(60.0))
    assert holder.take() is not None
    standby, ended = follower(tmp_path), threading.Event()
    running = threading.Thread(
        target=standby.run, args=(never, ended.is_set, lambda _: None), daemon=True
    )
    running.start()
    with JournalWriter.open(tmp_path / "journal") as writer:
        writer.append(epoch_event(7))
        for number in range(1, 101):
            writer.append(numbered(number, 7))
        wait_until(lambda: standby.position == 101)
        assert standby.lag().events == 0
        assert standby.epoch == 7
    ended.set()
    running.join(10.0)
    assert not running.is_alive()
    later = Standby(StandbyPlan(tmp_path / "journal", start=91), Counter(), holder, MemoryLog())
    assert later.lag().events == 10
    holder.release()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_cannot_ask_for_the_lease_any_more_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(FileLease, "take", fails)
    with JournalWriter.open(tmp_path / "journal") as writer:
        writer.append(epoch_event(7))
    with pytest.raises(TraiderError, match="asks for the lease ended"):
        follower(tmp_path).run(never, lambda: False, never)  # type: ignore[arg-type]


def test_a_process_is_known_by_more_than_its_number() -> None:
    sleeping = "import time; print(flush=True); time.sleep(60)"
    command = [sys.executable, "-c", sleeping]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        here = Holder.here()
        assert not here.is_running_here()  # nobody ends itself
        other = Holder(here.host, here.boot, process.pid, here.started)
        assert not other.is_running_here()  # the number is another process's by now
        assert other.end()
        assert process.poll() is None
        stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8")
        real = Holder(here.host, here.boot, process.pid, int(stat.rpartition(")")[2].split()[19]))
        assert Holder.parse(real.text()) == real
        assert not Holder(here.host, "another boot", real.pid, real.started).is_running_here()
        os.kill(process.pid, signal.SIGSTOP)
        assert real.is_running_here()
        assert real.end()
        assert process.wait(10.0) == -signal.SIGKILL
    assert Holder.parse("no process") is None
