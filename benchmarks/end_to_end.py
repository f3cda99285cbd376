"""From the wire to the kernel through the journal, in one process on one core.

Messages of Coinbase as recorded on 2026-08-09 (in the shared data), its changes told again and
again as a connection of long standing brings them, go through the mapper, are appended to a
journal, and are taken by the kernel: its books, or decider, gate and simulated venue. The events of
some messages go on together, as the queue of a feed hands them over when it is busy.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from benchmarks.coinbase_l2 import START_NS, Load, capture_path, coinbase_loads
from benchmarks.tables import print_table
from traider.domain.ports import EventSink
from traider.journal.instruments import JournalInstrument
from traider.journal.terms import FsyncPolicy, JournalTerms
from traider.journal.writer import JournalWriter
from traider.runtime.config import Config, EnsembleStrategy
from traider.runtime.config_sections import DataConfig
from traider.runtime.config_strategy import AlphaConfig
from traider.runtime.kernel_books import KernelBooks
from traider.runtime.kernel_depth_reader import KernelDepthReader
from traider.runtime.strategy_target import StrategyTarget
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing

ROUNDS: Final = 5
BATCH_EVENTS: Final = 4_096
_NAMES: Final = ("BTC-USD", "ETH-USD")
_TICK, _LOT = Decimal("0.01"), Decimal("1e-8")


class _Books:
    """The kernel's books as a sink."""

    def __init__(self) -> None:
        self._books = KernelBooks(len(_NAMES))
        self.append = self._books.apply


def measure(rounds: int = ROUNDS) -> None:
    """Print the table; every row is the fastest of ``rounds``, by the clock on the wall."""
    path = capture_path()
    if path is None:
        print("\nfrom the wire to the kernel: the capture is not there (set TRAIDER_DATA_DIR)")
        return
    load = coinbase_loads(path)[1]
    rows: dict[str, Callable[[Path], list[EventSink]]] = {
        "mapper alone": lambda _: [],
        "mapper, kernel's books": lambda _: [_Books()],
        "mapper, journal": lambda folder: [_journal(folder)],
        "mapper, journal, kernel's books": lambda folder: [_journal(folder), _Books()],
        "mapper, journal, decider with gate and venue": lambda folder: [
            _journal(folder),
            _strategy(),
        ],
    }
    found = {name: min(_run(load, sinks) for _ in range(rounds)) for name, sinks in rows.items()}
    print_table(
        f"From the wire to the kernel in one process ({load.levels:,} level updates, handed on by "
        f"{BATCH_EVENTS:,} events)",
        ("way", "M level updates/s", "of the mapper alone"),
        [
            (
                name,
                f"{load.levels / seconds / 1e6:.2f}",
                f"{found['mapper alone'] / seconds:.0%}",
            )
            for name, seconds in found.items()
        ],
    )


def _journal(folder: Path) -> JournalWriter:
    instruments = [JournalInstrument(f"COINBASE:{name}", name, _TICK, _LOT) for name in _NAMES]
    return JournalWriter.open(folder, instruments, JournalTerms(fsync=FsyncPolicy.INTERVAL))


def _strategy() -> StrategyTarget:
    config = Config(
        currency="USD",
        data=DataConfig(bars="1s"),
        strategy=EnsembleStrategy(alphas=(AlphaConfig(name="order-flow"),)),
    )
    instruments = [JournalInstrument(f"COINBASE:{name}", name, _TICK, _LOT) for name in _NAMES]
    return StrategyTarget(config, instruments)


def _run(load: Load, sinks_of: Callable[[Path], Sequence[EventSink]]) -> float:
    """Return the seconds of the changes; the books before them are taken unmeasured."""
    listings = [Listing(name, number, _TICK, _LOT) for number, name in enumerate(_NAMES)]
    mapper, out = CoinbaseMapper(listings, reader=KernelDepthReader), EventWriter()
    with tempfile.TemporaryDirectory() as folder:
        sinks = sinks_of(Path(folder))
        ts_recv = START_NS
        for raw in load.messages[:2]:
            ts_recv += 1_000
            mapper.take(raw, ts_recv, out)
        _hand_on(out, sinks)
        started = time.perf_counter()
        for raw in load.messages[2:]:
            ts_recv += 1_000
            mapper.take(raw, ts_recv, out)
            if len(out) >= BATCH_EVENTS:
                _hand_on(out, sinks)
        _hand_on(out, sinks)
        seconds = time.perf_counter() - started
        for sink in sinks:
            if isinstance(sink, JournalWriter):
                sink.close()
    return seconds


def _hand_on(out: EventWriter, sinks: Sequence[EventSink]) -> None:
    events = out.take()
    for sink in sinks:
        sink.append(events)


if __name__ == "__main__":
    measure()
