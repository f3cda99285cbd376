"""Traider: SMA 5/20 with RSI 14, one lot, filled at the next open, through gate, venue and ledger.

The kernel sizes by exposure. One lot a trade is written as a volatility target whose volatility is
1 / close: the exposure it wants is then the same number of lots at every price, and the lot cuts
what is over one.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import traider
from benchmarks.peers.engines.measuring import Finding, read_bars, run_script
from benchmarks.peers.engines.rules import (
    CASH,
    FAST,
    FEE,
    LOT,
    MONEY,
    RSI_HIGH,
    RSI_WINDOW,
    SLOW,
    TICK,
)
from benchmarks.peers.engines.traider_run import market_events, run
from benchmarks.workloads import LIMITS, MINUTE_NS
from traider.features import build_graph, parse
from traider.kernel.arithmetic import MONEY as MONEY_UNITS
from traider.kernel.codes import Sizing
from traider.kernel.records import Floats
from traider.kernel.specification import (
    AlphaSpec,
    KernelSpec,
    MarketSpec,
    StrategySpec,
    VenueSpec,
)
from traider.signals import alpha
from traider.signals.alpha import Score

KEEP = 0.8
"""Score between entry and exit: too weak to enter, strong enough to hold the whole lot."""
LOTS_WANTED = 1.4
"""Lots the volatility target asks for at full score; with a loss and ``KEEP`` still over one."""


@alpha(
    features=("sma(close, $fast)", "sma(close, $slow)", f"rsi(close, {RSI_WINDOW})"),
    params={"fast": FAST, "slow": SLOW, "rsi_high": RSI_HIGH, "keep": KEEP},
)
def cross(x: Floats, p: Floats) -> Score:
    """Long with the fast average above the slow one, unless RSI says the move is stretched."""
    if x[0] < x[1]:
        return -1.0, 1.0
    if x[0] > x[1] and x[2] < p[2]:
        return 1.0, 1.0
    return p[3], 1.0


def kernels(pairs: Sequence[tuple[int, int]]) -> Iterator[KernelSpec]:
    """Yield the kernel of the rule for each pair of windows, every check of the gate on."""
    function = cross.compiled()
    inverse = parse("1 / close")
    tick, lot = Decimal(str(TICK)), Decimal(str(LOT))
    fee_e8 = round(FEE * 1e8)
    for fast, slow in pairs:
        params = cross.with_params({"fast": fast, "slow": slow})
        expressions = cross.expressions(params)
        graph = build_graph([inverse, *expressions], "1m")
        inputs = tuple(graph.slots[expression] for expression in expressions)
        yield KernelSpec(
            markets=(MarketSpec("BTC-USD", tick, lot, fee_e8, fee_e8),),
            tape=graph.tape,
            alphas=(AlphaSpec(cross.name, function, inputs, tuple(params.values())),),
            strategy=StrategySpec(
                decision_ns=MINUTE_NS,
                enter=(1.0 + KEEP) / 2.0,
                exit=-0.5,
                sizing=Sizing.VOLATILITY_TARGET,
                target_volatility=LOTS_WANTED / CASH,
                volatility_slot=graph.slots[inverse],
                dead_band=0.0,
            ),
            venue=VenueSpec(half_spread=0.0, impact=0.0),
            cash_units=round(CASH / MONEY) * MONEY_UNITS,
            limits=LIMITS,
        )


def measure(folder: Path, rows: int) -> Finding:
    """Run once on a few bars, then on all."""
    bars = read_bars(folder).first(rows)
    spec = next(kernels([(FAST, SLOW)]))
    run(spec, market_events(bars.first(2_000), MINUTE_NS, LOT))
    seconds, entries, equity = run(spec, market_events(bars, MINUTE_NS, LOT))
    return Finding("Traider kernel", traider.__version__, seconds, rows, entries, equity)


if __name__ == "__main__":
    run_script(measure)
