"""What a crowd at the dashboard costs the trader: its own latencies before and during.

    python -m benchmarks.api_load [--clients N] [--rate N] [--seconds N]

A demo trades at speed, its API beside it as ``traider run`` serves it. For a while nobody asks;
then so many clients follow the live stream and so many requests a second are sent, from this
process on the same machine. The trader's latencies are read from its page of metrics before and
after each while, so that each stands alone. All along ``health/live`` is asked ten times a second:
it reads nothing, so that what it takes is how long the server's loop keeps a request waiting.

It ends by itself: the demo ends after its time also where this process is killed; Ctrl-C ends it
in order, and prints what was measured so far.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import numpy as np
import socketio

from benchmarks.api_reads import BOUNDS
from benchmarks.tables import print_table
from tests.api.people import house_at, person
from traider.api.rights import Right, Role
from traider.api.stream.stream import PATH as STREAM
from traider.domain.metric_names import STAGE_LATENCY_SECONDS

CLIENTS: Final = 200
RATE: Final = 500.0
SECONDS: Final = 60.0
CLIENTS_OF_ONE: Final = 40
"""One person may have fifty."""
CHANNELS: Final = ("status", "pnl_update", "position_update", "order_update", "trade_executed")
ROUTES: Final = (
    "status", "portfolio/summary", "positions", "orders?limit=50", "fills?limit=50", "signals",
    "market/products", "portfolio/nav?points=300", "risk/limits", "health/ready",
)  # fmt: skip
_SPEED: Final = "20"
_START_S: Final = 600.0
_STOP_S: Final = 120.0
_WARM_S: Final = 20.0
_SPARE_S: Final = 300.0
"""So long the demo may take to begin and the crowd to come, beside both whiles."""
_ASKED_S: Final = 30.0
"""A request that takes longer is a failure."""
_LOOK_S: Final = 0.1
_ASKERS: Final = 50
"""Connections that requests are sent over."""
_BUCKET: Final = re.compile(
    rf'^(?:traider_)?{STAGE_LATENCY_SECONDS}_bucket\{{le="([^"]+)",stage="([^"]+)"\}} (\S+)$',
    re.MULTILINE,
)

Counts = dict[str, dict[float, float]]
"""By stage: observations up to each bound, seconds."""


@dataclass
class Answers:
    """What the crowd got."""

    took_ms: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    """How often by status, or by what kept a request from an answer."""
    messages: int = 0
    """Of the stream, over all clients."""
    lost: int = 0
    """Clients that the server hung up on."""

    def count(self, what: str) -> None:
        """Count an answer."""
        self.statuses[what] = self.statuses.get(what, 0) + 1


@dataclass(frozen=True)
class Size:
    """How many come, and for how long."""

    clients: int = CLIENTS
    rate: float = RATE
    """Requests a second."""
    seconds: float = SECONDS
    """Of each while."""


@dataclass(frozen=True)
class Demo:
    """A demo that trades."""

    url: str
    metrics: str
    state: Path

    def counts(self) -> Counts:
        """Return the trader's latencies so far."""
        with urllib.request.urlopen(self.metrics, timeout=30) as page:  # noqa: S310 - our own
            text = page.read().decode()
        found: Counts = {}
        for bound, stage, count in _BUCKET.findall(text):
            found.setdefault(stage, {})[float(bound)] = float(count)
        return found


