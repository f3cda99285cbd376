"""The identity check: how fast a journal is replayed, and what the check costs who trades."""

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.tables import print_table
from traider.backtest.captures import capture_sources, load_capture
from traider.domain.events import EventArray, join_events
from traider.domain.payloads import config_digest_event
from traider.journal import FsyncPolicy, JournalInstrument, JournalReader, JournalTerms
from traider.journal.writer import JournalWriter
from traider.kernel.live_machine import LiveMachine, digest_of
from traider.kernel.machine import Machine
from traider.runtime.config import config_digest, load_config
from traider.runtime.parity.checking import check_run
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.parity.identity import IdentityCheck
from traider.runtime.parity.inputs import is_input
from traider.runtime.parity.recorded_run import RecordedRun, recorded_follower
from traider.runtime.parity.shadow import IdentityResult, JournalShadow, StateClaim
from traider.runtime.run_request import RunRequest
from traider.runtime.state_folder import RunPaths, StateFolder
from traider.runtime.status_body import Mode

ROOT: Final = Path(__file__).resolve().parent.parent
CAPTURE: Final = ROOT / "data" / "sample" / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
SETTINGS: Final = ROOT / "tests" / "golden" / "level2-quotes.toml"
MINUTE_EVENTS: Final = 60_000
"""A minute at 1,000 events a second."""
ROUNDS: Final = 5
PIECE: Final = 20
"""Events that come together."""
TERMS: Final = JournalTerms(FsyncPolicy.NONE, compress=False)


