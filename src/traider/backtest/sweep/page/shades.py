"""Cells, lines and bars of the page: values to shades and places, as data for the template."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traider.backtest.report.number_text import DASH
from traider.backtest.sweep.page.figures import NumberText
from traider.backtest.sweep.surface import Curve, FloatArray, Surface

LABELS_MAX = 16
"""Most labels along an axis; of more, every so many is written."""

LABEL_CHARS_MAX = 60
"""Most signs of all labels beside each other, the room between them counted."""

NUMBERS_MAX = 14
"""Most columns of a surface whose cells have room for their number."""

SHADE_MIN = 0.12
BARS = 36


@dataclass(frozen=True)
class Scale:
    """How a value becomes a tone and a shade: away from ``neutral``, up or down.

    Where all values lie on one side, the shade runs between the nearest and the farthest of them.
    """

    neutral: float
    nearest: float
    farthest: float

    @classmethod
    def over(cls, values: FloatArray, neutral: float) -> "Scale":
        """Return the scale of ``values``."""
        gaps = values[np.isfinite(values)] - neutral
        if not gaps.size:
            return cls(neutral, 0.0, 1.0)
        is_mixed = gaps.min() < 0.0 < gaps.max()
        sizes = np.abs(gaps)
        return cls(neutral, 0.0 if is_mixed else float(sizes.min()), float(sizes.max()))

    def tone(self, value: float) -> str:
        """Return the color's name."""
        return "up" if value >= self.neutral else "down"

    def shade(self, value: float) -> float:
        """Return the strength of the color, 0 to 1."""
        span = self.farthest - self.nearest
        part = (
            (min(abs(value - self.neutral), self.farthest) - self.nearest) / span if span else 1.0
        )
        return round(SHADE_MIN + (1.0 - SHADE_MIN) * part, 3)


@dataclass(frozen=True)
class Cell:
    """One cell of a heat map; ``text`` is empty where there is no room, ``title`` says all."""

    tone: str
    shade: float
    text: str
    title: str
    is_best: bool = False


@dataclass(frozen=True)
class HeatMap:
    """A surface as rows of cells, the largest row value on top; labels may be empty."""

    across: str
    down: str
    fold: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    low: str
    high: str
    low_tone: str
    high_tone: str
    low_shade: float
    high_shade: float


def heat_map(
    surface: Surface, names: tuple[str, str], write: NumberText, neutral: float, best: float
) -> HeatMap:
    """Return ``surface`` as cells; those with the value ``best`` are marked."""
    scale = Scale.over(surface.values, neutral)
    low, high = surface.range
    with_numbers = len(surface.column_labels) <= NUMBERS_MAX
    fold = f"{surface.fold} " if surface.fold else ""

    def cell(value: float, column: str, row: str) -> Cell:
        where = f"{names[0]} {column}, {names[1]} {row}"
        if math.isnan(value):
            return Cell("none", 0.0, "", f"{where}: not run, or undefined")
        text = write(value)
        return Cell(
            scale.tone(value),
            scale.shade(value),
            text if with_numbers else "",
            f"{where}: {fold}{text}",
            value == best,
        )

    rows = [
        tuple(
            cell(value, column, row)
            for value, column in zip(values.tolist(), surface.column_labels, strict=True)
        )
        for values, row in zip(surface.values[::-1], surface.row_labels[::-1], strict=True)
    ]
    labels = thinned(surface.row_labels)[::-1]
    return HeatMap(
        across=names[0],
        down=names[1],
        fold=surface.fold,
        columns=thinned(surface.column_labels, side_by_side=True),
        rows=tuple(zip(labels, rows, strict=True)),
        low=write(low),
        high=write(high),
        low_tone=scale.tone(low),
        high_tone=scale.tone(high),
        low_shade=scale.shade(low),
        high_shade=scale.shade(high),
    )


