"""From bars to events, and one timed run of a kernel over them."""

import time
from decimal import Decimal
from pathlib import Path

from benchmarks.peers.engines.measuring import Bars
from benchmarks.peers.engines.rules import TICK
from traider.backtest.bar_files import BarFile, Batch
from traider.backtest.event_source import bar_events
from traider.domain.events import EventArray, Kind
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec


def market_events(bars: Bars, length_ns: int, lot: float) -> EventArray:
    """Return the events of ``bars`` of one length, volume counted in ``lot``."""
    prices = {name: TICK * getattr(bars, name) for name in ("open", "high", "low", "close")}
    file = BarFile(
        path=Path(),
        instrument="BTC-USD",
        is_derivative=False,
        tick_size=Decimal(str(TICK)),
        length_ns=length_ns,
        bars=len(bars.ts_ns),
        first_ns=int(bars.ts_ns[0]),
        last_ns=int(bars.ts_ns[-1]),
        missing=0,
        off_tick=0,
        off_grid=0,
        empty=0,
        lowest=TICK * float(bars.low.min()),
        lot_size=Decimal(str(lot)),
    )
    return bar_events(Batch(bars.ts_ns, **prices, volume=bars.volume), file, 0, 0)


def run(spec: KernelSpec, events: EventArray) -> tuple[float, int, float]:
    """Return the seconds of the run, the number of entries and the final equity."""
    machine = Machine(spec)
    entries = 0
    equity = 0.0
    started = time.perf_counter()
    for drained in machine.feed(events, final=True):
        fills = drained.events[drained.events["kind"] == Kind.FILL]
        entries += int((fills["side"] > 0).sum())
        if len(drained.nav):
            equity = float(drained.nav["nav"][-1])
    return time.perf_counter() - started, entries, equity
