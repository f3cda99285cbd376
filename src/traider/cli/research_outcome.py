"""What followed a back-test, for people as a few lines and for programs as JSON blocks."""

import math
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from traider.backtest.monte_carlo import Distribution, MonteCarloResult
from traider.backtest.monte_carlo.files import monte_carlo_json
from traider.backtest.research_pages import MONTE_CARLO_PAGE_NAME, WALK_FORWARD_PAGE_NAME
from traider.backtest.walk_forward import WalkForwardResult
from traider.backtest.walk_forward.files import walk_forward_json
from traider.runtime.research import Research


def research_json(research: Research, folder: Path) -> dict[str, object]:
    """Return the blocks ``walk_forward`` and ``monte_carlo``, each only where it was run."""
    blocks: dict[str, object] = {}
    if research.walk_forward is not None:
        page = {"page": str(folder / WALK_FORWARD_PAGE_NAME)}
        blocks["walk_forward"] = {**walk_forward_json(research.walk_forward), **page}
    if research.monte_carlo is not None:
        page = {"page": str(folder / MONTE_CARLO_PAGE_NAME)}
        blocks["monte_carlo"] = {**monte_carlo_json(research.monte_carlo), **page}
    return blocks


def print_research(console: Console, research: Research) -> None:
    """Print what followed in a few lines."""
    for found in (research.walk_forward, research.monte_carlo):
        if isinstance(found, WalkForwardResult):
            _print_lines(console, "walk-forward", walk_forward_lines(found))
        elif isinstance(found, MonteCarloResult):
            _print_lines(console, "Monte Carlo", monte_carlo_lines(found))


def walk_forward_lines(found: WalkForwardResult) -> list[str]:
    """Return the walk-forward in a few lines."""
    choices = len(found.candidates)
    chosen = f"{choices:,} settings by {found.metric}" if choices > 1 else "one setting"
    windows = f"{len(found.windows):,} of {found.planned:,} windows, {found.schedule.kind}"
    measures = (
        f"return {_percent(found.total_return, '+')}",
        f"Sharpe {_ratio(found.performance.sharpe)}",
        f"max drawdown {_percent(found.max_drawdown)}",
        f"efficiency {_percent(found.efficiency)}",
        f"probabilistic Sharpe {_percent(found.probabilistic_sharpe)}",
    )
    return [
        f"{windows}, {chosen}; {found.winning:,} of the tests won",
        f"out of sample: {', '.join(measures)}",
        *found.notes,
    ]


def monte_carlo_lines(found: MonteCarloResult) -> list[str]:
    """Return the Monte Carlo in a few lines; ranges hold 9 draws of 10."""
    days, trades, costs = found.days, found.trades, found.costs

    def money(value: float) -> str:
        return f"{_money(value)} {found.currency}"

    final = _range(days.final_equity, money)
    loss = _percent(found.chance_of_loss(days.final_equity))
    ruin = found.chances_of_ruin(days.max_drawdown)
    falls = ", ".join(f"{limit:.0%} {_percent(chance)}" for limit, chance in ruin.items())
    slump = _range(trades.max_drawdown, _percent)
    swing = _range(costs.of("final_equity"), money)
    lines = list(found.cannot)
    if days.done:
        lines += [
            f"{days.done:,} histories of days in other blocks: final equity {final}",
            f"  chance of a loss {loss}, of a fall from a peak of {falls}",
        ]
    if trades.done:
        lines.append(f"{trades.done:,} orders of the trades: max drawdown {slump}")
    lines.append(f"{costs.done:,} runs with other costs: final equity {swing}")
    return lines if found.is_whole else [*lines, "it was stopped; what was drawn is kept"]


def _range(found: Distribution, write: Callable[[float], str]) -> str:
    levels = found.percentiles()
    return f"{write(levels[5])} to {write(levels[95])} in 9 of 10"


def _print_lines(console: Console, title: str, lines: list[str]) -> None:
    console.print(Text(title, "bold"))
    for line in lines:
        console.print(Text(f"  {line}"))


def _percent(value: float, sign: str = "") -> str:
    return f"{value:{sign}.1%}" if math.isfinite(value) else "–"


def _money(value: float) -> str:
    return f"{value:,.2f}" if math.isfinite(value) else "–"


def _ratio(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "–"
