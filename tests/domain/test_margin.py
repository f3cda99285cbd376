"""Law: maintenance margin is continuous and rises with the notional."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.domain.margin import MarginSchedule, MarginTier
from traider.domain.margin_tables import binance_margin

BTC = binance_margin("BTC")
notionals = st.decimals(0, 10**9, places=2)


def _tier(floor: int, cap: int, rate: str = "0.01", leverage: int = 10) -> MarginTier:
    return MarginTier(Decimal(floor), Decimal(cap), Decimal(rate), Decimal(0), Decimal(leverage))


@given(notionals, notionals)
def test_margin_rises_with_the_notional(first: Decimal, second: Decimal) -> None:
    low, high = sorted((first, second))
    assert BTC.maintenance(low) <= BTC.maintenance(high)


@pytest.mark.parametrize("base", ["BTC", "ETH", "SOL", "XRP", "DOGE", "LTC", "LINK", "AVAX"])
def test_tiers_meet_without_a_jump(base: str) -> None:
    tiers = binance_margin(base).tiers
    for below, above in pairwise(tiers):
        at_edge = [
            below.cap * tier.maintenance_rate - tier.maintenance_amount for tier in (below, above)
        ]
        assert at_edge[0] == at_edge[1]


def test_short_positions_need_the_same() -> None:
    assert BTC.maintenance(Decimal(-700_000)) == BTC.maintenance(Decimal(700_000)) == 3_600
    assert BTC.tier_at(Decimal(-700_000)).max_leverage == 75


def test_a_position_beyond_the_last_tier_is_refused() -> None:
    with pytest.raises(DataError, match="above the last tier"):
        BTC.maintenance(Decimal(10**10))


@pytest.mark.parametrize(
    ("floor", "cap", "rate", "leverage"),
    [(5, 5, "0.01", 10), (-1, 5, "0.01", 10), (0, 5, "0", 10), (0, 5, "1", 10), (0, 5, "0.01", 0)],
)
def test_impossible_tiers_are_refused(floor: int, cap: int, rate: str, leverage: int) -> None:
    with pytest.raises(DataError, match="margin tier"):
        _tier(floor, cap, rate, leverage)


def test_tiers_adjoin_from_zero() -> None:
    for tiers in ((), (_tier(1, 5),), (_tier(0, 5), _tier(6, 9))):
        with pytest.raises(DataError, match="must adjoin"):
            MarginSchedule(tiers)
