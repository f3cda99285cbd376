"""Binance's messages to events, beside ``json`` and a dictionary in the same run."""

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.tables import print_table
from traider.backtest.captures import CaptureReader, CaptureSource, capture_sources
from traider.domain.events import Kind, join_events
from traider.venues.binance.mapper import BinanceMapper
from traider.venues.captures import CaptureLine, ReceiveOrder, read_capture
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing

REPOSITORY = Path(__file__).resolve().parent.parent
LARGE = "BINANCE-USDM-BTCUSDT-20240808.txt.zst"
SAMPLE = "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
ROUNDS = 5


def measure(rounds: int = ROUNDS) -> None:
    """Print the table; every row is the median of ``rounds``, taken in turn."""
    path = _capture()
    (source,) = capture_sources([path])
    lines = list(read_capture(path, ReceiveOrder()))
    events = join_events(list(CaptureReader(source, 0).chunks()))
    levels = int((events["kind"] == Kind.DEPTH_SNAPSHOT).sum())
    levels += int((events["kind"] == Kind.DEPTH_UPDATE).sum())
    rows: dict[str, Callable[[], None]] = {
        "json.loads, levels into a dictionary of floats": lambda: _plain(lines),
        "mapper: checked, exact, as event records": lambda: _mapped(source, lines),
        "the same from the compressed file": lambda: _read(source),
    }
    found = _in_turn(rows, rounds)
    base = found[next(iter(rows))]
    print_table(
        f"Decoding ({len(lines):,} messages, {levels:,} levels of {path.name}, one core)",
        ("run", "messages/s", "levels/s", "us a message", "faster than json"),
        [
            (
                name,
                f"{len(lines) / seconds:,.0f}",
                f"{levels / seconds:,.0f}",
                f"{seconds / len(lines) * 1e6:.1f}",
                f"{base / seconds:.2f}",
            )
            for name, seconds in found.items()
        ],
    )


def _capture() -> Path:
    """Return the largest of the shared captures, or the one that ships."""
    shared = Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
    large = shared / "l2" / LARGE
    return large if large.exists() else REPOSITORY / "data" / "sample" / SAMPLE


def _in_turn(rows: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each row; processor time, as the machine is shared."""
    seconds: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, run in rows.items():
            started = time.process_time()
            run()
            seconds[name].append(time.process_time() - started)
    return {name: statistics.median(found) for name, found in seconds.items()}


def _plain(lines: list[CaptureLine]) -> None:
    """Do what a first script would do; sizes and prices become binary floats."""
    book: dict[tuple[str, float], float] = {}
    for _, _, raw in lines:
        message = json.loads(raw)
        data = message.get("data", message)
        for side, levels in (("b", data.get("b")), ("a", data.get("a"))):
            if isinstance(levels, list):
                for price, size in levels:
                    book[side, float(price)] = float(size)


def _mapped(source: CaptureSource, lines: list[CaptureLine]) -> None:
    listing = Listing(source.symbol, 0, source.tick_size, source.lot_size)
    mapper, out = BinanceMapper(source.market, [listing]), EventWriter()
    for _, ts_recv, raw in lines:
        mapper.take(raw, ts_recv, out)
    out.take()


def _read(source: CaptureSource) -> None:
    for _ in CaptureReader(source, 0).chunks():
        pass


if __name__ == "__main__":
    measure()
