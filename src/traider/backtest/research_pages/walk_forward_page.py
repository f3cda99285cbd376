"""The walk-forward page: the joined record, what was chosen, and every window."""

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from traider.backtest.report.chart_data import equity_data
from traider.backtest.report.key_figures import Figure, interval_text
from traider.backtest.report.number_text import (
    DASH,
    NS_PER_SECOND,
    MoneyText,
    duration,
    fixed,
    percent,
    period_text,
)
from traider.backtest.report.tables import clipped, note_texts
from traider.backtest.research_pages.frame import render
from traider.backtest.results import BacktestResult, Curve
from traider.backtest.walk_forward.edges import numbers_of
from traider.backtest.walk_forward.result import Value, WalkForwardResult, WindowResult

WALK_FORWARD_PAGE_NAME: Final = "walk_forward.html"
ROWS_MAX: Final = 400
_POINTS: Final = 2_400
_TITLE_CHARS_MAX: Final = 200
_CHARTS_MAX: Final = 6
_YEARLY_MAX: Final = 9.99


@dataclass(frozen=True)
class WindowRow:
    """One window as text."""

    number: int
    title: str
    test: str
    sharpe_in: str
    sharpe_out: str
    return_in: str
    return_out: str
    test_return: str
    tone: str
    drawdown: str
    efficiency: str
    trades: str
    deflated: str
    chosen: str


@dataclass(frozen=True)
class SettingRow:
    """How one setting was chosen over the windows, as text."""

    key: str
    name: str
    changes: str
    most: str


def write_walk_forward_page(found: WalkForwardResult, result: BacktestResult, folder: Path) -> Path:
    """Write the page into ``folder`` and return the file's path."""
    path = folder / WALK_FORWARD_PAGE_NAME
    path.write_text(render_walk_forward(found, result), encoding="utf-8")
    return path


def render_walk_forward(found: WalkForwardResult, result: BacktestResult) -> str:
    """Return the page; ``result`` gives the title and what buying and holding made."""
    money = MoneyText.for_capital(found.currency, found.capital)
    keys = list(found.candidates[0]) if found.candidates else []
    numeric = [key for key in keys if numbers_of(found, key)][:_CHARTS_MAX]
    left = found.planned - len(found.windows)
    return render(
        "walk_forward.html.j2",
        "walk_forward.js",
        page_data(found, result, numeric),
        kind="Walk-forward",
        title=clipped(result.title, _TITLE_CHARS_MAX),
        badges=("out of sample", f"{found.fill_tier} fills", found.schedule.kind),
        incomplete=f"{left:,} of {found.planned:,} windows were not run." if left else "",
        notes=note_texts(found.notes),
        facts=facts(found, money),
        figures=(head_figures(found, money), risk_figures(found)),
        reading="All figures are of the joined tests, on days no parameter was chosen on. "
        "Intervals are bootstrap intervals of daily returns.",
        from_text=money.text(found.capital),
        to_text=money.text(found.final_equity),
        settings=[setting_row(found, key) for key in keys],
        drawn=len(numeric) if found.windows else 0,
        rows=[window_row(one) for one in found.windows[::-1][:ROWS_MAX]],
        chooses=bool(keys),
        how=how_lines(found),
        footer="a walk-forward is a back-test of the choosing too; it is not a promise.",
    )


