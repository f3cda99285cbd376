"""Fee tiers: maker and taker rates by the volume of the last 30 days.

The table is the one of Coinbase's Advanced page as read in September 2026. The tier of an account
is worked out anew every hour; an order keeps the rates it was placed under.
"""

from dataclasses import dataclass
from typing import Final

from traider.venues.simulated.amounts import ONE


@dataclass(frozen=True, slots=True)
class FeeTier:
    """Rates in millionths of the value, from a volume (whole US dollars) on."""

    name: str
    volume_from: int
    maker_millionths: int
    taker_millionths: int


FEE_TIERS: Final = (
    FeeTier("Intro 1", 0, 6_000, 12_000),
    FeeTier("Intro 2", 10_000, 4_000, 8_000),
    FeeTier("Advanced 1", 25_000, 2_500, 5_000),
    FeeTier("Advanced 2", 75_000, 1_250, 2_500),
    FeeTier("Advanced 3", 250_000, 750, 1_500),
    FeeTier("VIP 1", 500_000, 600, 1_250),
    FeeTier("VIP 2", 1_000_000, 500, 1_000),
)


def tier_at(volume_units: int, tiers: tuple[FeeTier, ...] = FEE_TIERS) -> FeeTier:
    """Return the tier of an account that traded ``volume_units`` in 30 days."""
    return next(tier for tier in reversed(tiers) if tier.volume_from * ONE <= volume_units)


def tier_end(tier: FeeTier, tiers: tuple[FeeTier, ...] = FEE_TIERS) -> int | None:
    """Return the volume at which the next tier starts; None for the last."""
    later = (other.volume_from for other in tiers if other.volume_from > tier.volume_from)
    return next(later, None)
