"""A real WebSocket server on loopback that does what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from picows import (
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    ws_create_server,
)


class Peer(WSListener):
    """One client, as the server sees it."""

    def __init__(self, connected: "asyncio.Queue[Peer]") -> None:
        super().__init__()
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: WSTransport | None = None
        self._connected = connected

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self._connected.put_nowait(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.heard.put_nowait(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    async def next(self) -> bytes:
        """Return what the client says next."""
        return await asyncio.wait_for(self.heard.get(), 5.0)

    def say(self, message: bytes, *, fin: bool = True, first: bool = True) -> None:
        """Send one frame; several make a message when only the last is ``fin``."""
        kind = WSMsgType.TEXT if first else WSMsgType.CONTINUATION
        assert self.transport is not None
        self.transport.send(kind, message, fin=fin)

    def leave(self, code: int = 0) -> None:
        """End the connection, with a word when a code is given."""
        assert self.transport is not None
        if code:
            self.transport.send_close(WSCloseCode(code), b"because")
        self.transport.disconnect(graceful=bool(code))


class SocketServer:
    """Accept clients in turn."""

    def __init__(self) -> None:
        self.url = ""
        self._connected: asyncio.Queue[Peer] = asyncio.Queue()
        self.peers: list[Peer] = []

    def _accept(self, request: WSUpgradeRequest) -> Peer:
        del request
        self.peers.append(Peer(self._connected))
        return self.peers[-1]

    async def peer(self) -> Peer:
        """Return the next client that connected."""
        return await asyncio.wait_for(self._connected.get(), 5.0)


@asynccontextmanager
async def socket_server() -> AsyncIterator[SocketServer]:
    """Listen on a free port of loopback."""
    mine = SocketServer()
    server = await ws_create_server(mine._accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    mine.url = f"ws://127.0.0.1:{port}/"
    try:
        yield mine
    finally:
        server.close()
        for peer in mine.peers:
            if peer.transport is not None:
                peer.transport.disconnect(graceful=False)
        await server.wait_closed()
