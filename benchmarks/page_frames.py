"""Whether the dashboard stays smooth while fifty things a second change on it.

    python -m benchmarks.page_frames [--state DIR] [--seconds N] [--rate N]

The built dashboard is served by the real server over a run, and its stream looks fifty times a
second at bodies of that run in which NAV, positions, orders, book, tape and the forming bar move
with each look. Pages are opened in headless Chromium, which draws in software. ``frames`` are those
the browser asked the page for; a long task is one that held the page up for 50 ms or more. What the
page's main thread worked for each frame is in its own processor time, which a busy machine does not
stretch: below 16.7 ms it keeps up with 60 frames a second where it gets a processor.

The run is traded on the shipped capture first, unless ``--state`` names another.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.types import Receive, Scope, Send

from benchmarks.tables import print_table
from tests.api.served import serving_application
from tests.api.traded_runs import trade
from tests.web.running_demo import BUILT, CHROMIUM, Demo, browser, entered
from traider.api.application import create_application
from traider.api.stream.bodies import FRESHNESS, RunBodies
from traider.api.stream.channel import BARS, DEPTH, TAPE
from traider.api.stream.deltas import Body
from traider.api.stream.door import HouseDoor
from traider.api.stream.stream import PATH, Stream, StreamTerms
from traider.api.terms import ApiTerms
from traider.runtime.config import load_config

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

SECONDS: Final = 10.0
RATE: Final = 50.0
GOAL: Final = 60.0
PAGES: Final = (("Overview", "/"), ("Market", "/market/"))
_SETTLE_MS: Final = 5_000
_READ_AGAIN_S: Final = 30.0
_AGAIN_S: Final = 0.2
_MEBIBYTE: Final = 2**20
_SEED: Final = 7
_MEASURE: Final = """(ms) => new Promise((done) => {
  const gaps = [], tasks = [];
  const watch = new PerformanceObserver((list) =>
    list.getEntries().forEach((each) => tasks.push(each.duration)));
  watch.observe({ type: "longtask" });
  let began = 0, last = 0;
  const frame = (now) => {
    if (began === 0) began = now; else gaps.push(now - last);
    last = now;
    if (now - began < ms) return requestAnimationFrame(frame);
    watch.disconnect();
    done({ gaps, tasks, took: now - began });
  };
  requestAnimationFrame(frame);
})"""


class Moving:
    """Bodies of a run, in which something moves each time that they are looked at."""

    def __init__(self, bodies: RunBodies) -> None:
        self._bodies = bodies
        self._known: dict[str, Body] = {}
        self._due_s: dict[str, float] = {}
        self.looks = 0

    def begin(self) -> None:
        """Wait until the run's journal was read: what is measured is not how that begins."""
        while not self._bodies.read(("market_update",)):
            time.sleep(_AGAIN_S)

    def read(self, wanted: Collection[str]) -> Mapping[str, Body]:
        """Return what is wanted, a little other than the last time."""
        now_s = time.monotonic()
        due = [name for name in wanted if self._due_s.get(name, 0.0) <= now_s]
        if due:
            self._known.update(self._bodies.read(due))
            self._due_s.update(dict.fromkeys(due, now_s + _READ_AGAIN_S))
        self.looks += 1
        return {
            name: moved(name, self._known[name], self.looks)
            for name in wanted
            if name in self._known
        }


def moved(name: str, body: Body, look: int) -> Body:
    """Return the body of a channel as it would be ``look`` looks later."""
    if isinstance(body, list):
        return _moved_rows(name, body, look)
    now = {**body, "age_s": 0.0} if "age_s" in body else dict(body)
    if name == FRESHNESS:
        return {"at_ns": time.time_ns(), "trader_age_s": 0.0, "journal_lag_s": 0.0, "unread": []}
    if name in ("status", "pnl_update"):
        now |= {key: _shifted(now[key], look) for key in ("nav", "pnl", "pnl_day") if now.get(key)}
        now["now_ns"] = time.time_ns()
    if name == "status":
        now |= {"liveness": "running", "phase": "trading"}
        now["positions"] = [_moved_row(row, look) for row in now["positions"]]
        now["orders"] = [_moved_row(row, look) for row in now["orders"]]
    if name.startswith(DEPTH):
        now["bids"], now["asks"] = (_moved_levels(now[side], look) for side in ("bids", "asks"))
    if name.startswith(BARS) and now["bars"]:
        last = now["bars"][-1]
        now["bars"] = [*now["bars"][:-1], {**last, "close": _shifted(last["close"], look)}]
    return now


def _moved_rows(name: str, rows: list[dict[str, Any]], look: int) -> Body:
    if name.startswith(TAPE):
        # One trade comes with each look, and the oldest goes.
        fresh = [
            {**rows[at % len(rows)], "id": f"moved {at}", "at_ns": time.time_ns()}
            for at in range(max(0, look - len(rows)), look)
        ]
        return [*rows, *fresh][-len(rows) :]
    if name in ("position_update", "order_update", "order_latest", "market_update"):
        # A few of them move; the rest stands, as orders that are over do.
        return [
            _moved_row(row, look) if (at + look) % len(rows) < _SEED else row
            for at, row in enumerate(rows)
        ]
    return rows


