"""Monthly returns from the equity curve, for the heat map, and monthly P&L in money."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from traider.backtest.report.number_text import DASH, MoneyText, fixed, percent
from traider.backtest.results import Curve
from traider.portfolio.attribution import Parts
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
class MoneyRow:
    """One year's P&L by month in money, and their sum; a dash where a month has no close."""

    label: str
    months: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class MoneyTable:
    """P&L by month; ``unit`` names the currency and its multiple."""

    unit: str
    rows: tuple[MoneyRow, ...]


@dataclass(frozen=True)
class MoneyStep:
    """How sums below a bound are written; ``digits`` None means the currency's own."""

    below: Decimal
    unit: str
    scale: int
    digits: int | None


MONEY_STEPS = (
    MoneyStep(Decimal(1_000), "", 1, None),
    MoneyStep(Decimal(100_000), "", 1, 0),
    MoneyStep(Decimal(100_000_000), "thousand ", 1_000, 0),
    MoneyStep(Decimal("Infinity"), "million ", 1_000_000, 0),
)


@dataclass(frozen=True)
class YearRow:
    """Twelve months and the year's return."""

    year: int
    months: tuple[MonthCell, ...]
    total: MonthCell


def months_of(curve: Curve, capital: float, start_ns: int) -> dict[int, dict[int, float]]:
    """Return the month's returns by year and month; months without a point are absent.

    A month's return is its last equity over the last equity before it (the capital, for the
    first), so the months of a year compound to the year.
    """
    known = ~np.isnan(curve.nav) & (curve.ts_ns > start_ns)
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


def heat_map(curve: Curve, capital: float, start_ns: int) -> tuple[YearRow, ...]:
    """Return the heat map, newest year first."""
    months = months_of(curve, capital, start_ns)
    return tuple(year_row(year, months[year]) for year in sorted(months, reverse=True))


def money_table(by_month: Parts, money: MoneyText) -> MoneyTable:
    """Return P&L by month and year, newest first, with the sum of each month over the years.

    In units that keep a cell short; every digit is in summary.json.
    """
    largest = max((abs(value) for value in by_month.values()), default=Decimal(0))
    unit, scale, digits = next(
        (step.unit, step.scale, step.digits) for step in MONEY_STEPS if largest < step.below
    )
    digits = money.digits if digits is None else digits

    def row(label: str, chosen: dict[str, Decimal]) -> MoneyRow:
        cells = []
        for at in range(1, len(MONTHS) + 1):
            values = [value for month, value in chosen.items() if month.endswith(f"-{at:02}")]
            cells.append(_sum_text(values, scale, digits) if values else DASH)
        return MoneyRow(label, tuple(cells), _sum_text(chosen.values(), scale, digits))

    years = sorted({month[:4] for month in by_month if month[:4].isdigit()}, reverse=True)
    rows = [row(year, {m: v for m, v in by_month.items() if m[:4] == year}) for year in years]
    rows += [row("All", by_month)] if len(years) > 1 else []
    return MoneyTable(f"{unit}{money.currency}", tuple(rows))


def _sum_text(values: Iterable[Decimal], scale: int, digits: int) -> str:
    return fixed(sum(values, Decimal(0)) / scale, digits, signed=True)
