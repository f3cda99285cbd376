"""Fee schedules: maker and taker rates by traded volume."""

from dataclasses import dataclass
from decimal import Decimal

from traider.domain.errors import DataError


@dataclass(frozen=True, slots=True)
class FeeTier:
    """Rates (fractions of notional; negative is a rebate) from a 30-day volume on."""

    volume_from: Decimal
    maker_rate: Decimal
    taker_rate: Decimal

    def __post_init__(self) -> None:
        """Refuse rates that are no fraction."""
        for rate in (self.maker_rate, self.taker_rate):
            if not -1 < rate < 1:
                raise DataError(f"a fee rate of {rate} is no fraction", fix="0.001 means 10 bps")


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Tiers by rising volume; the first starts at 0."""

    tiers: tuple[FeeTier, ...]

    def __post_init__(self) -> None:
        """Refuse a schedule with a hole or without order."""
        volumes = [tier.volume_from for tier in self.tiers]
        if not volumes or volumes[0] != 0 or volumes != sorted(set(volumes)):
            raise DataError("fee tiers must rise from volume 0", fix="mend the fee schedule")

    @classmethod
    def flat(cls, maker_rate: Decimal, taker_rate: Decimal) -> "FeeSchedule":
        """Return a schedule of one tier."""
        return cls((FeeTier(Decimal(0), maker_rate, taker_rate),))

    def tier_at(self, volume: Decimal = Decimal(0)) -> FeeTier:
        """Return the tier of an account that traded ``volume`` in 30 days (quote currency)."""
        return next(
            tier for tier in reversed(self.tiers) if tier.volume_from <= max(volume, Decimal(0))
        )
