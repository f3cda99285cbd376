"""A grid from what was seen.

1. Every price and size lies on the steps found, and on no power of ten above them.
"""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import Kind
from traider.venues.event_writer import EventWriter, record_head
from traider.venues.finest_steps import FinestSteps


def seen(*levels: tuple[int, int]) -> FinestSteps:
    """Return what trades of fine prices and sizes add up to."""
    finest, out = FinestSteps(), EventWriter()
    for price, size in levels:
        out.add(record_head(Kind.TRADE, 4), 1, 1, price, size)
        finest.add(out.take())
    return finest


@given(st.lists(st.tuples(st.integers(1, 10**18), st.integers(0, 10**18)), min_size=1))
def test_law_1_the_steps_divide_all_and_are_the_largest(levels: list[tuple[int, int]]) -> None:
    steps = seen(*levels).steps(4)
    for step, values in zip(steps, zip(*levels, strict=True), strict=True):
        fine = int(step * 10**10)
        assert all(value % fine == 0 for value in values)
        assert step == 1 or any(value % (fine * 10) for value in values) or not any(values)


def test_zeros_alone_and_silence_have_no_grid_of_their_own() -> None:
    assert seen((10**8, 0)).steps(4) == (Decimal("0.01"), Decimal("1e-10"))
    assert FinestSteps().steps(0) == (Decimal("1e-8"), Decimal("1e-8"))
