"""What the limits of the gate do in a scenario: from which loss on they refuse to add.

Limits never close a position and never hinder an exit: what they save is what would have been
opened on the way down. Each is held against the account at the worst prices, before anything is
closed, as the gate would measure an order that adds next to nothing then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from traider.risk.models import normal_loss
from traider.risk.stress import ScenarioLoss
from traider.risk.stress_aftermath import Aftermath


@dataclass(frozen=True, slots=True)
class StressLimits:
    """Limits as fractions of equity, and the state of the account against them; 0 is no limit."""

    daily_loss: Decimal
    drawdown: Decimal
    leverage: Decimal
    data_age_s: Decimal
    lost_today: Decimal = Decimal(0)
    """Of the equity at the start of the day, positive for a loss."""
    drawdown_now: Decimal = Decimal(0)
    daily_loss_amount: Decimal = Decimal(0)
    """In the currency of the book."""
    daily_loss_sigmas: float = 0.0
    """In standard deviations of a day's profit and loss: here of the book by the data."""
    exposure: Decimal = Decimal(0)
    """Of one instrument."""
    net_exposure: Decimal = Decimal(0)
    position_notional: Decimal = Decimal(0)
    """Of one instrument, in the currency of the book."""
    group_exposure: Decimal = Decimal(0)
    """One way, of the instruments of a group."""
    groups: tuple[frozenset[str], ...] = ()
    correlated_exposure: Decimal = Decimal(0)
    """One way, of all instruments whose correlation has at least ``correlation`` as its size."""
    correlation: float = 1.0
    value_at_risk: float = 0.0
    shortfall: float = 0.0
    confidence: float = 0.99
    horizon_days: float = 1.0
    margin_use: Decimal = Decimal(0)
    """Initial margin of derivatives, of the collateral."""
    liquidation_distance: Decimal = Decimal(0)
    """Of the mark."""


def limit_effects(
    loss: ScenarioLoss, limits: StressLimits, after: Aftermath | None = None
) -> tuple[str, ...]:
    """Return a line for each limit that acts before the scenario is over.

    Args:
        loss: what the scenario costs.
        limits: what the gate lets through.
        after: the account at the worst prices; without it only what ``loss`` tells is judged.
    """
    lines = [*_losses(loss, limits)]
    if after is not None:
        lines += [*_daily_sigmas(after, limits), *_exposures(after, limits)]
        if after.equity > 0:
            lines += [*_tails(after, limits), *_margins(after, limits)]
    if loss.scenario.blind_s > limits.data_age_s:
        lines.append(
            f"data age: opens nothing after {limits.data_age_s.normalize():f} s without prices"
        )
    return tuple(lines)


def _losses(loss: ScenarioLoss, limits: StressLimits) -> Iterator[str]:
    share = (loss.price + loss.funding) / loss.equity if loss.equity > 0 else Decimal(0)
    if limits.lost_today + share >= limits.daily_loss:
        yield f"daily loss: opens nothing from {limits.daily_loss:.2%} on"
    lost = limits.lost_today * loss.equity + loss.price + loss.funding
    if 0 < limits.daily_loss_amount <= lost:
        yield f"daily loss: opens nothing from {limits.daily_loss_amount:,.0f} on"
    drawdown = 1 - (1 - limits.drawdown_now) * (1 - share)
    if drawdown >= limits.drawdown:
        yield f"drawdown: opens nothing from {limits.drawdown:.2%} on"
    after = loss.leverage_after
    if loss.gross_after and (after is None or after > limits.leverage):
        known = "no equity left" if after is None else f"{after:.2f} of {limits.leverage:.2f}"
        yield f"leverage: adds nothing ({known})"


def _daily_sigmas(after: Aftermath, limits: StressLimits) -> Iterator[str]:
    """Compare the day's loss with deviations of the book before the scenario."""
    if not limits.daily_loss_sigmas:
        return
    deviations = [after.facts.instruments[p.instrument].deviation for p in after.book.positions]
    weighted = [float(p.value) * d for p, d in zip(after.book.positions, deviations, strict=True)]
    variance = sum(
        one * other * float(after.facts.correlations[row, column])
        for row, one in enumerate(weighted)
        for column, other in enumerate(weighted)
    )
    bound = limits.daily_loss_sigmas * max(variance, 0.0) ** 0.5
    lost = limits.lost_today * after.book.equity + after.loss.price + after.loss.funding
    if bound and float(lost) >= bound:
        yield (
            f"daily loss: opens nothing from {limits.daily_loss_sigmas:g} standard deviations on "
            f"({bound:,.0f})"
        )


def _exposures(after: Aftermath, limits: StressLimits) -> Iterator[str]:
    names = [each.instrument for each in after.book.positions]
    for name, value in zip(names, after.values, strict=True):
        if 0 < limits.position_notional < abs(value):
            bound = f"{abs(value):,.0f} of {limits.position_notional:,.0f}"
            yield f"position: adds nothing of {name} ({bound})"
        if line := _beyond(f"exposure of {name}", abs(value), limits.exposure, after):
            yield line
    totals: list[tuple[str, Decimal, Decimal]] = [
        ("net exposure", abs(sum(after.values, Decimal(0))), limits.net_exposure),
        ("correlated exposure", after.one_way(limits.correlation), limits.correlated_exposure),
    ]
    for group in limits.groups:
        held = [v for name, v in zip(names, after.values, strict=True) if name in group]
        longs = sum((value for value in held if value > 0), Decimal(0))
        shorts = -sum((value for value in held if value < 0), Decimal(0))
        totals.append(("group exposure", max(longs, shorts), limits.group_exposure))
    for what, total, bound_of in totals:
        if line := _beyond(what, total, bound_of, after):
            yield line


def _beyond(what: str, value: Decimal, bound: Decimal, after: Aftermath) -> str:
    """Return the line of an exposure beyond its bound; nothing where it is not."""
    if not bound or not value:
        return ""
    if after.equity <= 0:
        return f"{what}: adds nothing (no equity left)"
    share = value / after.equity
    return f"{what}: adds nothing ({share:.2f} of {bound:.2f})" if share > bound else ""


def _tails(after: Aftermath, limits: StressLimits) -> Iterator[str]:
    tail = normal_loss(limits.confidence)
    deviation = after.deviation(limits.horizon_days) / float(after.equity)
    for what, factor, bound in (
        ("VaR", tail.value_at_risk, limits.value_at_risk),
        ("ES", tail.expected_shortfall, limits.shortfall),
    ):
        if bound and factor * deviation > bound:
            yield f"{what}: adds nothing ({factor * deviation:.2%} of {bound:.2%})"


def _margins(after: Aftermath, limits: StressLimits) -> Iterator[str]:
    initial = after.initial
    if limits.margin_use and initial:
        use = initial / after.collateral if after.collateral > 0 else None
        if use is None or use > limits.margin_use:
            known = "no collateral left" if use is None else f"{use:.2%} of {limits.margin_use:.2%}"
            yield f"margin use: adds nothing ({known})"
    distance = after.liquidation_distance() if limits.liquidation_distance else None
    if distance is not None and distance < limits.liquidation_distance:
        yield (
            f"liquidation distance: adds nothing ({distance:.2%} of "
            f"{limits.liquidation_distance:.2%})"
        )
