"""Laws of a connection that is written to at once, over real sockets and both event loops.

1. What the system takes is on the wire when ``write`` returns, before the loop turns.
2. What it does not take goes later, in order, and nothing is lost.
3. Its owner is told of the end once, whoever began it.
"""

import asyncio
import socket
from collections.abc import Callable

import pytest
import uvloop

from traider.venues.direct_socket import Address, DirectSocket

MUCH = 16 * 1024 * 1024
Loop = Callable[[], asyncio.AbstractEventLoop]
LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])


class Owner:
    def __init__(self) -> None:
        self.data = bytearray()
        self.ends: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, fault: Exception | None) -> None:
        self.ends.append(fault)


async def connected(owner: Owner) -> tuple[DirectSocket, socket.socket]:
    """Give a connection, and the venue's end of it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30.0)
        direct = await DirectSocket.open(Address("127.0.0.1", server.getsockname()[1]), owner)
        there, _ = server.accept()
    there.settimeout(30.0)
    return direct, there


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30.0):
        while not is_so():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)


@LOOPS
def test_law_1(loop: Loop) -> None:
    async def scenario() -> None:
        direct, there = await connected(Owner())
        with there:
            direct.write(b"buy")
            assert there.recv(3) == b"buy"  # in the same turn of the loop
            direct.abort()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scenario())


@LOOPS
def test_law_2(loop: Loop) -> None:
    sent = bytes(range(256)) * (MUCH // 256)

    def read_all(there: socket.socket) -> bytes:
        found = bytearray()
        while len(found) < len(sent) + 3:
            found += there.recv(1024 * 1024)
        return bytes(found)

    async def scenario() -> None:
        direct, there = await connected(Owner())
        with there:
            direct.write(sent)
            direct.write(b"end")
            assert await asyncio.to_thread(read_all, there) == sent + b"end"
            direct.abort()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scenario())


@LOOPS
def test_law_3(loop: Loop) -> None:
    async def scenario() -> None:
        ended, aborted = Owner(), Owner()
        direct, there = await connected(ended)
        with there:
            there.sendall(b"last words")
        await until(lambda: bool(ended.ends))
        assert (bytes(ended.data), ended.ends) == (b"last words", [None])
        assert direct.is_closing
        direct.abort()
        direct.write(b"nobody is there")

        direct, there = await connected(aborted)
        with there:
            direct.abort()
            assert not aborted.ends  # not before whoever ends it has returned
            await until(lambda: bool(aborted.ends))
            assert there.recv(1) == b""
        await asyncio.sleep(0.01)
        assert len(ended.ends) == len(aborted.ends) == 1

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scenario())


def test_nobody_there_is_an_error_of_the_system() -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with pytest.raises(ConnectionRefusedError):
            await DirectSocket.open(Address("127.0.0.1", port), Owner())

    asyncio.run(scenario())
