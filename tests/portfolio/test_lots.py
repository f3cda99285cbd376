"""Holding periods by the calendar."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from traider.portfolio.lots import Disposal, held_over_a_year


def _ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("opened", "closed", "is_over"),
    [
        # IRS Publication 544: bought on February 5, still one year on February 5 of the next.
        ("2008-02-05T10:00:00", "2009-02-05T23:59:59", False),
        ("2008-02-05T23:59:59", "2009-02-06T00:00:00", True),
        ("2024-02-29T12:00:00", "2025-02-28T23:00:00", False),
        ("2024-02-29T12:00:00", "2025-03-01T00:00:00", True),
        ("2023-03-01T00:00:00", "2024-02-29T00:00:00", False),
        # Rev. Rul. 66-7: of the last day of a month, from the first of the next.
        ("2023-02-28T12:00:00", "2024-02-29T12:00:00", False),
        ("2023-02-28T12:00:00", "2024-03-01T12:00:00", True),
        ("2024-02-28T12:00:00", "2025-02-28T12:00:00", False),
        ("2024-02-28T12:00:00", "2025-03-01T12:00:00", True),
    ],
)
def test_more_than_a_year_is_counted_in_days(opened: str, closed: str, is_over: bool) -> None:
    assert held_over_a_year(_ns(opened), _ns(closed)) is is_over


def test_the_day_is_that_of_a_persons_calendar() -> None:
    opened, closed = _ns("2024-05-01T03:00:00"), _ns("2025-05-01T12:00:00")
    assert not held_over_a_year(opened, closed)
    assert held_over_a_year(opened, closed, timedelta(hours=-5))


def test_a_disposal_knows_how_long_it_was_held() -> None:
    day, year = _ns("2024-05-01T00:00:00"), _ns("2025-05-02T00:00:00")
    sold = Disposal("", "X", 1, 0, day, 1, year, Decimal(1), 10, 1, 15, 2)
    assert sold.is_long_term
    assert (sold.proceeds_units, sold.basis_units, sold.gain_units) == (13, 11, 2)
