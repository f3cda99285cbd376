import pytest

from traider.domain.errors import UsageError
from traider.domain.timeframes import (
    DAY_NS,
    TIMEFRAMES,
    timeframe_code,
    timeframe_ns,
    timeframe_of,
)


@pytest.mark.parametrize("name", TIMEFRAMES)
def test_name_length_and_code_agree(name: str) -> None:
    assert timeframe_of(timeframe_ns(name)) == name
    assert TIMEFRAMES[timeframe_code(name) - 1] == name
    assert 0 < timeframe_code(name) <= 0xFF


def test_lengths_rise() -> None:
    lengths = [timeframe_ns(name) for name in TIMEFRAMES]
    assert lengths == sorted(set(lengths))
    assert timeframe_ns("1d") == DAY_NS


def test_unknown_lengths_are_refused() -> None:
    with pytest.raises(UsageError, match="unknown timeframe '7m'; use one of 1s"):
        timeframe_ns("7m")
    with pytest.raises(UsageError, match="no timeframe is 420 seconds long"):
        timeframe_of(420 * 10**9)
