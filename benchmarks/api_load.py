"""What a crowd at the dashboard costs the trader: its own latencies before and during.

    python -m benchmarks.api_load [--clients N] [--rate N] [--seconds N]

A demo trades at speed, its API beside it as ``traider run`` serves it. For a while nobody asks;
then so many clients follow the live stream and so many requests a second are sent, from a process
of their own on the same machine. The trader's latencies are read from its page of metrics before
and after each while, so that each stands alone.
"""

import argparse
import asyncio
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
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
_WARM_S: Final = 20.0
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
    statuses: dict[int, int] = field(default_factory=dict)
    messages: int = 0
    """Of the stream, over all clients."""


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
def trading(folder: Path) -> Iterator[Demo]:
    """Have a demo trade and be served while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    said = (*BOUNDS, f"observability.port={port}")
    command = [sys.executable, "-m", "traider", "run", "--demo", "--speed", _SPEED, "--port", "0"]
    command += [word for each in said for word in ("--set", each)]
    process = subprocess.Popen(
        [*command, "--state", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Demo(_url_of(folder, process), f"http://127.0.0.1:{port}/metrics", folder)
    finally:
        process.terminate()
        process.wait(_START_S)


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


async def crowd(demo: Demo, clients: int, rate: float, seconds: float) -> Answers:
    """Follow the stream and ask."""
    answers = Answers()
    people = tokens(demo.state, -(-clients // CLIENTS_OF_ONE))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        following = [
            await _follow(demo.url, people[number // CLIENTS_OF_ONE], session, answers)
            for number in range(clients)
        ]
        asking = [
            asyncio.create_task(_ask(demo.url, people, session, (number, rate, seconds), answers))
            for number in range(_ASKERS)
        ]
        await asyncio.gather(*asking)
        await asyncio.gather(*(each.disconnect() for each in following))
    return answers


async def _follow(
    url: str, token: str, session: aiohttp.ClientSession, answers: Answers
) -> socketio.AsyncClient:
    client = socketio.AsyncClient(reconnection=False, http_session=session)

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
    turn: tuple[int, float, float],
    answers: Answers,
) -> None:
    """Ask at an even pace, one of ``_ASKERS``; who is late does not ask more often to catch up."""
    number, rate, seconds = turn
    pause_s, began = _ASKERS / rate, time.perf_counter()
    await asyncio.sleep(pause_s * number / _ASKERS)
    headers = {"Authorization": f"Bearer {people[number % len(people)]}"}
    count = number
    while (now := time.perf_counter()) - began < seconds:
        path = ROUTES[count % len(ROUTES)]
        async with session.get(f"{url}/api/v1/{path}", headers=headers) as answer:
            await answer.read()
            answers.statuses[answer.status] = answers.statuses.get(answer.status, 0) + 1
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


def measure(clients: int = CLIENTS, rate: float = RATE, seconds: float = SECONDS) -> None:
    """Print the trader's latencies before and during, and what the crowd got."""
    with tempfile.TemporaryDirectory() as folder, trading(Path(folder) / "run") as demo:
        time.sleep(_WARM_S)
        first = demo.counts()
        time.sleep(seconds)
        second = demo.counts()
        began = time.perf_counter()
        answers = asyncio.run(crowd(demo, clients, rate, seconds))
        took_s = time.perf_counter() - began
        third = demo.counts()
    show(first, second, third)
    asked = len(answers.took_ms)
    print_table(
        f"What {clients} clients of the stream and {rate:g} requests/s wanted got",
        ("requests/s", "p50 ms", "p99 ms", "stream messages/s", "answers"),
        [
            (
                f"{asked / seconds:.0f}",
                f"{statistics.median(answers.took_ms):.1f}",
                f"{np.quantile(answers.took_ms, 0.99):.1f}",
                f"{answers.messages / took_s:.0f}",
                ", ".join(f"{count:,} x {status}" for status, count in answers.statuses.items()),
            )
        ],
    )


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


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--clients", type=int, default=CLIENTS)
    asked.add_argument("--rate", type=float, default=RATE, help="Requests a second.")
    asked.add_argument("--seconds", type=float, default=SECONDS, help="Of each while.")
    chosen = asked.parse_args()
    measure(chosen.clients, chosen.rate, chosen.seconds)
