"""Put the page of a stress test together; it reads numbers and writes text."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from traider.backtest.report.key_figures import Figure
from traider.backtest.research_pages.frame import render

PAGE_NAME: Final = "stress.html"
_OWN: Final = "traider.backtest.stress_page"


@dataclass(frozen=True)
class StressRow:
    """One scenario."""

    title: str
    meaning: str
    loss: Decimal
    share: str
    figures: Sequence[str]
    """Price, spread, fees, funding."""
    is_liquidated: bool
    limits: Sequence[str]
    breakers: Sequence[str]
    positions: Sequence[Sequence[str]]
    """Instrument, move, loss, price, spread, fees, funding."""


@dataclass(frozen=True)
class StressPage:
    """Everything that the page shows."""

    title: str
    facts: Sequence[tuple[str, str]]
    rows: Sequence[StressRow]
    notes: Sequence[str]


def write_stress_page(page: StressPage, folder: Path) -> Path:
    """Write the page into ``folder`` and return the file's path."""
    path = folder / PAGE_NAME
    path.write_text(render_stress_page(page), encoding="utf-8")
    return path


def render_stress_page(page: StressPage) -> str:
    """Return the page as HTML that needs nothing beside it."""
    most = max((abs(row.loss) for row in page.rows), default=Decimal(0)) or Decimal(1)
    return render(
        "stress.html.j2",
        "stress.js",
        {},
        package=_OWN,
        kind="Stress",
        title=page.title,
        badges=("everything closed at its worst",),
        back="",
        facts=page.facts,
        figures=(_figures(page.rows),),
        incomplete="",
        notes=page.notes,
        reading="A loss is positive. Each scenario moves prices and closes the whole book there; "
        "limits and breakers refuse what would be opened, they close nothing.",
        footer="a scenario says what would be, not how likely it is.",
        rows=[
            (row, f"{row.loss:,.2f}", f"{abs(row.loss) / most * 100:.2f}", row.loss < 0)
            for row in page.rows
        ],
    )


def _figures(rows: Sequence[StressRow]) -> tuple[Figure, ...]:
    worst = max(rows, key=lambda row: row.loss, default=None)
    if worst is None:
        return (Figure("Worst scenario", "–", "nothing is held"),)
    forced = sum(row.is_liquidated for row in rows)
    costly = sum(row.loss > 0 for row in rows)
    return (
        Figure("Worst scenario", f"{worst.loss:,.2f}", worst.title, tone="down"),
        Figure("Of the account's worth", worst.share),
        Figure(
            "Liquidated", f"{forced} of {len(rows)}", "scenarios", tone="down" if forced else ""
        ),
        Figure("Lose money", f"{costly} of {len(rows)}", "scenarios"),
    )
