"""Margin tiers: what a leveraged position must hold, by its notional."""

from dataclasses import dataclass
from decimal import Decimal

from traider.domain.errors import DataError


@dataclass(frozen=True, slots=True)
class MarginTier:
    """Rules for positions of a notional in (floor, cap], in the settlement currency.

    ``maintenance_amount`` is what makes maintenance margin continuous between tiers:
    margin = notional * maintenance_rate - maintenance_amount.
    """

    floor: Decimal
    cap: Decimal
    maintenance_rate: Decimal
    maintenance_amount: Decimal
    max_leverage: Decimal

    def __post_init__(self) -> None:
        """Refuse a tier without room, or with impossible numbers."""
        if not 0 <= self.floor < self.cap:
            raise DataError(f"margin tier {self.floor} to {self.cap} is empty", fix="mend it")
        if not 0 < self.maintenance_rate < 1 or self.max_leverage < 1:
            raise DataError(
                f"margin tier from {self.floor}: rate {self.maintenance_rate}, "
                f"leverage {self.max_leverage}",
                fix="a rate lies in (0, 1), a leverage is at least 1",
            )


@dataclass(frozen=True, slots=True)
class MarginSchedule:
    """Adjoining tiers by rising notional, from 0."""

    tiers: tuple[MarginTier, ...]

    def __post_init__(self) -> None:
        """Refuse a schedule with a hole."""
        edges = [Decimal(0), *(tier.cap for tier in self.tiers)]
        if not self.tiers or edges[:-1] != [tier.floor for tier in self.tiers]:
            raise DataError("margin tiers must adjoin, from notional 0", fix="mend the tiers")

    def tier_at(self, notional: Decimal) -> MarginTier:
        """Return the tier of a position of ``notional`` (its absolute value).

        Raises:
            DataError: the venue allows no position that large.
        """
        for tier in self.tiers:
            if abs(notional) <= tier.cap:
                return tier
        raise DataError(
            f"a notional of {notional} is above the last tier", fix=f"hold {tier.cap} at most"
        )

    def maintenance(self, notional: Decimal) -> Decimal:
        """Return the maintenance margin of a position of ``notional``."""
        tier = self.tier_at(notional)
        return abs(notional) * tier.maintenance_rate - tier.maintenance_amount
