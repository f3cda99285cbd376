"""Times as text, to the last nanosecond."""

import pytest

from traider.domain.errors import DataError
from traider.venues.time_text import utc_ns
from traider.venues.wire_types import seconds_ns


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2023-02-09T20:32:50.714964855Z", 1_675_974_770_714_964_855),
        ("2021-04-17T16:43:41.468740Z", 1_618_677_821_468_740_000),
        ("2021-04-17T16:43:41.4+00:00", 1_618_677_821_400_000_000),
    ],
)
def test_a_time_is_read_to_the_nanosecond(text: str, ns: int) -> None:
    assert utc_ns(text) == ns


@pytest.mark.parametrize(
    "text",
    ["", "2021-04-17", "2021-04-17T16:43:41", "2021-13-17T16:43:41Z", "2021-04-17T16:43:41.Z"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is no time"):
        utc_ns(text)


def test_seconds_keep_their_decimals() -> None:
    assert seconds_ns("1618678133.383209") == 1_618_678_133_383_209_000
    assert seconds_ns("1618678133") == 1_618_678_133_000_000_000
