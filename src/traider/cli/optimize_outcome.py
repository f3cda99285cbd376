"""What ``traider optimize`` prints and writes: a table, one object, a page."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from traider.backtest.weights_page import WeightsPage, WeightsRow, write_weights_page
from traider.cli.times import option_instant
from traider.cli.told import told_progress
from traider.domain.errors import UsageError
from traider.runtime.config import load_config
from traider.runtime.weights import Tried, WeightsFound, find_weights
from traider.venues.rfc3339 import format_ns

JSON_NAME: Final = "weights.json"
_WIDTH: Final = 160


@dataclass(frozen=True)
class OptimizeArguments:
    """The options of the command."""

    places: tuple[Path, ...]
    config_file: Path | None
    overrides: tuple[str, ...]
    start: str | None
    end: str | None
    out: Path | None
    as_json: bool


def optimize_session(said: OptimizeArguments) -> int:
    """Find the weights and show them."""
    settings = load_config(said.config_file, said.overrides).optimize
    if settings.instruments and not said.places:
        raise UsageError(
            "instruments need their bars", where="--data", fix="name a folder of bar files"
        )
    span = option_instant(said.start, "--from"), option_instant(said.end, "--to")
    if said.out is not None:
        _make_folder(said.out)
    with told_progress(as_json=said.as_json) as told:
        found = find_weights(settings, said.places, span, told)
    body = weights_body(found)
    page = _write(found, body, said.out) if said.out is not None else None
    if said.as_json:
        click.echo(json.dumps(body | {"page": str(page) if page else None}, ensure_ascii=False))
    else:
        _print(found, page)
    return 0


def _make_folder(folder: Path) -> None:
    """Make the folder of the page before the work begins."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise UsageError(
            f"cannot be made: {fault.strerror}", where=f"--out {folder}", fix="name another folder"
        ) from None


def weights_body(found: WeightsFound) -> dict[str, Any]:
    """Return everything as it is printed for a program."""
    data, settings = found.data, found.settings
    return {
        "assets": list(data.assets),
        "period": settings.period,
        "returns": len(data.returns),
        "first": format_ns(int(data.ends_ns[0])),
        "last": format_ns(int(data.ends_ns[-1])),
        "out_of_sample_from": format_ns(int(data.ends_ns[settings.window])),
        "window": settings.window,
        "held": settings.held,
        "cost_bps": settings.cost_bps,
        "turnover_max": settings.turnover_max,
        "methods": [_method_body(each, found) for each in found.tried],
        "notes": list(found.notes),
    }


def _method_body(each: Tried, found: WeightsFound) -> dict[str, Any]:
    held = each.walk
    weights = zip(found.data.assets, each.weights.tolist(), strict=True)
    return {
        "method": held.method.value,
        "weights": {name: round(weight, 8) for name, weight in weights},
        "out_of_sample": {
            "periods": len(held.returns),
            "total_return": _number(each.total_return),
            "yearly_return": _number(each.yearly_return),
            "volatility": _number(each.volatility),
            "sharpe": _number(each.sharpe),
            "max_drawdown": _number(each.max_drawdown),
            "rebalancings": len(held.chosen_at),
            "mean_turnover": _number(_mean_turnover(each)),
            "costs": held.costs,
            "sharpe_more_than_equal_weight_90": [_number(bound) for bound in each.sharpe_more],
        },
    }


def _mean_turnover(each: Tried) -> float:
    """Return the mean over all choices but the first, which buys everything."""
    later = each.walk.turnovers[1:]
    return float(later.mean()) if len(later) else math.nan


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _write(found: WeightsFound, body: dict[str, Any], folder: Path) -> Path:
    text = json.dumps(body, indent=2, ensure_ascii=False)
    (folder / JSON_NAME).write_text(text + "\n", encoding="utf-8")
    data, settings, limit = found.data, found.settings, found.settings.turnover_max
    rows = [
        WeightsRow(
            name=each.walk.method.value,
            returns=each.walk.returns,
            weights=each.weights,
            figures=_figures(each),
        )
        for each in found.tried
    ]
    page = WeightsPage(
        assets=data.assets,
        ends_ns=data.ends_ns[settings.window - 1 :],
        rows=rows,
        facts=(
            ("returns", f"{len(data.returns):,} of {settings.period}"),
            ("looks back", f"{settings.window} periods"),
            ("held", f"{settings.held} periods"),
            ("costs", f"{settings.cost_bps:g} bps of what is traded"),
            ("turnover", "any" if limit == 0.0 else f"{limit:.0%} at most"),
        ),
        notes=found.notes,
    )
    return write_weights_page(page, folder)


HEADS: Final = (
    "return a year", "volatility", "Sharpe", "worst fall", "turnover", "costs",
    "Sharpe more than equal weight",
)  # fmt: skip


def _figures(each: Tried) -> tuple[str, ...]:
    low, high = each.sharpe_more
    is_equal = low == high == 0.0
    return (
        _share(each.yearly_return),
        _share(each.volatility),
        f"{each.sharpe:.2f}",
        _share(each.max_drawdown),
        _share(_mean_turnover(each)),
        _share(each.walk.costs, 2),
        "–" if is_equal else f"{low:+.2f} to {high:+.2f}",
    )


def _share(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}%}" if math.isfinite(value) else "–"


def _print(found: WeightsFound, page: Path | None) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    data, settings = found.data, found.settings
    console.print(
        f"{len(data.assets)} assets, {len(data.returns):,} returns of {settings.period} from "
        f"{format_ns(int(data.ends_ns[0]))} to {format_ns(int(data.ends_ns[-1]))}; chosen on "
        f"{settings.window} periods, held {settings.held}, {settings.cost_bps:g} bps"
    )
    tried = Table(title="out of sample, net of costs", title_justify="left")
    now = Table(title="weights now", title_justify="left")
    tried.add_column("method")
    for head in HEADS:
        tried.add_column(head, justify="right")
    now.add_column("method")
    for asset in data.assets:
        now.add_column(asset, justify="right")
    for each in found.tried:
        tried.add_row(each.walk.method.value, *_figures(each))
        weights = np.round(each.weights, 4).tolist()
        now.add_row(each.walk.method.value, *(f"{weight:.1%}" for weight in weights))
    console.print(tried)
    console.print("intervals are 90 % bootstrap intervals; one that holds 0 says nothing")
    console.print(now)
    for note in found.notes:
        console.print(f"note: {note}", markup=False)
    if page is not None:
        console.print(f"page {page}", markup=False)
