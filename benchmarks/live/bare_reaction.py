"""The floor of a reaction: two processes, two sockets, a disk, and nothing else.

A process sends a few bytes about thirty times a second; another one reads them, forces 500 bytes
onto the disk, and sends as much as an order has; the time is from the first one's writing to its
reading. Both run on the loop of trader and exchange: what Traider takes beyond that is its own.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from typing import Final, cast

from benchmarks.live.address import REPOSITORY
from benchmarks.live.processors import Place, processor_of
from traider.ops.event_loop import run

_PAUSE_S: Final = 0.033
_MESSAGE: Final = bytes(400)
_ORDER: Final = bytes(1_000)
_KEPT: Final = bytes(500)


class _Reacting(asyncio.Protocol):
    """Keeps, then answers."""

    def __init__(self, file: int) -> None:
        self._file = file

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        del data
        os.write(self._file, _KEPT)
        os.fdatasync(self._file)
        self._transport.write(_ORDER)


class _Exchange(asyncio.Protocol):
    """Notes when what it asked for has come."""

    def __init__(self) -> None:
        self.came_ns = 0

    def data_received(self, data: bytes) -> None:
        del data
        self.came_ns = time.monotonic_ns()


def measure_floor(count: int) -> list[int]:
    """Return how long ``count`` rounds took, ns."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.live.bare_reaction"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
    ) as process:
        assert process.stdin is not None  # noqa: S101 - pipes were asked for
        assert process.stdout is not None  # noqa: S101 - the same
        try:
            port = int(process.stdout.readline())
            with processor_of(Place.VENUE):
                return run(_rounds(port, count))
        finally:
            process.stdin.close()


async def _rounds(port: int, count: int) -> list[int]:
    loop = asyncio.get_running_loop()
    transport, exchange = await loop.create_connection(_Exchange, "127.0.0.1", port)
    spent = []
    for _ in range(count):
        left_ns = time.monotonic_ns()
        transport.write(_MESSAGE)
        await asyncio.sleep(_PAUSE_S)
        if exchange.came_ns > left_ns:
            spent.append(exchange.came_ns - left_ns)
    transport.close()
    return spent


async def _serve() -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    with tempfile.NamedTemporaryFile() as file:
        server = await loop.create_server(lambda: _Reacting(file.fileno()), "127.0.0.1", 0)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        loop.add_reader(sys.stdin.fileno(), ended.set)
        await ended.wait()
        loop.remove_reader(sys.stdin.fileno())
        server.close()


if __name__ == "__main__":
    with processor_of(Place.TRADER):
        run(_serve())
