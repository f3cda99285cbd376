"""HTTP/1.1 connections that stand ready: a request is on the wire when ``ask`` returns.

    warm = WarmConnections("https://api.example.com", WarmTerms())
    keeping = asyncio.create_task(warm.keep(still_alive))
    asked = warm.ask(request_bytes)          # None: none is ready, go another way
    answer = await asked                     # whole, or the reason why not

A client of general use takes most of a millisecond a request; an order has nothing to negotiate. A
connection has one request at a time and is never used again after one without a whole answer. What
was written is written once: nobody repeats it here.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from traider.domain.errors import DataError
from traider.venues.backoff import Backoff, BackoffTerms
from traider.venues.direct_socket import Address, DirectSocket
from traider.venues.http_answers import AnswerReader, HttpAnswer

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class WarmTerms:
    """How many stand ready, and how they are kept."""

    count: int = 2
    connect_s: float = 5.0
    answer_s: float = 10.0
    """How long an answer may take; then the connection is ended."""
    quiet_s: float = 20.0
    """A connection that was not used for so long is tried with a harmless request."""
    backoff: BackoffTerms = field(default_factory=BackoffTerms)
    trust: ssl.SSLContext | None = None
    """Certificates to trust instead of the system's."""


class NoAnswerError(ConnectionError):
    """A request was written, and no whole answer came."""


class _Connection:
    """One connection; has at most one request."""

    def __init__(self, on_lost: Callable[["_Connection"], None]) -> None:
        self._on_lost = on_lost
        self._reader = AnswerReader()
        self._socket: DirectSocket | None = None
        self._asked: asyncio.Future[HttpAnswer] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self.used_s = 0.0

    @property
    def is_ready(self) -> bool:
        return self._asked is None and self._socket is not None and not self._socket.is_closing

    async def open(self, address: Address) -> None:
        """Connect.

        Raises:
            OSError: nobody answers there, or its certificate is not trusted.
        """
        self._socket = await DirectSocket.open(address, self)
        self.used_s = asyncio.get_running_loop().time()

    def ask(self, request: bytes, answer_s: float) -> "asyncio.Future[HttpAnswer]":
        """Write a request; return what its answer will come to."""
        assert self._socket is not None  # noqa: S101 - it is ready
        self._socket.write(request)
        loop = asyncio.get_running_loop()
        asked = self._asked = loop.create_future()
        # Whoever asked may have gone by the time it fails.
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())
        self.used_s = loop.time()
        self._patience = loop.call_later(answer_s, self.end, "no answer in time")
        return asked

    def end(self, why: str) -> None:
        """End it at once; a request without an answer is told why."""
        self._settle(NoAnswerError(why))
        if self._socket is not None:
            self._socket.abort()

    # ----------------------------------------------------------------------- called by the socket

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        if self._asked is None or self._asked.done():
            self.end("bytes that nobody asked for")
            return
        try:
            answer = self._reader.feed(data)
        except DataError as fault:
            self.end(fault.what)
            return
        if answer is not None:
            self._settle(answer)
            if not answer.keeps:
                self.end("the venue ends it")

    def connection_lost(self, fault: Exception | None) -> None:
        """Tell whoever waits for an answer, and whoever keeps it."""
        self._settle(NoAnswerError(f"the connection ended: {fault or 'closed'}"))
        self._socket = None
        self._on_lost(self)

    def _settle(self, found: HttpAnswer | NoAnswerError) -> None:
        asked, self._asked = self._asked, None
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if asked is None or asked.done():
            return
        if isinstance(found, NoAnswerError):
            asked.set_exception(found)
        else:
            asked.set_result(found)


class WarmConnections:
    """Some connections to one venue.

    Args:
        url: scheme, host and port.
        terms: how many, and how they are kept.
    """

    def __init__(self, url: str, terms: WarmTerms | None = None) -> None:
        self.terms = terms or WarmTerms()
        parts = urlsplit(url)
        self.host = parts.netloc
        """As requests name it."""
        trust: ssl.SSLContext | None = None
        if parts.scheme == "https":
            trust = self.terms.trust or ssl.create_default_context()
        port = parts.port or _PORTS.get(parts.scheme, 0)
        self._address = Address(parts.hostname or "", port, trust)
        self._all: list[_Connection] = []
        self._changed = asyncio.Event()

    @property
    def ready(self) -> int:
        """How many take a request now."""
        return sum(connection.is_ready for connection in self._all)

    def ask(self, request: bytes) -> "asyncio.Future[HttpAnswer] | None":
        """Write a whole request and return what its answer will come to; None where none is ready.

        The future fails with ``NoAnswerError`` when no whole answer comes; then nobody knows what
        the venue did.
        """
        for connection in self._all:
            if connection.is_ready:
                return connection.ask(request, self.terms.answer_s)
        return None

    def leave(self, asked: "asyncio.Future[HttpAnswer]") -> None:
        """End the connection of a request that nobody waits for any more."""
        for connection in self._all:
            if connection._asked is asked:  # noqa: SLF001 - its own part
                connection.end("nobody waits for the answer")
                return

    async def keep(self, try_out: Callable[[], Awaitable[bytes]]) -> None:
        """Open what is missing, and try out what is quiet, until cancelled; then all end.

        ``try_out`` gives a request that changes nothing, when its turn has come.
        """
        backoff = Backoff(self.terms.backoff)
        try:
            while True:
                self._changed.clear()
                if await self._open_missing():
                    backoff = Backoff(self.terms.backoff)
                    await self._until_quiet()
                    await self._try_quiet(try_out)
                else:
                    await asyncio.sleep(backoff.next_s(0.0))
        finally:
            for connection in tuple(self._all):
                connection.end("we stopped")

    async def _open_missing(self) -> bool:
        """Return whether all are there."""
        while len(self._all) < self.terms.count:
            connection = _Connection(self._lost)
            try:
                async with asyncio.timeout(self.terms.connect_s):
                    await connection.open(self._address)
            except (OSError, TimeoutError):
                return False
            if not connection.is_ready:
                return False  # it ended as soon as it was there
            self._all.append(connection)
        return True

    async def _until_quiet(self) -> None:
        """Wait until one is lost, or was not used for long."""
        now_s = asyncio.get_running_loop().time()
        oldest_s = min((connection.used_s for connection in self._all), default=now_s)
        try:
            async with asyncio.timeout(max(oldest_s + self.terms.quiet_s - now_s, 0.01)):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _try_quiet(self, try_out: Callable[[], Awaitable[bytes]]) -> None:
        """Ask something harmless over what is quiet; what does not answer is ended by that."""
        until_s = asyncio.get_running_loop().time() - self.terms.quiet_s
        for connection in tuple(self._all):
            if connection.used_s > until_s:
                continue
            request = await try_out()
            if connection.is_ready:
                asked = connection.ask(request, self.terms.answer_s)
                await asyncio.wait([asked])

    def _lost(self, connection: _Connection) -> None:
        if connection in self._all:
            self._all.remove(connection)
        self._changed.set()
