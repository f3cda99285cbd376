"""A venue on loopback: answers to GET by path, and a WebSocket that plays messages."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

Script = Callable[[str, bytes], Iterable[bytes]]
"""What a connection to a path answers to a request of it; an empty one is its opening."""


class Loopback:
    """What a test's venue was asked, and what it says."""

    def __init__(self, answers: dict[str, list[tuple[int, bytes]]], script: Script) -> None:
        self.answers = answers
        """For a path with its query, the answers in their order; the last one is repeated."""
        self.asked: list[str] = []
        self.requests: list[Any] = []
        """What was sent over WebSockets, decoded where it is JSON."""
        self.port = 0
        self._script = script
        self._open: set[web.WebSocketResponse] = set()

    @property
    def rest_url(self) -> str:
        """Where to ask."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def stream_url(self) -> str:
        """Where to listen."""
        return f"ws://127.0.0.1:{self.port}"

    async def hang_up(self) -> None:
        """End every connection."""
        for socket in tuple(self._open):
            await socket.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, or open a WebSocket."""
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._listen(request)
        path = request.raw_path
        self.asked.append(path)
        answers = self.answers.get(path, [(404, b"no such path")])
        status, body = answers[0] if len(answers) == 1 else answers.pop(0)
        return web.Response(status=status, body=body)

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open.add(socket)
        await self._say(socket, request.path, b"")
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                raw = message.data.encode()
                self.requests.append(json.loads(raw) if raw.startswith(b"{") else message.data)
                await self._say(socket, request.path, raw)
        self._open.discard(socket)
        return socket

    async def _say(self, socket: web.WebSocketResponse, path: str, raw: bytes) -> None:
        for said in self._script(path, raw):
            await socket.send_str(said.decode())


@asynccontextmanager
async def serving(
    answers: dict[str, list[tuple[int, bytes]]], script: Script = lambda _path, _raw: ()
) -> AsyncIterator[Loopback]:
    """Serve on a free port until the block ends."""
    venue = Loopback(answers, script)
    application = web.Application()
    application.router.add_get("/{path:.*}", venue.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    venue.port = runner.addresses[0][1]
    try:
        yield venue
    finally:
        await venue.hang_up()
        await runner.cleanup()
        await asyncio.sleep(0)
