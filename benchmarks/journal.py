"""The journal beside plain ``write()``, SQLite and gzip: appends, reading, verifying, size."""

import gzip
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.tables import print_table
from traider.backtest.captures import CaptureReader, capture_sources
from traider.domain.events import EVENT, EventArray, MarketFlag, join_events
from traider.journal import FsyncPolicy, JournalReader, JournalTerms, JournalWriter
from traider.journal.verifying import verify_journal

REPOSITORY = Path(__file__).resolve().parent.parent
LARGE = "BINANCE-USDM-BTCUSDT-20240808.txt.zst"
SAMPLE = "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
EVENTS = 4_000_000
BATCH = 8_192
ROUNDS = 3
SMALL = 50_000
EACH = 400
NO_SYNC = JournalTerms(FsyncPolicy.NONE, compress=False)


def measure(rounds: int = ROUNDS) -> None:
    """Print the tables; the rows of each are taken in turn, the median of ``rounds``."""
    once, name = _events()
    events = _repeated(once, EVENTS)
    with tempfile.TemporaryDirectory() as folder:
        _measure_appends(Path(folder), events, name, rounds)
        _measure_latency(Path(folder), events)
        _measure_reading(Path(folder), events, once, rounds)
        _measure_size(Path(folder), once)


def _events() -> tuple[EventArray, str]:
    """Return the events of the largest of the shared captures, or of the one that ships."""
    shared = Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
    large = shared / "l2" / LARGE
    path = large if large.exists() else REPOSITORY / "data" / "sample" / SAMPLE
    (source,) = capture_sources([path])
    return join_events(list(CaptureReader(source, 0).chunks())), path.name


def _repeated(events: EventArray, count: int) -> EventArray:
    whole = np.resize(events.view("V64"), count).view(EVENT)
    whole["ts_recv"] = np.arange(count) * 1_000 + int(events["ts_recv"][0])
    return whole


