"""The checks in order: kill, shape, sizes, mode, data, rate, losses, exposure, risk, margin."""

from numba import float64, types

from traider.domain.events import OrderFlag
from traider.domain.market_health import MarketHealth
from traider.domain.orders import OrderType
from traider.kernel.arithmetic import MONEY
from traider.kernel.codes import Limit, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.gate.breaker_switches import check_breakers
from traider.kernel.gate.exposure import ANSWER, Answer, check_exposure, check_self_trade
from traider.kernel.gate.risk_checks import check_risk
from traider.kernel.gate.risk_margin import check_margin
from traider.kernel.gate.risk_state import daily_deviation
from traider.kernel.gate.view import other_lots, view_equity
from traider.kernel.numba_types import EVENT_TYPE, GATE
from traider.kernel.records import Gate, Record

_MINUTE_NS = 60_000_000_000
_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_CANCEL = int(OrderFlag.CANCEL)
_MARKET_ORDER = int(OrderType.MARKET)
_LIMIT_ORDER = int(OrderType.LIMIT)
_STOP_LIMIT_ORDER = int(OrderType.STOP_LIMIT)
_MAX_ORDER_NOTIONAL = int(Limit.MAX_ORDER_NOTIONAL)
_MAX_ORDER_SIZE = int(Limit.MAX_ORDER_SIZE)
_PRICE_COLLAR = int(Limit.PRICE_COLLAR)
_MAX_ORDERS_PER_MINUTE = int(Limit.MAX_ORDERS_PER_MINUTE)
_MAX_DAILY_LOSS = int(Limit.MAX_DAILY_LOSS)
_MAX_DRAWDOWN = int(Limit.MAX_DRAWDOWN)
_MAX_DAILY_LOSS_AMOUNT = int(Limit.MAX_DAILY_LOSS_AMOUNT)
_MAX_DAILY_LOSS_SIGMAS = int(Limit.MAX_DAILY_LOSS_SIGMAS)
_MAX_DATA_AGE_NS = int(Limit.MAX_DATA_AGE_NS)
_APPROVED = int(Verdict.APPROVED)
_KILLED = int(Verdict.KILLED)
_PAUSED = int(Verdict.PAUSED)
_INSTRUMENT = int(Verdict.INSTRUMENT)
_MALFORMED = int(Verdict.MALFORMED)
_MIN_SIZE = int(Verdict.MIN_SIZE)
_MIN_NOTIONAL = int(Verdict.MIN_NOTIONAL)
_MAX_SIZE = int(Verdict.MAX_SIZE)
_MAX_NOTIONAL = int(Verdict.MAX_NOTIONAL)
_NO_PRICE = int(Verdict.NO_PRICE)
_COLLAR = int(Verdict.PRICE_COLLAR)
_STALE_DATA = int(Verdict.STALE_DATA)
_ORDER_RATE = int(Verdict.ORDER_RATE)
_DAILY_LOSS = int(Verdict.DAILY_LOSS)
_DRAWDOWN = int(Verdict.DRAWDOWN)
_DAILY_LOSS_AMOUNT = int(Verdict.DAILY_LOSS_AMOUNT)
_DAILY_LOSS_SIGMAS = int(Verdict.DAILY_LOSS_SIGMAS)
_UNHEALTHY = int(Verdict.UNHEALTHY)
_BROKEN = float(MarketHealth.GAP)


@compiled(ANSWER(GATE, EVENT_TYPE), inline=True, python=True)
def check_order(gate: Gate, order: Record) -> Answer:
    """Return (code, number, limit) for an order intent; changes nothing.

    The first check that fails names the refusal. A cancel passes whatever the state.
    """
    if order["flags"] & _CANCEL:
        return _APPROVED, 0.0, 0.0
    code, number, limit = _check_open(gate, order)
    if code == _APPROVED:
        code, number, limit = _check_shape(gate, order)
    if code != _APPROVED:
        return code, number, limit
    market = gate.markets[order["instrument"]]
    lots = float(order["size"])
    if order["flags"] & _QUOTE_SIZED:
        lots = lots / MONEY / (market["mark_ticks"] * market["lot_value"])
    code, number, limit = _check_least_size(gate, order, lots)
    if code == _APPROVED:
        code, number, limit = check_self_trade(gate, order)
    # Of a pair only what the other order does not already count is added.
    added = max(lots - other_lots(gate, order), 0.0)
    if code != _APPROVED or _is_reducing(gate, order, added):
        return code, number, limit
    code, number, limit = _check_largest_size(gate, order, lots)
    if code == _APPROVED:
        code, number, limit = _check_state(gate, order)
    if code == _APPROVED:
        code, number, limit = _check_losses(gate)
    return (code, number, limit) if code != _APPROVED else _check_holdings(gate, order, added)


