"""Put the page of a series together that the whole trader lived through."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.backtest.report.key_figures import Figure
from traider.backtest.research_pages.frame import render

PAGE_NAME: Final = "through.html"
_OWN: Final = "traider.backtest.stress_page"


@dataclass(frozen=True)
class ThroughRow:
    """One scenario."""

    name: str
    figures: Sequence[str]
    breakers: Sequence[str]
    alerts: Sequence[str]
    broken: Sequence[str]


@dataclass(frozen=True)
class ThroughPage:
    """Everything that the page shows."""

    rows: Sequence[ThroughRow]
    heads: Sequence[str]
    """Of the figures."""


def write_through_page(page: ThroughPage, folder: Path) -> Path:
    """Write the page into ``folder`` and return the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE_NAME
    path.write_text(render_through_page(page), encoding="utf-8")
    return path


def render_through_page(page: ThroughPage) -> str:
    """Return the page as HTML that needs nothing beside it."""
    broken = sum(len(row.broken) for row in page.rows)
    with_faults = sum(bool(row.broken) for row in page.rows)
    figures = (
        Figure("Laws broken", str(broken), "in all", tone="down" if broken else "up"),
        Figure("Scenarios", str(len(page.rows)), f"{with_faults} of them broke a law"),
    )
    return render(
        "through.html.j2",
        "stress.js",
        {},
        package=_OWN,
        kind="Stress",
        title="The whole trader",
        badges=("on the local exchange",),
        back="",
        facts=(),
        figures=(figures,),
        incomplete="",
        notes=(),
        reading="Each scenario is a process of its own on a local exchange that plays it. Then its "
        "orders, fills, cash and protection are held against the exchange, and its journal is "
        "replayed.",
        footer="losses are those of one run of a small strategy; what must hold are the laws.",
        rows=page.rows,
        heads=page.heads,
    )
