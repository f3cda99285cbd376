"""A real HTTP server on loopback that gives the answers a test wrote down, one after the other."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from tests.ports.clock import FixedClock
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey


@dataclass(frozen=True)
class Answer:
    """What the server says, and how."""

    body: Any = None
    """JSON, or text as it is."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cuts: bool = False
    """Close the connection instead of answering."""


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes


class ScriptedServer:
    """Answers in order; the last one stays."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[Asked] = []
        self.url = ""

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(
            Asked(
                request.method,
                request.path,
                list(request.query.items()),
                dict(request.headers),
                await request.read(),
            )
        )
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        await asyncio.sleep(answer.delay_s)
        if answer.cuts:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        body = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
        return web.Response(body=body, status=answer.status, headers=answer.headers)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ScriptedServer"]:
        """Listen on a free port of loopback."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            await runner.cleanup()


@asynccontextmanager
async def asking(
    *answers: Answer, key: ApiKey | None = None, **terms: Any
) -> AsyncIterator[tuple[RestSession, list[Asked]]]:
    """Give a session that asks a server with these answers, and what was asked."""
    async with ScriptedServer(*answers).running() as server:
        quick = {"first_pause_s": 0.001, "timeout_s": 1.0, "public_per_second": 1e6, **terms}
        terms_ = RestTerms(base_url=server.url, **quick)
        async with RestSession(FixedClock(), key, terms_) as session:
            yield session, server.asked


def nowhere() -> str:
    """Return an address where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"
