"""Put the page of a sweep together."""

import math
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from traider import __version__
from traider.backtest.report.findings_section import findings_section, findings_style
from traider.backtest.report.number_text import MoneyText, day_text, duration, fixed
from traider.backtest.report.tables import clipped, config_rows, note_texts
from traider.backtest.sweep.page.figures import (
    axis_names,
    count_rows,
    figure_heads,
    head_figures,
    luck_figures,
    metric_text,
    trial_rows,
)
from traider.backtest.sweep.page.shades import (
    HeatMap,
    Histogram,
    LineChart,
    heat_map,
    histogram,
    line_chart,
)
from traider.backtest.sweep.result import SweepResult
from traider.backtest.sweep.surface import FloatArray, curve_of, surfaces_of

PAGE_FILE_NAME: Final = "report.html"
TRIALS_SHOWN: Final = 25
PAIRS_SHOWN_MAX: Final = 15
REASONS_SHOWN_MAX: Final = 12

_TITLE_CHARS_MAX: Final = 200
_REASON_CHARS_MAX: Final = 200


def write_sweep_page(result: SweepResult, folder: Path) -> Path:
    """Write the page into ``folder`` and return the file's path."""
    path = folder / PAGE_FILE_NAME
    path.write_text(render_sweep_page(result), encoding="utf-8")
    return path


def render_sweep_page(result: SweepResult) -> str:
    """Return the whole page as one HTML text that needs nothing beside it."""
    setting = result.setting
    money = MoneyText.for_capital(setting.currency, setting.capital)
    maps, maps_left = _heat_maps(result, money)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    report, own = "traider.backtest.report", "traider.backtest.sweep.page"
    style = _file(report, "report.css") + findings_style() + _file(own, "sweep.css")
    script = f"{_file(report, 'script/theme.js')}\n{_file(own, 'sweep.js')}"
    return environment.from_string(_file(own, "sweep.html.j2")).render(
        result=result,
        setting=setting,
        title=clipped(setting.title, _TITLE_CHARS_MAX),
        metric=result.metric.label,
        heading=_with_unit(result.metric.title, result, money),
        in_text=_with_unit(result.metric.label, result, money),
        money=money,
        period=f"{day_text(result.start_ns)} to {day_text(result.end_ns)}",
        length=duration(result.end_ns - result.start_ns),
        notes=note_texts(result.notes),
        findings=findings_section(result.findings),
        figures=(head_figures(result, money), luck_figures(result)),
        line=_line(result, money),
        maps=maps,
        maps_left=maps_left,
        spread=_spread(result, money),
        logits=_logits(result),
        names=axis_names(result),
        heads=figure_heads(setting.currency),
        rows=trial_rows(result, TRIALS_SHOWN, money),
        counts=count_rows(result),
        reasons=_reasons(result),
        config=config_rows(setting.config),
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(f'"use strict";\n(() => {{\n{script}}})();'),  # noqa: S704 - the same
    )


def _with_unit(label: str, result: SweepResult, money: MoneyText) -> str:
    return f"{label}, {money.currency}" if result.metric.unit == "money" else label


def _neutral(result: SweepResult) -> float:
    """Return the value that is neither good nor bad."""
    return float(result.setting.capital) if result.metric.unit == "money" else 0.0


def _best(result: SweepResult) -> float:
    return math.nan if result.best is None else result.metric.of(result.best.measured)


def _line(result: SweepResult, money: MoneyText) -> LineChart | None:
    axes = result.setting.grid.axes
    if len(axes) > 1:
        return None
    curve = curve_of(axes[0], result.trials, result.metric)
    return line_chart(
        curve, axis_names(result)[0], metric_text(result.metric, money), _best(result)
    )


def _heat_maps(result: SweepResult, money: MoneyText) -> tuple[list[HeatMap], int]:
    """Return the surfaces as heat maps, and how many pairs there is no room for."""
    axes = result.setting.grid.axes
    names = dict(zip((axis.key for axis in axes), axis_names(result), strict=True))
    write = metric_text(result.metric, money)
    surfaces = surfaces_of(axes, result.trials, result.metric)
    shown = surfaces[: 2 * PAIRS_SHOWN_MAX]
    return [
        heat_map(
            surface,
            (names[surface.across], names[surface.down]),
            write,
            _neutral(result),
            math.nan if surface.fold == "median" else _best(result),
        )
        for surface in shown
    ], (len(surfaces) - len(shown)) // 2


def _spread(result: SweepResult, money: MoneyText) -> Histogram:
    """Return how the metric is spread over all trials, with the best and the luck."""
    marks = [(_best(result), "best", "accent")]
    if result.metric_name == "sharpe":
        marks.append((result.statistics.expected_maximum, "best by luck", "down"))
    return histogram(_values(result), metric_text(result.metric, money), _neutral(result), marks)


def _values(result: SweepResult) -> FloatArray:
    return np.array([result.metric.of(trial.measured) for trial in result.trials])


def _logits(result: SweepResult) -> Histogram | None:
    found = result.statistics.overfitting
    if found is None:
        return None
    marks = [(0.0, "median", "hold")]
    return histogram(found.logits, lambda value: fixed(value, 1), 0.0, marks)


def _reasons(result: SweepResult) -> list[tuple[str, str]]:
    """Return why points were skipped, the most frequent first."""
    items = sorted(result.counts.skipped.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        (clipped(reason, _REASON_CHARS_MAX), f"{count:,}")
        for reason, count in items[:REASONS_SHOWN_MAX]
    ]
    rest = sum(count for _, count in items[REASONS_SHOWN_MAX:])
    return [*rows, ("other reasons", f"{rest:,}")] if rest else rows


def _file(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")
