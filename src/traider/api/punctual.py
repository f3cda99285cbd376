"""Connections whose requests do not come: ended, before many of them use up what the process has.

The server's library waits for the head of a request for as long as it takes, and takes it however
long it is. Bodies have bounds of their own (``passage.body_limits``).
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_S: Final = 10.0
"""Seconds in which the head of a request must be there, from its first byte, or from the
connection's beginning."""
HEAD_BYTES_MAX: Final = 65_536


class PunctualProtocol(HttpToolsProtocol):
    """The library's connection, with an end to waiting for the head of a request."""

    _late: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library has it
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what comes, as long as a head is no longer than one can be."""
        if self._late is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        # Whatever part of it was a body by now, its head was complete, and nothing is waited for.
        if self._late is not None and self._head_bytes > HEAD_BYTES_MAX:
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to wait for the head of a further request."""
        super().on_message_begin()
        if self._late is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """Wait for nothing any more."""
        self._wait_no_more()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._head_bytes = 0
        self._late = self.loop.call_later(HEAD_S, self._end)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end(self) -> None:
        self._late = None
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        if cycle is not None and not cycle.response_complete:
            # The request before it is being answered, which nothing cuts short.
            self._late = self.loop.call_later(HEAD_S, self._end)
            return
        self.transport.close()