@contextmanager
def trading(folder: Path, most_s: float) -> Iterator[Demo]:
    """Have a demo trade and be served while the block runs, and no longer than ``most_s``."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    said = (*BOUNDS, f"observability.port={port}")
    command = [sys.executable, "-m", "traider", "run", "--demo", "--speed", _SPEED, "--port", "0"]
    command += ["--for", f"{most_s:.0f}s"]
    command += [word for each in said for word in ("--set", each)]
    process = subprocess.Popen(
        [*command, "--state", str(folder)],
        # What tests are started with says that nothing is served.
        env={**os.environ, "TRAIDER_API__IS_SERVED": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Demo(_url_of(folder, process), f"http://127.0.0.1:{port}/metrics", folder)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _url_of(folder: Path, process: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        if (folder / "api.json").is_file():
            return str(json.loads((folder / "api.json").read_text())["url"])
        time.sleep(0.2)
    sys.exit("the demo was not served")


def tokens(state: Path, count: int) -> list[str]:
    """Return tokens of so many people."""
    house = house_at(state)
    try:
        people = [person(house, Role.VIEWER, f"viewer{number}") for number in range(count)]
        scopes = frozenset({Right.READ})
        return [
            house.tokens.make(each.id, Role.VIEWER, "a benchmark", scopes, 1)[0] for each in people
        ]
    finally:
        house.close()


async def crowd(demo: Demo, size: Size, answers: Answers) -> None:
    """Follow the stream and ask, into ``answers``."""
    people = tokens(demo.state, -(-size.clients // CLIENTS_OF_ONE) or 1)
    limits = aiohttp.ClientTimeout(total=_ASKED_S)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=limits) as session:
        following = [
            await _follow(demo.url, people[number // CLIENTS_OF_ONE], answers)
            for number in range(size.clients)
        ]
        try:
            async with asyncio.TaskGroup() as asking:
                for number in range(_ASKERS):
                    asking.create_task(_ask(demo.url, people, session, (number, size), answers))
        finally:
            answers.lost = sum(not each.connected for each in following)
            await asyncio.gather(*(each.disconnect() for each in following))


async def delays(demo: Demo, until: asyncio.Event) -> list[float]:
    """Return how many milliseconds the server's loop kept each look waiting."""
    found = []
    async with aiohttp.ClientSession() as session:
        while not until.is_set():
            began = time.perf_counter()
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"{demo.url}/api/v1/health/live") as answer:
                    await answer.read()
                found.append((time.perf_counter() - began) * 1e3)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await until.wait()
    return found


async def _follow(url: str, token: str, answers: Answers) -> socketio.AsyncClient:
    client = socketio.AsyncClient(reconnection=False)

    def take(message: object) -> None:
        del message
        answers.messages += 1

    for channel in CHANNELS:
        client.on(channel, take)
    await client.connect(
        url, auth={"token": token}, socketio_path=STREAM, transports=["websocket"], wait_timeout=60
    )
    await client.emit("subscribe", {"channels": CHANNELS})
    return client


async def _ask(
    url: str,
    people: list[str],
    session: aiohttp.ClientSession,
    turn: tuple[int, Size],
    answers: Answers,
) -> None:
    """Ask at an even pace, one of ``_ASKERS``; who is late does not ask more often to catch up."""
    number, size = turn
    pause_s, began = _ASKERS / size.rate, time.perf_counter()
    await asyncio.sleep(pause_s * number / _ASKERS)
    headers = {"Authorization": f"Bearer {people[number % len(people)]}"}
    count = number
    while (now := time.perf_counter()) - began < size.seconds:
        path = ROUTES[count % len(ROUTES)]
        try:
            async with session.get(f"{url}/api/v1/{path}", headers=headers) as answer:
                await answer.read()
                answers.count(str(answer.status))
        except (aiohttp.ClientError, TimeoutError) as fault:
            answers.count(type(fault).__name__)
        took_s = time.perf_counter() - now
        answers.took_ms.append(took_s * 1e3)
        count += 1
        await asyncio.sleep(max(pause_s - took_s, 0.0))


def quantile_ms(before: Counts, after: Counts, stage: str, share: float) -> tuple[float, float]:
    """Return the upper bound of the bucket that ``share`` of the while lies in, and how many."""
    bounds = sorted(after.get(stage, {}))
    counts = [after[stage][each] - before.get(stage, {}).get(each, 0.0) for each in bounds]
    if not counts or not counts[-1]:
        return float("nan"), 0.0
    place = int(np.searchsorted(counts, share * counts[-1]))
    below, above = counts[place - 1] if place else 0.0, counts[place]
    low, high = bounds[place - 1] if place else 0.0, bounds[place]
    if not np.isfinite(high) or above == below:
        return low * 1e3, counts[-1]
    # Within a bucket, as Prometheus does it: evenly.
    return (low + (high - low) * (share * counts[-1] - below) / (above - below)) * 1e3, counts[-1]