def _messages(events: EventArray) -> list[EventArray]:
    """Return the events a message each, as a live feed without a backlog appends them."""
    ends = np.flatnonzero(events["flags"] & MarketFlag.LAST_OF_MESSAGE) + 1
    return np.split(events, ends)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of the clock and of the processor; the machine is shared."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _measure_appends(folder: Path, events: EventArray, name: str, rounds: int) -> None:
    batches = [events[start : start + BATCH] for start in range(0, len(events), BATCH)]
    few = events[: len(events) // 10]
    rows: dict[str, tuple[int, Callable[[Path], object]]] = {
        "plain write() of the same batches": (len(events), lambda path: _plain(path, batches)),
        "journal, no fsync": (len(events), lambda path: _journal(path, batches, NO_SYNC)),
        "journal, fsync each 50 ms": (
            len(events),
            lambda path: _journal(path, batches, JournalTerms(compress=False)),
        ),
        "journal, segments of 64 MiB, packed beside": (
            len(events),
            lambda path: _journal(path, batches, JournalTerms(segment_bytes=64 * 2**20)),
        ),
        "SQLite, executemany, one transaction a batch": (len(few), lambda path: _sqlite(path, few)),
    }
    found: dict[str, list[tuple[float, float]]] = {row: [] for row in rows}
    for number in range(rounds):
        for row, (_, work) in rows.items():
            with tempfile.TemporaryDirectory(dir=folder) as place:
                path = Path(place) / str(number)
                found[row].append(_timed(lambda work=work, path=path: work(path)))  # type: ignore[misc]
    print_table(
        f"Journal: appends in batches of {BATCH:,} ({len(events):,} events of {name})",
        ("run", "M events/s", "MB/s", "M events/s of processor time"),
        [
            _speed_row(row, rows[row][0], [each[0] for each in times], [each[1] for each in times])
            for row, times in found.items()
        ],
    )


def _speed_row(
    name: str, count: int, walls: list[float], processors: list[float]
) -> tuple[str, str, str, str]:
    wall, processor = statistics.median(walls), statistics.median(processors)
    return (
        name,
        f"{count / wall / 1e6:.2f}",
        f"{count * 64 / wall / 1e6:,.0f}",
        f"{count / processor / 1e6:.2f}",
    )


def _plain(path: Path, batches: list[EventArray]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    for batch in batches:
        os.write(descriptor, batch.view(np.uint8).data)
    os.close(descriptor)


def _journal(path: Path, batches: list[EventArray], terms: JournalTerms) -> None:
    journal = JournalWriter.open(path, terms=terms)
    for batch in batches:
        journal.append(batch)
    journal.close()


def _sqlite(path: Path, events: EventArray) -> None:
    base = sqlite3.connect(path)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = NORMAL")
    names = ["ts_event", "ts_recv", "kind", "instrument", "flags", "side", "version"]
    names += [f"w{place}" for place in range(5)]
    base.execute(f"CREATE TABLE events ({', '.join(names)})")
    insert = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    for start in range(0, len(events), BATCH):
        columns = [events[name][start : start + BATCH].tolist() for name in names]
        with base:
            base.executemany(insert, zip(*columns, strict=True))
    base.close()


def _measure_latency(folder: Path, events: EventArray) -> None:
    single = [events[place : place + 1] for place in range(SMALL)]
    tens = [events[place : place + 10] for place in range(0, 10 * SMALL, 10)]
    packing = JournalTerms(FsyncPolicy.NONE, segment_bytes=2 * 2**20)
    rows = {
        "plain write(), 1 event": _plain_latency(folder / "plain", single),
        "append, 1 event, no fsync": _latency(folder / "single", single, NO_SYNC),
        "append, 10 events, no fsync": _latency(folder / "tens", tens, NO_SYNC),
        "the same, a segment each 2 MiB, packed beside": _latency(folder / "packed", tens, packing),
        "append, 1 event, fsync each 50 ms": _latency(
            folder / "interval", single, JournalTerms(compress=False)
        ),
        "append, 1 event, fsync each time": _latency(
            folder / "each", single[:EACH], JournalTerms(FsyncPolicy.EACH)
        ),
    }
    print_table(
        "Journal: one small append, us",
        ("run", "appends", "p50", "p99", "p99.9"),
        [
            (
                name,
                f"{len(times):,}",
                *(f"{np.percentile(times, share) / 1e3:,.1f}" for share in (50, 99, 99.9)),
            )
            for name, times in rows.items()
        ],
    )


def _latency(path: Path, parts: list[EventArray], terms: JournalTerms) -> list[int]:
    with JournalWriter.open(path, terms=terms) as journal:
        return _durations(journal.append, parts)


def _plain_latency(path: Path, parts: list[EventArray]) -> list[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    found = _durations(lambda part: os.write(descriptor, part.view(np.uint8).data), parts)
    os.close(descriptor)
    return found


def _durations(work: Callable[[EventArray], object], parts: list[EventArray]) -> list[int]:
    found = []
    for part in parts:
        started = time.perf_counter_ns()
        work(part)
        found.append(time.perf_counter_ns() - started)
    return found


def _measure_reading(folder: Path, events: EventArray, once: EventArray, rounds: int) -> None:
    batches = [events[start : start + BATCH] for start in range(0, len(events), BATCH)]
    packed = JournalTerms(FsyncPolicy.NONE, segment_bytes=events.nbytes // 2)
    _journal(folder / "batches", batches, NO_SYNC)
    _journal(folder / "batches-packed", [*batches, events[:1]], packed)
    hundreds = [events[start : start + 100] for start in range(0, len(events), 100)]
    _journal(folder / "hundreds", hundreds, NO_SYNC)
    _journal(folder / "messages", _messages(once), NO_SYNC)
    rows = []
    for name, title in {
        "batches": f"blocks of {BATCH:,} events",
        "batches-packed": "the same, packed",
        "hundreds": "blocks of 100 events",
        "messages": f"a block a message, {len(once) / len(_messages(once)):.1f} events",
    }.items():
        rows.append(_reading_row(folder / name, title, rounds))
    print_table(
        "Journal: verifying and reading, one core",
        ("journal", "verify MB/s", "verify, of processor time", "blocks/s", "read M events/s"),
        rows,
    )


def _reading_row(path: Path, title: str, rounds: int) -> tuple[str, ...]:
    verdict = verify_journal(path)
    assert verdict.is_whole  # noqa: S101 - or nothing was measured
    size = verdict.events * 64 + verdict.blocks * 96
    verified = [_timed(lambda: verify_journal(path)) for _ in range(rounds)]
    read = [_timed(lambda: sum(map(len, JournalReader(path).events()))) for _ in range(rounds)]
    wall = statistics.median(each[0] for each in verified)
    processor = statistics.median(each[1] for each in verified)
    return (
        title,
        f"{size / wall / 1e6:,.0f}",
        f"{size / processor / 1e6:,.0f}",
        f"{verdict.blocks / wall:,.0f}",
        f"{verdict.events / statistics.median(each[0] for each in read) / 1e6:.1f}",
    )


def _measure_size(folder: Path, events: EventArray) -> None:
    terms = JournalTerms(FsyncPolicy.NONE, segment_bytes=64)
    messages = _messages(events)
    batches = [events[start : start + BATCH] for start in range(0, len(events), BATCH)]
    journals = {
        f"journal, blocks of {BATCH:,}": batches,
        "journal, a block a message": messages,
    }
    rows = [("events as records", f"{64:.1f}", f"{1:.1f}")]
    for number, (name, parts) in enumerate(journals.items()):
        size = _packed_size(folder / f"size-{number}", parts, terms)
        raw = 64 + 96 * len(parts) / len(events)
        rows.append((f"{name}, as written", f"{raw:.1f}", f"{64 / raw:.1f}"))
        rows.append((f"{name}, packed", f"{size / len(events):.1f}", _times(size, events)))
    text = gzip.compress(_csv(events), 6)
    rows.append(("CSV.gz", f"{len(text) / len(events):.1f}", _times(len(text), events)))
    print_table(
        f"Journal: bytes an event ({len(events):,} events of one capture)",
        ("form", "bytes", "smaller than records"),
        rows,
    )


def _times(size: int, events: EventArray) -> str:
    return f"{events.nbytes / size:.1f}"


def _packed_size(path: Path, parts: list[EventArray], terms: JournalTerms) -> int:
    """Return the bytes of a packed segment that holds ``parts``."""
    with JournalWriter.open(path, terms=NO_SYNC) as journal:
        for part in parts:
            journal.append(part)
    with JournalWriter.open(path, terms=terms) as journal:
        journal.append(parts[0])
    return sum(each.stat().st_size for each in path.glob("*-000000.segz"))


def _csv(events: EventArray) -> bytes:
    names = ("ts_event", "ts_recv", "kind", "instrument", "flags", "side", "w0", "w1", "w2")
    rows = zip(*(events[name].tolist() for name in names), strict=True)
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


if __name__ == "__main__":
    measure()
