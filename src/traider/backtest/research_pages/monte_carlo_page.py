"""The Monte Carlo page: the fan, the percentiles, the chances, and what each kind assumes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from traider.backtest.monte_carlo.distribution import PERCENTILES, Distribution, share_error
from traider.backtest.monte_carlo.engine import MonteCarloResult
from traider.backtest.monte_carlo.perturbed_runs import SWING
from traider.backtest.report.chart_data import rounded, seconds
from traider.backtest.report.key_figures import Figure
from traider.backtest.report.number_text import DASH, MoneyText, fixed, percent
from traider.backtest.report.tables import clipped, note_texts
from traider.backtest.research_pages.frame import render
from traider.backtest.results import BacktestResult
from traider.backtest.sweep.page.shades import Histogram, histogram
from traider.domain.timeframes import DAY_NS

MONTE_CARLO_PAGE_NAME: Final = "monte_carlo.html"
_TITLE_CHARS_MAX: Final = 200
_STRONG: Final = 0.5
_WHOLE_FROM: Final = 5_000.0

NumberText = Callable[[float], str]
Cell = tuple[str, str]


@dataclass(frozen=True)
class LevelRow:
    """One measure at each percentile, and what the run itself came to, as text."""

    label: str
    cells: tuple[str, ...]
    actual: str


def write_monte_carlo_page(found: MonteCarloResult, result: BacktestResult, folder: Path) -> Path:
    """Write the page into ``folder`` and return the file's path; equal seeds, equal bytes."""
    path = folder / MONTE_CARLO_PAGE_NAME
    path.write_text(render_monte_carlo(found, result), encoding="utf-8")
    return path


def render_monte_carlo(found: MonteCarloResult, result: BacktestResult) -> str:
    """Return the page; ``result`` gives the title."""
    money = MoneyText.for_capital(found.currency, found.capital)
    days, trades, costs = found.days, found.trades, found.costs
    return render(
        "monte_carlo.html.j2",
        "monte_carlo.js",
        page_data(found),
        kind="Monte Carlo",
        title=clipped(result.title, _TITLE_CHARS_MAX),
        badges=(f"{found.fill_tier} fills", f"seed {found.seed}"),
        incomplete="" if found.is_whole else "It was stopped; what was drawn until then is shown.",
        notes=note_texts(found.cannot),
        facts=facts(found),
        figures=(head_figures(found, money),),
        reading="Every figure is a share or a percentile of draws around this one back-test. "
        "Draws of the same seed are the same.",
        levels=PERCENTILES,
        has_days=found.days.done > 0,
        has_trades=trades.done > 0,
        cannot=found.cannot or ("It was stopped before any was drawn.",),
        days_table=days_rows(found, money),
        days_text=f"{days.done:,} histories of {len(found.day_equity):,} days, strung together "
        f"from blocks of {days.block_days:.3g} days on average.",
        days_histograms=days_histograms(found, money),
        chances=chance_rows(found),
        trades_histogram=_falls(trades.max_drawdown, trades.actual.max_drawdown),
        trades_table=trades_rows(found, money),
        trades_text=f"{trades.done:,} orders of {trades.trades:,} closed trades, which always sum "
        f"to {money.text(trades.profit, signed=True)}.",
        costs_histogram=_equities(costs.of("final_equity"), found, money),
        costs_table=costs_rows(found, money),
        costs_text=f"{costs.done:,} whole runs, each with spread, impact, share of volume and "
        f"latency multiplied by {1.0 / SWING:g} to {SWING:g}.",
        sensitivity=sensitivity_rows(found),
        how=_HOW,
        footer="dice around the past say nothing about what never happened in it.",
    )


_HOW: Final = (
    (
        "Days in other blocks (stationary bootstrap): memory of returns lasts a few days at most, "
        "and days to come are like days that were. Longer trends and crises are cut up, so the "
        "worst falls are understated where they last."
    ),
    (
        "Trades in another order: trades are independent and keep their size in money. Losses that "
        "come together because markets fall together are torn apart."
    ),
    (
        "Other costs and delays: the four are drawn independently and hold for a whole run. In a "
        "crisis all of them get worse at once."
    ),
)


