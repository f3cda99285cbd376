"""The data and the kernels that benchmarks run: real minute bars, repeated to the size asked."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from traider.backtest.bar_files import BarFile, Batch, read_batches, scan_bar_file
from traider.backtest.event_source import bar_events
from traider.domain.events import EventArray
from traider.features import build_graph, parse
from traider.kernel.arithmetic import MONEY
from traider.kernel.codes import Limit, Sizing
from traider.kernel.records import Floats
from traider.kernel.specification import (
    AlphaSpec,
    KernelSpec,
    MarketSpec,
    StrategySpec,
    VenueSpec,
)
from traider.signals import Alpha, alpha, load_alpha
from traider.signals.alpha import Score

REPOSITORY = Path(__file__).resolve().parent.parent
MINUTE_NS = 60_000_000_000
START_NS = 1_530_403_200_000_000_000
SIZE = 0.001
"""Positions are this fraction of equity: small, so that a year of trading costs ruins nobody."""

LIMITS = {
    Limit.PRICE_COLLAR: 0.05,
    Limit.MAX_EXPOSURE: 1.05,
    Limit.MAX_GROSS_EXPOSURE: 1.05,
    Limit.MAX_LEVERAGE: 1.05,
    Limit.MAX_ORDERS_PER_MINUTE: 60.0,
    Limit.MAX_DAILY_LOSS: 0.5,
    Limit.MAX_DRAWDOWN: 0.99,
    Limit.MAX_DATA_AGE_NS: 7200e9,
}


@alpha(
    features=("sma(close, 5)", "sma(close, 20)", "rsi(close, 14)"),
    params={"rsi_high": 70.0},
)
def ma_cross_rsi(x: Floats, p: Floats) -> Score:
    """Long with the fast average above the slow one, unless RSI says the move is stretched."""
    if x[0] > x[1] and x[2] < p[0]:
        return 1.0, 1.0
    if x[0] < x[1]:
        return -1.0, 1.0
    return 0.0, 1.0


@alpha(
    features=("sma(close, 5)", "sma(close, 20)", "rsi(close, 14)", "adx(14)", "atr(14)"),
    params={"rsi_high": 75.0, "rsi_low": 25.0},
)
def trend(x: Floats, p: Floats) -> Score:
    """Momentum with RSI and ADX filters and a floor on the range."""
    score = 0.0
    if x[0] > x[1] and x[2] < p[0] and x[4] > 0.0:
        score = 1.0
    elif x[0] < x[1] and x[2] > p[1] and x[4] > 0.0:
        score = -1.0
    return score, min(max((x[3] - 20.0) / 20.0, 0.0), 1.0)


@alpha(features=("vwap_z(60)", "adx(14)", "return(close, 10)"), params={"z_full": 3.0})
def reversion(x: Floats, p: Floats) -> Score:
    """Against the gap to VWAP while there is no trend."""
    score = min(max(-x[0] / p[0], -1.0), 1.0)
    return score, min(max(2.0 - x[1] / 25.0, 0.0), 1.0) if x[2] < 0.1 else 0.0


@alpha(
    features=(
        "(close - lowest(low, 20)) / (highest(high, 20) - lowest(low, 20))",
        "macd(12, 26)",
        "slope(close, 20)",
        "zscore(close, 20)",
    ),
    params={"z_full": 2.0},
)
def breakout(x: Floats, p: Floats) -> Score:
    """With a close near the edge of its channel that slope and averages confirm."""
    way = 1.0 if x[1] > 0.0 and x[2] > 0.0 else (-1.0 if x[1] < 0.0 and x[2] < 0.0 else 0.0)
    return way * min(max(2.0 * x[0] - 1.0, 0.0), 1.0), min(abs(x[3]) / p[0], 1.0)


PIPELINE = (
    load_alpha("momentum"), load_alpha("trend"), load_alpha("mean_reversion"), breakout, reversion,
)  # fmt: skip
"""Five alphas that read some twenty features between them."""

MANY_FEATURES = tuple(
    f"{name}(close, {window})"
    for name in ("sma", "ema", "rsi", "stdev", "zscore", "slope", "return", "highest")
    for window in (5, 10, 20, 40, 80)
)
"""Forty features, each an operation of its own."""


@dataclass(frozen=True)
class Workload:
    """Minute bars, their events, and the file they come from."""

    file: BarFile
    batch: Batch
    events: EventArray
    source: str

    def kernel(
        self, alphas: Sequence[Alpha], sizing: Sizing, extra: Sequence[str] = ()
    ) -> KernelSpec:
        """Return a kernel with ``alphas`` on this instrument and every check of the gate on.

        Features in ``extra`` are computed beside those that the alphas read.
        """
        expressions = [found.expressions(found.params) for found in alphas]
        volatility = [parse("ewm_vol(close, 48)")] if sizing is Sizing.VOLATILITY_TARGET else []
        beside = [parse(text) for text in extra]
        read = [e for wanted in expressions for e in wanted]
        graph = build_graph([*volatility, *beside, *read], "1m")
        by_volatility = sizing is Sizing.VOLATILITY_TARGET
        market = MarketSpec(
            self.file.instrument, self.file.tick_size, Decimal("1e-8"), 40_000, 100_000
        )
        return KernelSpec(
            markets=(market,),
            tape=graph.tape,
            alphas=tuple(
                AlphaSpec(
                    found.name,
                    found.compiled(),
                    tuple(graph.slots[e] for e in wanted),
                    tuple(found.params.values()),
                )
                for found, wanted in zip(alphas, expressions, strict=True)
            ),
            strategy=StrategySpec(
                decision_ns=MINUTE_NS,
                enter=0.3,
                exit=0.1 if by_volatility else -0.3,
                sizing=sizing,
                volatility_slot=graph.slots[volatility[0]] if by_volatility else 0,
                fraction=SIZE,
                max_leverage=SIZE,
                dead_band=SIZE / 4,
            ),
            venue=VenueSpec(),
            cash_units=100_000 * MONEY,
            limits=LIMITS,
        )


def minute_workload(count: int) -> Workload:
    """Return ``count`` real one-minute bars, re-stamped every minute.

    The shared 2018-2019 file is used when it is there, the shipped sample otherwise; either is
    repeated to the length asked.
    """
    shared = Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
    path = shared / "ohlcv" / "BITFINEX-BTC-USD-1m.parquet"
    if not path.exists():
        path = REPOSITORY / "data" / "sample" / "BINANCE-PERP-BTC-USDT-1m.parquet"
    batches = list(read_batches(path, None, None))
    columns = {
        name: np.resize(np.concatenate([getattr(batch, name) for batch in batches]), count)
        for name in ("open", "high", "low", "close", "volume")
    }
    batch = Batch(START_NS + MINUTE_NS * np.arange(count, dtype=np.int64), **columns)
    file = scan_bar_file(path)
    return Workload(file, batch, bar_events(batch, file, 0, 0), path.name)
