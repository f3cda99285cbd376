"""Write a back-test's results as files that other programs read.

``summary.json`` holds everything small, and only what repeats from run to run: the same inputs
give the same bytes, so the time the engine took is not in it. Parquet holds the rest.

    summary.json    the result, every fill tier's figures, costs, orders and fingerprint
    trades.parquet  all trades of the chosen fill tier, in the report's numbering
    fills.parquet   all fills of the chosen fill tier
    reasons.parquet all orders of the chosen fill tier, why they were wanted and what came of them
    equity.parquet  the thinned curves of every fill tier and of buy and hold
"""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from traider.backtest.findings import finding_json
from traider.backtest.reason_table import reason_table
from traider.backtest.results import BacktestResult, Curve, RollingSharpe, TierResult
from traider.domain.fills import Fill
from traider.domain.timeframes import DAY_NS
from traider.portfolio.drawdown_episodes import DrawdownEpisode
from traider.portfolio.trades import Trade

SUMMARY_FILE_NAME = "summary.json"
TRADES_FILE_NAME = "trades.parquet"
FILLS_FILE_NAME = "fills.parquet"
REASONS_FILE_NAME = "reasons.parquet"
EQUITY_FILE_NAME = "equity.parquet"
BENCHMARK_NAME = "buy-and-hold"

_TIME = pa.timestamp("ns", tz="UTC")
_AMOUNT = pa.decimal128(38, 18)
_QUANTUM = Decimal(1).scaleb(-18)
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)

TRADE_SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("instrument", pa.dictionary(pa.int32(), pa.string())),
        ("side", pa.int8()),
        ("opened", _TIME),
        ("closed", _TIME),
        ("quantity", _AMOUNT),
        ("entry_price", _AMOUNT),
        ("exit_price", _AMOUNT),
        ("fees", _AMOUNT),
        ("funding", _AMOUNT),
        ("pnl", _AMOUNT),
        ("return_fraction", pa.float64()),
        ("fills", pa.int64()),
        ("alpha_shares", pa.map_(pa.string(), pa.float64())),
        ("opened_by", pa.list_(pa.int64())),
        ("closed_by", pa.list_(pa.int64())),
        ("liquidated", pa.bool_()),
    ]
)
"""``number`` counts from 1; ``side`` is +1 or -1; ``closed`` is null while the trade is open.

``opened_by`` and ``closed_by`` are the ``order_id`` of the orders in ``reasons.parquet``; ``pnl``
is net of ``fees`` and ``funding``.
"""

FILL_SCHEMA = pa.schema(
    [
        ("ts", _TIME),
        ("instrument", pa.dictionary(pa.int32(), pa.string())),
        ("side", pa.int8()),
        ("price", _AMOUNT),
        ("quantity", _AMOUNT),
        ("fee", _AMOUNT),
        ("fee_currency", pa.dictionary(pa.int32(), pa.string())),
        ("fee_taken", _AMOUNT),
        ("maker", pa.bool_()),
        ("liquidation", pa.bool_()),
        ("order_id", pa.int64()),
    ]
)
"""``fee`` is in the account's currency, negative for a rebate; ``order_id`` is epoch, sequence and
leg in one integer. Where a fee was taken in another currency, ``fee`` is what it was worth, and
``fee_currency`` and ``fee_taken`` tell what was taken; they are null elsewhere.
"""

EQUITY_SCHEMA = pa.schema(
    [
        ("tier", pa.dictionary(pa.int32(), pa.string())),
        ("ts", _TIME),
        ("nav", pa.float64()),
        ("drawdown", pa.float64()),
        ("gross", pa.float64()),
        ("net", pa.float64()),
    ]
)
"""``drawdown``, ``gross`` and ``net`` are fractions; ``nav`` is in the account's currency."""


def write_files(result: BacktestResult, folder: Path) -> None:
    """Write summary.json and the Parquet files into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(summary(result), allow_nan=False, indent=2, sort_keys=True)
    (folder / SUMMARY_FILE_NAME).write_text(text + "\n", encoding="utf-8")
    pq.write_table(trade_table(result.chosen.trades), folder / TRADES_FILE_NAME)
    pq.write_table(fill_table(result.chosen.fills), folder / FILLS_FILE_NAME)
    if result.chosen.explained is not None:
        pq.write_table(reason_table(result.chosen.explained), folder / REASONS_FILE_NAME)
    curves = [(tier.tier, tier.curve) for tier in result.tiers]
    curves.append((BENCHMARK_NAME, result.benchmark))
    pq.write_table(equity_table(curves), folder / EQUITY_FILE_NAME)


def summary(result: BacktestResult) -> dict[str, object]:
    """Return everything small as JSON values; NaN and infinity become null."""
    nav = result.benchmark.nav
    hold = float(nav[-1]) / float(result.capital) - 1.0 if nav.size else math.nan
    return {
        "title": result.title,
        "config": plain(result.config),
        "currency": result.currency,
        "capital": str(result.capital),
        "start": utc_text(result.start_ns),
        "end": utc_text(result.end_ns),
        "bars": result.bars,
        "events": result.events,
        "fill_tier": result.fill_tier,
        "instruments": [series.instrument for series in result.prices],
        "buy_and_hold_return": plain(hold),
        "notes": list(result.notes),
        "findings": [finding_json(finding) for finding in result.findings],
        "tiers": {tier.tier: tier_summary(tier) for tier in result.tiers},
    }


def tier_summary(tier: TierResult) -> dict[str, object]:
    """Return one fill tier's figures as JSON values."""
    costs = {**asdict(tier.costs), "fees": tier.costs.fees}
    values = {
        "fingerprint": tier.fingerprint,
        "complete": tier.complete,
        "final_equity": tier.final_equity,
        "max_drawdown": tier.max_drawdown,
        "turnover": tier.turnover,
        "performance": asdict(tier.performance),
        "trades": asdict(tier.trade_summary),
        "costs": costs,
        "orders": asdict(tier.orders),
        "execution": asdict(tier.execution),
        "attribution": asdict(tier.attribution),
        "drawdowns": [drawdown_summary(episode) for episode in tier.drawdowns],
        "rolling_sharpe": rolling_summary(tier.rolling),
    }
    return {name: plain(value) for name, value in values.items()}


