"""The local exchange with a stopwatch: when messages left it, and when orders reached it.

It is the exchange that ``traider exchange`` starts, in a process of its own. Beside it two things
are noted, on the machine's monotonic clock, which all its processes share:

- a message of ``l2_data``: just before its frame is written to the socket;
- an order, and a cancel: when the request has been read whole, before its token is verified.

    with stamped_exchange(StampedTerms()) as exchange:
        ...
    exchange.stamps()                   # once it has ended

``python -m benchmarks.live.stamped_exchange`` is the process itself; the end of its standard input
ends it, and its stamps go to a file.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from benchmarks.live.address import PRODUCT, REPOSITORY, Address
from benchmarks.live.processors import Place, processor_of
from traider.ops.event_loop import run
from traider.runtime.exchange import ExchangeRequest, build_server
from traider.runtime.exchange_markets import SourceRequest
from traider.venues.simulated.exchange import Limits
from traider.venues.simulated.markets.synthetic import FlowSettings
from traider.venues.simulated.server import Server
from traider.venues.simulated.stream.connection import Connection

_ORDERS: Final = "/api/v3/brokerage/orders"
_CANCELS: Final = f"{_ORDERS}/batch_cancel"
_LEVEL2: Final = b'{"channel":"l2_data"'
_HEAD_BYTES: Final = 4_096


class Stamps(msgspec.Struct):
    """Times of the machine's monotonic clock, ns."""

    left: list[tuple[str, int]] = msgspec.field(default_factory=list)
    """The last ``event_time`` of each message of the book, and when it left."""
    came: list[tuple[str, int]] = msgspec.field(default_factory=list)
    """The ``client_order_id`` of each order, and when it came."""
    cancelled: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """How many orders each request to cancel names, and when it was carried out."""


class StampedTerms(msgspec.Struct, frozen=True):
    """What the exchange plays, and what it allows."""

    actions_per_second: float = 20.0
    """Of the crowd, in the exchange's time: about as many messages of the book."""
    speed: float = 1.0
    has_limits: bool = False
    """Whether it allows no more requests than the venue does."""
    seed: int = 7
    products: tuple[str, ...] = (PRODUCT,)
    algorithm: Literal["ES256", "EdDSA"] = "ES256"
    """Of the key it makes."""


@dataclass
class StampedExchange:
    """A running one; its stamps are there when its context was left."""

    address: Address
    pid: int
    _file: Path
    _read: Stamps = field(default_factory=Stamps)

    def take_stamps(self) -> None:
        """Read what it left behind."""
        self._read = msgspec.json.decode(self._file.read_bytes(), type=Stamps)

    def stamps(self) -> Stamps:
        """Return what it noted."""
        return self._read


@contextmanager
def stamped_exchange(terms: StampedTerms) -> Iterator[StampedExchange]:
    """Start an exchange; end it, and take its stamps, when the context is left."""
    with tempfile.TemporaryDirectory(prefix="traider-stamps-") as folder:
        file = Path(folder) / "stamps.json"
        command = [sys.executable, "-m", "benchmarks.live.stamped_exchange", str(file)]
        command.append(msgspec.json.encode(terms).decode())
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY
        ) as process:
            assert process.stdin is not None  # noqa: S101 - pipes were asked for
            assert process.stdout is not None  # noqa: S101 - the same
            address = msgspec.json.decode(process.stdout.readline(), type=Address)
            exchange = StampedExchange(address, process.pid, file)
            try:
                yield exchange
            finally:
                process.stdin.close()
                process.wait(30.0)
        exchange.take_stamps()


class _StampedServer(Server):
    """Notes what comes in before anything else is done with it."""

    stamps: Stamps

    def _application(self) -> web.Application:
        application = super()._application()
        application.middlewares.insert(0, self._note)
        return application

    @web.middleware
    async def _note(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method != "POST" or request.path not in (_ORDERS, _CANCELS):
            return await handler(request)
        body = await request.read()
        came_ns = time.monotonic_ns()
        answer = await handler(request)
        told = msgspec.json.decode(body)
        if request.path == _ORDERS:
            self.stamps.came.append((told["client_order_id"], came_ns))
        else:
            self.stamps.cancelled.append((len(told["order_ids"]), time.monotonic_ns()))
        return answer


def _note_frames(stamps: Stamps) -> None:
    """Have every connection note when its messages of the book leave."""
    queued: dict[int, list[str]] = {}
    put, flush = Connection.put, Connection.flush

    def noting_put(self: Connection, payload: bytes) -> None:
        if payload.startswith(_LEVEL2) and b'"type":"update"' in payload[:_HEAD_BYTES]:
            place = payload.rindex(b'"event_time":"') + 14
            stamp = payload[place : payload.index(b'"', place)].decode()
            queued.setdefault(self.number, []).append(stamp)
        put(self, payload)

    def noting_flush(self: Connection) -> int:
        waiting = queued.pop(self.number, None)
        if waiting:
            now_ns = time.monotonic_ns()
            stamps.left += [(each, now_ns) for each in waiting]
        return flush(self)

    _replace(Connection, "put", noting_put)
    _replace(Connection, "flush", noting_flush)


def _replace(owner: type[Any], name: str, by: Callable[..., Any]) -> None:
    setattr(owner, name, by)


async def _serve(file: Path, terms: StampedTerms) -> None:
    limits = Limits() if terms.has_limits else Limits(0, 0, 0, 0)
    flow = FlowSettings(actions_per_second=terms.actions_per_second)
    source = SourceRequest(seed=terms.seed, products=terms.products, flow=flow)
    request = ExchangeRequest(source=source, limits=limits, speed=terms.speed)
    stamps = Stamps()
    _note_frames(stamps)
    plain, _ = build_server(request, file.parent)
    server = _StampedServer(plain.exchange, plain.pump)
    server.stamps = stamps
    await server.start(0)
    key, secret = server.exchange.add_key(terms.algorithm)
    address = Address(
        server.url(), server.url("/ws", "ws"), server.url("/ws/user", "ws"), key.name, secret
    )
    sys.stdout.write(msgspec.json.encode(address).decode() + "\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    await server.stop()
    await asyncio.to_thread(file.write_bytes, msgspec.json.encode(stamps))


if __name__ == "__main__":
    with processor_of(Place.VENUE):
        run(_serve(Path(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=StampedTerms)))
