from decimal import Decimal

import numpy as np
import pytest

from traider.store.price_grid import finest_decimal, off_tick, off_ticks


@pytest.mark.parametrize(
    ("prices", "decimals", "off"),
    [
        ([1.0, 250.0], 0, 0),
        ([0.1, 250.0], 1, 0),
        ([35326.82, 0.07], 2, 0),
        ([0.00001234], 8, 0),
        ([1e-10], 10, 0),
        ([1 / 3, 2.0], 8, 1),
        ([1 / 3, 2 / 3], 8, 2),
    ],
)
def test_the_tick_is_the_finest_decimal(prices: list[float], decimals: int, off: int) -> None:
    assert finest_decimal(np.array(prices)) == (decimals, off)


def test_prices_off_a_tick_are_told() -> None:
    prices = np.array([0.5, 100.0, 100.25, 7.1])
    assert off_tick(prices, Decimal("0.5")).tolist() == [False, False, True, True]
    assert off_ticks(prices, Decimal("0.05")) == 0
