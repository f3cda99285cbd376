"""What became of the orders: unfilled, refused, filled on stale data, and the account wiped out."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from traider.backtest.doctor.evidence import Evidence
from traider.backtest.findings import Finding, Severity
from traider.backtest.order_lives import Outcome
from traider.backtest.results import BacktestResult, TierResult
from traider.domain.events import OrderFlag
from traider.domain.registry import shipped_instruments

STALE_SHARE_MAX: Final = 0.01
STALE_SHARE_SERIOUS: Final = 0.05
UNFILLED_SHARE_MAX: Final = 0.20
UNFILLED_SHARE_SERIOUS: Final = 0.50
REFUSED_SHARE_MAX: Final = 0.10
REFUSED_SHARE_SERIOUS: Final = 0.50
EQUITY_LEFT_MIN: Final = 0.10
"""Share of the capital below which an account counts as wiped out."""


def stale_fills(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find fills on bars without volume, or at the first price after a hole in the data."""
    del evidence
    fills, stale = len(result.chosen.fills), result.stale_fills
    share = stale.total / fills if fills else 0.0
    if share <= STALE_SHARE_MAX:
        return None
    return Finding(
        code="stale-fills",
        severity=Severity.SERIOUS if share > STALE_SHARE_SERIOUS else Severity.WARNING,
        title="Fills on stale data",
        measured=f"{stale.total:,} of {fills:,} fills, {share:.1%} (at most "
        f"{STALE_SHARE_MAX:.0%}): {stale.without_volume:,} on bars without volume, "
        f"{stale.after_gap:,} after a hole in the data",
        why="Nobody may have traded at those prices, and the decision knew only an old one.",
        fix="Use data without holes, or leave those times out with --from and --to.",
        number=share,
        threshold=STALE_SHARE_MAX,
    )


def unfilled_orders(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a large share of orders that never filled whole."""
    del evidence
    orders = result.chosen.orders
    share = result.chosen.execution.unfilled_share
    if not share > UNFILLED_SHARE_MAX:
        return None
    return Finding(
        code="unfilled-orders",
        severity=Severity.SERIOUS if share > UNFILLED_SHARE_SERIOUS else Severity.WARNING,
        title="Many orders do not fill",
        measured=f"{share:.0%} of the value sent never filled (at most {UNFILLED_SHARE_MAX:.0%}); "
        f"{orders.sent - orders.filled:,} of {orders.sent:,} orders did not fill whole",
        why="The orders that fill are those the market ran through: the good ones are missed.",
        fix="Quote closer to the market, let orders rest longer, or take liquidity.",
        number=share,
        threshold=UNFILLED_SHARE_MAX,
    )


def gate_refusals(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a large share of orders that the gate refused."""
    del evidence
    orders = result.chosen.orders
    wanted = orders.sent + orders.refused
    share = orders.refused / wanted if wanted else 0.0
    if share <= REFUSED_SHARE_MAX:
        return None
    code = max(orders.refusals, key=lambda name: orders.refusals[name], default="")
    most = f", most for {code.replace('_', ' ')}" if code else ""
    return Finding(
        code="gate-refusals",
        severity=Severity.SERIOUS if share > REFUSED_SHARE_SERIOUS else Severity.WARNING,
        title="The gate refuses many orders",
        measured=f"{orders.refused:,} of {wanted:,} orders, {share:.0%} (at most "
        f"{REFUSED_SHARE_MAX:.0%}){most}",
        why="What was tested is the limits as much as the strategy.",
        fix="Bring sizing and limits together, or accept that the limit ends trading.",
        number=share,
        threshold=REFUSED_SHARE_MAX,
    )


def under_venue_minimum(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find filled orders that the venue takes for too small, while no rules of it were in force."""
    del evidence
    small = list(_too_small(result.chosen))
    if not small:
        return None
    worth, quantity, instrument = min(small)
    known = shipped_instruments()[instrument]
    base = known.name.base
    return Finding(
        code="orders-under-venue-minimum",
        severity=Severity.WARNING,
        title="Orders under the venue's minimum",
        measured=f"{len(small):,} filled orders (should be none); the smallest, "
        f"{quantity.normalize():f} {base} of {instrument}, was worth {worth:,.2f} "
        f"{result.currency}: its venue takes {known.min_size.normalize():f} {base} and "
        f"{known.min_notional.normalize():f} {result.currency} at least",
        why="No minimum was known from the data, so orders filled that the venue refuses.",
        fix='Set data.rules = "minimums", or the minimums in [[instruments]].',
        number=len(small),
        threshold=0,
    )


def _too_small(tier: TierResult) -> Iterator[tuple[Decimal, Decimal, str]]:
    """Yield value, size and instrument of whole-filled orders under the registry's minimums.

    A minimum that was in force is left to the gate. Orders that filled in part may have been large
    enough; those that only reduce a position have no least value at venues of derivatives.
    """
    if tier.explained is None:
        return
    lives, instruments = tier.explained.lives, shipped_instruments()
    for at, market in enumerate(tier.explained.markets):
        known = instruments.get(market.name)
        if known is None:
            continue
        mine = (lives.intents["instrument"] == at) & (lives.outcome == Outcome.FILLED)
        reducing = lives.intents["flags"] & OrderFlag.REDUCE_ONLY != 0
        columns = (lives.filled_lots[mine], lives.filled_ticks[mine], reducing[mine])
        for lots, ticks, reduces in zip(*(column.tolist() for column in columns), strict=True):
            quantity = lots * market.lot_size
            worth = quantity * Decimal(ticks) * market.tick_size * market.multiplier
            too_few = market.min_lots <= 1 and quantity < known.min_size
            too_little = not (market.min_notional or reduces) and worth < known.min_notional
            if too_few or too_little:
                yield worth, quantity, market.name


def liquidated(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find positions that the venue closed by force."""
    del evidence
    costs = result.chosen.costs
    if costs.liquidations == 0:
        return None
    return Finding(
        code="liquidated",
        severity=Severity.SERIOUS,
        title="The venue liquidated positions",
        measured=f"{costs.liquidations:,} liquidations (should be none), fees "
        f"{costs.liquidation_fees:,.2f} {result.currency}",
        why="Margin ran out: in a live account the rest of the margin is often lost with it.",
        fix="Lower the leverage and the size, or keep more margin.",
        number=costs.liquidations,
        threshold=0,
    )


def wiped_out(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find an account that lost nearly everything on the way."""
    del evidence
    nav = result.chosen.curve.nav
    left = float(nav.min()) / float(result.capital) if nav.size else 1.0
    if left >= EQUITY_LEFT_MIN:
        return None
    return Finding(
        code="wiped-out",
        severity=Severity.SERIOUS,
        title="The account was wiped out",
        measured=f"equity fell to {left:.1%} of the capital (at least {EQUITY_LEFT_MIN:.0%})",
        why="Nobody goes on from there; what follows in the curve never would have happened.",
        fix="Lower the leverage and the size, and set limits.max_drawdown.",
        number=left,
        threshold=EQUITY_LEFT_MIN,
    )
