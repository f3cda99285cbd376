"""One WebSocket connection to a venue: whole messages in, text out, and why it ended.

    socket = await WebSocket.open(url, owner, SocketTerms())
    socket.send(b'{"type":"subscribe",…}')
    await socket.ended()

The owner is told each message as it arrives, and once, at the end, why: nothing is read any more
then. Messages may come in several frames and be as large as ``message_bytes_max``; a larger one
ends the connection, with its size in the reason, instead of hanging it. Pings are answered.
"""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from typing import Final, Protocol, Self

from picows import (
    WSCloseCode,
    WSError,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,
)

from traider.venues.errors import VenueUnreachableError

MESSAGE_BYTES_MAX: Final = 32 * 1024 * 1024
"""Room for the whole book of a busy product, which is several MB."""

_DATA: Final = (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION)


@dataclass(frozen=True)
class SocketTerms:
    """How a connection is made."""

    connect_s: float = 5.0
    """How long address, TLS and handshake may take together."""
    message_bytes_max: int = MESSAGE_BYTES_MAX
    trust: ssl.SSLContext | None = None
    """Certificates to trust instead of the system's."""


class SocketOwner(Protocol):
    """Whoever a connection belongs to."""

    def received(self, raw: bytes) -> None:
        """Take one whole message."""

    def closed(self, why: str) -> None:
        """Take note that the connection ended; called once."""


class WebSocket:
    """An open connection."""

    def __init__(self, transport: WSTransport, listener: "_Listener") -> None:
        self._transport = transport
        self._listener = listener

    @classmethod
    async def open(cls, url: str, owner: SocketOwner, terms: SocketTerms | None = None) -> Self:
        """Connect.

        Raises:
            VenueUnreachableError: no connection came about; the owner is told nothing.
        """
        chosen = terms or SocketTerms()
        listener = _Listener(owner, chosen.message_bytes_max)
        socket = None
        try:
            async with asyncio.timeout(chosen.connect_s):
                transport, _ = await ws_connect(
                    lambda: listener,
                    url,
                    ssl_context=chosen.trust,
                    websocket_handshake_timeout=chosen.connect_s,
                    max_frame_size=2 * chosen.message_bytes_max,
                )
                socket = cls(transport, listener)
                return socket
        except (OSError, TimeoutError, WSError) as fault:
            told = str(fault) or type(fault).__name__
            raise VenueUnreachableError(
                f"no connection: {told}", where=url, fix="check network and address"
            ) from fault
        finally:
            if socket is None:
                listener.abandon()

    def send(self, message: bytes) -> None:
        """Send a text message; on a connection that is ending it is lost."""
        self._transport.send(WSMsgType.TEXT, message)

    def close(self, why: str) -> None:
        """End the connection from our side, at once and for this reason."""
        self._listener.end(self._transport, why)

    async def ended(self) -> None:
        """Wait until the connection has ended and its owner was told."""
        with contextlib.suppress(WSError):  # that is why it ended, and the owner was told
            await self._transport.wait_disconnected()


class _Listener(WSListener):
    """Put frames together to messages."""

    def __init__(self, owner: SocketOwner, bytes_max: int) -> None:
        super().__init__()
        self._owner = owner
        self._bytes_max = bytes_max
        self._parts = bytearray()
        self._transport: WSTransport | None = None
        self._is_abandoned = False
        self.why = ""

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Keep the connection, or end it when nobody waits for it any more."""
        self._transport = transport
        if self._is_abandoned:
            transport.disconnect(graceful=False)

    def abandon(self) -> None:
        """End what was begun: whoever opened it was told of a failure, or canceled."""
        self._is_abandoned = True
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a frame."""
        if frame.msg_type == WSMsgType.CLOSE:
            words = f"{frame.get_close_code()} {frame.get_close_reason() or ''}".strip()
            self.end(transport, f"closed by the venue: {words}")
        elif frame.msg_type in _DATA:
            size = len(self._parts) + frame.payload_size
            if size > self._bytes_max:
                self.end(transport, f"a message of {size} bytes, more than {self._bytes_max}")
            elif frame.fin and not self._parts:
                self._owner.received(frame.get_payload_as_bytes())
            else:
                self._parts += frame.get_payload_as_bytes()
                if frame.fin:
                    whole, self._parts = bytes(self._parts), bytearray()
                    self._owner.received(whole)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 - its signature
        """Tell the owner."""
        if not self._is_abandoned:
            self._owner.closed(self.why or "the connection was lost")

    def end(self, transport: WSTransport, why: str) -> None:
        """End the connection."""
        self.why = self.why or why
        transport.send_close(WSCloseCode.OK)
        transport.disconnect(graceful=False)
