"""The server's own affairs: it ends quickly, and lets no client hold it up or be forgotten."""

import asyncio
import socket
import time

import pytest

from tests.venues.simulated.serving import Client, request_for_tests, serve

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)
REQUEST = b'{"type":"subscribe","channel":"level2","product_ids":["BTC-USD"]}'


async def deaf(client: Client) -> socket.socket:
    """Return a connection that is open and never read again."""
    opened = socket.create_connection(("127.0.0.1", client.server.port))
    opened.setblocking(False)  # noqa: FBT003 - the signature of the standard library
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(opened, HANDSHAKE)
    assert (await loop.sock_recv(opened, 4096)).startswith(b"HTTP/1.1 101")
    return opened


def test_it_ends_soon_though_clients_hang_on() -> None:
    async def scenario(client: Client) -> tuple[float, socket.socket]:
        opened = await deaf(client)
        return time.monotonic(), opened

    started, opened = serve(scenario)
    with opened:
        assert time.monotonic() - started < 30.0  # of the minutes a connection may idle


def test_an_idle_connection_is_closed_after_a_while() -> None:
    async def scenario(client: Client) -> int | None:
        async with client.socket() as connected:
            await connected.subscribe("status")
            for _ in range(2):
                await connected.next()
            await connected.connected.receive(10)
            return connected.connected.close_code

    assert serve(scenario, request_for_tests(speed=200.0)) == 1001


def test_a_client_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traider.venues.simulated.pump.STALL_S_MAX", 0.2)

    async def scenario(client: Client) -> list[int]:
        counts: list[int] = []
        with await deaf(client) as opened:
            frame = bytes([0x81, 0x80 | len(REQUEST), 0, 0, 0, 0]) + REQUEST
            await asyncio.get_running_loop().sock_sendall(opened, frame)
            while not counts or (counts[-1] and len(counts) < 300):
                await asyncio.sleep(0.05)
                told = await client.admin("GET", "/connections")
                counts.append(len(told["connections"]))
        return counts

    counts = serve(scenario, request_for_tests(speed=0.0))
    assert (counts[0], counts[-1]) == (1, 0)


def test_pings_are_answered() -> None:
    async def scenario(client: Client) -> bytes:
        async with client.session.ws_connect(
            client.server.url("/ws", "ws"), autoping=False
        ) as connected:
            await connected.ping(b"there?")
            message = await connected.receive(5)
            assert message.type.name == "PONG"
            found: bytes = message.data
            return found

    assert serve(scenario) == b"there?"
