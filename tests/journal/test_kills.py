"""Real processes, really killed: what was acknowledged is there, and the next writer goes on.

Segments are small, so that the kills meet rotation and packing as often as appends.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.command import ROOT, environment
from tests.journal.journals import some_events
from tests.journal.killed_writer import DEAD, EVENTS, FACT, PAIR, PID
from traider.domain.events import join_events
from traider.journal import JournalReader, JournalWriter
from traider.journal.faults import FaultKind
from traider.journal.verifying import verify_journal

KILLS_A_JOURNAL = 14
JOURNALS = 5
PATIENCE_S = 0.004


@dataclass
class Writers:
    """The process that forks writers, and what the one under way has told."""

    server: subprocess.Popen[bytes]
    acknowledged: int = 0
    facts: list[int] = field(default_factory=list)

    def pair(self) -> tuple[int, int]:
        """Return the next thing told."""
        assert self.server.stdout is not None
        what, value = PAIR.unpack(self.server.stdout.read(PAIR.size))
        return int(what), int(value)

    def kill_one(self, folder: Path, policy: str, chance: random.Random) -> None:
        """Start a writer, and kill it at some instant."""
        assert self.server.stdin is not None
        self.server.stdin.write(f"{folder} {policy} {chance.randrange(10**6)}\n".encode())
        self.server.stdin.flush()
        what, process = self.pair()
        while what != PID:
            self.note(what, process)
            what, process = self.pair()
        for _ in range(chance.choice((0, 0, 1, 3, 10, 30))):
            self.note(*self.pair())
        time.sleep(chance.random() * PATIENCE_S)
        os.kill(process, signal.SIGKILL)
        while (told := self.pair())[0] != DEAD:
            self.note(*told)

    def note(self, what: int, value: int) -> None:
        """Remember what was acknowledged."""
        if what == EVENTS:
            self.acknowledged = value
        elif what == FACT:
            self.facts.append(value)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where a kill meets more of the writer's work in less time."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


@pytest.fixture
def writers() -> Iterator[Writers]:
    """A process that forks writers on demand."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.journal.killed_writer"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    ) as server:
        yield Writers(server)
        assert server.stdin is not None
        server.stdin.close()


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["none", "interval", "each"])
def test_a_killed_writer_loses_nothing_acknowledged(
    folder: Path, writers: Writers, policy: str
) -> None:
    chance = random.Random(policy)  # noqa: S311 - kills at instants that differ by policy
    ended = 0
    for number in range(JOURNALS):
        journal_folder = folder / str(number)
        writers.acknowledged, writers.facts = 0, []
        checked = 0
        for kill in range(KILLS_A_JOURNAL):
            writers.kill_one(journal_folder, policy, chance)
            if not list(journal_folder.glob("events-000000.*")):
                continue
            if kill % 3 == 0:
                kinds = {fault.kind for fault in verify_journal(journal_folder).faults}
                assert kinds <= {FaultKind.TORN}
            checked = check(journal_folder, writers, checked)
        with JournalWriter.open(journal_folder) as journal:
            journal.append(some_events(5, journal.sequence))
        assert verify_journal(journal_folder).faults == ()
        ended += len(list(journal_folder.glob("events-*")))
    assert ended > 2 * JOURNALS, "the kills met no end of a segment"


def check(folder: Path, writers: Writers, start: int) -> int:
    """Check what lies beyond ``start`` after a kill; return how far the events go."""
    reader = JournalReader(folder)
    events = join_events(list(reader.events(start)))
    assert events.tobytes() == some_events(len(events), start).tobytes()
    assert reader.end >= writers.acknowledged
    bodies = [int(fact.body) for fact in reader.facts("note")]
    assert bodies[: len(writers.facts)] == writers.facts
    assert len(bodies) <= len(writers.facts) + 1
    writers.facts = bodies  # what was written and not acknowledged stays
    writers.acknowledged = reader.end
    return reader.end
