"""The server of the application: it listens, says where, and ends in order.

    server = ApiServer(Listening())
    url = server.bind()                    # refused in one line where the port is taken
    await server.serve(application)        # until server.stop()

The address is bound before anything else is opened, so that a port that is taken is told at once.
"""

import contextlib
import errno
import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from traider.api.punctual import PunctualProtocol
from traider.domain.errors import UsageError
from traider.runtime.config_api import PORT

_STOP_S: Final = 3
"""Seconds that answers under way may take at the end."""
_KEPT_OPEN_S: Final = 75
"""A connection is kept for a while: a dashboard asks again soon."""
_BACKLOG: Final = 2_048
_MESSAGE_BYTES_MAX: Final = 65_536
"""Longest message of a browser over a web socket: it only says what it listens to."""


class PortTakenError(UsageError):
    """Another process listens at the address."""


@dataclass(frozen=True)
class Listening:
    """Where the server listens."""

    host: str = "127.0.0.1"
    port: int = PORT
    """0 takes any free port; the URL tells which."""
    certificate: str = ""
    """File of the TLS certificate with its chain, PEM; plain HTTP when empty."""
    key: str = ""
    """File of its private key, PEM."""
    proxies: tuple[str, ...] = ()
    """Addresses of proxies whose word is taken for where a request came from."""


class ApiServer:
    """Serves one application at one address."""

    def __init__(self, at: Listening) -> None:
        self._at = at
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._is_asked = False
        self.url = ""
        """Where it listens; empty before ``bind``."""

    def bind(self) -> str:
        """Take the address, and return it as a URL.

        Raises:
            PortTakenError: another process has it.
            UsageError: it is none of this machine's, or may not be taken.
        """
        self._socket = _bound(self._at)
        port = self._socket.getsockname()[1]
        shown = f"[{self._at.host}]" if ":" in self._at.host else self._at.host
        self.url = f"{'https' if self._at.certificate else 'http'}://{shown}:{port}"
        return self.url

    def close(self) -> None:
        """Give the address back, where nothing was served there."""
        if self._socket is not None:
            self._socket.close()

    @property
    def has_started(self) -> bool:
        """Whether it answers."""
        return self._server is not None and self._server.started

    async def serve(self, application: ASGIApp) -> None:
        """Serve until ``stop``; ``bind`` comes before it."""
        assert self._socket is not None  # noqa: S101 - see above
        self._server = _Server(_settings(application, self._at))
        self._server.should_exit = self._is_asked
        await self._server.serve([self._socket])

    def stop(self) -> None:
        """Ask for the end: what is being answered is answered; from any thread."""
        self._is_asked = True
        if self._server is not None:
            self._server.should_exit = True


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none: the process ends in its own order, and with its own code."""
        yield


def _settings(application: ASGIApp, at: Listening) -> uvicorn.Config:
    """Return how the application is served.

    Raises:
        UsageError: certificate and key cannot be read, or do not belong together.
    """
    settings = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEPT_OPEN_S,
        timeout_graceful_shutdown=_STOP_S,
        ssl_certfile=at.certificate or None,
        ssl_keyfile=at.key or None,
        proxy_headers=bool(at.proxies),
        forwarded_allow_ips=list(at.proxies),
        http=PunctualProtocol,
        ws="websockets-sansio",
        ws_max_size=_MESSAGE_BYTES_MAX,
    )
    try:
        settings.load()
    except (OSError, ssl.SSLError) as fault:
        raise UsageError(
            f"the certificate and its key cannot be used ({fault.strerror or fault})",
            where="api.tls_certificate",
            fix="name PEM files of a certificate with its chain and of its private key",
        ) from None
    return settings


def _bound(at: Listening) -> socket.socket:
    """Return a socket that has the address.

    Raises:
        PortTakenError: another process has it.
        UsageError: it cannot be had.
    """
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            at.host, at.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as fault:
        raise UsageError(
            f"{at.host} is no address of this machine ({fault.strerror})",
            where="api.host",
            fix="choose 127.0.0.1, or an address that this machine has",
        ) from None
    taken = socket.socket(family, kind, number)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(_BACKLOG)
    except OSError as fault:
        taken.close()
        raise _refused(at, fault) from None
    taken.set_inheritable(False)
    return taken


def _refused(at: Listening, fault: OSError) -> UsageError:
    if fault.errno == errno.EADDRINUSE:
        return PortTakenError(
            f"another process listens at {at.host}:{at.port}",
            where="api.port",
            fix="end it, or choose another port with --port, such as 0 for any free one",
        )
    return UsageError(
        f"cannot listen at {at.host}:{at.port} ({os.strerror(fault.errno or 0)})",
        where="api.host",
        fix="choose 127.0.0.1 and a port above 1023, or an address that this machine has",
    )
