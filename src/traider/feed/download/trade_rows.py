"""Trades of ccxt as rows of the lake: exact times, base sizes, the taker's side."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.feed.download.bar_rules import MS_NS
from traider.feed.download.ccxt_exchange import AnswerFault
from traider.feed.download.markets import Market
from traider.store.arrow_columns import column_of, compute, flags
from traider.store.kinds import Content, DataKind, IntArray
from traider.venues.rfc3339 import parse_ns

_SIDES: Final = {"buy": 1, "sell": -1}
_MAKER_SIDE: Final = frozenset(("coinbase",))
"""Venues that tell the maker's side; the taker's is the other."""
_SECOND_NS: Final = 1_000_000_000
SCHEMA: Final = DataKind(Content.TRADES).schema


def trade_table(trades: Sequence[Mapping[str, Any]], market: Market, venue: str) -> pa.Table:
    """Return trades with the columns of the lake, in the order they came.

    Raises:
        AnswerFault: one of them cannot be read.
    """
    flip = -1 if venue in _MAKER_SIDE else 1
    try:
        columns = {
            "ts": [_instant_ns(trade, venue) for trade in trades],
            "price": [float(trade["price"]) for trade in trades],
            "size": [_size(trade["amount"], market) for trade in trades],
            "side": [flip * _SIDES.get(str(trade.get("side")), 0) for trade in trades],
            "id": [None if trade.get("id") is None else str(trade["id"]) for trade in trades],
        }
    except (TypeError, ValueError, KeyError, IndexError, DataError) as fault:
        raise AnswerFault(f"a trade cannot be read: {fault}") from fault
    return pa.table(columns, schema=SCHEMA)


def _size(amount: float, market: Market) -> float:
    """Return a size in the base; contracts are counted out exactly."""
    if market.contract_size == 1.0:
        return float(amount)
    return float(Decimal(str(amount)) * Decimal(str(market.contract_size)))


def _instant_ns(trade: Mapping[str, Any], venue: str) -> int:
    """Return the instant of a trade as finely as the venue tells it; ccxt keeps milliseconds."""
    raw = trade.get("info")
    if venue == "coinbase" and isinstance(raw, dict) and raw.get("time"):
        return parse_ns(str(raw["time"]))
    if venue == "kraken" and isinstance(raw, list):
        return int(Decimal(str(raw[2])) * _SECOND_NS)
    return int(trade["timestamp"]) * MS_NS


def sorted_trades(table: pa.Table) -> tuple[pa.Table, int]:
    """Return trades by time and number, each id once, and how many of one id differed.

    Numbers are compared as numbers, so that 999 comes before 1000. Trades without an id are all
    kept, in the order they came.
    """
    numbers = _numbers(table)
    if numbers is not None:
        return _sorted_by_number(table, numbers)
    ids = table.column("id").to_pylist()
    ts = table.column("ts").to_numpy()
    order = sorted(range(len(ids)), key=lambda row: (int(ts[row]), *id_order(ids[row]), row))
    first: dict[str, int] = {}
    again: dict[int, int] = {}
    for row, name in enumerate(ids):
        if name is not None and first.setdefault(name, row) != row:
            again[row] = first[name]
    values = [table.column(name).to_numpy() for name in ("ts", "price", "size", "side")]
    differing = sum(
        any(column[row] != column[kept] for column in values) for row, kept in again.items()
    )
    return table.take(np.array([row for row in order if row not in again], np.int64)), differing


def _numbers(table: pa.Table) -> IntArray | None:
    """Return ids as numbers, None where one is no plain number."""
    ids = column_of(table, "id")
    if not flags(compute.match_substring_regex(ids, "^(0|[1-9][0-9]{0,17})$")).all():
        return None
    numbers: IntArray = ids.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _sorted_by_number(table: pa.Table, numbers: IntArray) -> tuple[pa.Table, int]:
    """Return trades by time and number, and how many of one number differed; the first stay."""
    by_number = np.lexsort((np.arange(len(numbers)), numbers))
    again = np.zeros(len(numbers), np.bool_)
    again[1:] = np.diff(numbers[by_number]) == 0
    places = np.maximum.accumulate(np.where(again, 0, np.arange(len(numbers))))
    kept, repeated = by_number[~again], by_number[again]
    firsts = by_number[places][again]
    differs = np.zeros(len(repeated), np.bool_)
    for name in ("ts", "price", "size", "side"):
        values = table.column(name).to_numpy()
        differs |= values[repeated] != values[firsts]
    ts = table.column("ts").to_numpy()
    order = kept[np.lexsort((numbers[kept], ts[kept]))]
    return table.take(order), int(differs.sum())


def id_order(name: str | None) -> tuple[int, str]:
    """Return what an id is sorted by: its number where it is one, else its text."""
    text = name or ""
    return (int(text), "") if text.isascii() and text.isdigit() else (-1, text)
