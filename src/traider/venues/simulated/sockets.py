"""The WebSocket endpoint: takes connections, their requests and their end."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.stream.connection import Connection
from traider.venues.simulated.stream.frames import pong_frame
from traider.venues.simulated.tokens import ApiKey

FIRST_SUBSCRIBE_S: Final = 5.0
CLOSE_S: Final = 1.0
"""How long a client may take to agree to an end."""
REQUEST_BYTES_MAX: Final = 1024 * 1024
_decode: Final = msgspec.json.Decoder().decode


class Sockets:
    """All WebSocket endpoints of one exchange."""

    def __init__(self, exchange: Exchange, told: Callable[[], None]) -> None:
        self._exchange, self._told = exchange, told
        self._count = 0
        self._open: set[web.WebSocketResponse] = set()

    def routes(self) -> list[web.RouteDef]:
        """Return the paths answered here; ``/`` is where ccxt connects."""
        return [web.get(path, self.connect) for path in ("/", "/ws", "/ws/user")]

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        if self._exchange.conditions.in_maintenance:
            return web.Response(status=503, text="Service Unavailable")
        allowed, _ = self._exchange.doors.connections.take(str(request.remote))
        if not allowed:
            return web.Response(status=429, text="Too Many Requests")
        socket = web.WebSocketResponse(
            compress=False,
            autoping=False,
            max_msg_size=REQUEST_BYTES_MAX,
            timeout=CLOSE_S,
        )
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        self._count += 1
        host, port = transport.get_extra_info("peername")[:2]
        connection = Connection(self._count, f"{host}:{port}", transport)
        hub = self._exchange.hub
        hub.connections[connection.number] = connection
        self._open.add(socket)
        watch = asyncio.create_task(_close_unless_subscribed(socket, connection))
        try:
            await self._serve(socket, connection)
        finally:
            watch.cancel()
            self._open.discard(socket)
            hub.forget(connection)
        return socket

    async def close_all(self) -> None:
        """End every connection."""
        closing = [socket.close(code=WSCloseCode.GOING_AWAY) for socket in self._open]
        await asyncio.gather(*closing)

    async def _serve(self, socket: web.WebSocketResponse, connection: Connection) -> None:
        async for message in socket:
            if connection.muted:
                continue
            if message.type is WSMsgType.PING:
                connection.transport.write(pong_frame(message.data))
            elif message.type is WSMsgType.TEXT:
                self._request(connection, message.data)
                self._told()

    def _request(self, connection: Connection, text: str) -> None:
        try:
            request: Any = _decode(text)
        except msgspec.DecodeError:
            request = None
        if not isinstance(request, dict):
            connection.put(b'{"type":"error","message":"invalid message"}')
            return
        token = request.get("jwt")
        key: ApiKey | str = ""
        if token:
            now_s = self._exchange.token_time_s()
            key = self._exchange.verifier.verify(str(token), now_s, uri=None)
        elif not self._exchange.doors.messages.take(connection.peer.rpartition(":")[0])[0]:
            connection.put(b'{"type":"error","message":"rate limit exceeded"}')
            return
        self._exchange.subscriptions.take(connection, request, key)


async def _close_unless_subscribed(socket: web.WebSocketResponse, connection: Connection) -> None:
    """End a connection that has not subscribed in time."""
    await asyncio.sleep(FIRST_SUBSCRIBE_S)
    if not connection.subscriptions:
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"no subscribe in time")
