"""Laws of integer money, against fractions and decimals.

1. A notional is price * size * multiplier rounded half to even to 1e-8, whatever the grid.
2. A fee is rounded up to the next unit, a rebate down: never in our favor.
3. ``affordable_lots`` is the largest size whose notional and fee fit the budget.
"""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.kernel.builders import market
from traider.domain.money import fee_units as exact_fee_units
from traider.domain.money import notional_units as exact_notional_units
from traider.kernel.arithmetic import MONEY, affordable_lots, fee_units, notional_units
from traider.kernel.compiled import compile_kernel

pytestmark = pytest.mark.interpreted

LARGEST = 2**62
ticks = st.sampled_from(["1e-10", "1e-8", "0.00001", "0.01", "0.25", "0.5", "1", "10"])
lots = st.sampled_from(["1e-8", "0.001", "0.1", "1", "100"])
multipliers = st.sampled_from(["1", "0.001", "0.01", "10", "100"])
counts = st.one_of(st.integers(0, 10**4), st.integers(0, 10**10), st.integers(0, 10**15))
rates = st.integers(-1_000_000, 10_000_000)


@given(ticks, lots, multipliers, counts, counts)
@settings(max_examples=250)
@example("1e-10", "1e-8", "1", 9_999_999_999, 9_999_999_999)
@example("1e-10", "1e-8", "1", 12_345_678_901, 99_999_999_999)
@example("1e-8", "1e-8", "1", 5, 10**7)
@example("0.5", "1", "100", 10**6, 10**3)
def test_a_notional_is_exact(tick: str, lot: str, multiplier: str, price: int, size: int) -> None:
    traded = market(tick_size=Decimal(tick), lot_size=Decimal(lot), multiplier=Decimal(multiplier))
    numerator, denominator = traded.money_fraction()
    wanted = exact_notional_units(
        price * traded.tick_size, size * traded.lot_size, traded.multiplier
    )
    assume(wanted < LARGEST and price * numerator < LARGEST)
    assert notional_units(price, size, numerator, denominator) == wanted
    assert wanted == round(Fraction(price * size * numerator, denominator))


@given(st.integers(0, 10**17), rates)
@settings(max_examples=250)
def test_a_fee_is_rounded_against_us(notional: int, rate: int) -> None:
    found = fee_units(notional, rate)
    assert found == exact_fee_units(notional, Decimal(rate) / MONEY)
    assert 0 <= found - Fraction(notional * rate, MONEY) < 1


@given(ticks, lots, st.integers(1, 10**8), st.integers(1, 10**16), rates)
@settings(max_examples=250)
@example("1e-10", "1e-8", 12_345, 10**13, 60_000)
@example("0.00001", "1e-8", 1, 10**12, 100_000)
def test_the_affordable_size_is_the_largest(
    tick: str, lot: str, price: int, budget: int, rate: int
) -> None:
    numerator, denominator = market(tick_size=Decimal(tick), lot_size=Decimal(lot)).money_fraction()
    assume(budget * denominator < LARGEST * price * numerator)

    def cost(size: int) -> int:
        notional = notional_units(price, size, numerator, denominator)
        return int(notional) + int(fee_units(notional, rate))

    found = affordable_lots(budget, float(price), rate, numerator, denominator)
    assert found >= 0
    assert found == 0 or cost(found) <= budget
    assert cost(found + 1) > budget


@pytest.fixture(scope="module", autouse=True)
def _kernel() -> None:
    compile_kernel()
