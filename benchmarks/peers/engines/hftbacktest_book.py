"""hftbacktest: two post-only quotes outside the best prices, re-quoted every second.

The captures' own exchange clock is a second off the local one, so both of its times are the local
one here: what its own latency model does to orders is the same latency the other engines use.
"""

import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from hftbacktest import (
    BUY_EVENT,
    DEPTH_CLEAR_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    GTX,
    LIMIT,
    LOCAL_EVENT,
    SELL_EVENT,
    TRADE_EVENT,
    BacktestAsset,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.binding import ROIVectorMarketDepthBacktest as Engine
from hftbacktest.types import event_dtype
from numba import njit

from benchmarks.peers.engines.book_rows import (
    CLEAR,
    TRADE,
    UPDATE,
    BookRows,
    read_rows,
)
from benchmarks.peers.engines.measuring import Finding, run_script
from benchmarks.peers.engines.rules import (
    BOOK_LOT,
    BOOK_MAKER_FEE,
    BOOK_TAKER_FEE,
    BOOK_TICK,
    ORDER_LATENCY_NS,
    QUOTE_DISTANCE,
    QUOTE_EVERY_NS,
    QUOTE_LOTS,
)

QUOTE_SIZE = QUOTE_LOTS * BOOK_LOT
WAIT = False
"""Go on without an answer."""
MARGIN_TICKS = 1_000
"""Ticks beyond the traded prices that the engine's book array covers."""


@njit
def quote_side(hbt: Engine, number: int, side: int) -> bool:
    """Keep the quote of a side, or send it where there is none, or ask it back: then say so."""
    depth = hbt.depth(0)
    wanted = depth.best_bid_tick - QUOTE_DISTANCE
    if side < 0:
        wanted = depth.best_ask_tick + QUOTE_DISTANCE
    values = hbt.orders(0).values()
    while values.has_next():
        order = values.get()
        if order.side != side:
            continue
        if order.price_tick == wanted or not order.cancellable:
            return False
        hbt.cancel(0, order.order_id, WAIT)
        return True
    if side > 0:
        hbt.submit_buy_order(0, number, wanted * BOOK_TICK, QUOTE_SIZE, GTX, LIMIT, WAIT)
    else:
        hbt.submit_sell_order(0, number, wanted * BOOK_TICK, QUOTE_SIZE, GTX, LIMIT, WAIT)
    return False


@njit
def quote(hbt: Engine) -> None:
    """Run to the end of the data: decide each second, replace what was asked back when it is."""
    number = 1
    hbt.elapse(ORDER_LATENCY_NS)
    while hbt.elapse(QUOTE_EVERY_NS - ORDER_LATENCY_NS) == 0:
        hbt.clear_inactive_orders(0)
        bid_asked = quote_side(hbt, number, 1)
        ask_asked = quote_side(hbt, number + 1, -1)
        if hbt.elapse(ORDER_LATENCY_NS) != 0:
            return
        hbt.clear_inactive_orders(0)
        if bid_asked:
            quote_side(hbt, number + 2, 1)
        if ask_asked:
            quote_side(hbt, number + 3, -1)
        number += 4


def engine_data(rows: BookRows) -> np.ndarray:
    """Return the rows as the engine's own records."""
    events = {UPDATE: DEPTH_EVENT, CLEAR: DEPTH_CLEAR_EVENT, TRADE: TRADE_EVENT}
    data = np.zeros(len(rows.ts_ns), event_dtype)
    for kind, event in events.items():
        data["ev"][rows.kind == kind] = event | EXCH_EVENT | LOCAL_EVENT
    data["ev"][rows.side > 0] |= BUY_EVENT
    data["ev"][rows.side < 0] |= SELL_EVENT
    data["exch_ts"] = rows.ts_ns
    data["local_ts"] = rows.ts_ns
    data["px"] = rows.price * BOOK_TICK
    data["qty"] = rows.size * BOOK_LOT
    return data


def build_engine(rows: BookRows, data: np.ndarray) -> Engine:
    """Return an engine over ``data``; it keeps only the address, so the caller keeps the array."""
    traded = rows.price[rows.kind == TRADE]
    asset = (
        BacktestAsset()
        .data(data)
        .linear_asset(1.0)
        .constant_order_latency(ORDER_LATENCY_NS, 0)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(BOOK_MAKER_FEE, BOOK_TAKER_FEE)
        .tick_size(BOOK_TICK)
        .lot_size(BOOK_LOT)
        .roi_lb((traded.min() - MARGIN_TICKS) * BOOK_TICK)
        .roi_ub((traded.max() + MARGIN_TICKS) * BOOK_TICK)
        .last_trades_capacity(0)
    )
    return ROIVectorMarketDepthBacktest([asset])


def measure(folder: Path, count: int) -> Finding:
    """Compile on a few rows, then run."""
    rows = read_rows(folder).first(count)
    few = rows.first(20_000)
    data = engine_data(few)
    quote(build_engine(few, data))
    data = engine_data(rows)
    hbt = build_engine(rows, data)
    started = time.perf_counter()
    quote(hbt)
    seconds = time.perf_counter() - started
    state = hbt.state_values(0)
    depth = hbt.depth(0)
    middle = (depth.best_bid_tick + depth.best_ask_tick) / 2.0 * BOOK_TICK
    equity = state.balance - state.fee + state.position * middle
    note = f"position {state.position:+.2f}, traded {state.trading_volume:.2f}"
    name = version("hftbacktest")
    return Finding("hftbacktest", name, seconds, count, int(state.num_trades), equity, note)


if __name__ == "__main__":
    run_script(measure)
