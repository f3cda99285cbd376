"""Connections over real sockets: whole messages, and why they ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.venues.coinbase.scripted_server import nowhere
from tests.venues.socket_server import Peer, socket_server
from traider.venues.errors import VenueUnreachableError
from traider.venues.web_socket import SocketTerms, WebSocket


class Owner:
    """Keep what was told."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.ends: list[str] = []
        self.came = asyncio.Event()

    def received(self, raw: bytes) -> None:
        self.messages.append(raw)
        self.came.set()

    def closed(self, why: str) -> None:
        self.ends.append(why)


@dataclass(frozen=True)
class Stage:
    """Both ends of a connection."""

    peer: Peer
    socket: WebSocket
    owner: Owner


Scene = Callable[[Stage], Awaitable[None]]


def play(scene: Scene, bytes_max: int = 1_000) -> Owner:
    """Connect, let ``scene`` happen, and wait for the end."""

    async def run() -> Owner:
        owner = Owner()
        async with socket_server() as server:
            terms = SocketTerms(message_bytes_max=bytes_max)
            socket = await WebSocket.open(server.url, owner, terms)
            await scene(Stage(await server.peer(), socket, owner))
            await asyncio.wait_for(socket.ended(), 5.0)
        return owner

    return asyncio.run(run())


def test_messages_come_whole_and_in_order_whatever_their_frames() -> None:
    async def scene(at: Stage) -> None:
        at.socket.send(b"subscribe")
        assert await at.peer.next() == b"subscribe"
        at.peer.say(b"one")
        at.peer.say(b"tw", fin=False)
        at.peer.say(b"o, ", fin=False, first=False)
        at.peer.say(b"three", first=False)
        at.peer.say(b"four")
        while len(at.owner.messages) < 3:
            at.owner.came.clear()
            await at.owner.came.wait()
        at.socket.close("enough")

    owner = play(scene)
    assert owner.messages == [b"one", b"two, three", b"four"]
    assert owner.ends == ["enough"]


def test_the_venues_word_at_the_end_is_kept() -> None:
    async def scene(at: Stage) -> None:
        at.peer.leave(1008)

    assert play(scene).ends == ["closed by the venue: 1008 because"]


def test_a_connection_that_breaks_off_is_lost() -> None:
    async def scene(at: Stage) -> None:
        at.peer.leave()

    assert play(scene).ends == ["the connection was lost"]


@pytest.mark.parametrize("frames", [[1_001], [600, 401], [5_000]])
def test_a_message_too_large_ends_it_instead_of_hanging(frames: list[int]) -> None:
    async def scene(at: Stage) -> None:
        for number, size in enumerate(frames):
            at.peer.say(b"x" * size, fin=number == len(frames) - 1, first=number == 0)

    owner = play(scene)
    assert owner.messages == []
    assert len(owner.ends) == 1


def test_and_its_size_is_told() -> None:
    async def scene(at: Stage) -> None:
        at.peer.say(b"x" * 1_001)

    assert play(scene).ends == ["a message of 1001 bytes, more than 1000"]


def test_a_snapshot_of_several_megabytes_arrives() -> None:
    whole = b"y" * 9_000_000

    async def scene(at: Stage) -> None:
        at.peer.say(whole)
        await asyncio.wait_for(at.owner.came.wait(), 5.0)
        at.socket.close("enough")

    assert play(scene, 32 * 1024 * 1024).messages == [whole]


@pytest.mark.parametrize("url", [None, "ws://127.0.0.1:9/", "wss://nowhere.invalid/"])
def test_no_connection_is_one_line(url: str | None) -> None:
    where = url or nowhere().replace("http", "ws")

    async def run() -> None:
        await WebSocket.open(where, Owner(), SocketTerms(connect_s=2.0))

    with pytest.raises(VenueUnreachableError, match="no connection"):
        asyncio.run(run())


def test_a_server_that_speaks_no_websocket_is_no_connection() -> None:
    async def run() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            await WebSocket.open(f"ws://127.0.0.1:{port}/", Owner())

    with pytest.raises(VenueUnreachableError, match="503"):
        asyncio.run(run())
