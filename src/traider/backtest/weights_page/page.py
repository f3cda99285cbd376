"""Put the page of weights together; it reads numbers and writes text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.report.chart_data import bucket_ends, bucket_starts, rounded, seconds
from traider.backtest.research_pages.frame import render

PAGE_NAME: Final = "weights.html"
_POINTS: Final = 2_400
_OWN: Final = "traider.backtest.weights_page"

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WeightsRow:
    """One method: its returns out of sample, its weights now, its figures as text."""

    name: str
    returns: FloatArray
    weights: FloatArray
    figures: Sequence[str]
    """Return a year, volatility, Sharpe, worst fall, turnover, costs, more than equal weight."""


@dataclass(frozen=True)
class WeightsPage:
    """Everything that the page shows; the first row is equal weight."""

    assets: Sequence[str]
    ends_ns: npt.NDArray[np.int64]
    """When the wealth of 1 began, then when each return's period ended."""
    rows: Sequence[WeightsRow]
    facts: Sequence[tuple[str, str]]
    notes: Sequence[str]


def write_weights_page(page: WeightsPage, folder: Path) -> Path:
    """Write the page into ``folder`` and return the file's path."""
    path = folder / PAGE_NAME
    path.write_text(render_weights_page(page), encoding="utf-8")
    return path


def render_weights_page(page: WeightsPage) -> str:
    """Return the page as HTML that needs nothing beside it."""
    starts = bucket_starts(len(page.ends_ns), _POINTS)
    shown = bucket_ends(starts, len(page.ends_ns))
    return render(
        "weights.html.j2",
        "weights.js",
        {
            "t": seconds(page.ends_ns[shown]),
            "methods": [
                {"name": row.name, "wealth": rounded(_wealth(row.returns)[shown])}
                for row in page.rows
            ],
        },
        package=_OWN,
        kind="Weights",
        title=", ".join(page.assets),
        badges=("out of sample", "net of costs"),
        back="",
        facts=page.facts,
        figures=(),
        incomplete="",
        notes=page.notes,
        reading="Every choice knows only what was before it; intervals are 90 % bootstrap "
        "intervals, and one that holds 0 says nothing.",
        footer="what held in the past is no promise.",
        rows=[(row.name, *row.figures) for row in page.rows],
        assets=page.assets,
        weights=[
            (row.name, [(f"{weight:.1%}", f"{weight:.4f}") for weight in row.weights.tolist()])
            for row in page.rows
        ],
    )


def _wealth(returns: FloatArray) -> FloatArray:
    return np.concatenate([[1.0], np.cumprod(1.0 + returns)])
