"""Times that tell none, and times that no message can have."""

import pytest

from traider.domain.errors import DataError
from traider.venues.coinbase.times import told_ns, told_ns_or_none


def test_a_time_is_read_to_the_nanosecond() -> None:
    assert told_ns("2026-01-01T00:00:00.000000001Z") == 1_767_225_600_000_000_001
    assert told_ns("2026-01-01T00:00:00Z") == 1_767_225_600_000_000_000


@pytest.mark.parametrize("text", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_before_2001_there_is_none(text: str) -> None:
    assert told_ns_or_none(text) == 0
    with pytest.raises(DataError, match="tells none"):
        told_ns(text)


def test_after_2100_there_is_no_message() -> None:
    with pytest.raises(DataError, match="after 2100"):
        told_ns_or_none("2150-01-01T00:00:00Z")
