"""One order in words: what was wanted, and what became of it."""

from typing import Final

import numpy as np

from traider.backtest.order_lives import OrderLives, Outcome
from traider.backtest.report.check_text import base_of
from traider.backtest.report.number_text import (
    MoneyText,
    duration,
    minute_text,
    percent,
    significant,
)
from traider.domain.events import OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.kernel.codes import Reject
from traider.kernel.specification import MarketSpec

_FORCE_SHIFT: Final = 4
_FLAG_WORDS: Final = (
    (OrderFlag.POST_ONLY, "post-only"),
    (OrderFlag.REDUCE_ONLY, "reduce-only"),
    (OrderFlag.CHILD, "sleeps until its entry fills"),
    (OrderFlag.ONE_CANCELS_OTHER, "one of two that cancel each other"),
)
_WHOLE_SHARE: Final = 1.0


def terms_text(order: np.void, market: MarketSpec, money: MoneyText) -> str:
    """Return an intent in words, such as ``buy 0.5 BTC at a limit of 63,000, post-only``."""
    flags = int(order["flags"])
    verb = "buy" if order["side"] > 0 else "sell"
    base = base_of(market.name)
    if flags & OrderFlag.QUOTE_SIZED:
        wanted = f"{verb} {base} for {money.text(amount_from_units(int(order['size'])))}"
    else:
        size = size_from_lots(int(order["size"]), market.lot_size)
        wanted = f"{verb} {significant(size)} {base}"
    words = [f"{wanted} {_price_text(order, market)}"]
    force = TimeInForce((flags & OrderFlag.TIME_IN_FORCE_MASK) >> _FORCE_SHIFT)
    if force in (TimeInForce.IOC, TimeInForce.FOK):
        words.append(force.name)
    if order["expire"] > 0:
        words.append(f"until {minute_text(int(order['expire']))} UTC")
    words += [word for flag, word in _FLAG_WORDS if flags & flag]
    return ", ".join(words)


def _price_text(order: np.void, market: MarketSpec) -> str:
    price = significant(price_from_ticks(int(order["price"]), market.tick_size))
    trigger = significant(price_from_ticks(int(order["trigger"]), market.tick_size))
    kind = OrderType(int(order["flags"]) & int(OrderFlag.TYPE_MASK))
    if kind is OrderType.LIMIT:
        return f"at a limit of {price}"
    if kind is OrderType.STOP:
        return f"at a stop of {trigger}"
    if kind is OrderType.STOP_LIMIT:
        return f"at a stop of {trigger} with a limit of {price}"
    return "at the market"


def outcome_text(lives: OrderLives, at: int, market: MarketSpec, money: MoneyText) -> str:
    """Return what became of order ``at``, with the average price, its fees and the time it took."""
    outcome = Outcome(int(lives.outcome[at]))
    if outcome is Outcome.REFUSED:
        return "never sent"
    if outcome is Outcome.OPEN:
        return "still open, nothing filled, when the data ended"
    code = int(lives.end_code[at])
    # A venue's own reasons have higher numbers; its words are in the gateway's log.
    name = Reject(code).name.lower().replace("_", " ") if code in set(Reject) else "by the venue"
    why = f": {name}" if code else ""
    if outcome is Outcome.FILLED:
        return f"filled {_fill_text(lives, at, market, money)}"
    if outcome is Outcome.PARTLY:
        rest = f"; the rest ended{why}" if why else ""
        return f"filled in part, {_fill_text(lives, at, market, money)}{rest}"
    return f"{outcome.name.lower()} unfilled{why}"


def _fill_text(lives: OrderLives, at: int, market: MarketSpec, money: MoneyText) -> str:
    lots = int(lives.filled_lots[at])
    price = float(lives.filled_ticks[at]) * float(market.tick_size)
    share = float(lives.maker_lots[at]) / lots
    liquidity = "maker" if share == _WHOLE_SHARE else "taker"
    if 0.0 < share < _WHOLE_SHARE:
        liquidity = f"{percent(share, 0)} maker"
    fees = money.text(amount_from_units(int(lives.fee_units[at])))
    waited = duration(int(lives.last_fill_ns[at] - lives.intents["ts_recv"][at]))
    size = f"{significant(size_from_lots(lots, market.lot_size))} {base_of(market.name)}"
    return f"{size} at {significant(price)}, {liquidity}, fees {fees}, after {waited}"