def drawdown_summary(episode: DrawdownEpisode) -> dict[str, object]:
    """Return one drawdown as JSON values; ``recovered`` is null while it lasts."""
    return {
        "depth": episode.depth,
        "peak": utc_text(episode.peak_ns),
        "trough": utc_text(episode.trough_ns),
        "recovered": utc_text(episode.recovered_ns) if episode.recovered_ns else None,
        "length_days": episode.length_ns / DAY_NS,
    }


def rolling_summary(rolling: RollingSharpe) -> dict[str, object]:
    """Return window, last, lowest and highest value as JSON values; null without values."""
    known = rolling.values[~np.isnan(rolling.values)]
    return {
        "window_days": rolling.window_days,
        "last": float(known[-1]) if known.size else None,
        "lowest": float(known.min()) if known.size else None,
        "highest": float(known.max()) if known.size else None,
    }


def plain(value: object) -> object:
    """Return ``value`` with only JSON's own types; money is text, so that no digit is lost."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:f}"  # never 0E-8
    return str(value)


def utc_text(ts_ns: int) -> str:
    """Return ``2024-01-31T16:00:00Z``; fractions of a second only where there are any."""
    text = np.datetime_as_string(np.datetime64(ts_ns, "ns"))
    head, _, fraction = str(text).partition(".")
    fraction = fraction.rstrip("0")
    return f"{head}.{fraction}Z" if fraction else f"{head}Z"


def amounts(values: Iterable[Decimal]) -> list[Decimal]:
    """Return decimals at 18 places, rounded half to even where an average has more."""
    return [value.quantize(_QUANTUM, context=_EXACT) for value in values]


def trade_table(trades: tuple[Trade, ...]) -> pa.Table:
    """Return all trades as a table of ``TRADE_SCHEMA``."""
    columns = {
        "number": range(1, len(trades) + 1),
        "instrument": [trade.instrument for trade in trades],
        "side": [trade.side for trade in trades],
        "opened": [trade.opened_ns for trade in trades],
        "closed": [None if trade.is_open else trade.closed_ns for trade in trades],
        "quantity": amounts(trade.quantity for trade in trades),
        "entry_price": amounts(trade.entry_price for trade in trades),
        "exit_price": amounts(trade.exit_price for trade in trades),
        "fees": amounts(trade.fees for trade in trades),
        "funding": amounts(trade.funding for trade in trades),
        "pnl": amounts(trade.pnl for trade in trades),
        "return_fraction": [trade.return_fraction for trade in trades],
        "fills": [trade.fills for trade in trades],
        "alpha_shares": [list(trade.alpha_shares.items()) for trade in trades],
        "opened_by": [trade.opened_by for trade in trades],
        "closed_by": [trade.closed_by for trade in trades],
        "liquidated": [trade.is_liquidated for trade in trades],
    }
    arrays = [pa.array(columns[field.name], field.type) for field in TRADE_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=TRADE_SCHEMA)


def fill_table(fills: tuple[Fill, ...]) -> pa.Table:
    """Return all fills as a table of ``FILL_SCHEMA``."""
    columns: dict[str, list[Any]] = {
        "ts": [fill.ts_ns for fill in fills],
        "instrument": [fill.instrument for fill in fills],
        "side": [fill.side for fill in fills],
        "price": amounts(fill.price for fill in fills),
        "quantity": amounts(fill.quantity for fill in fills),
        "fee": amounts(fill.fee for fill in fills),
        "fee_currency": [fill.fee_currency or None for fill in fills],
        "fee_taken": [
            amount if fill.fee_currency else None
            for fill, amount in zip(fills, amounts(f.fee_taken for f in fills), strict=True)
        ],
        "maker": [fill.is_maker for fill in fills],
        "liquidation": [fill.is_liquidation for fill in fills],
        "order_id": [fill.order_id for fill in fills],
    }
    arrays = [pa.array(columns[field.name], field.type) for field in FILL_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=FILL_SCHEMA)


def equity_table(curves: list[tuple[str, Curve]]) -> pa.Table:
    """Return the named curves below one another as a table of ``EQUITY_SCHEMA``."""
    tables = []
    for name, curve in curves:
        tier = pa.array([name] * curve.ts_ns.size, EQUITY_SCHEMA.field("tier").type)
        columns = (curve.nav, curve.drawdown, curve.gross, curve.net)
        arrays = [tier, pa.array(curve.ts_ns, _TIME)]
        arrays += [pa.array(column, pa.float64()) for column in columns]
        tables.append(pa.Table.from_arrays(arrays, schema=EQUITY_SCHEMA))
    return pa.concat_tables(tables).combine_chunks()