def page_data(found: MonteCarloResult) -> dict[str, object]:
    """Return what the page's script draws: the fan over the days of the run."""
    at = found.days.fan_days
    count = len(found.day_equity)
    if count == 0 or found.days.done == 0:
        empty: list[float] = []
        names = ["t", "actual", *(f"p{level}" for level in PERCENTILES)]
        return {"currency": found.currency, "fan": dict.fromkeys(names, empty)}
    ends_ns = np.concatenate(([found.day_ends_ns[0] - DAY_NS], found.day_ends_ns))
    actual = np.concatenate(([float(found.capital)], found.day_equity))
    fan: dict[str, object] = {"t": seconds(ends_ns[at]), "actual": rounded(actual[at])}
    fan |= {f"p{level}": rounded(values) for level, values in found.days.fan.items()}
    return {"currency": found.currency, "fan": fan}


def facts(found: MonteCarloResult) -> list[tuple[str, str]]:
    """Return what stands beside the title."""
    return [
        ("Resampled histories", f"{found.days.done:,}"),
        ("Orders of trades", f"{found.trades.done:,}"),
        ("Runs with other costs", f"{found.costs.done:,}"),
    ]


def head_figures(found: MonteCarloResult, money: MoneyText) -> tuple[Figure, ...]:
    """Return the four figures that come first."""
    days = found.days
    loss = found.chance_of_loss(days.final_equity)
    worst = found.ruin[-1] if found.ruin else 0.0
    limit = next((one for one in found.ruin if one >= -found.actual.max_drawdown), worst)
    chance = found.chances_of_ruin(days.max_drawdown).get(limit, math.nan)
    final, drawdown = days.final_equity.percentiles(), days.max_drawdown.percentiles()
    return (
        Figure("Chance of a loss", percent(loss), "days in other blocks"),
        Figure(
            f"Chance to fall {percent(limit, 0)}",
            percent(chance),
            "or more, from a peak",
            hint="The first limit at or beyond the run's own worst fall",
        ),
        Figure(
            "Final equity, median",
            money.text(final[50]),
            f"{money.bare(final[5])} to {money.bare(final[95])} {money.currency}",
            hint="Half of the draws end above; 90% of them lie in the range",
        ),
        Figure(
            "Max drawdown, median",
            percent(drawdown[50]),
            f"1 in 20 falls {percent(-drawdown[5])} or more",
            f"the run itself {percent(found.actual.max_drawdown)}",
        ),
    )


def days_rows(found: MonteCarloResult, money: MoneyText) -> list[LevelRow]:
    """Return the percentiles of resampled days."""
    days, actual = found.days, found.actual
    write = amount(money, float(found.capital))
    return [
        level_row(f"Final equity, {money.currency}", days.final_equity, write, actual.final_equity),
        level_row("CAGR", days.cagr, percent, actual.cagr),
        level_row("Sharpe", days.sharpe, _ratio, actual.sharpe),
        level_row("Max drawdown", days.max_drawdown, percent, actual.max_drawdown),
    ]


def trades_rows(found: MonteCarloResult, money: MoneyText) -> list[LevelRow]:
    """Return the percentiles of shuffled trades."""
    trades, own = found.trades, found.trades.actual
    write = amount(money, float(found.capital))
    return [
        level_row("Max drawdown", trades.max_drawdown, percent, own.max_drawdown),
        level_row(
            f"Lowest equity, {money.currency}", trades.lowest_equity, write, own.lowest_equity
        ),
        level_row("Longest slump, trades", trades.longest_slump, _count, own.longest_slump),
    ]


def costs_rows(found: MonteCarloResult, money: MoneyText) -> list[LevelRow]:
    """Return the percentiles of runs with other costs."""
    costs, actual = found.costs, found.actual
    final, write = costs.of("final_equity"), amount(money, float(found.capital))
    return [
        level_row(f"Final equity, {money.currency}", final, write, actual.final_equity),
        level_row("CAGR", costs.of("cagr"), percent, actual.cagr),
        level_row("Sharpe", costs.of("sharpe"), _ratio, actual.sharpe),
        level_row("Max drawdown", costs.of("max_drawdown"), percent, actual.max_drawdown),
    ]