class _Paper:
    """The live loop in simulated time, with its journal in a state folder."""

    def __init__(self, folder: Path) -> None:
        (source,) = capture_sources([CAPTURE])
        names = (
            JournalInstrument(source.instrument, "BTCUSDT", source.tick_size, source.lot_size),
        )
        config = load_config(SETTINGS)
        with StateFolder(folder) as state:
            state.begin(RunRequest(Mode.PAPER, "binance", ("BTCUSDT",), config), names, 1)
        self.folder = folder
        self.events = load_capture([CAPTURE])
        ends = np.flatnonzero(np.diff(self.events["ts_recv"])) + 1
        self._instants = ends[np.unique(np.searchsorted(ends, ends // PIECE * PIECE))]
        self.journal = JournalWriter.open(RunPaths(folder).journal, names, TERMS)
        self.machine = LiveMachine(RecordedRun.open(folder).spec(), simulates=True)
        self.passed_ns = int(self.events["ts_recv"][0])
        self.give(config_digest_event(config_digest(config), self.passed_ns))

    def give(self, events: EventArray) -> None:
        """Take inputs as a trader does: decide, journal, send."""
        self.passed_ns = max(self.passed_ns, int(events["ts_recv"][-1]))
        for turn in self.machine.advance(events, self.passed_ns):
            self.journal.append(turn.events)
            for place in range(len(turn.intents)):
                self.machine.submit(turn.intents[place : place + 1], turn.answers[place])

    def feed(self, begin: int, end: int) -> list[float]:
        """Give the pieces that end within some events; return how long each took, ms."""
        found = []
        stops = self._instants[(self._instants > begin) & (self._instants <= end)]
        for stop in stops.tolist():
            started = time.perf_counter()
            self.give(self.events[begin:stop])
            found.append((time.perf_counter() - started) * 1e3)
            begin = stop
        return found

    def claim(self) -> StateClaim:
        """Return what it says of its state."""
        return StateClaim(self.machine.sequence, self.passed_ns, self.machine.state_hash())


def measure() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        _measure_trader(Path(folder) / "checked")
        _measure_replay(Path(folder) / "replayed")


def _timed_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median of some rounds."""
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1e3)
    return statistics.median(found)


def _measure_replay(folder: Path) -> None:
    paper = _Paper(folder)
    paper.feed(0, len(paper.events))
    paper.journal.close()
    reader = JournalReader(RunPaths(folder).journal)
    journal = join_events(list(reader.events()))
    spec = paper.machine.spec
    inputs = journal[is_input(journal)]

    def backtest() -> None:
        for _ in Machine(spec, journal_all=True).feed(inputs):
            pass

    def replay() -> None:
        decisions = DecisionReplay(spec, simulates=True)
        for events in reader.events():
            decisions.take(events)
        assert decisions.finish().ok  # noqa: S101 - or nothing was measured

    rows: dict[str, Callable[[], object]] = {
        "the journal read": lambda: sum(map(len, reader.events())),
        "the back-test of its inputs (the kernel alone)": backtest,
        "its decisions replayed and compared": replay,
        "traider parity: chain, replay, two back-tests, prices": lambda: check_run(folder),
    }
    times = {name: _timed_ms(work) for name, work in rows.items()}
    print_table(
        f"Parity of a recorded run ({len(journal):,} events of Level-2 data)",
        ("what", "ms", "M events/s"),
        [
            (name, f"{taken:,.0f}", f"{len(journal) / taken / 1e3:.2f}")
            for name, taken in times.items()
        ],
    )


def _measure_trader(folder: Path) -> None:
    paper = _Paper(folder)
    maker, journal = partial(recorded_follower, folder), RunPaths(folder).journal
    check = IdentityCheck(maker, journal)
    quiet = paper.feed(0, 10_000)
    started = time.perf_counter()
    check.begin(paper.claim())
    spawned_ms = (time.perf_counter() - started) * 1e3
    first = _waited(check)
    ready_ms = (time.perf_counter() - started) * 1e3
    quiet += paper.feed(10_000, 20_000)
    shadow = JournalShadow(maker, journal)
    shadow.check(paper.claim())
    paper.feed(20_000, 20_000 + MINUTE_EVENTS)
    minute = shadow.check(paper.claim())
    started = time.perf_counter()
    check.begin(paper.claim())
    begun_ms = (time.perf_counter() - started) * 1e3
    busy: list[float] = []
    beside, place = None, 20_000 + MINUTE_EVENTS
    while beside is None and place + 100 * PIECE <= len(paper.events):
        busy += paper.feed(place, place + 100 * PIECE)
        place += 100 * PIECE
        beside = check.result()
    beside = beside or _waited(check)
    assert all(found.ok for found in (first, minute, beside))  # noqa: S101 - or nothing was measured
    state = bytearray(paper.machine.state_bytes)
    paper.machine.copy_state(state)
    check.close()
    paper.journal.close()
    mb = len(state) / 1e6
    print_table(
        "Identity check: a minute at 1,000 events/s, one book",
        ("what", "ms"),
        [
            ("first claim to its answer: process begun, kernel loaded", f"{ready_ms:,.0f}"),
            (f"a minute's check, {minute.events:,} events, quiet", f"{minute.seconds * 1e3:,.0f}"),
            ("the same beside the trader, niced", f"{beside.seconds * 1e3:,.0f}"),
            ("goal: within the minute", "60,000"),
        ],
    )
    print_table(
        f"Identity check: what the trader's loop waits for (state of {mb:.1f} MB)",
        ("what", "ms"),
        [
            ("state taken as a snapshot", f"{_timed_ms(paper.machine.snapshot):.1f}"),
            (
                "state copied into memory at hand",
                f"{_timed_ms(lambda: paper.machine.copy_state(state)):.1f}",
            ),
            (
                "its digest (in a thread, which waits for nobody)",
                f"{_timed_ms(lambda: digest_of(memoryview(state))):.1f}",
            ),
            ("the process begun, once (in that thread)", f"{spawned_ms:.1f}"),
            ("a claim handed over, digest taken on the way", f"{begun_ms:.1f}"),
        ],
    )
    print_table(
        f"Identity check: {PIECE} events through the live loop and its journal, ms",
        ("while", "pieces", "p50", "p99"),
        [_row("nothing is checked", quiet), _row("a check is under way", busy)],
    )


def _row(name: str, times: list[float]) -> tuple[str, ...]:
    shares = (f"{np.percentile(times, share):.3f}" for share in (50, 99))
    return (name, f"{len(times):,}", *shares)


def _waited(check: IdentityCheck) -> IdentityResult:
    while True:
        found = check.result()
        if found is not None:
            return found
        time.sleep(0.001)


if __name__ == "__main__":
    measure()
