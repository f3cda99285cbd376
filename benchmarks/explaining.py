"""How long it takes to explain an order of a run of ten million events.

    python -m benchmarks.explaining [--events N]

The run is made once from the shipped capture, over and over, and kept in the folder of caches: a
paper run with its journal, and the audit made of it afterwards. Orders and refusals are drawn at
random over the whole run.
"""

import argparse
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.tables import print_table
from traider.backtest.captures import capture_sources, load_capture
from traider.compliance.lookup import AuditLookup
from traider.compliance.reading import records_about
from traider.compliance.verifying import verify_chain
from traider.domain.events import EventArray
from traider.domain.payloads import config_digest_event
from traider.journal import FsyncPolicy, JournalInstrument, JournalReader, JournalTerms
from traider.journal.writer import JournalWriter
from traider.kernel.cache import cache_root
from traider.kernel.live_machine import LiveMachine
from traider.runtime.auditing.explaining import BeyondAudit
from traider.runtime.auditing.following import update_audit
from traider.runtime.config import config_digest, load_config
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.run_request import RunRequest
from traider.runtime.state_folder import RunPaths, StateFolder
from traider.runtime.status_body import Mode

EVENTS: Final = 10_000_000
GOAL_S: Final = 1.0
ROOT: Final = Path(__file__).resolve().parent.parent
CAPTURE: Final = ROOT / "data" / "sample" / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
SETTINGS: Final = ROOT / "tests" / "golden" / "level2-ladder.toml"
LIMITS: Final = (
    "limits.max_orders_per_minute=20",
    "limits.max_drawdown=0.99",
    "limits.max_daily_loss=0.99",
)
"""So that orders are approved and refused from the first minute to the last."""
TERMS: Final = JournalTerms(FsyncPolicy.NONE, compress=False)
_PIECE: Final = 4_096
_ASKED: Final = 200
_COMMANDS: Final = 5
_APART_NS: Final = 1_000_000_000


def made_run(folder: Path, events: int) -> None:
    """Record a paper run of so many events of the market, and more with what it does itself."""
    (source,) = capture_sources([CAPTURE])
    names = (JournalInstrument(source.instrument, "BTCUSDT", source.tick_size, source.lot_size),)
    config = load_config(SETTINGS, LIMITS)
    with StateFolder(folder) as state:
        state.begin(RunRequest(Mode.PAPER, "binance", ("BTCUSDT",), config), names, 1)
    capture = load_capture([CAPTURE])
    length = int(capture["ts_recv"][-1] - capture["ts_recv"][0]) + _APART_NS
    with JournalWriter.open(RunPaths(folder).journal, names, TERMS) as journal:
        machine = LiveMachine(RecordedRun.open(folder).spec(), simulates=True)

        def give(inputs: EventArray) -> None:
            for turn in machine.advance(inputs, int(inputs["ts_recv"][-1])):
                journal.append(turn.events)
                for place in range(len(turn.intents)):
                    machine.submit(turn.intents[place : place + 1], turn.answers[place])

        give(config_digest_event(config_digest(config), int(capture["ts_recv"][0])))
        while journal.sequence < events:
            ends = np.flatnonzero(np.diff(capture["ts_recv"])) + 1
            stops = np.unique(ends[np.searchsorted(ends, ends // _PIECE * _PIECE)])
            for begin, end in zip([0, *stops], [*stops, len(capture)], strict=True):
                if end > begin:
                    give(capture[begin:end])
            capture["ts_event"] += length
            capture["ts_recv"] += length


def kept_run(events: int) -> Path:
    """Return the folder of the run, made when it is not there."""
    folder = cache_root().parent / "benchmarks" / f"explaining-{events}"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)  # what was broken off is made anew
        print(f"recording {events:,} events in {folder}", file=sys.stderr)
        made_run(folder, events)
        update_audit(folder)
        (folder / "made").touch()
    return folder


def measure(events: int = EVENTS) -> None:
    """Print the table."""
    folder = kept_run(events)
    chance = random.Random(1)  # noqa: S311 - the same orders each time
    ids = [record.object_id for record in records_about(folder / "audit", '"action":"order"')]
    asked = chance.sample(ids, min(_ASKED, len(ids)))
    total = JournalReader(RunPaths(folder).journal).end
    beyond = BeyondAudit(folder)

    def explained(order: str) -> None:
        assert AuditLookup(folder, beyond).explain(order)["gate"]["agrees"]  # noqa: S101 - measured

    def commanded(order: str) -> None:
        command = [sys.executable, "-m", "traider", "explain", order, "--state", str(folder)]
        subprocess.run(command, check=True, capture_output=True)

    started = time.perf_counter()
    verdict = verify_chain(folder / "audit")
    verified_s = time.perf_counter() - started
    assert verdict.ok  # noqa: S101 - or nothing was proved
    size = sum(path.stat().st_size for path in (folder / "audit").glob("audit-*"))
    rows = [
        _row("explained from the audit, in a process that runs", asked, explained),
        _row("traider explain, the whole command", asked[:_COMMANDS], commanded),
    ]
    print_table(
        f"Explain any order of a run of {total:,} events, {len(ids):,} orders",
        ("what", "asked", "p50 ms", "max ms", "goal ms"),
        rows,
    )
    print(
        f"\nThe audit has {verdict.records:,} records, {size / 1e6:,.0f} MB; it verifies in "
        f"{verified_s:,.1f} s, {verdict.records / verified_s:,.0f} records/s."
    )


def _row(name: str, asked: Sequence[str], work: Callable[[str], None]) -> tuple[str, ...]:
    times = []
    for order in asked:
        started = time.perf_counter()
        work(order)
        times.append((time.perf_counter() - started) * 1e3)
    return (
        name,
        str(len(asked)),
        f"{np.median(times):,.0f}",
        f"{max(times):,.0f}",
        f"{GOAL_S * 1e3:,.0f}",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How long it takes to explain an order.")
    parser.add_argument("--events", type=int, default=EVENTS, help="of the run; fewer are quicker")
    measure(parser.parse_args().events)
