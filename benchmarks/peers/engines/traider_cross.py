"""Traider: SMA 24 over SMA 72, all cash in and all out at the next open."""

from decimal import Decimal
from pathlib import Path

import traider
from benchmarks.peers.engines.measuring import Finding, read_bars, run_script
from benchmarks.peers.engines.rules import (
    CROSS_CASH,
    CROSS_FAST,
    CROSS_LOT,
    CROSS_SLOW,
    FEE,
    HOUR_NS,
    TICK,
)
from benchmarks.peers.engines.traider_run import market_events, run
from traider.features import build_graph
from traider.kernel.arithmetic import MONEY
from traider.kernel.codes import Sizing
from traider.kernel.specification import (
    AlphaSpec,
    KernelSpec,
    MarketSpec,
    StrategySpec,
    VenueSpec,
)
from traider.signals.sma_cross import sma_cross


def kernel() -> KernelSpec:
    """Return the kernel of ``examples/sma-cross.toml``: a reference that no limit stops."""
    params = sma_cross.with_params({"fast": CROSS_FAST, "slow": CROSS_SLOW})
    expressions = sma_cross.expressions(params)
    graph = build_graph(expressions, "1h")
    fee_e8 = round(FEE * 1e8)
    return KernelSpec(
        markets=(
            MarketSpec("BTC-USDT", Decimal(str(TICK)), Decimal(str(CROSS_LOT)), fee_e8, fee_e8),
        ),
        tape=graph.tape,
        alphas=(
            AlphaSpec(
                sma_cross.name,
                sma_cross.compiled(),
                tuple(graph.slots[expression] for expression in expressions),
                tuple(params.values()),
            ),
        ),
        strategy=StrategySpec(decision_ns=HOUR_NS, enter=0.5, exit=-0.5, sizing=Sizing.ALL_IN),
        venue=VenueSpec(half_spread=0.0, impact=0.0),
        cash_units=CROSS_CASH * MONEY,
    )


def measure(folder: Path, rows: int) -> Finding:
    """Run once on a few bars, then on all."""
    bars = read_bars(folder).first(rows)
    spec = kernel()
    run(spec, market_events(bars.first(2_000), HOUR_NS, CROSS_LOT))
    seconds, entries, equity = run(spec, market_events(bars, HOUR_NS, CROSS_LOT))
    return Finding("Traider kernel", traider.__version__, seconds, rows, entries, equity)


if __name__ == "__main__":
    run_script(measure)
