"""Traider: two post-only quotes outside the best prices, looked at again every second."""

import time
from decimal import Decimal
from pathlib import Path

import traider
from benchmarks.peers.engines.book_rows import BookRows, read_rows
from benchmarks.peers.engines.measuring import Finding, run_script
from benchmarks.peers.engines.rules import (
    BOOK_LOT,
    BOOK_MAKER_FEE,
    BOOK_TAKER_FEE,
    BOOK_TICK,
    ORDER_LATENCY_NS,
    QUOTE_DISTANCE,
    QUOTE_EVERY_NS,
    QUOTE_LOTS,
)
from benchmarks.workloads import LIMITS
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events
from traider.features import build_graph
from traider.kernel.arithmetic import MONEY
from traider.kernel.codes import Limit, Style
from traider.kernel.machine import Machine
from traider.kernel.order_specification import QuoteSpec
from traider.kernel.specification import KernelSpec, MarketSpec, StrategySpec, VenueSpec

CASH = 1_000_000
WINDOW = 65_536
"""Ticks of each side of the book kept at hand."""


def kernel() -> KernelSpec:
    """Return a kernel that quotes both sides of one perpetual, every check of the gate on."""
    lot = Decimal(str(BOOK_LOT))
    market = MarketSpec(
        "BTC-USDT-PERP",
        Decimal(str(BOOK_TICK)),
        lot,
        round(BOOK_MAKER_FEE * 1e8),
        round(BOOK_TAKER_FEE * 1e8),
        can_short=True,
        book_window=WINDOW,
    )
    return KernelSpec(
        markets=(market,),
        tape=build_graph([], "1s").tape,
        alphas=(),
        strategy=StrategySpec(
            decision_ns=QUOTE_EVERY_NS,
            allow_short=True,
            bars_from_trades=True,
            style=Style.QUOTE,
            quote=QuoteSpec(QUOTE_LOTS * lot, Decimal(1_000), QUOTE_DISTANCE),
        ),
        venue=VenueSpec(latency_ns=ORDER_LATENCY_NS),
        cash_units=CASH * MONEY,
        limits={**LIMITS, Limit.MAX_ORDERS_PER_MINUTE: 600.0},
    )


def market_events(rows: BookRows) -> EventArray:
    """Return the events of ``rows``."""
    events = empty_events(len(rows.ts_ns))
    events["ts_event"] = events["ts_recv"] = rows.ts_ns
    events["version"] = 1
    events["flags"] = rows.last * int(MarketFlag.LAST_OF_MESSAGE)
    for name in ("kind", "side", "price", "size"):
        events[name] = getattr(rows, name)
    return events


def run(events: EventArray) -> tuple[float, int, str, float]:
    """Return seconds, fills, position and traded size in words, and the money made."""
    machine = Machine(kernel())
    fills = traded = 0
    started = time.perf_counter()
    for drained in machine.feed(events, final=True):
        filled = drained.events[drained.events["kind"] == Kind.FILL]
        fills += len(filled)
        traded += int(filled["size"].sum())
    seconds = time.perf_counter() - started
    market = machine.decider.markets[0]
    position = int(market["position_lots"]) * BOOK_LOT
    # As the other engines: what is held counts at the middle of the book.
    middle = (int(market["bid_ticks"]) + int(market["ask_ticks"])) / 2.0 * BOOK_TICK
    made = int(machine.decider.account[0]["cash_units"]) / MONEY - CASH + position * middle
    return seconds, fills, f"position {position:+.2f}, traded {traded * BOOK_LOT:.2f}", made


def measure(folder: Path, count: int) -> Finding:
    """Run once on a few rows, then on all."""
    rows = read_rows(folder).first(count)
    run(market_events(rows.first(20_000)))
    seconds, fills, note, made = run(market_events(rows))
    return Finding("Traider kernel", traider.__version__, seconds, count, fills, made, note)


if __name__ == "__main__":
    run_script(measure)
