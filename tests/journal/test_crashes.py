"""A crash at every single call that changes the disk.

Laws, wherever the process dies:
1. Every acknowledged event and fact is there, in order; beyond them at most what was being written.
2. What is left verifies, but for what a crash may leave at the end; once opened, it is whole.
3. The writer goes on where the journal ends, also when opening it dies too.
4. With an fsync each, the same holds for a loss of power; with none, what is left is a prefix.
"""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from tests.journal.crashing import CrashingDisk
from tests.journal.journals import all_events, all_facts, some_events
from tests.ports.clock import FixedClock
from traider.journal import FsyncPolicy, JournalInstrument, JournalTerms, JournalWriter
from traider.journal.faults import FaultKind
from traider.journal.verifying import verify_journal

BITCOIN = JournalInstrument("BINANCE:BTC-USDT", "BTCUSDT", Decimal("0.10"), Decimal("0.001"))
LEFT_BY_A_CRASH = {FaultKind.TORN}
ROUNDS = 9
BATCH = 3


class Session:
    """A writer at work on a disk that dies, and what it was told is kept."""

    def __init__(self, folder: Path, policy: FsyncPolicy) -> None:
        self.folder = folder
        self.terms = JournalTerms(fsync=policy, segment_bytes=700)
        self.events = 0
        self.facts: list[bytes] = []

    def run(self, disk: CrashingDisk) -> CrashingDisk:
        """Write until the disk dies, or to the end."""
        with disk.installed():
            clock = FixedClock()
            journal = JournalWriter.open(self.folder, [BITCOIN], self.terms, clock)
            for number in range(ROUNDS):
                clock.advance(20_000_000)
                journal.append(some_events(BATCH, journal.sequence))
                self.events = journal.sequence
                if number % 3 == 1:
                    body = str(number).encode()
                    journal.append_fact("note", body)
                    self.facts.append(body)
            journal.close()
        return disk

    def check_prefix(self) -> None:
        """Whether what is there is what was written, as far as it goes."""
        found = all_events(self.folder)
        assert found.tobytes() == some_events(len(found)).tobytes()

    def check_kept(self) -> None:
        """Whether all that was acknowledged is there, and at most one write more."""
        self.check_prefix()
        count = len(all_events(self.folder))
        assert self.events <= count <= self.events + BATCH
        bodies = [fact.body for fact in all_facts(self.folder)]
        assert bodies[: len(self.facts)] == self.facts
        assert len(bodies) <= len(self.facts) + 1

    def check_resumed(self) -> None:
        """Whether the writer goes on, and the journal is then whole."""
        with JournalWriter.open(self.folder, [BITCOIN], self.terms) as journal:
            start = journal.sequence
            journal.append(some_events(BATCH, start))
        assert verify_journal(self.folder).faults == ()
        assert len(all_events(self.folder)) == start + BATCH
        self.check_prefix()


def calls_of(folder: Path, policy: FsyncPolicy) -> int:
    """Return how many calls a whole session makes."""
    return Session(folder, policy).run(CrashingDisk(10**9)).calls


@pytest.mark.parametrize("policy", list(FsyncPolicy))
def test_a_crash_at_any_call_loses_nothing(tmp_path: Path, policy: FsyncPolicy) -> None:
    calls = calls_of(tmp_path / "whole", policy)
    assert calls > 60
    for at in range(calls):
        for share in (0.0, 0.4, 0.99) if at % 3 == 0 else (0.7,):
            session = Session(tmp_path / f"{at}-{share}", policy)
            session.run(CrashingDisk(at, share))
            if list(session.folder.glob("events-000000.*")):
                kinds = {fault.kind for fault in verify_journal(session.folder).faults}
                assert kinds <= LEFT_BY_A_CRASH, (at, share)
                session.check_kept()
            session.check_resumed()


def test_a_crash_while_the_journal_is_opened_loses_nothing(tmp_path: Path) -> None:
    policy = FsyncPolicy.NONE
    for at in range(14, calls_of(tmp_path / "whole", policy), 9):
        again = 0
        while True:
            session = Session(tmp_path / f"{at}-{again}", policy)
            session.run(CrashingDisk(at, 0.5))
            disk = CrashingDisk(again, 0.5)
            with disk.installed():
                JournalWriter.open(session.folder, [BITCOIN], session.terms).close()
            session.check_kept()
            session.check_resumed()
            if not disk.is_dead:
                break
            again += 1


@pytest.mark.parametrize("policy", list(FsyncPolicy))
def test_a_loss_of_power_leaves_a_prefix(tmp_path: Path, policy: FsyncPolicy) -> None:
    chance = random.Random(7)  # noqa: S311 - the same losses each time
    for at in range(calls_of(tmp_path / "whole", policy)):
        session = Session(tmp_path / str(at), policy)
        disk = session.run(CrashingDisk(at, 0.6))
        if not session.folder.exists():
            continue
        disk.lose_power(session.folder, chance)
        session.check_resumed()
        if policy is FsyncPolicy.EACH:
            assert len(all_events(session.folder)) >= session.events
            assert [fact.body for fact in all_facts(session.folder)][: len(session.facts)] == (
                session.facts
            )
