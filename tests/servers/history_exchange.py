"""A local server that answers as Coinbase, Binance, Bybit, OKX and Kraken do, and faultily.

    with serving(histories={"BTC": History(60_000, bars)}, now_ms=…) as exchange:
        …  # ccxt pointed at exchange.url

It listens in a thread of its own, so that a client may live in this process or in another. The
paths, limits and orders are those that ccxt asks for and the venues document.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from tests.servers.history_exchange_data import History
from tests.servers.history_exchange_faults import Faults
from tests.servers.history_exchange_venues import ROUTES, Asked, Refused

STRANGE: Final = {
    "[": '[[1, null], {"a": "?"}]',
    "{": '{"code": "0", "retCode": 0, "data": [null, ["x"]], "result": {"list": [["y"]]},'
    ' "candles": [{"start": "1"}], "trades": [{"price": "z"}]}',
}
"""JSON in the venues' own envelopes, with nothing in it that can be read."""


@dataclass
class HistoryExchange:
    """The server, as a test sees it."""

    histories: dict[str, History]
    now_ms: int
    """The venues' time when the server begins; it goes on with the clock."""
    faults: Faults = field(default_factory=Faults)
    asked: list[str] = field(default_factory=list)
    """Every path with its query, in order."""
    too_early: int = 0
    """Questions that came before a wait was over."""
    port: int = 0
    _begun: float = field(default_factory=time.monotonic)
    _closed_until: float = 0.0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def server_ms(self) -> int:
        """Return the venue's time."""
        return self.now_ms + int((time.monotonic() - self._begun) * 1000)

    def candles_asked(self) -> int:
        """Return how many questions about history came."""
        return self.faults.asked

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or do it badly."""
        self.asked.append(request.raw_path)
        if time.monotonic() < self._closed_until:
            self.too_early += 1
        matches = [(route, route.pattern.fullmatch(request.path)) for route in ROUTES]
        found, match = next((pair for pair in matches if pair[1] is not None), (None, None))
        if found is None or match is None:
            return web.Response(status=404, text='{"error":"NOT_FOUND","message":"no such path"}')
        faults = self.faults.next() if found.is_history else frozenset[str]()
        spoilt = await self._spoilt(request, faults)
        if spoilt is not None:
            return spoilt
        asked = Asked(
            self.histories, dict(request.query), match.groupdict(), self.server_ms(), faults
        )
        try:
            body = found.answer(asked)
        except Refused as refused:
            return web.Response(
                status=refused.status, text=refused.body, content_type="application/json"
            )
        if "strange" in faults:
            body = STRANGE[body[0]]
        if "broken" in faults:
            body = body[: len(body) // 2]
        if "cut" in faults:
            return await self._cut(request, body)
        return web.Response(text=body, content_type="application/json")

    async def _spoilt(
        self, request: web.Request, faults: frozenset[str]
    ) -> web.StreamResponse | None:
        del request
        if "busy" in faults:
            self._closed_until = time.monotonic() + float(self.faults.retry_after) * 0.9
            return web.Response(
                status=429,
                headers={"Retry-After": self.faults.retry_after},
                text='{"errors":[{"id":"rate_limit_exceeded","message":"Too many requests"}]}',
                content_type="application/json",
            )
        if "error" in faults:
            return web.Response(status=503, text="<html>unavailable</html>")
        if "silence" in faults:
            await asyncio.sleep(self.faults.silence_s)
            return web.Response(status=504, text="late")
        return None

    async def _cut(self, request: web.Request, body: str) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = len(body)
        response.content_type = "application/json"
        await response.prepare(request)
        await response.write(body[: len(body) // 2].encode())
        if request.transport is not None:
            request.transport.close()
        return response


async def _listen(exchange: HistoryExchange, ready: threading.Event, ended: asyncio.Event) -> None:
    application = web.Application()
    application.router.add_get("/{path:.*}", exchange.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", exchange.port)
    await site.start()
    exchange.port = runner.addresses[0][1]
    ready.set()
    await ended.wait()
    await runner.cleanup()


@contextmanager
def serving(histories: dict[str, History], now_ms: int) -> Iterator[HistoryExchange]:
    """Serve ``histories`` by base currency until the block ends."""
    exchange = HistoryExchange(histories, now_ms)
    ready, ended = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    def run() -> None:
        loop.run_until_complete(_listen(exchange, ready, ended))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    # Client and server take turns within a process, and need not wait 5 ms for each.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    thread.start()
    assert ready.wait(10.0)
    try:
        yield exchange
    finally:
        sys.setswitchinterval(interval)
        loop.call_soon_threadsafe(ended.set)
        thread.join(10.0)
