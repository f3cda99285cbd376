"""The runs that proofs of parity share: real bars, or synthetic books, and orders of every kind.

``python -m tests.parity.small_run STYLE FILE`` runs it in this process and writes what came out
to FILE; with the name of a snapshot and a number of events in front of FILE it goes on from there.
"""

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.kernel.builders import (
    HOUR_NS,
    Finished,
    bracket,
    ensemble,
    record,
    run_chunks,
    sample_run,
)
from tests.parity.book_run import BOOK_RUNS, book_run
from traider.domain.events import EventArray, Kind, OrderFlag, join_events, sort_events
from traider.domain.margin import MarginTier
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.codes import Limit, Sizing, Style
from traider.kernel.compiled import INTERPRETED
from traider.kernel.machine import DeciderMachine, Machine
from traider.kernel.specification import KernelSpec, RiskSpec

NAMES: Final = ("BINANCE-BTC-USDT-1h", "BINANCE-ETH-USDT-1h")
FIRST_NS: Final = 1_583_884_800 * 10**9
"""2020-03-11: the bars before, in and after the crash of 2020-03-12."""
BARS: Final = 240
LOTS: Final = 1_000_000
STYLES: Final[dict[str, dict[str, Any]]] = {
    "market": {"style": Style.MARKET},
    "limit": {"style": Style.LIMIT, "limit_offset": 0.001},
    "fixed": {"sizing": Sizing.FIXED, "fraction": 0.3, "dead_band": 0.0},
    "all-in": {"sizing": Sizing.ALL_IN},
    "risk": {
        "sizing": Sizing.FIXED,
        "fraction": 0.6,
        "dead_band": 0.0,
        "confidence_scaling": True,
    },
}
"""The last one is under every limit on risk; several of them refuse some of its orders."""
RISK: Final = RiskSpec(HOUR_NS, decay=0.9, samples_min=24, horizon_ns=24 * HOUR_NS)
RISK_LIMITS: Final = {
    Limit.MAX_POSITION_NOTIONAL: 6_500.0,
    Limit.MAX_POSITIONS: 2.0,
    Limit.MAX_DAILY_LOSS_AMOUNT: 150.0,
    Limit.MAX_DAILY_LOSS_SIGMAS: 4.0,
    Limit.MAX_CORRELATED_EXPOSURE: 0.55,
    Limit.MAX_VAR: 0.15,
    Limit.MAX_ES: 0.15,
    Limit.MAX_MARGIN_USE: 0.1,
    Limit.MIN_LIQUIDATION_DISTANCE: 0.5,
}
TIERS: Final = (MarginTier(Decimal(0), Decimal(10**9), Decimal("0.05"), Decimal(0), Decimal(5)),)
RUNS: Final = (*STYLES, *BOOK_RUNS)


def small_run(style: str) -> tuple[KernelSpec, EventArray]:
    """Return kernel and events of the run named in ``RUNS``."""
    if style in BOOK_RUNS:
        return book_run(style)
    markets, bars = sample_run(NAMES, FIRST_NS, BARS, can_short=style != "all-in")
    spec = ensemble(markets, strategy=STYLES[style], venue={"impact": 1.0})
    if style == "risk":
        margined = tuple(replace(each, margin_tiers=TIERS) for each in markets)
        spec = replace(spec, markets=margined, risk=RISK, limits=spec.limits | RISK_LIMITS)
    return spec, sort_events(join_events([bars, *_by_hand(bars)]))


def _by_hand(bars: EventArray) -> list[EventArray]:
    """Return a person's orders of every type, and commands, spread over the run."""
    orders = []
    for number, place in enumerate(range(60, 2 * BARS, 37)):
        bar = bars[bars["kind"] == Kind.BAR][place]
        k, now, mark = int(bar["instrument"]), int(bar["ts_recv"]), int(bar["close"])
        side = 1 if number % 2 else -1
        near, far = mark - side * mark // 200, mark + side * mark // 100
        orders += [
            bracket(now, k, side, LOTS, near if number % 3 else 0, mark - side * mark // 50, far),
            _order(now, k, side, OrderType.LIMIT | OrderFlag.POST_ONLY, price=near),
            _order(now, k, side, OrderType.LIMIT | OrderFlag.POST_ONLY, price=far),
            _order(now, k, side, OrderType.MARKET | OrderFlag.CANCEL, order_id=number << 8),
            _order(now, k, -side, OrderType.STOP | OrderFlag.REDUCE_ONLY, trigger=near),
            _order(now, k, side, int(OrderType.STOP_LIMIT), trigger=far, price=far),
            _order(now + 1, k, side, OrderType.LIMIT | TimeInForce.IOC << 4, price=near),
            _order(now + 1, k, side, OrderType.LIMIT | TimeInForce.FOK << 4, price=far),
            _order(
                now + HOUR_NS,
                k,
                side,
                OrderType.LIMIT | TimeInForce.GTD << 4,
                price=near,
                expire=now + 5 * HOUR_NS,
            ),
        ]
    first = FIRST_NS + 100 * HOUR_NS
    commands = [
        record(Kind.WEIGHTS_CHANGE, first, w0=1, f1=3.0),
        record(Kind.THRESHOLDS_CHANGE, first + 1, w0=0, f1=0.1),
        record(Kind.PAUSE, first + 20 * HOUR_NS),
        record(Kind.REARM, first + 30 * HOUR_NS),
    ]
    return orders + commands


def _order(ts_ns: int, instrument: int, side: int, flags: int, **prices: int) -> EventArray:
    return record(Kind.MANUAL_ORDER, ts_ns, instrument, side=side, flags=flags, size=LOTS, **prices)


def outcome(run: Finished) -> dict[str, np.ndarray]:
    """Return what ``run`` left behind as plain bytes."""
    evidence = run.evidence()
    return {
        name: np.frombuffer(value if isinstance(value, bytes) else str(value).encode(), np.uint8)
        for name, value in evidence.items()
    }


def features(spec: KernelSpec, journal: EventArray) -> np.ndarray:
    """Return every feature of every instrument at bars and timers of ``journal``, as raw bits."""
    machine = DeciderMachine(spec)
    rows = []
    for place in np.flatnonzero(journal["kind"] != Kind.ORDER_INTENT).tolist():
        machine.step(journal, place)
        if journal["kind"][place] in (Kind.BAR, Kind.TIMER):
            rows.append(machine.decider.values.copy())
    return np.array(rows).view(np.uint64)


def main(style: str, *names: str) -> None:
    """Run or go on, and write what came out to the last of ``names``."""
    spec, events = small_run(style)
    machine = Machine(spec, journal_all=True, buffer=512)
    if len(names) > 1:
        machine.restore(Path(names[0]).read_bytes())
        events = events[int(names[1]) :]
    run = run_chunks(machine, [events])
    arrays = {
        "interpreted": np.array(INTERPRETED),
        "features": features(spec, run.journal),
        **outcome(run),
    }
    with Path(names[-1]).open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
