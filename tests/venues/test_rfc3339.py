from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.venues.rfc3339 import format_ns, parse_ns

BASE = int(datetime(2026, 8, 9, 21, 5, 48, tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("text", "past"),
    [
        ("2026-08-09T21:05:48Z", 0),
        ("2026-08-09T21:05:48.6Z", 600_000_000),
        ("2026-08-09T21:05:48.62890012Z", 628_900_120),
        ("2026-08-09T21:05:48.628900123Z", 628_900_123),
        ("2026-08-09T21:05:48.000000001+00:00", 1),
    ],
)
def test_every_number_of_decimals_is_read_exactly(text: str, past: int) -> None:
    assert parse_ns(text) == BASE + past


def test_the_time_before_any_is_zero() -> None:
    assert parse_ns("1970-01-01T00:00:00Z") == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-08-09T21:05:48",
        "2026-08-09T21:05:48.Z",
        "2026-08-09T21:05:48.1234567890Z",
        "2026-08-09T21:05:48.12x4Z",
        "2026-08-09T21:05:48+02:00",
        "2026-13-09T21:05:48Z",
        "2026-08-09 21:05:48Z",
        "2026-08-09T21:05:48,5Z",
        "2026-08-09T21:05:48.٣Z",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="no time of RFC 3339"):
        parse_ns(text)


@given(st.integers(0, 4_102_444_799_999_999_999))
def test_what_is_written_is_read_again(time_ns: int) -> None:
    assert parse_ns(format_ns(time_ns)) == time_ns
