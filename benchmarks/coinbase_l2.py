"""Coinbase's level 2 from bytes to the kernel's book, beside ccxt.pro on the same messages.

The messages are those of a session recorded on 2026-08-09 (in the shared data): as it was, two
books and 460 changes; and its changes again and again, as a connection of long standing brings
them. ccxt.pro's own handler runs in an environment of its own (``scripts/setup_clients.sh``) in the
same run, books included.
"""

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from benchmarks.tables import print_table
from benchmarks.workloads import REPOSITORY
from traider.runtime.kernel_books import KernelBooks
from traider.runtime.kernel_depth_reader import KernelDepthReader
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.depth_reading import ReaderFactory
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.recordings import Received, open_recording

CAPTURE: Final = "COINBASE-20260809-part1.jsonl.zst"
CCXT: Final = REPOSITORY / ".venv-ccxt" / "bin" / "python"
PASSES: Final = 40
ROUNDS: Final = 5
START_NS: Final = 1_786_309_548_000_000_000
CHUNK_EVENTS: Final = 65_536
_NUMBER: Final = re.compile(rb'"sequence_num":\d+')


@dataclass(frozen=True)
class Load:
    """Messages, and how many levels they tell."""

    name: str
    messages: list[bytes]
    levels: int


def measure(rounds: int = ROUNDS) -> None:
    """Print the table; every row is the fastest of ``rounds``, in processor time, on one core."""
    path = capture_path()
    if path is None:
        print(f"\nCoinbase level 2: {CAPTURE} is not there (set TRAIDER_DATA_DIR)")
        return
    loads = coinbase_loads(path)
    rows: dict[str, Callable[[Load], float]] = {
        "json and dictionaries of floats, no checks": _plain,
        "mapper that decodes, kernel book": lambda load: _mapped(load, None),
        "mapper that reads, kernel book": lambda load: _mapped(load, KernelDepthReader),
    }
    found = {
        name: [min(run(load) for _ in range(rounds)) for load in loads]
        for name, run in rows.items()
    }
    ccxt = _ccxt(loads)
    if ccxt:
        version, seconds = ccxt
        found = {f"ccxt.pro {version}, its own handler": seconds, **found}
    base = next(iter(found.values()))
    print_table(
        f"Coinbase level 2, bytes to book, one core ({loads[0].levels:,} levels of the session, "
        f"{loads[1].levels:,} of its changes told {PASSES} times)",
        ("run", "session, M levels/s", "changes, M levels/s", "faster than the first, changes"),
        [
            (
                name,
                *(f"{load.levels / s / 1e6:.2f}" for load, s in zip(loads, seconds, strict=True)),
                f"{base[1] / seconds[1]:.1f}",
            )
            for name, seconds in found.items()
        ],
    )
    if not ccxt:
        print("\nccxt.pro was not measured: scripts/setup_clients.sh makes its environment")


def capture_path() -> Path | None:
    """Return the recorded session, None where it is not at hand."""
    shared = Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
    path = shared / "l2" / CAPTURE
    return path if path.exists() else None


def coinbase_loads(path: Path) -> tuple[Load, Load]:
    """Return the depth of the session, and its changes again and again after its books."""
    records = [each for each in open_recording([path]).records() if isinstance(each, Received)]
    depth = [each.raw for each in records if b'"channel":"l2_data"' in each.raw[:30]]
    books = [raw for raw in depth if b'"type":"snapshot"' in raw[:200]]
    changes = [raw for raw in depth if b'"type":"snapshot"' not in raw[:200]]
    return (
        Load("session", _numbered(depth), sum(map(_levels, depth))),
        Load("changes", _numbered(books + changes * PASSES), PASSES * sum(map(_levels, changes))),
    )


def _levels(raw: bytes) -> int:
    return raw.count(b'"price_level"')


def _numbered(messages: Sequence[bytes]) -> list[bytes]:
    """Return messages counted from 0, as one connection would bring them."""
    return [
        _NUMBER.sub(b'"sequence_num":%d' % number, raw, count=1)
        for number, raw in enumerate(messages)
    ]


def _books(load: Load) -> int:
    """Return how many messages are not measured: the books before repeated changes."""
    return 2 if load.name == "changes" else 0


def _mapped(load: Load, reader: ReaderFactory | None) -> float:
    """Return the seconds from bytes to the kernel's book, by a mapper that met nothing before."""
    listings = [
        Listing(name, number, Decimal("0.01"), Decimal("1e-8"))
        for number, name in enumerate(("BTC-USD", "ETH-USD"))
    ]
    mapper, out, books = CoinbaseMapper(listings, reader=reader), EventWriter(), KernelBooks(2)
    take, ts_recv, first = mapper.take, START_NS, _books(load)
    for raw in load.messages[:first]:
        ts_recv += 1_000
        take(raw, ts_recv, out)
    books.apply(out.take())
    started = time.process_time()
    for raw in load.messages[first:]:
        ts_recv += 1_000
        take(raw, ts_recv, out)
        if len(out) >= CHUNK_EVENTS:
            books.apply(out.take())
    books.apply(out.take())
    return time.process_time() - started


def _plain(load: Load) -> float:
    """Do what a first script would do: no continuity, no check, binary floats."""
    sides: dict[tuple[str, str], dict[float, float]] = {}
    first, started = _books(load), 0.0
    for number, raw in enumerate(load.messages):
        if number == first:
            started = time.process_time()
        for event in json.loads(raw)["events"]:
            for level in event["updates"]:
                levels = sides.setdefault((event["product_id"], level["side"]), {})
                price, size = float(level["price_level"]), float(level["new_quantity"])
                if size:
                    levels[price] = size
                else:
                    levels.pop(price, None)
    return time.process_time() - started


def _ccxt(loads: Sequence[Load]) -> tuple[str, list[float]] | None:
    """Return ccxt's version and its seconds for each load; None without its environment."""
    if not CCXT.exists():
        return None
    seconds, version = [], ""
    for load in loads:
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"\n".join(load.messages))
            file.flush()
            command = [str(CCXT), "-m", "benchmarks.peers.engines.ccxt_depth", file.name]
            command.append(str(_books(load)))
            done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
        answer = json.loads(done.stdout)
        seconds.append(float(answer["seconds"]))
        version = answer["version"]
    return version, seconds


if __name__ == "__main__":
    measure()
