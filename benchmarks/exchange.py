"""The local exchange: messages a second out, orders a second in, and how long an order takes.

The exchange runs in a process of its own, as a person starts it, and is asked over real sockets.
Clients do as little as they can: frames are counted and not decoded, and one token is used again
and again. Every request's token is verified by the exchange all the same.
"""

import asyncio
import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from benchmarks.tables import print_table

SECONDS = 5.0
CONNECTIONS = 4
ORDERS = 4_000
SINGLE_ORDERS = 500
ORDERS_PATH = "/api/v3/brokerage/orders"
OPTIONS = ("--json", "--synthetic", "1", "--private-limit", "0", "--public-limit", "0")


@dataclass(frozen=True)
class Exchange:
    """How to reach the exchange under measurement."""

    port: int
    token: str


@contextmanager
def running(*options: str) -> Iterator[Exchange]:
    """Start an exchange and make a token for placing orders."""
    command = [sys.executable, "-m", "traider", "exchange", *OPTIONS, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        try:
            ready = json.loads(process.stdout.readline())
            yield Exchange(ready["port"], _token(ready))
        finally:
            process.terminate()


def _token(ready: dict[str, str]) -> str:
    now = int(time.time())
    claims = {
        "sub": ready["key_name"],
        "iss": "cdp",
        "nbf": now,
        "exp": now + 120,
        "uri": f"POST 127.0.0.1:{ready['port']}{ORDERS_PATH}",
    }
    key = load_pem_private_key(ready["private_key"].encode(), None)
    headers = {"kid": ready["key_name"]}
    return jwt.encode(claims, key, algorithm="ES256", headers=headers)  # type: ignore[arg-type]


def measure() -> None:
    """Print both tables."""
    print_table(
        f"The local exchange: messages out ({SECONDS:g} s, level2 of two products)",
        ("run", "messages/s", "MB/s"),
        [
            _out_row("as fast as it can, 1 connection", 1, "--speed", "max"),
            _out_row(
                f"as fast as it can, {CONNECTIONS} connections", CONNECTIONS, "--speed", "max"
            ),
            _out_row("--rate 20000, 1 connection", 1, "--rate", "20000"),
        ],
    )
    with running() as exchange:
        per_second = asyncio.run(_place_many(exchange, CONNECTIONS))
        seconds = asyncio.run(_place_one_by_one(exchange))
    print_table(
        f"The local exchange: orders in ({ORDERS:,} limit orders that rest, each token verified)",
        ("run", "orders/s", "p50 ms", "p99 ms"),
        [
            (f"{CONNECTIONS} connections at once", f"{per_second:,.0f}", "", ""),
            (
                "one after the other",
                f"{len(seconds) / sum(seconds):,.0f}",
                f"{statistics.median(seconds) * 1e3:.2f}",
                f"{statistics.quantiles(seconds, n=100)[98] * 1e3:.2f}",
            ),
        ],
    )


def _out_row(name: str, connections: int, *options: str) -> tuple[str, str, str]:
    with running(*options) as exchange:
        messages, size, seconds = _count(exchange, connections)
    return name, f"{messages / seconds:,.0f}", f"{size / seconds / 1e6:.1f}"


def _count(exchange: Exchange, connections: int) -> tuple[int, int, float]:
    """Return messages and bytes received after the snapshots, and in how many seconds."""
    sockets = [_subscribed(exchange) for _ in range(connections)]
    counters = [_Frames() for _ in sockets]
    for each in sockets:
        each.settimeout(0)
    messages = size = 0
    started = time.perf_counter()
    while (now := time.perf_counter()) - started < SECONDS:
        quiet = True
        for each, counter in zip(sockets, counters, strict=True):
            try:
                data = each.recv(1 << 20)
            except BlockingIOError:
                continue
            quiet = False
            messages += counter.add(data)
            size += len(data)
        if quiet:
            time.sleep(0.0005)
    for each in sockets:
        each.close()
    return messages, size, now - started


class _Frames:
    """Count the frames of a stream that is cut anywhere."""

    def __init__(self) -> None:
        self._rest = b""
        self._skip = 0

    def add(self, data: bytes) -> int:
        """Return how many frames begin in ``data``."""
        data, place, found = self._rest + data, self._skip, 0
        self._rest, self._skip = b"", 0
        while place + 10 <= len(data):
            size, head = data[place + 1], 2
            if size == 126:
                (size,), head = struct.unpack_from("!H", data, place + 2), 4
            elif size == 127:
                (size,), head = struct.unpack_from("!Q", data, place + 2), 10
            place += head + size
            found += 1
        if place < len(data):
            self._rest = data[place:]
        else:
            self._skip = place - len(data)
        return found


def _subscribed(exchange: Exchange) -> socket.socket:
    """Open a connection, subscribe to both books and swallow their snapshots."""
    opened = socket.create_connection(("127.0.0.1", exchange.port))
    key = b64encode(os.urandom(16)).decode()
    opened.sendall(
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{exchange.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += opened.recv(4096)
    request = b'{"type":"subscribe","channel":"level2","product_ids":["BTC-USD","ETH-USD"]}'
    # A client's frame is masked; a mask of zeros leaves the text as it is.
    opened.sendall(bytes([0x81, 0x80 | len(request), 0, 0, 0, 0]) + request)
    return opened


async def _place_many(exchange: Exchange, connections: int) -> float:
    """Return orders a second over several connections that each wait for their answers."""
    started = time.perf_counter()
    share = ORDERS // connections
    await asyncio.gather(*(_place(exchange, f"m{k}", share) for k in range(connections)))
    return share * connections / (time.perf_counter() - started)


async def _place_one_by_one(exchange: Exchange) -> list[float]:
    """Return how long each order took on one connection."""
    return await _place(exchange, "s", SINGLE_ORDERS)


async def _place(exchange: Exchange, name: str, count: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    took = []
    for number in range(count):
        body = json.dumps({
            "client_order_id": f"{name}-{number}",
            "product_id": "BTC-USD",
            "side": "BUY",
            "order_configuration": {
                "limit_limit_gtc": {"base_size": "0.0001", "limit_price": f"{1000 + number % 500}"}
            },
        })  # fmt: skip
        started = time.perf_counter()
        writer.write(
            f"POST {ORDERS_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{exchange.port}\r\n"
            f"Authorization: Bearer {exchange.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        answer = await reader.readexactly(size)
        took.append(time.perf_counter() - started)
        if b'"success":true' not in answer:
            raise SystemExit(f"an order was refused: {answer.decode()}")
    writer.close()
    await writer.wait_closed()
    return took


if __name__ == "__main__":
    measure()
