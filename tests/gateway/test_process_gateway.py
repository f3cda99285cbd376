"""A gateway behind a socket: the same port, fenced leaders, and no report lost over reconnects."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.gateway.desk import QUICK, Books, Desk
from tests.gateway.orders import APPROVED, cancel, intent, packed
from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from traider.domain.errors import DataError, KernelError, UsageError
from traider.domain.events import Kind, empty_events, join_events
from traider.domain.payloads import encode_event
from traider.gateway.client import FencedError, GatewayClient, command
from traider.gateway.frames import (
    Kill,
    Rearm,
    Reports,
    Standing,
    Start,
    Started,
    events_of,
    packed_frame,
    read_body,
    to_gateway,
    to_trader,
)
from traider.gateway.server import GatewayServer, ReportOutlet
from traider.journal import JournalFailedError
from traider.kernel.codes import Verdict

ONE = packed(100)
V, S = Kind.VERDICT, Kind.SENT


def listening(path: Path) -> socket.socket:
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    opened.bind(str(path))
    opened.listen()
    opened.settimeout(0)
    return opened


class Process:
    """A gateway with its server, as a process of its own has them."""

    def __init__(self, books: Books, path: Path) -> None:
        self.outlet = ReportOutlet()
        self.desk = Desk(books, QUICK, sink=self.outlet)
        self.path = path
        self.may_speak: Callable[[socket.socket], bool] = lambda _: True

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Process"]:
        server = GatewayServer(self.desk.gateway, self.outlet, MemoryLog(), self.may_speak)
        tasks = [
            asyncio.create_task(self.desk.gateway.run()),
            asyncio.create_task(server.serve(listening(self.path))),
        ]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.desk.leave()
            self.path.unlink()


class Leader:
    """A trader's client and what it was told."""

    def __init__(self, path: Path) -> None:
        self.told = MemoryEvents()
        self.client = GatewayClient(path, self.told, MemoryLog())
        self._task = asyncio.create_task(self.client.run())

    async def stop(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def kinds(self) -> list[Kind]:
        return [Kind(kind) for kind in self.told.events["kind"]]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - it looks at another's state
            await asyncio.sleep(0.002)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "g.sock"


def test_orders_go_out_over_the_socket_and_reports_come_back(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path / "log")
        leader = Leader(path)
        async with Process(books, path).running() as process:
            await leader.client.start(1, 0, empty_events(0))
            assert leader.client.is_ready
            leader.client.submit(intent(ONE), [APPROVED], ("ana", "a try"))
            await until(lambda: len(leader.kinds()) == 2)
            process.desk.connection.deliver()
            await until(lambda: leader.kinds()[2:] == [Kind.ACK])
            log = join_events(list(process.desk.log.reports_after(0)))
            assert leader.told.events.tobytes() == log.tobytes()
        await until(lambda: not leader.client.is_ready)
        await leader.stop()

    asyncio.run(scene())


def test_nothing_is_lost_or_told_twice_over_a_gateway_that_comes_back(
    tmp_path: Path, path: Path
) -> None:
    async def scene() -> None:
        books = Books(tmp_path / "log")
        leader = Leader(path)
        async with Process(books, path).running():
            await leader.client.start(1, 0, empty_events(0))
            leader.client.submit(intent(ONE), [APPROVED])
            await until(lambda: len(leader.kinds()) == 2)
        await until(lambda: not leader.client.is_ready)
        leader.client.submit(intent(packed(200)), [APPROVED])
        leader.client.observe(encode_event({"kind": "KILL", "keep_positions": 1}))
        async with Process(books, path).running() as process:
            await until(lambda: leader.client.is_ready)
            # What was wanted meanwhile is out of date; what was sent is asked for, and is there.
            await until(lambda: Kind.ACK in leader.kinds())
            assert list(books.venue.orders) == [f"d41a52c0-{ONE:016x}"]
            log = join_events(list(process.desk.log.reports_after(0)))
            assert leader.told.events.tobytes() == log.tobytes()
            codes = log["code"][log["kind"] == Kind.VERDICT].tolist()
            assert codes == [Verdict.APPROVED, Verdict.NOT_SENT]
            # A command that was given meanwhile reached it too.
            await until(lambda: leader.client.is_killed)
            assert process.desk.gateway.is_killed
        await leader.stop()

    asyncio.run(scene())


def test_a_later_leader_fences_the_one_before(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path / "log")
        old, new = Leader(path), Leader(path)
        async with Process(books, path).running() as process:
            await old.client.start(1, 0, empty_events(0))
            old.client.submit(intent(ONE), [APPROVED])
            await until(lambda: len(old.kinds()) == 2)
            # A frozen leader's frames may still be under way when the next one has started.
            await new.client.start(2, 2, empty_events(0))
            old.client._send(  # as one that has not heard of it
                Start(1, 2, b"")
            )
            await until(lambda: old.client.fenced_by == 2)
            with pytest.raises(FencedError, match="epoch 2 leads"):
                old.client.submit(intent(packed(300)), [APPROVED])
            with pytest.raises(FencedError, match="epoch 2 leads"):
                old.client.observe(encode_event({"kind": "PAUSE"}))
            assert not old.client.is_ready
            new.client.submit(intent(packed(400, epoch=2)), [APPROVED])
            await until(lambda: len(new.kinds()) == 2)
            assert len(books.venue.orders) == 2
            assert len(process.desk.log.lives) == 2
            with pytest.raises(FencedError):
                await old.client.start(1, 2, empty_events(0))
        await old.stop()
        await new.stop()

    asyncio.run(scene())


def test_orders_of_an_old_epoch_that_arrive_late_are_not_taken(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path / "log")
        old, new = Leader(path), Leader(path)
        async with Process(books, path).running():
            await old.client.start(1, 0, empty_events(0))
            await new.client.start(2, 0, empty_events(0))
            old.client.fenced_by = 0
            old.client.submit(intent(ONE), [APPROVED])
            await until(lambda: old.client.fenced_by == 2)
            assert books.venue.orders == {}
        await old.stop()
        await new.stop()

    asyncio.run(scene())


def test_books_that_never_agree_are_told_to_the_trader(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        leader = Leader(path)
        async with Process(Books(tmp_path / "log"), path).running() as process:
            await leader.client.start(1, 0, empty_events(0))
            process.desk.gateway.disagree("order 1 has 2 filled, at the venue 1")
            await until(lambda: "2 filled" in leader.client.disagreement)
            assert leader.client.is_ready
            process.desk.gateway.disagree("")
            await until(lambda: not leader.client.disagreement)
        await leader.stop()

    asyncio.run(scene())


def test_a_person_stops_and_re_arms_without_any_trader(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path / "log")
        async with Process(books, path).running() as process:
            standing = await command(path, Kill("ana", "wrong prices"))
            assert standing.is_killed
            assert process.desk.gateway.is_killed
        async with Process(books, path).running() as process:
            assert process.desk.gateway.is_killed
            reader, writer = await asyncio.open_unix_connection(str(path))
            late = Rearm("ana", "was given up", time.monotonic_ns() - 1)
            writer.write(packed_frame(late))
            answer = to_trader(await read_body(reader))
            assert isinstance(answer, Standing)
            assert answer.is_killed
            writer.close()
            standing = await command(path, Rearm("ana", "prices are right again"))
            assert not standing.is_killed
        with pytest.raises(UsageError, match="does not answer"):
            await command(path, Rearm("ana", "too late"), 0.2)

    asyncio.run(scene())


def test_another_user_is_not_let_in(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        process = Process(Books(tmp_path / "log"), path)
        process.may_speak = lambda _: False
        async with process.running():
            with pytest.raises(UsageError, match="does not answer"):
                await command(path, Kill("eve", "to harm"), 2.0)
            assert not process.desk.gateway.is_killed

    asyncio.run(scene())


def test_a_journal_that_knows_more_than_the_log_is_refused(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        leader = Leader(path)
        async with Process(Books(tmp_path / "log"), path).running():
            with pytest.raises(DataError, match="holds 0 reports, the journal 7"):
                await leader.client.start(1, 7, empty_events(0))
        await leader.stop()

    asyncio.run(scene())


def test_what_is_no_frame_ends_the_connection_and_nothing_else(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        async with Process(Books(tmp_path / "log"), path).running():
            for raw in (
                b"\x00\x00\x00\x02hi",
                b"\xff\xff\xff\xff",
                packed_frame(Start(1, 0, b"x")),
            ):
                reader, writer = await asyncio.open_unix_connection(str(path))
                writer.write(raw)
                async with asyncio.timeout(30):
                    answer = await reader.read(100)
                assert b"whole events" in answer or answer == b""
                writer.close()
            assert (await command(path, Kill("ana", "a try"))).is_killed

    asyncio.run(scene())
    with pytest.raises(DataError, match="whole events"):
        events_of(b"123")
    with pytest.raises(DataError, match="cannot be read"):
        to_gateway(b"hi")


def test_cancels_over_the_socket_take_orders_back(tmp_path: Path, path: Path) -> None:
    async def scene() -> None:
        books = Books(tmp_path / "log")
        leader = Leader(path)
        async with Process(books, path).running() as process:
            await leader.client.start(1, 0, empty_events(0))
            leader.client.submit(intent(ONE), [APPROVED])
            leader.client.submit(cancel(ONE), [APPROVED])
            await until(lambda: len(leader.kinds()) == 4)
            for _ in range(3):
                process.desk.connection.deliver()
                await asyncio.sleep(0)
            await until(lambda: leader.kinds()[-1] == Kind.CANCELLED)
            assert leader.kinds()[2:] == [V, S, Kind.ACK, Kind.CANCELLED]
        await leader.stop()

    asyncio.run(scene())


def test_a_trader_that_does_not_read_is_cut_off(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        async with Process(Books(tmp_path / "log"), path).running() as process:
            _, writer = await asyncio.open_unix_connection(str(path))
            writer.write(packed_frame(Start(1, 0, b"")))
            await until(lambda: process.desk.gateway.is_ready)
            leader = process.outlet.leader
            assert leader is not None
            monkeypatch.setattr("traider.gateway.server.PENDING_BYTES_MAX", 100_000)
            many = join_events([intent(packed(each)) for each in range(1, 10_000)])
            for _ in range(20):
                process.outlet.append(many)
            await until(lambda: process.outlet.leader is None)
            assert not leader.is_open
            leader.send(Started())  # to nobody
            writer.close()

    asyncio.run(scene())


def test_a_gateway_that_nobody_started_is_told_in_time(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        monkeypatch.setattr("traider.gateway.client.ANSWER_S", 0.05)
        leader = Leader(path)
        with pytest.raises(UsageError, match="no gateway answers"):
            await leader.client.start(1, 0, empty_events(0))
        monkeypatch.setattr("traider.gateway.client.UNANSWERED_MAX", 1)
        leader.client.submit(intent(ONE), [APPROVED])
        with pytest.raises(KernelError, match="without an answer"):
            leader.client.submit(intent(packed(200)), [APPROVED])
        await leader.stop()

    asyncio.run(scene())
    assert not path.exists()


def test_a_log_that_cannot_be_kept_ends_the_server_with_its_fault(
    tmp_path: Path, path: Path
) -> None:
    async def scene() -> None:
        process = Process(Books(tmp_path / "log"), path)
        server = GatewayServer(process.desk.gateway, process.outlet, MemoryLog(), process.may_speak)
        serving = asyncio.create_task(server.serve(listening(path)))
        process.desk.leave()
        leader = Leader(path)
        with suppress(DataError, UsageError, TimeoutError):
            async with asyncio.timeout(1):
                await leader.client.start(1, 0, empty_events(0))
        with pytest.raises(JournalFailedError):
            async with asyncio.timeout(30):
                await serving
        await leader.stop()

    asyncio.run(scene())


def test_reports_with_a_hole_are_refused_and_old_ones_are_passed_over(tmp_path: Path) -> None:
    told = MemoryEvents()
    client = GatewayClient(tmp_path / "none", told, MemoryLog())
    reports = join_events([intent(packed(each)) for each in (1, 2, 3)])
    client._take(Reports(0, reports.tobytes()))
    client._take(Reports(1, reports[1:].tobytes()))
    assert told.events.tobytes() == reports.tobytes()
    with pytest.raises(DataError, match="reports 3 to 4 did not come"):
        client._take(Reports(5, reports.tobytes()))
    with pytest.raises(DataError, match="cannot be read"):
        to_trader(b"hi")
