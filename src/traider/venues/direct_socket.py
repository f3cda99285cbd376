"""A connection whose bytes are given to the system when ``write`` returns, not when the loop turns.

    direct = await DirectSocket.open(Address("api.example.com", 443, trust), owner)
    direct.write(request)

The transports of a quick event loop gather what is written until all callbacks of a turn have
ended; an order would wait for everything that is done after it. Only what the system does not take
at once is left to the loop.
"""

import asyncio
import socket
import ssl
from collections import deque
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Final, Protocol, Self

_READ_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class Address:
    """Where to connect to."""

    name: str
    port: int
    trust: ssl.SSLContext | None = None
    """Speak TLS, and trust these certificates."""


class SocketOwner(Protocol):
    """Whoever a connection belongs to."""

    def data_received(self, data: bytes) -> None:
        """Take what came."""

    def connection_lost(self, fault: Exception | None) -> None:
        """Take note that it ended; called once, in a later turn of the loop."""


class DirectSocket:
    """A connection that stands; made by ``open``."""

    def __init__(self, plain: socket.socket, secure: "_Secure | None", owner: SocketOwner) -> None:
        self.is_closing = False
        self._socket, self._secure, self._owner = plain, secure, owner
        self._unsent: deque[bytes] = deque()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(plain.fileno(), self._read)

    @classmethod
    async def open(cls, address: Address, owner: SocketOwner) -> Self:
        """Connect.

        Raises:
            OSError: nobody answers there, or its certificate is not trusted.
        """
        with ExitStack() as undoing:
            plain = await _connected(address)
            undoing.callback(plain.close)
            secure = None
            if address.trust is not None:
                secure = _Secure(address.trust, address.name)
                await secure.shake_hands(plain)
            direct = cls(plain, secure, owner)
            undoing.pop_all()
        return direct

    def write(self, data: bytes) -> None:
        """Give ``data`` to the system; what it does not take now goes as soon as it does."""
        if not self.is_closing:
            self._send(data if self._secure is None else self._secure.wrap(data))

    def abort(self, fault: Exception | None = None) -> None:
        """End it at once."""
        if self.is_closing:
            return
        self.is_closing = True
        self._loop.remove_reader(self._socket.fileno())
        self._loop.remove_writer(self._socket.fileno())
        self._socket.close()
        self._loop.call_soon(self._owner.connection_lost, fault)

    # --------------------------------------------------------------------------------- its own

    def _send(self, data: bytes) -> None:
        if self._unsent:
            self._unsent.append(data)
            return
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as fault:
            self.abort(fault)
            return
        if sent < len(data):
            self._unsent.append(data[sent:])
            self._loop.add_writer(self._socket.fileno(), self._send_more)

    def _send_more(self) -> None:
        waiting = b"".join(self._unsent)
        self._unsent.clear()
        self._loop.remove_writer(self._socket.fileno())
        self._send(waiting)

    def _read(self) -> None:
        try:
            data = self._socket.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as fault:
            self.abort(fault)
            return
        if not data:
            self.abort()
            return
        if self._secure is not None:
            try:
                data, answer = self._secure.unwrap(data)
            except ssl.SSLError as fault:
                self.abort(fault)
                return
            if answer:
                self._send(answer)
        if data:
            self._owner.data_received(data)
        if self._secure is not None and self._secure.is_ended:
            self.abort()


class _Secure:
    """TLS over bytes that somebody else carries."""

    def __init__(self, trust: ssl.SSLContext, name: str) -> None:
        self.is_ended = False
        """Whether the other side said that nothing follows."""
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trust.wrap_bio(self._in, self._out, server_hostname=name)

    async def shake_hands(self, plain: socket.socket) -> None:
        """Agree on keys, and look at the certificate.

        Raises:
            OSError: it is not trusted, or the connection ended.
        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await loop.sock_sendall(plain, self._out.read())
                data = await loop.sock_recv(plain, _READ_BYTES)
                if not data:
                    raise ConnectionResetError("it ended before TLS was agreed on") from None
                self._in.write(data)
            else:
                await loop.sock_sendall(plain, self._out.read())
                return

    def wrap(self, data: bytes) -> bytes:
        """Return what goes over the wire for ``data``."""
        self._tls.write(data)
        return self._out.read()

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:
        """Return what came with ``data``, and what TLS itself answers.

        Raises:
            ssl.SSLError: it is no TLS.
        """
        self._in.write(data)
        found = bytearray()
        with suppress(ssl.SSLWantReadError):
            while not self.is_ended:
                part = self._read()
                found += part
                self.is_ended = not part
        return bytes(found), self._out.read()

    def _read(self) -> bytes:
        try:
            return self._tls.read(_READ_BYTES)
        except ssl.SSLZeroReturnError:
            return b""


async def _connected(address: Address) -> socket.socket:
    """Return a socket that is connected to the first address of the name that answers.

    Raises:
        OSError: none does.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(address.name, address.port, type=socket.SOCK_STREAM)
    last = OSError(f"{address.name} has no address")
    for family, kind, protocol, _, place in found:
        with ExitStack() as undoing:
            plain = undoing.enter_context(socket.socket(family, kind, protocol))
            plain.settimeout(0.0)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                await loop.sock_connect(plain, place)
            except OSError as fault:
                last = fault
                continue
            undoing.pop_all()
            return plain
    raise last
