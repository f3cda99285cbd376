"""What a back-test leaves behind: values that the report, the JSON and the Parquet files print.

Curves are thinned while the run streams (at most a few thousand points), so a result is small
whatever the number of bars; worst drawdowns are measured before thinning.
"""

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.findings import Finding
from traider.backtest.stale_bars import StaleFills
from traider.domain.fills import Fill
from traider.portfolio.performance import PerformanceSummary
from traider.portfolio.trades import Trade, TradeSummary

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Curve:
    """Equity through the run, thinned; every array has one entry a point.

    ``nav`` is in the account's currency, ``drawdown`` the worst fall from the peak inside the
    point's bucket (<= 0, a fraction), ``gross`` and ``net`` exposure as a fraction of NAV.
    """

    ts_ns: TimeArray
    nav: FloatArray
    drawdown: FloatArray
    gross: FloatArray
    net: FloatArray


@dataclass(frozen=True)
class PriceSeries:
    """Bars of one instrument, merged into at most a few thousand, for the price chart."""

    instrument: str
    ts_ns: TimeArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray


@dataclass(frozen=True)
class CostBreakdown:
    """What trading cost, in the account's currency; all are positive when they cost money.

    ``impact`` holds the rounding of prices to whole ticks too, always against us.
    """

    maker_fees: Decimal
    taker_fees: Decimal
    spread: float
    impact: float

    @property
    def fees(self) -> Decimal:
        """Fees paid in all."""
        return self.maker_fees + self.taker_fees


@dataclass(frozen=True)
class OrderCounts:
    """What became of the orders of a run."""

    sent: int
    refused: int
    filled: int
    cancelled: int
    rejected: int
    expired: int
    refusals: dict[str, int] = field(default_factory=dict)
    """Number of refusals by the gate's code name."""


@dataclass(frozen=True)
class TierResult:
    """One run under one fill tier."""

    tier: str
    fingerprint: str
    curve: Curve
    performance: PerformanceSummary
    trade_summary: TradeSummary
    trades: tuple[Trade, ...]
    costs: CostBreakdown
    orders: OrderCounts
    final_equity: Decimal
    max_drawdown: float
    """The worst fall from a peak at any decision, <= 0, a fraction."""
    turnover: float
    """Traded notional a year divided by mean NAV."""
    pnl_by_instrument: dict[str, float]
    pnl_by_alpha: dict[str, float]
    complete: bool
    """False when the run was stopped before the end of the data."""
    fills: tuple[Fill, ...] = ()
    """Every fill, in order."""


@dataclass(frozen=True)
class BacktestResult:
    """A back-test: the chosen fill tier and the other two beside it."""

    title: str
    config: dict[str, object]
    currency: str
    capital: Decimal
    start_ns: int
    end_ns: int
    bars: int
    events: int
    engine_seconds: float
    fill_tier: str
    tiers: tuple[TierResult, ...]
    benchmark: Curve
    """Buy and hold: capital split equally over the instruments at their first open, no costs."""
    prices: tuple[PriceSeries, ...]
    notes: tuple[str, ...]
    """What a reader should know: off-tick input, gaps, refused orders, an interrupted run."""
    stale_fills: StaleFills = field(default_factory=StaleFills)
    """Fills of the chosen tier on bars without volume or after a hole in the data."""
    unfunded: tuple[str, ...] = ()
    """Derivatives whose funding was in no file, so that it was not simulated."""
    findings: tuple[Finding, ...] = ()
    """What the doctor holds against the result, the most serious first."""

    @property
    def is_whole(self) -> bool:
        """Whether every fill tier ran to the end of the data."""
        return len(self.tiers) == len(FILL_TIERS) and all(tier.complete for tier in self.tiers)

    @property
    def chosen(self) -> TierResult:
        """The result of the fill tier that was asked for."""
        return next(tier for tier in self.tiers if tier.tier == self.fill_tier)
