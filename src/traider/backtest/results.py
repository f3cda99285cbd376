"""What a back-test leaves behind: values that the report, the JSON and the Parquet files print.

Curves are thinned while the run streams (at most a few thousand points), so a result is small
whatever the number of bars; worst drawdowns are measured before thinning.
"""

import math
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.findings import Finding
from traider.backtest.reasons import ExplainedOrders
from traider.backtest.stale_bars import StaleFills
from traider.domain.fills import Fill
from traider.portfolio.attribution import Attribution
from traider.portfolio.drawdown_episodes import DrawdownEpisode
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
class RollingSharpe:
    """The annualized Sharpe ratio of the last ``window_days`` daily returns, day by day.

    NaN where the returns of a window are all equal. Empty for a run too short for two windows.
    """

    window_days: int
    ts_ns: TimeArray
    values: FloatArray

    @classmethod
    def empty(cls) -> "RollingSharpe":
        """Return that of a run of no days."""
        return cls(0, np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True)
class DailyReturns:
    """Simple returns of the UTC days with equity, the first from the capital; never thinned."""

    starts_ns: TimeArray
    """When each day starts."""
    values: FloatArray

    @classmethod
    def empty(cls) -> "DailyReturns":
        """Return those of a run of no days."""
        return cls(np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True)
class FeesPaid:
    """Fees of orders that were taken in one currency."""

    currency: str
    amount: Decimal
    """In that currency."""
    value: Decimal
    """What the amounts were worth when they were taken, in the account's currency."""
    left: Decimal | None = None
    """What is left of the balance such fees are taken from; None for the account's currency."""


@dataclass(frozen=True)
class CostBreakdown:
    """What trading cost, in the account's currency; all are positive when they cost money.

    Fees taken in another currency count with what they were worth then; ``fees_paid`` tells them
    apart, its values sum to ``fees``. ``impact`` holds the rounding of prices to whole ticks too,
    always against us. ``funding`` is negative where more was received than paid.
    """

    maker_fees: Decimal
    taker_fees: Decimal
    spread: float
    impact: float
    funding: Decimal = Decimal(0)
    liquidation_fees: Decimal = Decimal(0)
    liquidations: int = 0
    """How often the venue closed a position by force."""
    fees_paid: tuple[FeesPaid, ...] = ()
    """Fees of orders by currency, the account's own first."""

    @property
    def fees(self) -> Decimal:
        """Fees of orders paid in all."""
        return self.maker_fees + self.taker_fees


@dataclass(frozen=True)
class OrderCounts:
    """What became of the orders of a run; each order is counted once.

    ``sent`` passed the gate: sent = filled + partly + cancelled + expired + rejected + open.
    ``cancelled``, ``expired`` and ``rejected`` are those of which nothing had filled.
    """

    sent: int
    refused: int
    filled: int
    cancelled: int
    rejected: int
    expired: int
    refusals: dict[str, int] = field(default_factory=dict)
    """Number of refusals by the gate's check."""
    partly: int = 0
    """Something filled; the rest was cancelled, expired, or still rests."""
    open: int = 0
    """Still resting, with nothing filled, when the data ended."""
    cancellations: dict[str, int] = field(default_factory=dict)
    """Number of cancels, of unfilled orders and of rests, by the venue's reason."""
    rejections: dict[str, int] = field(default_factory=dict)
    """Number of rejections by the venue's reason."""


@dataclass(frozen=True)
class Liquidity:
    """Fills that made liquidity, or took it; money in the account's currency."""

    fills: int = 0
    notional: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)


@dataclass(frozen=True)
class FillTimes:
    """From the decision to the news of an order's last fill, over whole-filled orders; in ns.

    -1 where no such order was filled.
    """

    orders: int = 0
    median_ns: int = -1
    slow_ns: int = -1
    """The 95th percentile."""


@dataclass(frozen=True)
class ExecutionSummary:
    """How well the sent orders were filled.

    ``unfilled_share`` is the part of the value sent that never filled, 0 to 1 (NaN when nothing
    was sent); exits that the other leg or a missing entry made needless do not count, nor orders
    that their plan, work or quote took back. An order is valued at its limit price, else at what
    it filled at, else at the instrument's last price.
    """

    unfilled_share: float = math.nan
    maker: Liquidity = Liquidity()
    taker: Liquidity = Liquidity()
    market_orders: FillTimes = FillTimes()
    resting_orders: FillTimes = FillTimes()
    """Limit orders and stops, which wait for their price."""


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
    attribution: Attribution
    complete: bool
    """False when the run was stopped before the end of the data."""
    fills: tuple[Fill, ...] = ()
    """Every fill, in order."""
    execution: ExecutionSummary = ExecutionSummary()
    drawdowns: tuple[DrawdownEpisode, ...] = ()
    """The deepest falls, deepest first."""
    rolling: RollingSharpe = field(default_factory=RollingSharpe.empty)
    daily: DailyReturns = field(default_factory=DailyReturns.empty)
    explained: ExplainedOrders | None = None
    """Every order with its reasons; kept for the chosen fill tier alone."""


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
    unchecked: tuple[str, ...] = ()
    """Batch features and score files that no look-ahead check has passed."""
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
