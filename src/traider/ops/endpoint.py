"""The address of a role that watchers ask: ``/metrics``, ``/health/live``, ``/health/ready``.

It runs in a thread with a loop of its own, so that a role without a loop can have one and a role
whose loop hangs still says so. It only reads, but for ``POST /kill`` (``kill_door``), where a role
opened that.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from traider.domain.errors import UsageError
from traider.ops.health import HealthAnswer, HealthBoard
from traider.ops.kill_door import BODY_BYTES_MAX, KillDoor, answer_kill
from traider.ops.prometheus import PrometheusPage

_START_S = 10.0
_STOP_S = 5.0


@dataclass(frozen=True)
class EndpointTerms:
    """Where the endpoint listens."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes any free port; ``Endpoint.url`` tells which."""
    falls_back: bool = False
    """Whether a port that is taken is replaced by a free one."""


class Endpoint:
    """Serve the page and the health of one process.

    endpoint = Endpoint(page, board, EndpointTerms())
    url = endpoint.start()
    """

    def __init__(self, page: PrometheusPage, board: HealthBoard, terms: EndpointTerms) -> None:
        self._page = page
        self._board = board
        self._terms = terms
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bound = threading.Event()
        self._stop: asyncio.Event | None = None
        self._fault: OSError | None = None
        self.url = ""
        """Where it listens, such as ``http://127.0.0.1:9464``; empty before the start."""
        self.kill: KillDoor | None = None
        """What POST /kill does; nothing without it."""

    def start(self) -> str:
        """Listen; return the address.

        Raises:
            UsageError: the port is taken, or the host is not of this machine.
        """
        self._bound.clear()
        self._forget()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
        self._thread.start()
        self._bound.wait(_START_S)
        if self._fault is not None or not self.url:
            reason = self._fault.strerror if self._fault else "no answer"
            self.stop()
            raise UsageError(
                f"metrics cannot be served at {self._terms.host}:{self._terms.port} ({reason})",
                where="observability.port",
                fix="choose another port, or 0 for any free one",
            )
        return self.url

    def _forget(self) -> None:
        """Know nothing of a start before."""
        self._fault, self.url = None, ""

    @property
    def is_running(self) -> bool:
        """Whether it listens."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Stop listening; a second call does nothing."""
        thread, loop, stop = self._thread, self._loop, self._stop
        self._thread = None
        if thread is None:
            return
        if loop is not None and stop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(_STOP_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._fault = error
        finally:
            self._bound.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        application = web.Application(client_max_size=BODY_BYTES_MAX)
        application.router.add_post("/kill", self._answer_kill)
        application.router.add_get("/", self._answer_index)
        application.router.add_get("/metrics", self._answer_metrics)
        application.router.add_get("/health/live", _answer_of(self._board.live))
        application.router.add_get("/health/ready", _answer_of(self._board.ready))
        runner = web.AppRunner(
            application, access_log=None, handle_signals=False, shutdown_timeout=1.0
        )
        await runner.setup()
        try:
            host, port = await self._listen(runner)
            shown = f"[{host}]" if ":" in host else host
            self.url = f"http://{shown}:{port}"
            self._bound.set()
            await self._stop.wait()
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> tuple[str, int]:
        host, port = self._terms.host, self._terms.port
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            if not (self._terms.falls_back and port):
                raise
            await web.TCPSite(runner, host, 0).start()
        address = runner.addresses[0]
        return address[0], address[1]

    async def _answer_index(self, request: web.Request) -> web.Response:
        del request
        return web.Response(text="/metrics\n/health/live\n/health/ready\n")

    async def _answer_kill(self, request: web.Request) -> web.Response:
        return await answer_kill(self.kill, request)

    async def _answer_metrics(self, request: web.Request) -> web.Response:
        body, content_type = self._page.render(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})


def _answer_of(ask: Callable[[], HealthAnswer]) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        del request
        found = ask()
        return web.Response(
            body=msgspec.json.encode(found),
            status=200 if found.is_good else 503,
            content_type="application/json",
        )

    return answer