def measure(size: Size) -> None:
    """Print the trader's latencies before and during, and what the crowd got."""
    most_s = 2 * size.seconds + _WARM_S + _SPARE_S
    with tempfile.TemporaryDirectory() as folder, trading(Path(folder) / "run", most_s) as demo:
        time.sleep(_WARM_S)
        first = demo.counts()
        quiet = asyncio.run(_while(demo, lambda: asyncio.sleep(size.seconds), size))
        second = demo.counts()
        began, answers = time.perf_counter(), Answers()
        try:
            busy = asyncio.run(_while(demo, lambda: crowd(demo, size, answers), size))
        except KeyboardInterrupt:
            busy = []
        took_s, third = time.perf_counter() - began, demo.counts()
    show(first, second, third)
    told = (("alone", quiet), ("in the crowd", busy))
    print_table(
        "How long the server's loop keeps a request waiting (health/live, ten times a second)",
        ("while", "looks", "p50 ms", "p99 ms", "longest ms"),
        [(name, f"{len(found):,}", *_quantiles(found, 0.5, 0.99, 1.0)) for name, found in told],
    )
    print_table(
        f"What {size.clients} clients of the stream and {size.rate:g} requests/s wanted got",
        ("requests/s", "p50 ms", "p99 ms", "stream messages/s", "clients lost", "answers"),
        [
            (
                f"{len(answers.took_ms) / took_s:.0f}",
                *_quantiles(answers.took_ms, 0.5, 0.99),
                f"{answers.messages / took_s:.0f}",
                f"{answers.lost}",
                ", ".join(f"{count:,} x {what}" for what, count in answers.statuses.items()),
            )
        ],
    )


async def _while(demo: Demo, work: Callable[[], Awaitable[None]], size: Size) -> list[float]:
    """Do something while the server's loop is looked at; return what each look took."""
    over = asyncio.Event()
    looking = asyncio.create_task(delays(demo, over))
    try:
        async with asyncio.timeout(size.seconds + _SPARE_S):
            await work()
    finally:
        over.set()
    return await looking


def _quantiles(found: list[float], *shares: float) -> list[str]:
    return [f"{np.quantile(found, each):.1f}" if found else "none" for each in shares]


def show(first: Counts, second: Counts, third: Counts) -> None:
    """Print the trader's latencies of both whiles."""
    rows = []
    for stage in sorted(third):
        alone, count = quantile_ms(first, second, stage, 0.5)
        crowded, also = quantile_ms(second, third, stage, 0.5)
        alone_99, _ = quantile_ms(first, second, stage, 0.99)
        crowded_99, _ = quantile_ms(second, third, stage, 0.99)
        if min(count, also):
            rows.append(
                (stage, f"{count:,.0f}", f"{alone:.3f}", f"{crowded:.3f}", f"{crowded / alone:.1f}",
                 f"{alone_99:.2f}", f"{crowded_99:.2f}", f"{crowded_99 / alone_99:.1f}")
            )  # fmt: skip
    print_table(
        "The trader's own latency before a crowd came to its dashboard, and during",
        ("stage", "observed before", "p50 before, ms", "during", "ratio", "p99 before, ms",
         "during", "ratio"),
        rows,
    )  # fmt: skip


def main() -> None:
    """Read what is asked for, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--rate", type=float, default=RATE, help="Requests a second.")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="Of each while.")
    said = parser.parse_args()
    # Asked to end, it ends the demo as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    measure(Size(said.clients, said.rate, said.seconds))


if __name__ == "__main__":
    main()