def page_data(
    found: WalkForwardResult, result: BacktestResult, keys: list[str]
) -> dict[str, object]:
    """Return what the page's script draws."""
    spans = [one.window.test for one in found.windows]
    edges = [[s.start_ns // NS_PER_SECOND, s.end_ns // NS_PER_SECOND] for s in spans]
    # A choice holds to the end of its test, where the chart needs a last point.
    times = [start for start, _ in edges] + [edges[-1][1]] if edges else []
    rows = [*found.windows, found.windows[-1]] if found.windows else []
    settings = [
        {
            "name": short(key),
            "range": [min(numbers_of(found, key)), max(numbers_of(found, key))],
            "v": [float(one.chosen[key]) for one in rows],
        }
        for key in keys
        if rows
    ]
    return {
        "currency": found.currency,
        "equity": equity_data(found.curve, held(found, result.benchmark), _POINTS),
        "tests": edges,
        "choices": {"t": times, "settings": settings},
    }


def held(found: WalkForwardResult, benchmark: Curve) -> Curve:
    """Return buying and holding from the first test on, with the same capital."""
    if not found.windows or not benchmark.ts_ns.size:
        return Curve(*(array[:0] for array in _arrays(benchmark)))
    start_ns = found.windows[0].window.test.start_ns
    first = max(int(np.searchsorted(benchmark.ts_ns, start_ns, "right")) - 1, 0)
    ts_ns, nav, *exposures = (array[first:] for array in _arrays(benchmark))
    nav = nav * (float(found.capital) / nav[0])
    drawdown = nav / np.maximum.accumulate(nav) - 1.0
    return Curve(np.maximum(ts_ns, start_ns), nav, drawdown, *exposures[1:])


def _arrays(curve: Curve) -> tuple[np.ndarray, ...]:
    return curve.ts_ns, curve.nav, curve.drawdown, curve.gross, curve.net


def facts(found: WalkForwardResult, money: MoneyText) -> list[tuple[str, str]]:
    """Return what stands beside the title."""
    schedule = found.schedule
    tested = DASH
    if found.windows:
        first, last = found.windows[0].window.test, found.windows[-1].window.test
        tested = period_text(first.start_ns, last.end_ns)
    choices = len(found.candidates)
    chosen = f"{choices:,} by {found.metric}" if choices > 1 else "nothing, one setting"
    return [
        ("Tested, UTC", tested),
        ("Train, test", f"{duration(schedule.train_ns)}, {duration(schedule.test_ns)}"),
        ("Chosen from", chosen),
        ("Final equity", money.text(found.final_equity)),
    ]


def head_figures(found: WalkForwardResult, money: MoneyText) -> tuple[Figure, ...]:
    """Return the four figures that come first."""
    spans = found.performance.intervals
    profit = found.final_equity - found.capital
    return (
        Figure(
            "Return out of sample",
            percent(found.total_return, signed=True),
            money.text(profit, signed=True),
            interval_text(spans.get("total_return"), as_percent=True),
            tone="up" if profit >= 0 else "down",
        ),
        Figure(
            "Sharpe out of sample",
            fixed(found.performance.sharpe, 2),
            f"in sample {fixed(mean_train_sharpe(found), 2)} on average",
            interval_text(spans.get("sharpe"), as_percent=False),
            "Of the daily returns of the joined tests, a year",
        ),
        Figure(
            "Efficiency",
            percent(found.efficiency, 0),
            "of the yearly return in sample",
            hint="Mean yearly return of the tests over that of the train spans (Pardo, 2008)",
        ),
        Figure(
            "Max drawdown",
            percent(found.max_drawdown),
            "worst fall from a peak",
            interval_text(spans.get("max_drawdown"), as_percent=True),
        ),
    )


def risk_figures(found: WalkForwardResult) -> tuple[Figure, ...]:
    """Return the figures of the second row."""
    performance = found.performance
    deflated = [one.deflated_sharpe for one in found.windows if math.isfinite(one.deflated_sharpe)]
    mean = sum(deflated) / len(deflated) if deflated else math.nan
    return (
        Figure("CAGR", percent(performance.cagr, signed=True), "compound growth a year"),
        Figure("Volatility", percent(performance.volatility), "a year"),
        Figure("Sortino", fixed(performance.sortino, 2), "a year"),
        Figure(
            "Probabilistic Sharpe",
            percent(found.probabilistic_sharpe),
            "that it is above 0",
            hint="Probability that the true Sharpe ratio of the joined tests is above 0",
        ),
        Figure(
            "Deflated Sharpe",
            percent(mean),
            "in sample, mean",
            hint="Probability that the best of so many tries in a train span is more than luck",
        ),
        Figure("Winning tests", f"{found.winning:,}", f"of {len(found.windows):,}"),
        Figure("Trades", f"{found.trade_summary.closed:,}", "closed"),
        Figure("Win rate", percent(found.trade_summary.win_rate), "of trades"),
    )


def mean_train_sharpe(found: WalkForwardResult) -> float:
    """Return the mean Sharpe ratio of the chosen ones on their train spans; NaN of none."""
    known = [one.train.sharpe for one in found.windows if math.isfinite(one.train.sharpe)]
    return sum(known) / len(known) if known else math.nan


def window_row(one: WindowResult) -> WindowRow:
    """Return one window as text."""
    window = one.window
    test = period_text(window.test.start_ns, window.test.end_ns)
    train = period_text(window.train.start_ns, window.train.end_ns)
    embargoed = sum(span.length_ns for span in window.embargoed)
    apart = f", {duration(embargoed)} of it embargoed" if embargoed else ""
    chosen = ", ".join(f"{short(key)} {value_text(value)}" for key, value in one.chosen.items())
    if len(one.scores) > 1 and not one.is_ranked:
        chosen = f"{chosen} (the first: none could be ranked)"
    return WindowRow(
        number=window.number,
        title=f"trained on {train}{apart}; fingerprint of the test {one.fingerprint}",
        test=test,
        sharpe_in=fixed(one.train.sharpe, 2),
        sharpe_out=fixed(one.test.sharpe, 2),
        return_in=yearly_text(one.train.yearly_return),
        return_out=yearly_text(one.test.yearly_return),
        test_return=percent(one.test.total_return, signed=True),
        tone="up" if one.test.total_return >= 0.0 else "down",
        drawdown=percent(one.test.max_drawdown),
        efficiency=yearly_text(one.efficiency, signed=False),
        trades=f"{one.test.trades:,}",
        deflated=percent(one.deflated_sharpe, 0),
        chosen=chosen,
    )


def yearly_text(value: float, *, signed: bool = True) -> str:
    """Return a yearly figure as a percentage; a few days blown up to a year are cut short."""
    if abs(value) > _YEARLY_MAX:
        return f"{'<' if value < 0 else '>'} {percent(math.copysign(_YEARLY_MAX, value), 0)}"
    return percent(value, 1 if signed else 0, signed=signed)


def setting_row(found: WalkForwardResult, key: str) -> SettingRow:
    """Return how often the choice of ``key`` changed, and what was chosen most."""
    chosen = [value_text(one.chosen[key]) for one in found.windows]
    changes = sum(one != other for one, other in itertools.pairwise(chosen))
    count = max(len(chosen) - 1, 0)
    most = Counter(chosen).most_common(1)
    told = f"{most[0][0]} in {most[0][1]:,} of {len(chosen):,} windows" if most else DASH
    return SettingRow(key, short(key), f"changed {changes:,} times in {count:,}", told)


def short(key: str) -> str:
    """Return the last part of a dotted key."""
    return key.rpartition(".")[2]


def value_text(value: Value) -> str:
    """Return a setting's value as a person would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def how_lines(found: WalkForwardResult) -> list[str]:
    """Return how it was done, in sentences."""
    schedule = found.schedule
    spans = "of one length" if schedule.kind == "rolling" else "from the first bar on"
    count = len(found.candidates)
    lines = [
        (
            f"{found.planned:,} windows: train spans {spans}, the first of "
            f"{duration(schedule.train_ns)}, tests of {duration(schedule.test_ns)} every "
            f"{duration(schedule.step_ns)}."
        ),
        f"In each train span {count:,} settings were run through the kernel with all costs, and "
        f"the best by {found.metric} was traded in the test."
        if count > 1
        else "Nothing was chosen: the same settings ran in every window, to see whether they last.",
        "History before a span warms the features with decisions off; every span begins flat.",
        (
            "What is held at the end of a test is closed at the last price with fee, spread and "
            "impact; the next test begins with the money that is left."
        ),
    ]
    if schedule.purge_ns:
        lines.append(f"Purge: a train span ends {duration(schedule.purge_ns)} before its test.")
    if schedule.embargo_ns:
        lines.append(
            f"Embargo: the {duration(schedule.embargo_ns)} after an earlier test are not scored "
            "in later train spans."
        )
    return lines
