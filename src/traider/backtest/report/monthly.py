"""Monthly returns with yearly totals, from the equity curve, for the heat map."""

import math
from dataclasses import dataclass

import numpy as np

from traider.backtest.report.number_text import DASH, percent
from traider.backtest.results import Curve
from traider.portfolio.performance import daily_returns, monthly_returns

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SHADE_FULL_RETURN = 0.20
"""A month of this return or more has the strongest shade."""


@dataclass(frozen=True)
class MonthCell:
    """One month of the heat map; ``shade`` runs from 0 to 1, ``tone`` names the color."""

    month: str
    text: str
    tone: str
    shade: float


@dataclass(frozen=True)
class YearRow:
    """Twelve months and the year's return."""

    year: int
    months: tuple[MonthCell, ...]
    total: MonthCell


def months_of(curve: Curve, capital: float) -> dict[int, dict[int, float]]:
    """Return the month's returns by year and month; months without a point are absent.

    A month's return is its last equity over the last equity before it (the capital, for the
    first), so the months of a year compound to the year.
    """
    known = ~np.isnan(curve.nav)
    # A close at midnight belongs to the day, and the month, that ends there.
    return monthly_returns(*daily_returns(curve.ts_ns[known] - 1, curve.nav[known], capital))


def cell(name: str, value: float) -> MonthCell:
    """Return one shaded cell; the sign is written, so color never stands alone."""
    text = percent(value, signed=True)
    if text == DASH:
        return MonthCell(name, text, "none", 0.0)
    shade = min(1.0, abs(value) / SHADE_FULL_RETURN)
    return MonthCell(name, text.rstrip("%"), "up" if value >= 0 else "down", round(shade, 2))


def year_row(year: int, returns: dict[int, float]) -> YearRow:
    """Return one year of the heat map; its total compounds the months that are known."""
    cells = (cell(name, returns.get(at, math.nan)) for at, name in enumerate(MONTHS, start=1))
    total = math.prod(1.0 + value for value in returns.values()) - 1.0
    return YearRow(year, tuple(cells), cell("Year", total))


def heat_map(curve: Curve, capital: float) -> tuple[YearRow, ...]:
    """Return the heat map, newest year first."""
    months = months_of(curve, capital)
    return tuple(year_row(year, months[year]) for year in sorted(months, reverse=True))
