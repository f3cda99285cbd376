"""The tiers in order: the pessimistic one never fills better than the base, and so on."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.scenario import (
    PERPETUAL,
    Journal,
    Ohlcv,
    Order,
    bars,
    buy,
    play,
    sell,
    spec_of,
)
from traider.backtest.fill_tiers import FILL_TIERS
from traider.kernel.codes import QueueModel
from traider.kernel.specification import VenueSpec

MODEL = VenueSpec(latency_ns=1, half_spread=0.0005, impact=0.8, volatility_span=5)
COSTLY = replace(PERPETUAL, taker_fee_e8=60_000)
ROWS: list[Ohlcv] = [
    (10_000 + 37 * n, 10_200 + 37 * n, 9_800, 10_000 + 91 * (n % 3), 900) for n in range(8)
]


def run(tier: str, rows: list[Ohlcv], orders: list[Order]) -> Journal:
    venue = FILL_TIERS[tier].applied(MODEL)
    return play(spec_of(COSTLY, venue=venue, cash=10**9), bars(*rows), *orders)


def test_the_tiers_are_named_from_bad_to_good() -> None:
    assert list(FILL_TIERS) == ["pessimistic", "base", "optimistic"]
    assert FILL_TIERS["base"].applied(MODEL) == replace(
        MODEL, participation=0.1, queue=QueueModel.PROBABILISTIC
    )


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(1, 7), st.sampled_from([1, -1]), st.integers(1, 2_000)),
        min_size=1,
        max_size=6,
    )
)
def test_market_orders_fill_no_better_in_a_worse_tier(
    drawn: list[tuple[int, int, int]],
) -> None:
    orders = [buy(bar, size) if side > 0 else sell(bar, size) for bar, side, size in drawn]
    runs = [run(tier, ROWS, orders) for tier in FILL_TIERS]
    for worse, better in pairwise(runs):
        assert len(worse.fills) == len(better.fills) == len(orders)
        for (side, lots, dear), (_, same, cheap) in zip(worse.fills, better.fills, strict=True):
            assert lots == same
            assert side * (dear - cheap) >= 0
        assert worse.cash <= better.cash


@pytest.mark.parametrize(
    ("low", "filled"), [(9_900, [0, 0, 400]), (9_899, [45, 90, 400]), (9_901, [0, 0, 0])]
)
def test_limits_fill_later_and_less_in_a_worse_tier(low: int, filled: list[int]) -> None:
    rows: list[Ohlcv] = [(10_000, 10_001, 9_999, 10_000, 900), (10_000, 10_001, low, 10_000, 900)]
    order = buy(1, 400, price=9_900)
    found = [sum(lots for _, lots, _ in run(tier, rows, [order]).fills) for tier in FILL_TIERS]
    assert found == filled
