"""Laws of a gateway that was frozen while others stopped and re-armed.

1. A stop that was asked for before the last re-arming is not carried out again, by whatever way.
2. Any other is, however late, and whatever a clock of before says.
3. A re-arming that was asked for before a stop does not lift it.
4. A trader that is connected again does not repeat a stop that it ended since.
5. A gateway that says nothing any more is told to be silent, and one that was stopped to be.
"""

import asyncio
import time
from pathlib import Path

import pytest

from tests.gateway.desk import Books
from tests.gateway.orders import APPROVED, intent, packed
from tests.gateway.test_process_gateway import Leader, Process, until
from tests.ports.log import MemoryLog
from traider.domain.events import Kind, empty_events, join_events
from traider.domain.payloads import encode_event
from traider.gateway.client import command
from traider.gateway.emergency import EmergencyStop
from traider.gateway.frames import Kill, Rearm
from traider.gateway.port import Stand
from traider.runtime.control.kill_file import forget_rearmed, note_rearmed, rearmed_ns

KILLS = encode_event({"kind": "KILL"})
REARMS = encode_event({"kind": "REARM"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "g.sock"


def test_a_stop_from_before_a_re_arming_over_the_socket_is_not_repeated(
    tmp_path: Path, path: Path
) -> None:
    async def scene() -> None:
        async with Process(Books(tmp_path / "log"), path).running() as process:
            before = Kill("ana", "wrong prices", asked_ns=time.monotonic_ns(), id="one")
            assert (await command(path, before)).is_killed
            assert not (await command(path, Rearm("ana", "right again"))).is_killed
            assert not (await command(path, before)).is_killed
            assert not process.desk.gateway.is_killed
            later = Kill("ana", "wrong again", asked_ns=time.monotonic_ns())
            assert (await command(path, later)).is_killed
            early = Rearm("ana", "was asked first", asked_ns=before.asked_ns)
            assert (await command(path, early)).is_killed

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("asked_ns", "rearmed", "is_done"),
    [(5, 6, False), (6, 5, True), (5, 0, True), (0, 6, True)],
)
def test_a_stop_counts_unless_a_trader_was_re_armed_since(
    tmp_path: Path, asked_ns: int, rearmed: int, *, is_done: bool
) -> None:
    if rearmed:
        note_rearmed(tmp_path, rearmed)
    process = Process(Books(tmp_path / "log"), tmp_path / "g.sock")
    lines = MemoryLog()
    stop = EmergencyStop(process.desk.gateway, lines, rearmed_ns=lambda: rearmed_ns(tmp_path))
    stop.stop(Kill("ana", "wrong prices", asked_ns=asked_ns))
    assert process.desk.gateway.is_killed is is_done
    process.desk.leave()


def test_word_of_a_re_arming_that_cannot_be_read_keeps_no_stop_away(tmp_path: Path) -> None:
    assert rearmed_ns(tmp_path) == 0
    note_rearmed(tmp_path, 7)
    assert rearmed_ns(tmp_path) == 7
    (tmp_path / "rearmed").write_bytes(b"\xff soon")
    assert rearmed_ns(tmp_path) == 0
    forget_rearmed(tmp_path)
    forget_rearmed(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_trader_that_comes_back_repeats_no_stop_that_it_ended(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path / "log")
        leader = Leader(path)
        # What was journaled while the gateway was away, oldest first.
        for each in (KILLS, encode_event({"kind": "PAUSE"}), REARMS, KILLS, REARMS):
            leader.client.observe(each)
        async with Process(books, path).running() as process:
            await leader.client.start(1, 0, empty_events(0))
            leader.client.submit(intent(packed(100)), [APPROVED])
            await until(lambda: len(leader.kinds()) == 2)
            await until(lambda: not leader.client._commands)
            log = join_events(list(process.desk.log.events_after(0)))
            assert log["kind"].tolist().count(int(Kind.KILL)) == 0
            assert log["kind"].tolist().count(int(Kind.REARM)) == 2
            leader.client.observe(KILLS)
            await until(lambda: leader.client.stand is Stand.KILLED)
        await leader.stop()

    asyncio.run(scene())


def stand_of(leader: Leader) -> Stand:
    return leader.client.stand


def test_how_a_gateway_stands_is_told_and_its_silence_too(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traider.gateway.server.STANDING_S", 0.01)
    monkeypatch.setattr("traider.gateway.client.SILENT_S", 0.5)

    async def scene() -> None:
        leader = Leader(path)
        assert stand_of(leader) is Stand.SILENT
        async with Process(Books(tmp_path / "log"), path).running() as process:
            await leader.client.start(1, 0, empty_events(0))
            assert stand_of(leader) is Stand.OPEN
            await command(path, Kill("ana", "a try"))
            await until(lambda: leader.client.stand is Stand.KILLED)
            await command(path, Rearm("ana", "a try"))
            process.desk.gateway.halt("the books differ")
            await until(lambda: leader.client.stand is Stand.HALTED)
            assert process.desk.gateway.stand is Stand.HALTED
            # A frozen one keeps its connection, and says nothing.
            monkeypatch.setattr("traider.gateway.server.STANDING_S", 1e9)
            await until(lambda: leader.client.stand is Stand.SILENT)
            assert leader.client.is_ready
        await leader.stop()

    asyncio.run(scene())
