import math
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.report.synthetic import make_curve
from traider.backtest.report.monthly import cell, heat_map, money_table, months_of
from traider.backtest.report.number_text import DASH, MINUS, MoneyText
from traider.backtest.results import Curve


def curve_at(points: dict[str, float]) -> Curve:
    days = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in points]
    ts_ns = np.array([int(day.timestamp()) * 1_000_000_000 for day in days], dtype=np.int64)
    nav = np.array(list(points.values()))
    return make_curve(ts_ns, nav, np.zeros(nav.size))


def test_months_count_from_the_capital_and_from_each_month_s_end() -> None:
    curve = curve_at(
        {"2023-12-15": 105.0, "2023-12-31": 110.0, "2024-01-31": 99.0, "2024-03-05": 118.8}
    )
    months = months_of(curve, 100.0, start_ns=-1)
    assert months[2023][12] == pytest.approx(0.10)
    assert months[2024] == {1: pytest.approx(-0.10), 3: pytest.approx(0.20)}


def test_years_stand_newest_first_and_compound() -> None:
    curve = curve_at({"2023-12-31": 110.0, "2024-01-31": 99.0, "2024-03-05": 118.8})
    rows = heat_map(curve, 100.0, start_ns=-1)
    assert [row.year for row in rows] == [2024, 2023]
    assert rows[0].total.text == "+8.0"
    assert [one.text for one in rows[0].months[:3]] == [f"{MINUS}10.0", DASH, "+20.0"]


def test_a_cell_writes_its_sign_and_bounds_its_shade() -> None:
    assert (cell("Jan", 0.5).tone, cell("Jan", 0.5).shade) == ("up", 1.0)
    assert (cell("Jan", -0.1).tone, cell("Jan", -0.1).shade) == ("down", 0.5)
    assert cell("Jan", math.nan).tone == "none"


def test_no_curve_has_no_months() -> None:
    assert heat_map(curve_at({}), 100.0, start_ns=-1) == ()


@given(st.lists(st.floats(10.0, 1_000.0), min_size=1, max_size=400))
def test_all_months_compound_to_the_whole(nav: list[float]) -> None:
    ts_ns = np.arange(len(nav), dtype=np.int64) * 5 * 86_400 * 1_000_000_000
    curve = make_curve(ts_ns, np.array(nav), np.zeros(len(nav)))
    years = months_of(curve, 100.0, start_ns=-1).values()
    growth = math.prod(1.0 + value for year in years for value in year.values())
    assert growth == pytest.approx(nav[-1] / 100.0, rel=1e-9)


def test_the_midnight_that_starts_the_run_is_no_month() -> None:
    curve = curve_at({"2024-01-01": 100.0, "2024-01-15": 103.0})
    assert set(months_of(curve, 100.0, start_ns=-1)) == {2023, 2024}
    assert months_of(curve, 100.0, int(curve.ts_ns[0])) == {2024: {1: pytest.approx(0.03)}}


def test_months_in_money_sum_along_and_down() -> None:
    months = {"2023-12": "1.5", "2024-01": "-20.25", "2024-12": "3"}
    rows = money_table(
        {name: Decimal(text) for name, text in months.items()}, MoneyText("USDT", 2)
    ).rows
    assert [row.label for row in rows] == ["2024", "2023", "All"]
    assert rows[0].months[0] == f"{MINUS}20.25"
    assert rows[1].months[0] == DASH
    assert [row.total for row in rows] == [f"{MINUS}17.25", "+1.50", f"{MINUS}15.75"]
    assert rows[2].months[11] == "+4.50"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("999.994", "USDT", "+999.99"),
        ("1234.56", "USDT", "+1,235"),
        ("123456.78", "thousand USDT", "+123"),
        ("-123456789012", "million USDT", f"{MINUS}123,457"),
    ],
)
def test_large_months_are_written_in_larger_units(value: str, unit: str, text: str) -> None:
    table = money_table({"2024-01": Decimal(value)}, MoneyText("USDT", 2))
    assert table.unit == unit
    assert [(row.label, row.months[0], row.total) for row in table.rows] == [("2024", text, text)]


def test_no_month_is_no_row() -> None:
    assert money_table({}, MoneyText("USDT", 2)).rows == ()
