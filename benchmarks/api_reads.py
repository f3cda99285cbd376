"""How long the API takes to answer what a dashboard asks every few seconds.

    python -m benchmarks.api_reads [--state DIR] [--times N]

Each route is asked over one kept connection of a server of its own process, as a browser does. The
run is five hours of the market of the demo, traded in ninety seconds and kept in the folder of
caches, unless ``--state`` names another; beside it a trader may be at work. ``first`` is the first
answer of a fresh server, which reads the journal for it; p50 and p99 are of all later ones.
"""

import argparse
import contextlib
import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import numpy as np

from benchmarks.tables import print_table
from tests.api.people import token_of
from traider.api.rights import Right, Role
from traider.kernel.cache import cache_root

TIMES: Final = 200
GOAL_MS: Final = 50.0
"""What nobody notices; a dashboard asks each second at most."""
DEMO: Final = ("--demo", "--for", "90s", "--speed", "200", "--no-serve")
ROUTES: Final = (
    "status",
    "health/ready",
    "orders",
    "orders?text=momentum&side=buy",
    "orders/{order}",
    "orders/{order}/why",
    "fills",
    "positions",
    "market/products",
    "market/bars?instrument={instrument}&frame=1m&indicators=sma:20,rsi:14",
    "market/book/{instrument}",
    "market/trades?instrument={instrument}",
    "market/quality",
    "features",
    "features/catalogue",
    "features/{instrument}",
    "signals",
    "signals/history?instrument={instrument}",
    "portfolio/summary",
    "portfolio/nav?points=500",
    "portfolio/performance",
    "portfolio/performance?benchmark={instrument}",
    "portfolio/lots",
    "portfolio/attribution",
    "risk/limits",
    "risk/var",
    "risk/var/backtest",
    "risk/exposure",
    "risk/correlation",
    "risk/breakers",
    "risk/stress",
    "audit/search",
    "compliance/blotter",
    "compliance/positions",
    "compliance/best-execution",
    "compliance/tax?year=2024",
    "system/roles",
    "system/latency",
    "system/rates",
    "system/resources",
    "system/logs",
    "system/parity",
    "system/version",
    "backtest",
    "backtest/presets",
    "backfill",
    "backfill/coverage",
    "jobs",
    "notifications",
    "settings",
)
BOUNDS: Final = (
    "api.requests_per_second=100000",
    "api.requests_at_once=1000000",
    "api.address_requests_per_second=100000",
    "api.address_requests_at_once=1000000",
)
"""So that nothing is refused: how often may be asked is not what is measured here."""
_START_S: Final = 60.0
_ANSWER_S: Final = 120.0
_LOOK_S: Final = 0.2
"""Between two looks at what is being made."""
_ADDRESS: Final = re.compile(rb"https?://\S+")


@dataclass(frozen=True)
class Measured:
    """How long one route took, in milliseconds."""

    path: str
    first_ms: float
    rest_ms: tuple[float, ...]
    size: int
    """Bytes of an answer."""
    made_s: float
    """Seconds until it was there, where it was made beside the answers; 0 elsewhere."""


def made_run(folder: Path) -> Path:
    """Return the state folder of a demo, traded when it is not there yet."""
    if not (folder / "status.json").is_file():
        command = (sys.executable, "-m", "traider", "run", *DEMO, "--state", str(folder))
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


@contextlib.contextmanager
def served(state: Path) -> Iterator[str]:
    """Serve a run in a process of its own; yield the URL."""
    command = (sys.executable, "-m", "traider", "serve", "--state", str(state), "--port", "0")
    bounds = [word for each in BOUNDS for word in ("--set", each)]
    server = subprocess.Popen(
        (*command, *bounds), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        told = _ADDRESS.search(server.stderr.readline() if server.stderr else b"")
        if told is None:
            sys.exit("the server does not say where it is")
        yield told[0].decode()
    finally:
        server.terminate()
        server.wait(_START_S)


class Browser:
    """Asks over one connection."""

    def __init__(self, url: str, token: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_ANSWER_S)
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, path: str) -> tuple[bytes, float]:
        """Return an answer, and how many milliseconds it took."""
        began_ns = time.perf_counter_ns()
        self._connection.request("GET", f"/api/v1/{path}", headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        took_ms = (time.perf_counter_ns() - began_ns) / 1e6
        if answer.status == http.HTTPStatus.ACCEPTED:
            time.sleep(_LOOK_S)
            return body, took_ms
        if answer.status != http.HTTPStatus.OK:
            sys.exit(f"{path}: {body.decode()}")
        return body, took_ms

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def measured(browser: Browser, path: str, times: int) -> Measured:
    """Ask for one path again and again; what takes a while is waited for before."""
    began = time.perf_counter()
    body, first_ms = browser.ask(path)
    made_s = 0.0
    while b'"being_made":true' in body:
        body, _ = browser.ask(path)
        made_s = time.perf_counter() - began
    rest = tuple(browser.ask(path)[1] for _ in range(times))
    return Measured(path, first_ms, rest, len(body), made_s)


def measure(state: Path | None = None, times: int = TIMES) -> None:
    """Ask every route and print the table."""
    folder = state or made_run(cache_root() / "benchmarks" / "api-reads")
    token = token_of(folder, Role.RISK_OFFICER, frozenset((Right.READ, Right.AUDIT)))
    with served(folder) as url, contextlib.closing(Browser(url, token)) as browser:
        events = json.loads(browser.ask("status")[0])["counts"]["events"]
        found = [measured(browser, "orders", times)]
        order = json.loads(browser.ask("orders?limit=1")[0])["items"][0]["order_id"]
        name = json.loads(browser.ask("market/products")[0])["items"][0]["name"]
        named = {"order": order, "instrument": name}
        paths = [path.format_map(named) for path in ROUTES if path != "orders"]
        found += [measured(browser, path, times) for path in paths]
    rows = [
        (
            f"`{each.path.replace(order, 'ID').replace(name, 'NAME')}`",
            f"{each.first_ms:,.1f}",
            f"{each.made_s:,.1f}" if each.made_s else "",
            f"{np.percentile(each.rest_ms, 50):,.1f}",
            f"{np.percentile(each.rest_ms, 99):,.1f}",
            f"{each.size / 1024:,.1f}",
        )
        for each in found
    ]
    print_table(
        f"What a dashboard asks (run of {events:,} events, goal {GOAL_MS:g} ms at p99)",
        ("GET /api/v1/", "first, ms", "whole after, s", "p50, ms", "p99, ms", "answer, KiB"),
        rows,
    )


def main() -> None:
    """Read what is asked for, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--state", type=Path, help="state folder of a run")
    parser.add_argument("--times", type=int, default=TIMES, help="requests of each route")
    said = parser.parse_args()
    measure(said.state, said.times)


if __name__ == "__main__":
    main()
