"""Times as text.

Laws:
1. Any instant with any zone, written by Python, reads back as the same nanoseconds.
2. What is printed reads back.
"""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.store.instants import instant_text, length_text, parse_instants

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime.fromisoformat("1970-01-02"), datetime.fromisoformat("2099-01-01")


def parsed(*texts: str | None) -> list[int | None]:
    ts_ns, readable = parse_instants(pa.array(texts, pa.string()))
    return [int(ts) if good else None for ts, good in zip(ts_ns, readable, strict=True)]


@given(st.lists(st.datetimes(FIRST, LAST, timezones=zones)))
def test_law_1_any_instant_reads_back(instants: list[datetime]) -> None:
    wanted = [(t - EPOCH) // timedelta(microseconds=1) * 1_000 for t in instants]
    assert parsed(*(t.isoformat() for t in instants)) == wanted
    assert parsed(*(t.isoformat(sep=" ").replace("+", " +") for t in instants)) == wanted


@given(st.integers(0, 4_000_000_000_000_000_000))
def test_law_2_what_is_printed_reads_back(ts_ns: int) -> None:
    assert parsed(instant_text(ts_ns)) == [ts_ns]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-02-29", "2024-02-29T00:00:00+00:00"),
        ("1678-01-01", "1678-01-01T00:00:00+00:00"),
        ("2261-12-31T23:59:59Z", "2261-12-31T23:59:59+00:00"),
        ("2024/02/29 7:05", "2024-02-29T07:05:00+00:00"),
        ("2024-02-29T07:05:09Z", "2024-02-29T07:05:09+00:00"),
        ("2024-02-29 07:05:09 UTC", "2024-02-29T07:05:09+00:00"),
        ("2024-02-29 07:05:09,25", "2024-02-29T07:05:09.250+00:00"),
        ("2024-02-29T00:05:00+0530", "2024-02-28T18:35:00+00:00"),
        ("2019-10-17 12-AM", "2019-10-17T00:00:00+00:00"),
        ("2019-10-17 09-AM", "2019-10-17T09:00:00+00:00"),
        ("2019-10-17 12-PM", "2019-10-17T12:00:00+00:00"),
        ("2019-10-17 11-PM", "2019-10-17T23:00:00+00:00"),
    ],
)
def test_the_spellings_of_venues(text: str, iso: str) -> None:
    assert parsed(text) == [int(datetime.fromisoformat(iso).timestamp() * 1000) * 1_000_000]


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "2024-01-00", "2024-01-01 24:00",
        "2024-01-01 10:60", "2024-01-01 10:00:60", "56971-01-01", "01/02/2024", "now", "", None,
        "1677-12-31", "2262-01-01", "2990-01-01", "2019-10-17 13-PM",
        "2019-10-17 00-AM", "2024-1-1",
    ],
)  # fmt: skip
def test_what_no_calendar_has_is_not_readable(text: str | None) -> None:
    assert parsed("2024-01-01", text) == [1_704_067_200_000_000_000, None]


def test_nothing_reads_as_nothing() -> None:
    ts_ns, readable = parse_instants(pa.array([], pa.string()))
    assert ts_ns.dtype == np.dtype(np.int64)
    assert len(readable) == 0


@pytest.mark.parametrize(
    ("length_ns", "text"),
    [
        (110_000_000, "110ms"),
        (5_000_000_000, "5s"),
        (300_000_000_000, "5m"),
        (28_800_000_000_000, "8h"),
        (120_900_000_000_000, "33.58h"),
        (172_800_000_000_000, "2d"),
        (792_000_000_000_000, "9.167d"),
    ],
)
def test_lengths_are_told_in_a_fitting_unit(length_ns: int, text: str) -> None:
    assert length_text(length_ns) == text
