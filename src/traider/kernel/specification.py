"""What a kernel is built from: instruments, tape, alphas, strategy, limits and venue as values."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import NormalDist
from typing import Any

import numpy as np

from traider.domain.errors import UsageError
from traider.domain.margin import MarginTier
from traider.domain.units import Rounding, round_ratio
from traider.kernel.arithmetic import DIVISOR_MAX, MONEY
from traider.kernel.breaker_records import BreakerSpec
from traider.kernel.codes import FrameKind, Limit, QueueModel, Sizing, Style
from traider.kernel.order_specification import PlanSpec, QuoteSpec, WorkSpec
from traider.kernel.records import OPERATION, Records

MAX_INSTRUMENTS = 100
"""Legs of one decision are numbered in 8 bits, and a decision may need two an instrument."""


@dataclass(frozen=True)
class MarketSpec:
    """One instrument as the kernel sees it.

    ``tick_size`` and ``lot_size`` are currency a tick and base units a lot; fees are rates in
    units of 1e-8 (0.001 = 100,000).
    """

    name: str
    tick_size: Decimal
    lot_size: Decimal
    maker_fee_e8: int
    taker_fee_e8: int
    can_short: bool = False
    multiplier: Decimal = Decimal(1)
    lot_step: int = 1
    min_lots: int = 1
    min_notional: float = 0.0
    group: int = 0
    """Number of the group of instruments that move together; 0 for none."""
    book_window: int = 0
    """Ticks of a book's side kept in its window, a power of two; 0 without Level-2 data."""
    far_levels: int = 32_768
    """Places for the levels beyond the window, a power of two."""
    margin_tiers: tuple[MarginTier, ...] = ()
    """By rising notional; without any the venue asks no margin and never liquidates."""
    liquidation_fee_e8: int = 0
    """Fee on top of the taker's when the venue closes a position."""

    def money_fraction(self) -> tuple[int, int]:
        """Return numerator and denominator of money units a (tick x lot), in lowest terms.

        Raises:
            UsageError: the grid is so fine that 64 bits cannot hold its money.
        """
        ratio = self.tick_size * self.lot_size * self.multiplier * MONEY
        numerator, denominator = ratio.as_integer_ratio()
        if denominator > DIVISOR_MAX:
            raise UsageError(
                f"a tick of {self.tick_size} and a lot of {self.lot_size} are too fine together",
                where=self.name,
                fix="give prices with fewer decimals",
            )
        return numerator, denominator

    def unit_fraction(self) -> tuple[int, int]:
        """Return numerator and denominator of the base units a lot stands for, in lowest terms.

        Raises:
            UsageError: lots are so fine that 64 bits cannot hold what funding is paid on.
        """
        numerator, denominator = (self.lot_size * self.multiplier).as_integer_ratio()
        if denominator > DIVISOR_MAX:
            raise UsageError(
                f"a lot of {self.lot_size} is too fine for a derivative",
                where=self.name,
                fix="give sizes with fewer decimals",
            )
        return numerator, denominator

    @property
    def lot_value(self) -> float:
        """Currency value of one lot at a price of one tick."""
        return float(self.tick_size * self.lot_size * self.multiplier)


@dataclass(frozen=True)
class FrameSpec:
    """Bars of one kind, their operations in the tape and their base slots.

    ``threshold`` ends a bar of volume (base units) or notional (quote currency).
    """

    length_ns: int
    code: int
    op_start: int
    op_stop: int
    slot: int
    kind: FrameKind = FrameKind.TIME
    threshold: Decimal = Decimal(0)


@dataclass(frozen=True)
class TapeSpec:
    """The flattened feature graph; the first frame holds the bars that arrive."""

    frames: tuple[FrameSpec, ...]
    operations: Records = field(default_factory=lambda: np.zeros(0, OPERATION))
    slots: int = 7
    ring_cells: int = 0
    names: tuple[str, ...] = ()
    """Name of the feature in each slot."""
    external: tuple[str, ...] = ()
    """Names of the models whose scores arrive as events; two slots each, from
    ``external_slot`` on: score and confidence."""
    external_slot: int = -1

    def frame_of(self, kind: FrameKind) -> int:
        """Return the number of the frame of ``kind``, -1 without one."""
        found = [place for place, frame in enumerate(self.frames) if frame.kind is kind]
        return found[0] if found else -1

    @property
    def time_frames(self) -> int:
        """Frames whose bars are built from prices; they stand first."""
        return sum(frame.kind not in (FrameKind.FUNDING, FrameKind.LIVE) for frame in self.frames)


@dataclass(frozen=True)
class AlphaSpec:
    """One alpha: its compiled function, the slots it reads, its parameters and its weight."""

    name: str
    function: Callable[..., Any]
    inputs: tuple[int, ...]
    params: tuple[float, ...] = ()
    weight: float = 1.0
    filters: bool = False
    """It does not vote: its confidence scales what the others say together."""


