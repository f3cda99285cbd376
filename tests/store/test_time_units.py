"""Units told by size.

Laws:
1. Any instant of the century, in any unit, tells its unit and comes out exactly.
2. A file that changes its unit at any row is found out at that row, and no row leaves the century.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.store.time_units import (
    FIRST_SECOND,
    LAST_SECOND,
    NO_UNIT,
    UNIT_NS,
    UNITS,
    instants_from,
    main_unit,
    unit_changes,
    units_of,
)

seconds = st.integers(FIRST_SECOND, LAST_SECOND - 1)


@given(seconds, st.sampled_from(range(4)), st.integers(0, 999_999_999))
def test_law_1_each_value_tells_its_unit(second: int, unit: int, rest_ns: int) -> None:
    value = (second * 1_000_000_000 + rest_ns) // UNIT_NS[unit]
    values = np.array([value])
    codes = units_of(values)
    assert codes.tolist() == [unit]
    assert instants_from(values, codes).tolist() == [value * UNIT_NS[unit]]


@given(st.integers(1, 30), st.integers(1, 30), st.permutations(range(4)))
def test_law_2_a_change_of_unit_is_found_at_its_row(
    before: int, after: int, units: list[int]
) -> None:
    instants = 1_735_689_600_000_000_000 + np.arange(before + after) * 3_600_000_000_000
    scale = np.where(np.arange(before + after) < before, UNIT_NS[units[0]], UNIT_NS[units[1]])
    values = instants // scale
    codes = units_of(values)
    (change,) = unit_changes(codes)
    assert (change.row, change.before, change.after) == (before, UNITS[units[0]], UNITS[units[1]])
    assert (instants_from(values, codes) == instants).all()


@pytest.mark.parametrize("value", [0, -1, 1_000_000, 20_240_101, FIRST_SECOND - 1, LAST_SECOND])
def test_what_is_no_instant_of_the_century_has_no_unit(value: int) -> None:
    codes = units_of(np.array([value]))
    assert codes.tolist() == [NO_UNIT]
    assert instants_from(np.array([value]), codes).tolist() == [0]
    assert main_unit(codes) == NO_UNIT


def test_values_without_a_unit_are_no_change() -> None:
    values = np.array([1_735_689_600_000, 0, 1_735_689_660_000, 7, 1_735_689_720_000_000])
    (change,) = unit_changes(units_of(values))
    assert (change.row, change.before, change.after) == (4, "ms", "us")


def test_fractions_keep_their_microseconds() -> None:
    values = np.array([1_735_689_600.123456, 1_735_689_600.5])
    assert instants_from(values, units_of(values)).tolist() == [
        1_735_689_600_123_456_000,
        1_735_689_600_500_000_000,
    ]
    assert units_of(np.array([np.nan, np.inf])).tolist() == [NO_UNIT, NO_UNIT]
