"""Shapes of the portfolio: worth, performance, attribution, lots."""

from typing import Annotated, Any

from pydantic import Field

from traider.api.shapes.orders import Instant, Instrument, Money, Size
from traider.api.shapes.shape import Shape

Currency = Annotated[str, Field(examples=["USDT"])]
Share = Annotated[float, Field(examples=[-0.0043])]


class SummaryShape(Shape):
    """What the account is worth now, and what it made."""

    currency: Currency
    """Of all money here."""
    nav: Money | None
    """Worth of the account at the marks; null while nobody knows, like all money here."""
    cash: Money | None
    """Money in hand."""
    pnl: Money | None
    """NAV less the money at the start and what was paid in since, after fees and funding."""
    pnl_day: Money | None
    """The same since midnight UTC."""
    total_return: Share | None
    """Time-weighted, since the run began; 0.01 is 1 %."""
    realized: Money | None
    """Profit of what was closed, before fees and funding."""
    unrealized: Money | None
    """Profit of what is open, at the marks, before fees."""
    fees: Money | None
    """Paid since the run began; negative for rebates."""
    funding: Money | None
    """Paid for holding perpetuals; negative where it was received."""
    paid_in: Money | None
    """Capital that came since the run began, less what went."""
    drawdown: Annotated[float | None, Field(examples=[0.0043])]
    """Fall from the highest NAV as a fraction of it: 0.05 is 5 %."""
    drawdown_limit: Annotated[float | None, Field(examples=[0.2])]
    """The fall at which nothing is opened any more; null where that limit is off."""
    positions: int
    """Open ones."""
    open_orders: int
    """Orders that may still trade."""
    fills: int
    """Since the run began."""
    at_ns: Instant
    """When this was so, by the trader's clock."""
    is_running: bool
    """Whether a trader runs and said so just now."""


class NavShape(Shape):
    """The NAV series of a window as columns of equal length, thinned."""

    currency: Currency
    """Of all money here."""
    rows: int
    """Rows of the window before it was thinned: one a second that the market said something in."""
    ts_ns: list[Instant]
    """Times, rising."""
    nav: list[Money]
    """Worth of the account."""
    pnl: list[Money]
    """NAV less what it was at the window's first row and what was paid in since."""
    drawdown: list[Share]
    """Fall of the growth from its highest point since the run began, <= 0; capital that comes or
    goes is no fall."""
    gross: list[Money]
    """Sum of the positions' sizes in money."""


class MonthShape(Shape):
    """One calendar month, UTC."""

    month: Annotated[str, Field(examples=["2025-05"])]
    """Year and month."""
    total_return: Share | None
    """Time-weighted."""
    begin_ns: Instant
    """First row that it is of,"""
    end_ns: Instant
    """and last."""


class RollingShape(Shape):
    """Sharpe ratios over the last returns, one a period."""

    period: Annotated[str, Field(examples=["1d"])]
    """Length of the periods whose returns are measured."""
    returns: int
    """How many returns each ratio is of."""
    a_year: Annotated[float, Field(examples=[19.1])]
    """What a ratio is multiplied by to be one of a year of 365 days."""
    ts_ns: list[Instant]
    """Ends of the periods."""
    sharpe: list[float | None]
    """Mean over deviation, not scaled to a year; null without deviation."""


class DistributionShape(Shape):
    """How the returns of a window are spread."""

    period: Annotated[str, Field(examples=["1d"])]
    """Length of the periods whose returns are counted."""
    edges: list[float]
    """Edges of the bins, rising: one more than there are counts."""
    counts: list[int]
    """Returns in each bin; the last has both its edges."""
    mean: float | None
    """Of the returns."""
    deviation: float | None
    """Standard deviation."""
    skew: float | None
    """Third standardized moment."""
    excess_kurtosis: float | None
    """Fourth standardized moment less 3."""


class PerformanceShape(Shape):
    """What a window came to."""

    figures: dict[str, Any]
    """Every figure, exactly as ``traider performance --json`` prints it; unknown is null."""
    months: list[MonthShape]
    """Return of each calendar month of the window."""
    rolling_sharpe: RollingShape
    """Sharpe ratio over time."""
    distribution: DistributionShape
    """Returns by how often they came."""


class PartShape(Shape):
    """One part of a total."""

    name: Annotated[str, Field(examples=["mean-reversion"])]
    """What it is of."""
    value: Money
    """What it gave; negative for what it took."""


class ViewShape(Shape):
    """One way to take the profit apart; its parts sum to the total exactly."""

    by: Annotated[str, Field(examples=["alpha"])]
    """Alpha, model, instrument, side, hour, cost, regime or state."""
    parts: list[PartShape]
    """In the order that they are to be read."""


class AttributionShape(Shape):
    """Where the profit of the run came from."""

    currency: Currency
    """Of all money here."""
    total: Money
    """Worth less capital and what was paid in, open positions at their marks."""
    trades: int
    """Trades that it is of."""
    regime_step_s: int
    """Step of the prices that regimes are measured on."""
    views: list[ViewShape]
    """Every way it is taken apart."""
    journal_events: int
    """How many events of the journal it was made of,"""
    until_ns: Instant
    """up to this instant: it is made anew in a while, beside the answers."""


class LotShape(Shape):
    """What was opened at once, and what is left of it."""

    lot: int
    """Place of its opening in the journal."""
    instrument: Instrument
    """Name of the instrument."""
    side: int
    """+1 long, -1 short."""
    opened_ns: Instant
    """When it was opened."""
    quantity: Size
    """What it was of."""
    remaining: Size
    """What is left."""
    cost: Money
    """What it cost, fees among it."""
    cost_left: Money
    """What the rest cost."""


class DisposalShape(Shape):
    """A part of a lot that was closed."""

    lot: int
    """Which lot."""
    instrument: Instrument
    """Name of the instrument."""
    side: int
    """Of the lot: +1 long, -1 short."""
    opened_ns: Instant
    """When the lot was opened,"""
    closed_ns: Instant
    """and this part of it closed."""
    sequence: int
    """Place of the closing in the journal."""
    quantity: Size
    """What was closed."""
    proceeds: Money
    """What it brought after fees."""
    basis: Money
    """What it cost, fees among it."""
    gain: Money
    """Proceeds less basis."""
    held_ns: int
    """How long it was held."""
    is_long_term: bool
    """Whether it was held for more than a year."""


class LotsShape(Shape):
    """Lots of the run by a method."""

    method: Annotated[str, Field(examples=["fifo"])]
    """Which lots a sale takes."""
    currency: Currency
    """Of all money here."""
    account: Annotated[str, Field(examples=["coinbase 83215443"])]
    """Venue and run."""
    lots: list[LotShape]
    """Every lot, the open ones have something remaining."""
    disposals: list[DisposalShape]
    """What was closed."""
    gain: Money
    """Of all disposals, after fees."""
