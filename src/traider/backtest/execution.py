"""How the orders of a run were executed: counts by outcome, time to fill, what stayed unfilled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from traider.backtest.order_lives import Floats, Mask, OrderLives, Outcome, count_names
from traider.backtest.results import ExecutionSummary, FillTimes, Liquidity, OrderCounts
from traider.domain.events import MONEY_UNITS_PER_CURRENCY_UNIT, Kind, OrderFlag
from traider.domain.fills import Fill
from traider.domain.orders import OrderType
from traider.domain.units import amount_from_units
from traider.kernel.codes import OWNED_LEG, Reject, Verdict

_MEDIAN: Final = 0.5
_SLOW: Final = 0.95
_NEEDLESS: Final = (Reject.OTHER_LEG_FILLED, Reject.ENTRY_GONE)


@dataclass(frozen=True)
class Valuation:
    """What the lots of each instrument are worth: currency a lot at one tick, and last prices."""

    lot_values: Floats
    last_ticks: Floats


def order_counts(lives: OrderLives) -> OrderCounts:
    """Count the orders by what became of them."""

    def number(outcome: Outcome) -> int:
        return int((lives.outcome == outcome).sum())

    return OrderCounts(
        sent=int(lives.sent.sum()),
        refused=number(Outcome.REFUSED),
        filled=number(Outcome.FILLED),
        cancelled=number(Outcome.CANCELLED),
        rejected=number(Outcome.REJECTED),
        expired=number(Outcome.EXPIRED),
        refusals=count_names(lives.code[~lives.sent], Verdict),
        partly=number(Outcome.PARTLY),
        open=number(Outcome.OPEN),
        cancellations=count_names(lives.end_code[lives.end_kind == Kind.CANCELLED], Reject),
        rejections=count_names(lives.end_code[lives.end_kind == Kind.REJECTED], Reject),
    )


def execution_summary(
    lives: OrderLives, fills: Sequence[Fill], valuation: Valuation
) -> ExecutionSummary:
    """Measure how the sent orders were filled."""
    is_market = lives.intents["flags"] & OrderFlag.TYPE_MASK == OrderType.MARKET
    return ExecutionSummary(
        unfilled_share=_unfilled_share(lives, valuation),
        maker=_liquidity([fill for fill in fills if fill.is_maker]),
        taker=_liquidity([fill for fill in fills if not fill.is_maker]),
        market_orders=_fill_times(lives, is_market),
        resting_orders=_fill_times(lives, ~is_market),
    )


def unfilled_fractions(lives: OrderLives) -> Floats:
    """Return the part of each order's size that never filled, 0 to 1.

    An order sized in money that filled is filled: what it leaves is less than one lot.
    """
    size = lives.intents["size"].astype(np.float64)
    by_money = lives.intents["flags"] & OrderFlag.QUOTE_SIZED != 0
    filled = np.where(by_money & (lives.filled_lots > 0), size, lives.filled_lots)
    left = np.divide(size - filled, size, out=np.zeros(len(lives)), where=size > 0.0)
    return np.clip(np.where(lives.outcome == Outcome.FILLED, 0.0, left), 0.0, 1.0)


def _unfilled_share(lives: OrderLives, valuation: Valuation) -> float:
    """Weigh the fractions by the value of their orders."""
    # An exit that its twin made needless, or that never had a position, did not fail to fill; nor
    # did an order that its plan, its work or its quote took back to replace it.
    intents = lives.intents
    owned = intents["order_id"] & OWNED_LEG != 0
    replaced = owned & (lives.end_code == Reject.BY_REQUEST)
    sent = lives.sent & ~np.isin(lives.end_code, _NEEDLESS) & ~replaced
    k = intents["instrument"]
    ticks = np.where(np.isnan(lives.filled_ticks), valuation.last_ticks[k], lives.filled_ticks)
    ticks = np.where(intents["price"] > 0, intents["price"], ticks)
    value = intents["size"] * ticks * valuation.lot_values[k]
    by_money = intents["flags"] & OrderFlag.QUOTE_SIZED != 0
    value = np.where(by_money, intents["size"] / MONEY_UNITS_PER_CURRENCY_UNIT, value)[sent]
    total = float(value.sum())
    return float((unfilled_fractions(lives)[sent] * value).sum()) / total if total else math.nan


def _liquidity(fills: Sequence[Fill]) -> Liquidity:
    return Liquidity(
        fills=len(fills),
        notional=amount_from_units(sum(fill.notional_units for fill in fills)),
        fees=sum((fill.fee for fill in fills), Decimal(0)),
    )


def _fill_times(lives: OrderLives, chosen: Mask) -> FillTimes:
    whole = chosen & (lives.outcome == Outcome.FILLED)
    if not whole.any():
        return FillTimes()
    waited = lives.last_fill_ns[whole] - lives.intents["ts_recv"][whole]
    median, slow = np.quantile(waited, (_MEDIAN, _SLOW), method="higher").tolist()
    return FillTimes(orders=int(whole.sum()), median_ns=int(median), slow_ns=int(slow))
