from decimal import Decimal

import pytest

from traider.domain.errors import DataError
from traider.domain.fees import FeeSchedule, FeeTier


def _tier(volume: int, taker: str = "0.001") -> FeeTier:
    return FeeTier(Decimal(volume), Decimal("0.0005"), Decimal(taker))


def test_a_volume_finds_its_tier() -> None:
    schedule = FeeSchedule((_tier(0), _tier(1_000), _tier(5_000)))
    found = [schedule.tier_at(Decimal(volume)).volume_from for volume in (-1, 0, 999, 1_000, 9**9)]
    assert found == [0, 0, 0, 1_000, 5_000]
    assert schedule.tier_at() == schedule.tiers[0]


@pytest.mark.parametrize("volumes", [[], [1], [0, 0], [0, 5, 3]])
def test_a_schedule_rises_from_zero(volumes: list[int]) -> None:
    with pytest.raises(DataError, match="rise from volume 0"):
        FeeSchedule(tuple(_tier(volume) for volume in volumes))


def test_a_rate_is_a_fraction() -> None:
    with pytest.raises(DataError, match="no fraction"):
        _tier(0, "10")
    assert FeeSchedule.flat(Decimal("-0.0001"), Decimal("0.0004")).tier_at().maker_rate < 0
