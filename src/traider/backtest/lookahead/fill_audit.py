"""Audit a journal: was every fill a meeting with a market that came after its order?

An order decided at T reaches the venue one latency later, so its fill is known no earlier. On bars
it meets the first price of a bar that opens at T or later, or the range of such a bar: the fill's
``ts_event`` is that opening, or that close. What is paid beyond the price seen is cost and goes
against the order, so a buy can never be cheaper than the lowest price of its moment, nor a sell
dearer than the highest. A fill at the close that was decided on, at a price before the decision,
or better than anything that traded, is a fill at a price already seen.

On depth and trades a taker is held against the book when its fill was known, and against the
trades since the decision; a maker fills at its own price, so only its time is audited.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.lookahead.leaks import Leak, LeakKind
from traider.backtest.lookahead.touch import touch_ranges
from traider.backtest.order_lives import Places
from traider.domain.events import EventArray, FillFlag, Kind, MarketFlag, OrderFlag

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

TOO_EARLY: Final = "filled before the order could reach the venue"
NO_PRICE: Final = "filled at a time that no price after the decision belongs to"
TOO_GOOD: Final = "filled at a better price than the market gave after the decision"
_MEND: Final = (
    "fill an order at prices that came after its decision: the next bar's open, or the book one "
    "latency later"
)


@dataclass(frozen=True)
class FillAudit:
    """How many fills were held against the market, and what was wrong with some."""

    audited: int
    leaks: tuple[Leak, ...]


def audit_fills(
    market: EventArray,
    intents: EventArray,
    fills: EventArray,
    names: Sequence[str],
    latency_ns: int,
) -> FillAudit:
    """Hold every fill of an order against the market between decision and fill.

    Args:
        market: the run's input, sorted.
        intents: the orders as they were decided.
        fills: what became of them; forced closes are nobody's order and are left out.
        names: of the instruments.
        latency_ns: the shortest way of an order to the venue.
    """
    # A cancel carries the id of the order it ends, which was decided before.
    orders = intents[intents["flags"] & OrderFlag.CANCEL == 0]
    place, known = Places(orders["order_id"]).of(fills["order_id"])
    known &= fills["flags"] & FillFlag.LIQUIDATION == 0
    place, _ = Places(orders["order_id"]).of(fills["order_id"][known])
    fills, decided = fills[known], orders["ts_recv"][place]
    leaks = [
        leak
        for number, name in enumerate(names)
        if (mine := fills["instrument"] == number).any()
        for leak in _audit(
            market[market["instrument"] == number], fills[mine], decided[mine], (name, latency_ns)
        )
    ]
    return FillAudit(len(fills), tuple(leaks))


def _audit(
    market: EventArray, fills: EventArray, decided: Integers, terms: tuple[str, int]
) -> Iterator[Leak]:
    """Yield a leak for each way in which fills of one instrument are wrong."""
    name, latency_ns = terms
    early = fills["ts_recv"] < decided + latency_ns
    if (market["kind"] == Kind.BAR).any():
        early |= fills["ts_event"] < decided
        low, high = _bar_ranges(market, fills, decided)
    else:
        low, high = touch_ranges(market, fills, decided)
    missing = np.isnan(low) & ~early
    price, buys = fills["price"].astype(np.float64), fills["side"] > 0
    best = np.where(buys, low, high)
    better = ~early & ~missing & np.where(buys, price < low, price > high)
    for told, wrong, example in (
        (TOO_EARLY, early, decided.astype(np.float64)),
        (NO_PRICE, missing, best),
        (TOO_GOOD, better, best),
    ):
        if wrong.any():
            first = int(np.argmax(wrong))
            is_price = told == TOO_GOOD
            yield Leak(
                kind=LeakKind.FILL,
                culprit="fills",
                told=told,
                fix=_MEND,
                instrument=name,
                ts_ns=int(fills["ts_event"][first]),
                changed=int(wrong.sum()),
                compared=len(fills),
                before=float(example[first]) if is_price else np.nan,
                after=float(price[first]) if is_price else np.nan,
            )


def _bar_ranges(market: EventArray, fills: EventArray, decided: Integers) -> tuple[Floats, Floats]:
    """Return the lowest and highest price of each fill's moment; NaN where it has none."""
    opens = market[(market["kind"] == Kind.TRADE) & (market["flags"] & MarketFlag.BAR_OPEN != 0)]
    bars = market[market["kind"] == Kind.BAR]
    at, opened = _find(opens["ts_event"], fills["ts_event"])
    first_price = np.where(opened, opens["price"][at], np.nan) if len(opens) else _none(fills)
    at, closed = _find(bars["ts_recv"], fills["ts_event"])
    # The range of a bar that opened before the decision holds prices already seen.
    closed &= bars["ts_event"][at] >= decided
    low = np.where(closed, bars["low"][at], np.nan)
    high = np.where(closed, bars["high"][at], np.nan)
    return np.fmin(low, first_price), np.fmax(high, first_price)


def _find(times: Integers, wanted: Integers) -> tuple[Integers, Mask]:
    """Return where each wanted time stands among rising ``times``, and whether it is there."""
    if not len(times):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    at = np.minimum(np.searchsorted(times, wanted), len(times) - 1)
    return at, times[at] == wanted


def _none(fills: EventArray) -> Floats:
    return np.full(len(fills), np.nan)
