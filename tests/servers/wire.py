"""A wire to a local server that can be cut as a network is: bytes vanish, nobody is told."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

_PART = 65_536


class CutWire:
    """Passes on what comes, both ways, from a thread of its own; while cut, swallows it."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.is_cut = False
        self._ended = False
        self._other: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @classmethod
    @contextmanager
    def to(cls, port: int) -> Iterator[Self]:
        """Yield a wire to a port of this machine."""
        wire = cls(port)
        wire._thread.start()
        try:
            yield wire
        finally:
            wire._ended = True
            wire._thread.join(5.0)

    def _run(self) -> None:
        self._selector.register(self._listener, selectors.EVENT_READ)
        while not self._ended:
            for key, _ in self._selector.select(0.02):
                ready = key.fileobj
                assert isinstance(ready, socket.socket)
                if ready is self._listener:
                    self._accept()
                else:
                    self._pass_on(ready)
        for each in (*self._other, self._listener):
            each.close()
        self._selector.close()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection(("127.0.0.1", self._server_port))
        for one, other in ((client, server), (server, client)):
            self._other[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, ready: socket.socket) -> None:
        other = self._other.get(ready)
        if other is None:
            return
        try:
            part = ready.recv(_PART)
            if part and not self.is_cut:
                other.sendall(part)
        except OSError:
            part = b""
        if not part:
            for each in (ready, other):
                with contextlib.suppress(KeyError):
                    self._selector.unregister(each)
                self._other.pop(each, None)
                each.close()
