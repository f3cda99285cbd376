"""Where the profit of a back-test came from, out of what it left behind.

Its own views stand in ``summary.json``; the one by hour is made of its trades. Prices between the
trades and models behind the scores are not kept, so that regimes and models are not known.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from traider.backtest.files import SUMMARY_FILE_NAME, TRADES_FILE_NAME
from traider.domain.errors import DataError, UsageError
from traider.portfolio import trade_views as views
from traider.portfolio.attribution import UNEXPLAINED, Parts

_KEPT: Final = {
    "alpha": "by_alpha",
    "instrument": "by_instrument",
    "side": "by_side",
    "cost": "by_cost",
    "state": "by_state",
}
KNOWN: Final = (*_KEPT, "hour")
"""Views that a back-test has."""
_ZERO: Final = Decimal(0)


def is_backtest(folder: Path) -> bool:
    """Return whether a folder holds the results of a back-test."""
    return (folder / SUMMARY_FILE_NAME).is_file() and (folder / TRADES_FILE_NAME).is_file()


def backtest_attribution(folder: Path, wanted: Sequence[str]) -> dict[str, Any]:
    """Return the profit of a back-test taken apart, as ``attribution_body`` does that of a run.

    Raises:
        UsageError: a view is wanted that it has not.
        DataError: the results cannot be read.
    """
    missing = [name for name in wanted if name not in KNOWN]
    if missing:
        raise UsageError(
            f"a back-test keeps nothing to tell its profit by {missing[0]}",
            where=str(folder),
            fix=f"choose of {', '.join(KNOWN)}",
        )
    try:
        summary = json.loads((folder / SUMMARY_FILE_NAME).read_bytes())
        told = summary["tiers"][summary["fill_tier"]]["attribution"]
        columns = ["opened", "pnl"]
        trades = pq.read_table(folder / TRADES_FILE_NAME, columns=columns).to_pylist()
        currency = str(summary["currency"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DataError(
            f"cannot be read: {fault}", where=str(folder), fix="run the back-test again"
        ) from fault
    total = Decimal(told["total"])
    found: dict[str, Parts] = {
        name: {part: Decimal(value) for part, value in told[kept].items()}
        for name, kept in _KEPT.items()
    }
    hours: Parts = {}
    for trade in sorted(trades, key=lambda each: each["opened"].hour):
        name = f"{trade['opened'].hour:02}"
        hours[name] = hours.get(name, _ZERO) + trade["pnl"]
    beside = {name: found["side"].get(name, _ZERO) for name in (views.FUNDING, UNEXPLAINED)}
    left = total - sum(hours.values(), _ZERO) - sum(beside.values(), _ZERO)
    beside[UNEXPLAINED] += left
    found["hour"] = views.completed(hours, beside)
    return {
        "currency": currency,
        "total": f"{total:f}",
        "trades": len(trades),
        "views": {
            name: {part: f"{value:f}" for part, value in found[name].items()} for name in wanted
        },
    }