@dataclass(frozen=True)
class StrategySpec:
    """Thresholds, sizing and working style; fractions, not percent."""

    decision_ns: int
    enter: float = 0.3
    exit: float = 0.1
    allow_short: bool = False
    sizing: Sizing = Sizing.VOLATILITY_TARGET
    fraction: float = 1.0
    target_volatility: float = 0.2
    volatility_slot: int = 0
    max_leverage: float = 1.0
    gross_leverage: float = 1.0
    dead_band: float = 0.05
    style: Style = Style.MARKET
    limit_offset: float = 0.0
    latency_moves: float = 0.0
    """Typical moves of the price, over the time an order takes, that limit prices stand further
    from the market; 0 for none."""
    bars_from_trades: bool = False
    cooldown_ns: int = 0
    net_leverage: float = 0.0
    atr_slot: int = 0
    atr_multiple: float = 0.0
    stop_fraction: float = 0.0
    confidence_scaling: bool = False
    risk_per_trade: float = 0.0
    plan: PlanSpec | None = None
    work: WorkSpec = field(default_factory=WorkSpec)
    quote: QuoteSpec | None = None

    def __post_init__(self) -> None:
        """Refuse parts that do not go together."""
        if (self.style is Style.QUOTE) is not (self.quote is not None):
            raise UsageError("quotes and their style go together", fix="give both or none")
        if self.style is Style.QUOTE and self.plan is not None:
            raise UsageError("quotes have no exits", fix="leave the plan out")

    def order_fields(self) -> dict[str, float]:
        """Return plan, work and quotes as the fields of the kernel's strategy record."""
        plan = self.plan.fields() if self.plan else {}
        return plan | self.work.fields() | (self.quote.fields() if self.quote else {})


@dataclass(frozen=True)
class VenueSpec:
    """The simulated venue's costs and rules, with the fill tier already applied."""

    latency_ns: int = 50_000_000
    """Time from sending an order to its answer."""
    half_spread: float = 0.0001
    impact: float = 0.5
    touch_fills: bool = False
    participation: float = 0.1
    volatility_span: int = 100
    queue: QueueModel = QueueModel.PESSIMISTIC
    latencies_ns: tuple[int, ...] = ()
    """Measured latencies to draw from instead of the constant one."""
    seed: int = 0
    currency: str = "USDT"
    """Account currency, which funding is paid in."""


@dataclass(frozen=True)
class FeeCurrencySpec:
    """A currency that fees are paid in while a balance of it lasts.

    ``balance_units`` counts 1e-8 of the currency, ``price_e8`` is what one of it is worth in 1e-8
    of the account's currency, ``discount_e8`` the part of a fee (1e-8) that paying so saves.
    """

    currency: str
    balance_units: int
    price_e8: int
    discount_e8: int = 0

    @property
    def share_e8(self) -> int:
        """The part of a fee that is due when it is paid in this currency, 1e-8."""
        return MONEY - self.discount_e8

    @property
    def balance_value_units(self) -> int:
        """What the balance is worth in money units."""
        return self.value_units(self.balance_units)

    def value_units(self, units: int) -> int:
        """Return what ``units`` of the currency are worth in money units, rounded half to even."""
        return round_ratio(units * self.price_e8, MONEY, Rounding.HALF_EVEN)


@dataclass(frozen=True)
class RiskSpec:
    """How the gate measures risk: sampling and averaging of returns, and what is told of losses.

    VaR is ``z * deviation`` of a return over the horizon and ES ``pdf(z) / (1 - confidence) *
    deviation``, both of a normal distribution without drift; ``z`` is its quantile at
    ``confidence``.
    """

    interval_ns: int = 300 * 10**9
    """Between two samples of the marks; no finer than decisions are made."""
    decay: float = 0.99
    """Weight of the past at each sample."""
    shrinkage: float = 0.2
    """Weight of the target, whose correlations are all the mean one (Ledoit and Wolf 2004)."""
    samples_min: int = 60
    """Returns an instrument must have before risk is measured by them."""
    correlation_threshold: float = 0.7
    confidence: float = 0.99
    horizon_ns: int = 86_400 * 10**9

    @property
    def var_factor(self) -> float:
        """Standard deviations of a return over one interval that VaR is."""
        return NormalDist().inv_cdf(self.confidence) * self._root

    @property
    def es_factor(self) -> float:
        """Standard deviations of a return over one interval that ES is."""
        normal = NormalDist()
        density = normal.pdf(normal.inv_cdf(self.confidence))
        return density / (1.0 - self.confidence) * self._root

    @property
    def _root(self) -> float:
        return math.sqrt(self.horizon_ns / self.interval_ns)


@dataclass(frozen=True)
class KernelSpec:
    """Everything a run needs but its events."""

    markets: tuple[MarketSpec, ...]
    tape: TapeSpec
    alphas: tuple[AlphaSpec, ...]
    strategy: StrategySpec
    venue: VenueSpec
    cash_units: int
    limits: dict[Limit, float] = field(default_factory=dict)
    epoch: int = 1
    risk: RiskSpec = field(default_factory=RiskSpec)
    fees: FeeCurrencySpec | None = None
    """Where fees are paid in a currency of their own; None where all are paid in cash."""
    breakers: tuple[BreakerSpec, ...] = ()

    @property
    def capital_units(self) -> int:
        """Equity at the start in money units: cash, and the fee balance at its price."""
        return self.cash_units + (self.fees.balance_value_units if self.fees else 0)