def thinned(labels: Sequence[str], *, side_by_side: bool = False) -> tuple[str, ...]:
    """Return labels with only every so many written, so that they do not overlap.

    Of a bin its first value is written.
    """
    texts = [label.partition(" to ")[0] for label in labels]
    room = LABELS_MAX
    if side_by_side:
        room = min(room, LABEL_CHARS_MAX // (max((len(text) for text in texts), default=0) + 2))
    step = -(-len(texts) // max(room, 1))
    return tuple(text if at % step == 0 else "" for at, text in enumerate(texts))


@dataclass(frozen=True)
class Dot:
    """A point of the line: place across and up, 0 to 100, and what it says."""

    x: float
    y: float
    title: str
    is_best: bool


@dataclass(frozen=True)
class LineChart:
    """The metric along one axis: runs of points to join, dots, and labels with their places."""

    name: str
    runs: tuple[str, ...]
    dots: tuple[Dot, ...]
    columns: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, str], ...]


def line_chart(curve: Curve, name: str, write: NumberText, best: float) -> LineChart:
    """Return ``curve`` with places in percent of the chart; values not run leave a hole."""
    known = curve.values[np.isfinite(curve.values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    margin = (high - low) * 0.06 or abs(high) * 0.06 or 1.0
    floor, span = low - margin, high - low + 2.0 * margin
    count = len(curve.labels)
    places = [100.0 * (at + 0.5) / count for at in range(count)]
    dots: list[Dot] = []
    runs: list[list[str]] = [[]]
    for x, label, value in zip(places, curve.labels, curve.values.tolist(), strict=True):
        if not math.isfinite(value):
            runs.append([])
            continue
        y = 100.0 - 100.0 * (value - floor) / span
        dots.append(Dot(round(x, 3), round(y, 3), f"{name} {label}: {write(value)}", value == best))
        runs[-1].append(f"{x:.3f},{y:.3f}")
    labels = zip(places, thinned(curve.labels, side_by_side=True), strict=True)
    levels = [low + (high - low) * part / 4.0 for part in range(5)] if high > low else [low]
    return LineChart(
        name=name,
        runs=tuple(" ".join(run) for run in runs if len(run) > 1) if curve.is_ordered else (),
        dots=tuple(dots),
        columns=tuple((round(x, 3), label) for x, label in labels if label),
        levels=tuple(
            (round(100.0 - 100.0 * (level - floor) / span, 3), write(level)) for level in levels
        ),
    )


@dataclass(frozen=True)
class HistogramBar:
    """One bar: its height in percent of the tallest, its tone, and what it says."""

    height: float
    tone: str
    title: str


@dataclass(frozen=True)
class Mark:
    """A line across a histogram at ``x`` percent."""

    x: float
    label: str
    tone: str


@dataclass(frozen=True)
class Histogram:
    """Counts of values in equal bins, with marks; empty bars where there is no value."""

    bars: tuple[HistogramBar, ...]
    marks: tuple[Mark, ...]
    low: str
    high: str
    left_out: int


def histogram(
    values: FloatArray, write: NumberText, neutral: float, marks: Sequence[tuple[float, str, str]]
) -> Histogram:
    """Return the histogram of the finite ``values``; marks beyond it widen it.

    ``marks`` are value, label and tone each; those without a number are left out.
    """
    known = values[np.isfinite(values)]
    if not known.size:
        return Histogram((), (), DASH, DASH, len(values))
    shown = [mark for mark in marks if math.isfinite(mark[0])]
    low = min(float(known.min()), *(mark[0] for mark in shown), math.inf)
    high = max(float(known.max()), *(mark[0] for mark in shown), -math.inf)
    if high == low:
        low, high = low - (abs(low) or 1.0) * 0.5, high + (abs(high) or 1.0) * 0.5
    counts, bounds = np.histogram(known, BARS, (low, high))
    bars = tuple(
        HistogramBar(
            round(100.0 * count / counts.max(), 2),
            "up" if (left + right) / 2.0 >= neutral else "down",
            f"{write(left)} to {write(right)}: {count:,}",
        )
        for count, left, right in zip(
            counts.tolist(), bounds[:-1].tolist(), bounds[1:].tolist(), strict=True
        )
    )
    placed = tuple(
        Mark(round(100.0 * (value - low) / (high - low), 2), label, tone)
        for value, label, tone in shown
    )
    return Histogram(bars, placed, write(low), write(high), len(values) - known.size)
