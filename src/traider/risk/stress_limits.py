"""What the limits of the gate do in a scenario: from which loss on they refuse to add.

Limits never close a position and never hinder an exit: what they save is what would have been
opened on the way down.
"""

from dataclasses import dataclass
from decimal import Decimal

from traider.risk.stress import ScenarioLoss


@dataclass(frozen=True, slots=True)
class StressLimits:
    """Limits as fractions of equity, and the state of the account against them."""

    daily_loss: Decimal
    drawdown: Decimal
    leverage: Decimal
    data_age_s: Decimal
    lost_today: Decimal = Decimal(0)
    """Of the equity at the start of the day, positive for a loss."""
    drawdown_now: Decimal = Decimal(0)
    daily_loss_amount: Decimal = Decimal(0)
    """In the currency of the book; 0 is no limit."""


def limit_effects(loss: ScenarioLoss, limits: StressLimits) -> tuple[str, ...]:
    """Return a line for each limit that acts before the scenario is over."""
    share = (loss.price + loss.funding) / loss.equity if loss.equity > 0 else Decimal(0)
    lines = []
    if limits.lost_today + share >= limits.daily_loss:
        lines.append(f"daily loss: opens nothing from {limits.daily_loss:.2%} on")
    lost = limits.lost_today * loss.equity + loss.price + loss.funding
    if 0 < limits.daily_loss_amount <= lost:
        lines.append(f"daily loss: opens nothing from {limits.daily_loss_amount:,.0f} on")
    drawdown = 1 - (1 - limits.drawdown_now) * (1 - share)
    if drawdown >= limits.drawdown:
        lines.append(f"drawdown: opens nothing from {limits.drawdown:.2%} on")
    after = loss.leverage_after
    if loss.gross_after and (after is None or after > limits.leverage):
        known = "no equity left" if after is None else f"{after:.2f} of {limits.leverage:.2f}"
        lines.append(f"leverage: adds nothing ({known})")
    if loss.scenario.blind_s > limits.data_age_s:
        lines.append(
            f"data age: opens nothing after {limits.data_age_s.normalize():f} s without prices"
        )
    return tuple(lines)
