"""Every order with its reasons as one Arrow table: ``reasons.parquet``, a row an order.

Columns of what was decided: ``score``, ``confidence`` and ``weight`` are structs with a field an
alpha, ``feature`` one with a field a feature the alphas read. Prices and volumes among the
features are in currency and base units; other features stay as they are, fractions as fractions.
A run without alphas has none of the four.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import IntEnum
from typing import Any, Final

import numpy as np
import pyarrow as pa

from traider.backtest.counterfactual import is_check_passed, word
from traider.backtest.gate_checks import GateCheck
from traider.backtest.order_lives import Floats, Integers, OrderLives, Outcome
from traider.backtest.reasons import ExplainedOrders
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.features.measures import measure_of
from traider.kernel.codes import Reject, Verdict
from traider.kernel.specification import MarketSpec

_TIME: Final = pa.timestamp("ns", tz="UTC")
_AMOUNT: Final = pa.decimal128(38, 18)
_WORD: Final = pa.dictionary(pa.int32(), pa.string())
_CHECKS: Final = pa.list_(
    pa.struct(
        [
            ("check", pa.string()),
            ("number", pa.float64()),
            ("limit", pa.float64()),
            ("passed", pa.bool_()),
        ]
    )
)
_FORCE_SHIFT: Final = 4


def reason_table(explained: ExplainedOrders) -> pa.Table:
    """Return every order of a run: what was wanted and why, the gate's verdict, what came of it."""
    lives, markets = explained.lives, explained.markets
    return pa.table(
        {
            **_wanted(lives.intents, markets),
            **_decided(explained),
            **_became(lives, markets),
            **_asked(explained),
        }
    )


def display_values(explained: ExplainedOrders) -> Floats:
    """Return the features' values with prices in currency and volumes in base units."""
    reasons, k = explained.reasons, explained.lives.intents["instrument"]
    ticks = np.array([float(market.tick_size) for market in explained.markets])
    lots = np.array([float(market.lot_size) for market in explained.markets])
    values = reasons.values.copy()
    for column, name in enumerate(reasons.features):
        measure = measure_of(name)
        values[:, column] *= ticks[k] ** measure.prices * lots[k] ** measure.lots
    return values


def _wanted(intents: EventArray, markets: Sequence[MarketSpec]) -> dict[str, pa.Array[Any]]:
    flags, k = intents["flags"], intents["instrument"].tolist()
    by_money = (flags & OrderFlag.QUOTE_SIZED != 0).tolist()
    sizes = list(zip(k, intents["size"].tolist(), by_money, strict=True))
    lots = (None if money else size_from_lots(n, markets[i].lot_size) for i, n, money in sizes)
    amounts = (amount_from_units(n) if money else None for _, n, money in sizes)
    return {
        "order_id": pa.array(intents["order_id"].astype(np.int64)),
        "ts": pa.array(intents["ts_recv"], _TIME),
        "instrument": _words(markets[i].name for i in k),
        "side": pa.array(intents["side"], pa.int8()),
        "type": _named(flags & OrderFlag.TYPE_MASK, OrderType),
        "time_in_force": _named(
            (flags & OrderFlag.TIME_IN_FORCE_MASK) >> _FORCE_SHIFT, TimeInForce
        ),
        "post_only": pa.array(flags & OrderFlag.POST_ONLY != 0),
        "reduce_only": pa.array(flags & OrderFlag.REDUCE_ONLY != 0),
        "size": pa.array(lots, _AMOUNT),
        "amount": pa.array(amounts, _AMOUNT),
        "price": _prices(intents["price"], k, markets),
        "trigger": _prices(intents["trigger"], k, markets),
    }


