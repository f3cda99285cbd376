"""Live operations: features of the book and of the flow of trades, brought up to date at once.

Those of the book run at each whole message, those of the flow at each trade. Operations of bars
read their slots when a bar closes; totals only move by what happened, so the difference of two
closes is what happened between them. While a book is empty, one-sided, locked or crossed its
features have no value, and the order flow begins anew at the next open book.
"""

import math

from numba import float64, int64, void

from traider.kernel.book import ASKS, BIDS, NO_RANK, best_price, best_size, next_rank
from traider.kernel.codes import BookState, Op
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import BOOK, DECIDER, OPERATION_TYPE, VECTOR
from traider.kernel.records import Book, Decider, Floats, Record

_ASK = int(Op.ASK)
_BID = int(Op.BID)
_BID_SIZE = int(Op.BID_SIZE)
_ASK_SIZE = int(Op.ASK_SIZE)
_SPREAD = int(Op.SPREAD)
_MID = int(Op.MID)
_MICROPRICE = int(Op.MICROPRICE)
_IMBALANCE = int(Op.IMBALANCE)
_ORDER_FLOW = int(Op.ORDER_FLOW)
_SIGNED_VOLUME = int(Op.SIGNED_VOLUME)
_OPEN = int(BookState.OPEN)


@compiled(void(DECIDER, int64, int64), inline=True)
def run_live_book(decider: Decider, f: int, k: int) -> None:
    """Advance the operations of live frame ``f`` that read the book of instrument ``k``."""
    frame = decider.frames[f]
    row = decider.values[k]
    is_open = decider.markets[k]["book_state"] == _OPEN
    bid = float(best_price(decider.book, k, BIDS))
    ask = float(best_price(decider.book, k, ASKS))
    bid_size = float(best_size(decider.book, k, BIDS))
    ask_size = float(best_size(decider.book, k, ASKS))
    for j in range(frame["op_start"], frame["op_stop"]):
        op = decider.tape[j]
        kind = op["kind"]
        if kind >= _SIGNED_VOLUME:
            continue
        if kind == _ORDER_FLOW:
            row[op["slot"]] = _order_flow(
                op, decider.book, k, is_open, decider.rings[k], decider.cells[k]
            )
        elif not is_open:
            row[op["slot"]] = math.nan
        elif kind == _IMBALANCE and op["window"] > 1:
            row[op["slot"]] = _imbalance(decider.book, k, op["window"])
        else:
            row[op["slot"]] = _of_the_touch(kind, bid, ask, bid_size, ask_size)


@compiled(float64(int64, float64, float64, float64, float64), inline=True)
def _of_the_touch(kind: int, bid: float, ask: float, bid_size: float, ask_size: float) -> float:
    """Return a feature of the best prices and sizes, in ticks and lots."""
    if kind == _SPREAD:
        return ask - bid
    if kind == _MID:
        return (bid + ask) / 2.0
    if kind == _MICROPRICE:
        return (bid * ask_size + ask * bid_size) / (bid_size + ask_size)
    if kind == _IMBALANCE:
        return (bid_size - ask_size) / (bid_size + ask_size)
    if kind <= _ASK:
        return bid if kind == _BID else ask
    return bid_size if kind == _BID_SIZE else ask_size


@compiled(void(DECIDER, int64, int64, int64, int64), inline=True)
def run_live_trade(decider: Decider, f: int, k: int, side: int, size: int) -> None:
    """Advance the totals of live frame ``f`` by a trade of ``size`` lots, taken by ``side``."""
    frame = decider.frames[f]
    row = decider.values[k]
    for j in range(frame["op_start"], frame["op_stop"]):
        op = decider.tape[j]
        if op["kind"] < _SIGNED_VOLUME:
            continue
        past = row[op["slot"]]
        if math.isnan(past):
            past = 0.0
        row[op["slot"]] = past + (side * size if op["kind"] == _SIGNED_VOLUME else size)


@compiled(float64(BOOK, int64, int64))
def _imbalance(book: Book, k: int, levels: int) -> float:
    """Return (bids - asks) / (bids + asks) of the sizes at the best ``levels`` of both sides."""
    total = 0.0
    difference = 0.0
    for s in (BIDS, ASKS):
        rank = int(book.sides[k, s]["best"])
        for _ in range(levels):
            if rank == NO_RANK:
                break
            size = _size_of(book, k, s, rank)
            total += size
            difference += size if s == BIDS else -size
            rank = next_rank(book, k, s, rank)
    return difference / total


@compiled(float64(BOOK, int64, int64, int64), inline=True)
def _size_of(book: Book, k: int, s: int, rank: int) -> float:
    """Return the size at ``rank``, a level that exists."""
    place = rank - book.sides[k, s]["base"]
    if place >= 0:
        return float(book.sizes[k, s, place])
    ranks = book.far_ranks[k, s]
    for j in range(len(ranks)):
        if ranks[j] == rank:
            return float(book.far_sizes[k, s, j])
    return 0.0


@compiled(float64(OPERATION_TYPE, BOOK, int64, int64, VECTOR, VECTOR))
def _order_flow(
    op: Record, book: Book, k: int, is_open: int, rings: Floats, cells: Floats
) -> float:
    """Return the running order-flow imbalance of the best ``window`` levels, in lots.

    At each level of the bids e = [p >= p'] q - [p <= p'] q', with p', q' what stood there before;
    the asks count against it (Cont, Kukanov and Stoikov, The price impact of order book events,
    2014). A level that is missing has size 0 and the rank below all.
    """
    cell, ring, levels = op["cell"], op["ring"], op["window"]
    if not is_open:
        cells[cell] = 0.0
        return cells[cell + 1] if cells[cell + 2] > 0.0 else math.nan
    total = 0.0
    for s in (BIDS, ASKS):
        rank = int(book.sides[k, s]["best"])
        place = ring + 2 * s * levels
        flow = 0.0
        for _ in range(levels):
            size = 0.0
            level = float(NO_RANK)
            if rank != NO_RANK:
                size = _size_of(book, k, s, rank)
                level = float(rank)
                if levels > 1:
                    rank = next_rank(book, k, s, rank)
            if level >= rings[place]:
                flow += size
            if level <= rings[place]:
                flow -= rings[place + 1]
            rings[place] = level
            rings[place + 1] = size
            place += 2
        total += flow if s == BIDS else -flow
    if cells[cell] > 0.0:
        cells[cell + 1] += total
    cells[cell] = 1.0
    cells[cell + 2] = 1.0
    return float(cells[cell + 1])