_MOVES: Final = ("mark", "value", "unrealized", "leaves", "last", "bid", "ask", "filled")


def _moved_row(row: dict[str, Any], look: int) -> dict[str, Any]:
    now = {**row, **{key: _shifted(row[key], look) for key in _MOVES if row.get(key)}}
    return {**now, "age_s": 0.0} if "age_s" in row else now


def _moved_levels(levels: dict[str, str], look: int) -> dict[str, str]:
    """Return levels with every tenth of another size."""
    return {
        price: _shifted(size, look) if (at + look) % 10 == 0 else size
        for at, (price, size) in enumerate(levels.items())
    }


def _shifted(text: str, look: int) -> str:
    """Return a decimal up to a thousandth higher, with its own places."""
    places = len(text.partition(".")[2])
    return f"{float(text) * (1.0 + (look % 20) / 20_000.0):.{places}f}"


class Server:
    """The real application with a stream that looks as often as is wanted."""

    def __init__(self, state: Path, rate: float) -> None:
        self._application = create_application(ApiTerms(state, load_config(), state / "data"))
        bodies = RunBodies(self._application.state.facts)
        self.moving = Moving(bodies)
        self._stream = Stream(
            HouseDoor(self._application.state.house),
            self.moving.read,
            bodies.knows,
            StreamTerms(every_s=1.0 / rate),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer: the stream's path by the stream, all others by the application."""
        if scope["type"] == "lifespan":
            self._stream.start()
        if scope["type"] != "lifespan" and scope["path"].startswith(PATH):
            await self._stream.application(scope, receive, send)
        else:
            await self._application(scope, receive, send)


@dataclass(frozen=True)
class Measured:
    """How one page did."""

    name: str
    looks_a_second: float
    frames_a_second: float
    p95_ms: float
    work_ms: float
    """Processor time of the page's main thread, each frame."""
    tasks: int
    longest_ms: float
    grown_mib: float


def measured(chromium: "Browser", demo: Demo, server: Server, page: tuple[str, str],
             seconds: float) -> Measured:  # fmt: skip
    """Open one page and watch it."""
    context = entered(chromium, demo)
    opened = context.new_page()
    opened.goto(demo.url + page[1])
    opened.get_by_role("banner").locator("dd").first.wait_for()
    opened.wait_for_timeout(_SETTLE_MS)
    session = context.new_cdp_session(opened)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    begun, looks = _metrics(session), server.moving.looks
    found = opened.evaluate(_MEASURE, seconds * 1_000)
    ended, looks = _metrics(session), server.moving.looks - looks
    context.close()
    gaps, tasks, took_s = sorted(found["gaps"]), found["tasks"], found["took"] / 1_000
    return Measured(
        name=page[0],
        looks_a_second=looks / took_s,
        frames_a_second=len(gaps) / took_s,
        p95_ms=gaps[min(int(0.95 * len(gaps)), len(gaps) - 1)],
        work_ms=1_000.0 * (ended["TaskDuration"] - begun["TaskDuration"]) / len(gaps),
        tasks=len(tasks),
        longest_ms=max(tasks, default=0.0),
        grown_mib=(ended["JSHeapUsedSize"] - begun["JSHeapUsedSize"]) / _MEBIBYTE,
    )


def _metrics(session: "CDPSession") -> dict[str, float]:
    """Return what the browser counts of a page, with nothing left to collect on its heap."""
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: float(each["value"]) for each in metrics}


def watched(state: Path, seconds: float, rate: float) -> list[Measured]:
    """Serve a run and watch every page of it."""
    server = Server(state, rate)
    server.moving.begin()
    with serving_application(server) as url, browser() as chromium:
        demo = Demo(url, "", state, os.getpid())
        return [measured(chromium, demo, server, page, seconds) for page in PAGES]


def measure(state: Path | None = None, seconds: float = SECONDS, rate: float = RATE) -> None:
    """Watch every page and print the table."""
    if CHROMIUM is None or not BUILT.is_file():
        sys.exit("needs Chromium (apt-get install chromium) and the dashboard (make dashboard)")
    with tempfile.TemporaryDirectory() as made:
        found = watched(state or trade(Path(made) / "run"), seconds, rate)
    load = os.getloadavg()[0]
    print_table(
        f"A page under {rate:g} changes a second ({seconds:g} s each, goal {GOAL:g} frames/s, "
        f"load {load:.1f} on {os.cpu_count()} processors)",
        (
            "page", "changes/s", "frames/s", "p95 frame, ms", "work a frame, ms", "long tasks",
            "longest task, ms", "heap growth, MiB",
        ),
        [
            (
                each.name,
                f"{each.looks_a_second:.1f}",
                f"{each.frames_a_second:.1f}",
                f"{each.p95_ms:.1f}",
                f"{each.work_ms:.1f}",
                str(each.tasks),
                f"{each.longest_ms:.0f}",
                f"{each.grown_mib:+.1f}",
            )
            for each in found
        ],
    )  # fmt: skip


def main() -> None:
    """Read what is asked for, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--state", type=Path, help="state folder of a run")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each page")
    parser.add_argument("--rate", type=float, default=RATE, help="changes a second")
    said = parser.parse_args()
    measure(said.state, said.seconds, said.rate)


if __name__ == "__main__":
    main()