@compiled(ANSWER(GATE, EVENT_TYPE, float64), inline=True)
def _check_holdings(gate: Gate, order: Record, lots: float) -> Answer:
    """Checks of what might be held after: breakers, how much, how risky, on what margin."""
    code, number, limit = check_breakers(gate, order, lots)
    if code == _APPROVED:
        code, number, limit = check_exposure(gate, order, lots)
    if code == _APPROVED:
        code, number, limit = check_risk(gate, order, lots)
    if code == _APPROVED:
        code, number, limit = check_margin(gate, order, lots)
    return code, number, limit


@compiled(ANSWER(GATE, EVENT_TYPE), inline=True)
def _check_open(gate: Gate, order: Record) -> Answer:
    """Refuse instruments the gate does not know, and after a kill all but what closes positions.

    So it is with a kill that keeps positions too: what guards them may be placed anew.
    """
    k = int(order["instrument"])
    is_known = k < len(gate.markets) and gate.markets[k]["enabled"] != 0
    killed = gate.account[0]["killed"]
    if killed != 0:
        closes = is_known and not order["flags"] & _QUOTE_SIZED
        if not closes or not _is_reducing(gate, order, float(order["size"])):
            return _KILLED, float(killed), 0.0
    if not is_known:
        return _INSTRUMENT, float(k), float(len(gate.markets))
    return _APPROVED, 0.0, 0.0


@compiled(ANSWER(GATE, EVENT_TYPE), inline=True)
def _check_shape(gate: Gate, order: Record) -> Answer:
    """Refuse what no venue could mean: no size, no side, no price, a price far from the market."""
    market = gate.markets[order["instrument"]]
    kind = order["flags"] & _TYPE_MASK
    side = order["side"]
    if order["size"] <= 0 or side * side != 1 or kind < 1 or kind > _STOP_LIMIT_ORDER:
        return _MALFORMED, float(order["size"]), 1.0
    if order["flags"] & _QUOTE_SIZED and (kind != _MARKET_ORDER or side < 0):
        return _MALFORMED, float(order["size"]), 1.0  # money buys at the market, nothing else
    priced = kind == _LIMIT_ORDER or kind == _STOP_LIMIT_ORDER
    if (priced and order["price"] <= 0) or (kind > _LIMIT_ORDER and order["trigger"] <= 0):
        return _MALFORMED, float(order["price"]), 1.0
    mark = float(market["mark_ticks"])
    if mark <= 0.0:
        return _NO_PRICE, mark, 0.0
    collar = gate.limits[_PRICE_COLLAR]
    if priced and collar > 0.0:
        # Only a price worse than the market can cost money; a far passive price merely rests.
        worse = side * (float(order["price"]) / mark - 1.0)
        if worse > collar:
            return _COLLAR, worse, collar
    return _APPROVED, 0.0, 0.0


@compiled(types.boolean(GATE, EVENT_TYPE, float64), inline=True)
def _is_reducing(gate: Gate, order: Record, lots: float) -> bool:
    """Return whether the order, with those already open, can only shrink the position."""
    if order["flags"] & _REDUCE_ONLY:
        return True
    market = gate.markets[order["instrument"]]
    held = market["position_lots"]
    side = order["side"]
    if held * side >= 0:
        return False
    already = market["open_sell_lots"] if side < 0 else market["open_buy_lots"]
    return bool(lots + already <= abs(held))


@compiled(ANSWER(GATE, EVENT_TYPE, float64), inline=True)
def _check_least_size(gate: Gate, order: Record, lots: float) -> Answer:
    """Refuse what the venue would: less than its minimum, or off its lot step.

    Futures venues take an order that only reduces whatever it is worth, or small positions could
    not be closed.
    """
    market = gate.markets[order["instrument"]]
    notional = lots * market["mark_ticks"] * market["lot_value"]
    if lots < market["min_lots"]:
        return _MIN_SIZE, lots, float(market["min_lots"])
    if not order["flags"] & _QUOTE_SIZED and order["size"] % market["lot_step"] != 0:
        return _MALFORMED, lots, float(market["lot_step"])
    reduces = market["can_short"] != 0 and order["flags"] & _REDUCE_ONLY
    if notional < market["min_notional"] and not reduces:
        return _MIN_NOTIONAL, notional, market["min_notional"]
    return _APPROVED, 0.0, 0.0


