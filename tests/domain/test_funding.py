"""Laws of funding times.

1. The next settlement is the first later time that its own phase's interval divides.
2. A change of interval moves no settlement before it.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.domain.funding import HOUR_NS, FundingPhase, FundingSchedule

hours = st.integers(1, 12)
times = st.integers(0, 200)


@given(hours, hours, times, times)
def test_next_settlement_is_the_first_on_a_grid(old: int, new: int, change: int, now: int) -> None:
    schedule = FundingSchedule.every(old).changed(change * HOUR_NS + 1, new, Decimal(0))
    found = schedule.next_after(now * HOUR_NS)
    later = [(now + step) * HOUR_NS for step in range(1, 30)]
    settles = [ts for ts in later if ts % schedule.phase_at(ts).interval_ns == 0]
    assert found == settles[0]


@given(hours, times)
def test_times_before_the_first_phase_follow_it(interval: int, now: int) -> None:
    schedule = FundingSchedule((FundingPhase(10**6 * HOUR_NS, interval * HOUR_NS),))
    assert schedule.next_after(now * HOUR_NS) == (now // interval + 1) * interval * HOUR_NS
    assert schedule.phase_at(now * HOUR_NS) is schedule.phases[0]


def test_impossible_schedules_are_refused() -> None:
    with pytest.raises(DataError, match="rise in time"):
        FundingSchedule(())
    with pytest.raises(DataError, match="rise in time"):
        FundingSchedule.every(8).changed(0, 4, Decimal(0))
    with pytest.raises(DataError, match="funding interval of 0 ns"):
        FundingSchedule.every(0)
