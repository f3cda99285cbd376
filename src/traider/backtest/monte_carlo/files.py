"""A Monte Carlo as JSON: what ``--json`` prints and ``monte_carlo.json`` keeps."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from traider.backtest.files import plain
from traider.backtest.monte_carlo.distribution import Distribution
from traider.backtest.monte_carlo.engine import MonteCarloResult
from traider.backtest.monte_carlo.perturbed_runs import SWING

MONTE_CARLO_FILE_NAME: Final = "monte_carlo.json"


def write_monte_carlo_file(result: MonteCarloResult, folder: Path) -> Path:
    """Write the JSON into ``folder`` and return the file's path; equal seeds, equal bytes."""
    path = folder / MONTE_CARLO_FILE_NAME
    text = json.dumps(monte_carlo_json(result), allow_nan=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def monte_carlo_json(result: MonteCarloResult) -> dict[str, object]:
    """Return the result as JSON values; NaN and infinity become null."""
    days, trades, costs = result.days, result.trades, result.costs
    return {
        "complete": result.is_whole,
        "seed": result.seed,
        "fill_tier": result.fill_tier,
        "notes": list(result.cannot),
        "actual": plain(asdict(result.actual)),
        "resampled_days": {
            "asked": days.asked,
            "done": days.done,
            "mean_block_days": plain(days.block_days),
            **_outcomes(result, days.final_equity, days.cagr, days.sharpe, days.max_drawdown),
        },
        "shuffled_trades": {
            "asked": trades.asked,
            "done": trades.done,
            "trades": trades.trades,
            "profit": plain(trades.profit),
            "actual": plain(asdict(trades.actual)),
            "max_drawdown": percentiles_json(trades.max_drawdown),
            "lowest_equity": percentiles_json(trades.lowest_equity),
            "longest_slump_trades": percentiles_json(trades.longest_slump),
            "chance_of_drawdown": _ruin(result, trades.max_drawdown),
        },
        "perturbed_runs": {
            "asked": costs.asked,
            "done": costs.done,
            "factors": f"{1.0 / SWING:g} to {SWING:g} of spread, impact, participation, latency",
            "sensitivity": plain(costs.sensitivity()),
            **_outcomes(
                result,
                *(costs.of(name) for name in ("final_equity", "cagr", "sharpe", "max_drawdown")),
            ),
        },
    }


def percentiles_json(found: Distribution) -> dict[str, object]:
    """Return percentiles and mean as JSON values."""
    levels = {f"p{level}": plain(value) for level, value in found.percentiles().items()}
    return {**levels, "mean": plain(found.mean)}


def _outcomes(
    result: MonteCarloResult,
    final_equity: Distribution,
    cagr: Distribution,
    sharpe: Distribution,
    max_drawdown: Distribution,
) -> dict[str, object]:
    return {
        "final_equity": percentiles_json(final_equity),
        "cagr": percentiles_json(cagr),
        "sharpe": percentiles_json(sharpe),
        "max_drawdown": percentiles_json(max_drawdown),
        "chance_of_loss": plain(result.chance_of_loss(final_equity)),
        "chance_of_drawdown": _ruin(result, max_drawdown),
    }


def _ruin(result: MonteCarloResult, max_drawdown: Distribution) -> dict[str, object]:
    chances = result.chances_of_ruin(max_drawdown)
    return {f"{limit:g}": plain(chance) for limit, chance in chances.items()}
