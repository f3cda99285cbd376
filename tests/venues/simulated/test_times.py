"""Times on the wire: written with the digits needed, read in every form of RFC 3339."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.venues.simulated.times import parse_time_ns, time_text


@given(st.integers(0, 4 * 10**18))
def test_what_is_written_is_read_back(time_ns: int) -> None:
    text = time_text(time_ns)
    assert parse_time_ns(text) == time_ns
    assert not text.endswith(("0Z", ".Z")) or "." not in text
    seconds = datetime.fromisoformat(text[:19] + "+00:00").timestamp()
    assert seconds == time_ns // 10**9


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-01T00:00:01Z", 10**9),
        ("1970-01-01T00:00:00.5Z", 5 * 10**8),
        ("1970-01-01t01:00:00+01:00", 0),
        ("1970-01-01 00:00:00.0000000019Z", 1),
        ("1970-13-01T00:00:00Z", None),
        ("1970-01-01", None),
        ("soon", None),
    ],
)
def test_forms_of_a_time(text: str, time_ns: int | None) -> None:
    assert parse_time_ns(text) == time_ns