@compiled(ANSWER(GATE, EVENT_TYPE, float64), inline=True)
def _check_largest_size(gate: Gate, order: Record, lots: float) -> Answer:
    """Compare the order alone with the caps on one order, at the highest price it can mean."""
    market = gate.markets[order["instrument"]]
    kind = order["flags"] & _TYPE_MASK
    price = market["mark_ticks"]
    if kind == _LIMIT_ORDER or kind == _STOP_LIMIT_ORDER:
        price = max(price, order["price"])
    if kind > _LIMIT_ORDER:
        price = max(price, order["trigger"])
    notional = lots * price * market["lot_value"]
    cap = gate.limits[_MAX_ORDER_SIZE]
    if cap > 0.0 and lots * market["lot_size"] > cap:
        return _MAX_SIZE, lots * market["lot_size"], cap
    cap = gate.limits[_MAX_ORDER_NOTIONAL]
    if cap > 0.0 and notional > cap:
        return _MAX_NOTIONAL, notional, cap
    return _APPROVED, 0.0, 0.0


@compiled(ANSWER(GATE, EVENT_TYPE), inline=True)
def _check_state(gate: Gate, order: Record) -> Answer:
    """Checks that do not depend on the order's size: mode, health and age of the data, rate.

    The number of an unhealthy feed is what is wrong with it, a ``MarketHealth``.
    """
    account = gate.account[0]
    market = gate.markets[order["instrument"]]
    if account["paused"] != 0:
        return _PAUSED, 1.0, 0.0
    if market["unhealthy"] != 0:
        return _UNHEALTHY, _BROKEN, 0.0
    if market["health"] != 0:
        return _UNHEALTHY, float(market["health"]), 0.0
    cap = gate.limits[_MAX_DATA_AGE_NS]
    age = float(order["ts_recv"] - market["mark_ts"])
    if cap > 0.0 and age > cap:
        return _STALE_DATA, age, cap
    cap = gate.limits[_MAX_ORDERS_PER_MINUTE]
    if cap > 0.0:
        # The approval ``most`` orders ago: inside the last minute, this one would be one too many.
        # The ring remembers no more approvals than it has places, so no higher rate can be kept.
        most = min(int(cap), len(gate.minute))
        place = (account["minute_cursor"] - most) % len(gate.minute)
        if gate.minute[place] > order["ts_recv"] - _MINUTE_NS:
            return _ORDER_RATE, most + 1.0, float(most)
    return _APPROVED, 0.0, 0.0


@compiled(ANSWER(GATE), inline=True)
def _check_losses(gate: Gate) -> Answer:
    """Compare the losses of the UTC day and since the peak of equity with their limits."""
    account = gate.account[0]
    equity = view_equity(gate)
    cap = gate.limits[_MAX_DAILY_LOSS]
    if cap > 0.0 and account["day_start_equity"] > 0.0:
        loss = 1.0 - equity / account["day_start_equity"]
        if loss >= cap:
            return _DAILY_LOSS, loss, cap
    cap = gate.limits[_MAX_DRAWDOWN]
    if cap > 0.0 and account["peak_equity"] > 0.0:
        loss = 1.0 - equity / account["peak_equity"]
        if loss >= cap:
            return _DRAWDOWN, loss, cap
    return _check_amounts(gate, account["day_start_equity"] - equity)


@compiled(ANSWER(GATE, float64))
def _check_amounts(gate: Gate, loss: float) -> Answer:
    """Compare the loss of the UTC day, in currency, with a fixed amount and with usual days.

    The number of the second is how many standard deviations of the last days' profit and loss it
    is; while too few days are known, or they all brought the same, it does not act.
    """
    if gate.account[0]["day_start_equity"] <= 0.0:
        return _APPROVED, 0.0, 0.0
    cap = gate.limits[_MAX_DAILY_LOSS_AMOUNT]
    if cap > 0.0 and loss >= cap:
        return _DAILY_LOSS_AMOUNT, loss, cap
    cap = gate.limits[_MAX_DAILY_LOSS_SIGMAS]
    if cap > 0.0:
        deviation = daily_deviation(gate)
        if deviation > 0.0 and loss / deviation >= cap:
            return _DAILY_LOSS_SIGMAS, loss / deviation, cap
    return _APPROVED, 0.0, 0.0