def level_row(label: str, found: Distribution, write: NumberText, actual: float) -> LevelRow:
    """Return one measure as text."""
    cells = tuple(write(value) for value in found.percentiles().values())
    return LevelRow(label, cells, write(actual))


def amount(money: MoneyText, capital: float) -> NumberText:
    """Return how amounts are written in a table: whole from some thousands on."""
    return _count if capital >= _WHOLE_FROM else money.bare


def chance_rows(found: MonteCarloResult) -> list[tuple[str, list[Cell]]]:
    """Return the chances of a loss and of each fall, by kind of dice, with their errors."""
    final = (found.days.final_equity, None, found.costs.of("final_equity"))
    falls = (found.days.max_drawdown, found.trades.max_drawdown, found.costs.of("max_drawdown"))
    rows = [
        (
            "A loss at the end",
            [
                chance_cell(math.nan if one is None else found.chance_of_loss(one), one)
                for one in final
            ],
        )
    ]
    for limit in found.ruin:
        cells = [chance_cell(found.chances_of_ruin(one)[limit], one) for one in falls]
        rows.append((f"A fall of {percent(limit, 0)} or more", cells))
    return rows


def chance_cell(share: float, of: Distribution | None) -> Cell:
    """Return a share and its standard error as text."""
    if math.isnan(share) or of is None:
        return DASH, ""
    draws = len(of.known)
    if share in (0.0, 1.0):
        # None of n says no more than: at most about 3 in n, at 95% (the rule of three).
        return percent(
            share
        ), f"{'under' if share == 0.0 else 'over'} {percent(abs(share - 3 / draws))}"
    return percent(share), f"\N{PLUS-MINUS SIGN}{percent(share_error(share, draws))}"


def sensitivity_rows(found: MonteCarloResult) -> list[tuple[str, str, str]]:
    """Return how final equity goes with each factor."""
    names = {"spread": "Spread", "impact": "Impact", "participation": "Share of volume"}
    rows = []
    for name, value in found.costs.sensitivity().items():
        label = names.get(name, name.capitalize())
        rows.append((label, fixed(value, 2), sensitivity_word(value, found.costs.done)))
    return rows


def sensitivity_word(value: float, runs: int) -> str:
    """Return a correlation over ``runs`` in words; below two standard errors it may be chance."""
    if math.isnan(value):
        return "changes nothing here"
    if abs(value) < 2.0 / math.sqrt(runs):
        return "no clear effect"
    strength = "some effect" if abs(value) < _STRONG else "strong effect"
    return f"{strength}: more of it {'helps' if value > 0 else 'hurts'}"


def days_histograms(
    found: MonteCarloResult, money: MoneyText
) -> Sequence[tuple[Histogram, str, str]]:
    """Return the histograms of resampled days, with their headings."""
    days, actual = found.days, found.actual
    sharpe = histogram(days.sharpe.values, _ratio, 0.0, [(actual.sharpe, "the run", "accent")])
    return (
        (
            _equities(days.final_equity, found, money),
            f"Final equity, {money.currency}",
            "Final equity of resampled days",
        ),
        (sharpe, "Sharpe", "Sharpe ratios of resampled days"),
        (
            _falls(days.max_drawdown, actual.max_drawdown),
            "Max drawdown",
            "Worst falls of resampled days",
        ),
    )


def _equities(values: Distribution, found: MonteCarloResult, money: MoneyText) -> Histogram:
    capital = float(found.capital)
    marks = [(capital, "capital", "hold"), (found.actual.final_equity, "the run", "accent")]
    return histogram(values.values, money.bare, capital, marks)


def _falls(values: Distribution, actual: float) -> Histogram:
    if not values.known.any():
        return histogram(values.values[:0], percent, math.inf, [])
    return histogram(values.values, percent, math.inf, [(actual, "the run", "accent")])


def _ratio(value: float) -> str:
    return fixed(value, 2)


def _count(value: float) -> str:
    return fixed(value, 0)