def _decided(explained: ExplainedOrders) -> dict[str, pa.Array[Any]]:
    reasons = explained.reasons
    count = len(explained.lives)
    found = {
        "event": pa.array(reasons.sequence),
        "manual": pa.array(reasons.is_manual),
        "combined": _floats(reasons.combined),
        "enter": pa.array(np.full(count, reasons.enter)),
        "exit": pa.array(np.full(count, reasons.exit)),
        "exposure": _floats(reasons.exposure),
        "equity": _floats(reasons.equity),
    }
    weights = np.tile(np.array(reasons.weights, np.float64), (count, 1))
    if reasons.alphas:
        found["score"] = _struct(reasons.scores, reasons.alphas)
        found["confidence"] = _struct(reasons.confidences, reasons.alphas)
        found["weight"] = _struct(weights, reasons.alphas)
    if reasons.features:
        found["feature"] = _struct(display_values(explained), reasons.features)
    return found


def _became(lives: OrderLives, markets: Sequence[MarketSpec]) -> dict[str, pa.Array[Any]]:
    k = lives.intents["instrument"].tolist()
    ticks = np.array([float(market.tick_size) for market in markets])
    filled = zip(k, lives.filled_lots.tolist(), strict=True)
    reasons = np.where(lives.end_kind == Kind.EXPIRED, int(Reject.NONE), lives.end_code)
    return {
        "verdict": _named(lives.code, Verdict),
        "number": pa.array(lives.number),
        "limit": pa.array(lives.limit),
        "outcome": _named(lives.outcome, Outcome),
        "filled": pa.array((size_from_lots(n, markets[i].lot_size) for i, n in filled), _AMOUNT),
        "average_price": _floats(lives.filled_ticks * ticks[lives.intents["instrument"]]),
        "fees": pa.array((amount_from_units(fee) for fee in lives.fee_units.tolist()), _AMOUNT),
        "first_fill": _times(lives.first_fill_ns),
        "last_fill": _times(lives.last_fill_ns),
        "ended": _times(lives.ended_ns),
        "end_reason": _named(reasons, Reject),
    }


def _asked(explained: ExplainedOrders) -> dict[str, pa.Array[Any]]:
    """Return what the gate measured of the orders that it was asked about again; null of others."""
    lives = explained.lives
    pairs = zip(lives.intents["order_id"].tolist(), lives.code.tolist(), strict=True)
    rows = [_checks(explained.checks.get(order_id), code) for order_id, code in pairs]
    others = (explained.otherwise.get(each) for each in lives.intents["order_id"].tolist())
    texts = [None if each is None else json.dumps(each, sort_keys=True) for each in others]
    return {"checks": pa.array(rows, _CHECKS), "otherwise": pa.array(texts, pa.string())}


def _checks(found: Sequence[GateCheck] | None, refusal: int) -> list[dict[str, Any]] | None:
    if found is None:
        return None
    return [
        {
            "check": word(each.verdict),
            "number": _finite(each.number),
            "limit": _finite(each.limit),
            "passed": is_check_passed(each, refusal),
        }
        for each in found
    ]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _struct(columns: Floats, names: Sequence[str]) -> pa.Array[Any]:
    arrays = [_floats(columns[:, at]) for at in range(len(names))]
    return pa.StructArray.from_arrays(arrays, names=list(names))


def _floats(values: Floats) -> pa.Array[Any]:
    """Return floats with null for NaN."""
    return pa.array(np.ascontiguousarray(values), pa.float64(), from_pandas=True)


def _times(ts_ns: Integers) -> pa.Array[Any]:
    return pa.array(ts_ns, _TIME, mask=ts_ns == 0)


def _prices(ticks: Integers, k: list[int], markets: Sequence[MarketSpec]) -> pa.Array[Any]:
    """Return prices of the instruments ``k``; null where there is none."""
    pairs = zip(k, ticks.tolist(), strict=True)
    found: Iterable[Decimal | None] = (
        price_from_ticks(n, markets[i].tick_size) if n else None for i, n in pairs
    )
    return pa.array(found, _AMOUNT)


def _named(codes: Integers, names: type[IntEnum]) -> pa.Array[Any]:
    """Return the codes' names in small letters, null for ``NONE`` and where a code has no name."""
    words = {int(one): one.name.lower() for one in names if one.name != "NONE"}
    return _words(words.get(code) for code in codes.tolist())


def _words(values: Iterable[str | None]) -> pa.Array[Any]:
    return pa.array(list(values), pa.string()).cast(_WORD)
