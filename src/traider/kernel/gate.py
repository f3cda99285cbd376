"""The gate: one pure function over an order, the account's state and the limits.

``check_order`` answers with a verdict code, the number it measured and the limit it compared
with. The state it reads is the gate's own view, kept by ``observe`` from events alone, never the
decider's. The gateway runs this function before every order; simulated runs call the same one.

Orders that only reduce a position may pass when a limit on risk is broken (exposure, leverage,
loss, drawdown, order size, stale data): a limit must never keep a position open.
"""

from numba import float64, int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.arithmetic import MONEY, notional_units
from traider.kernel.codes import LIMIT_COUNT, Limit, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, GATE, fixed_tuple
from traider.kernel.records import Gate, Record

Answer = tuple[int, float, float]
"""Verdict code, number measured, limit compared with."""

_ANSWER = fixed_tuple(int64, float64, float64)
_MINUTE_NS = 60_000_000_000
_DAY_NS = 86_400_000_000_000

_BAR = int(Kind.BAR)
_TRADE = int(Kind.TRADE)
_TIMER = int(Kind.TIMER)
_FILL = int(Kind.FILL)
_CANCELLED = int(Kind.CANCELLED)
_REJECTED = int(Kind.REJECTED)
_EXPIRED = int(Kind.EXPIRED)
_LIMITS_CHANGE = int(Kind.LIMITS_CHANGE)
_PAUSE = int(Kind.PAUSE)
_KILL = int(Kind.KILL)
_REARM = int(Kind.REARM)

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
_MAX_EXPOSURE = int(Limit.MAX_EXPOSURE)
_MAX_GROSS_EXPOSURE = int(Limit.MAX_GROSS_EXPOSURE)
_MAX_LEVERAGE = int(Limit.MAX_LEVERAGE)
_MAX_ORDERS_PER_MINUTE = int(Limit.MAX_ORDERS_PER_MINUTE)
_MAX_DAILY_LOSS = int(Limit.MAX_DAILY_LOSS)
_MAX_DRAWDOWN = int(Limit.MAX_DRAWDOWN)
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
_SHORT_NOT_ALLOWED = int(Verdict.SHORT_NOT_ALLOWED)
_EXPOSURE = int(Verdict.EXPOSURE)
_GROSS_EXPOSURE = int(Verdict.GROSS_EXPOSURE)
_LEVERAGE = int(Verdict.LEVERAGE)
_ORDER_RATE = int(Verdict.ORDER_RATE)
_DAILY_LOSS = int(Verdict.DAILY_LOSS)
_DRAWDOWN = int(Verdict.DRAWDOWN)
_OPEN_ORDERS = int(Verdict.OPEN_ORDERS)


@compiled(_ANSWER(GATE, EVENT_TYPE), inline=True)
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
    if code != _APPROVED or _is_reducing(gate, order, lots):
        return code, number, limit
    code, number, limit = _check_largest_size(gate, order, lots)
    if code == _APPROVED:
        code, number, limit = _check_state(gate, order)
    if code == _APPROVED:
        code, number, limit = _check_losses(gate)
    if code == _APPROVED:
        code, number, limit = _check_exposure(gate, order, lots)
    return code, number, limit


@compiled(_ANSWER(GATE, EVENT_TYPE), inline=True)
def _check_open(gate: Gate, order: Record) -> Answer:
    """Refuse everything after a kill, and instruments the gate does not know."""
    if gate.account[0]["killed"] != 0:
        return _KILLED, 1.0, 0.0
    k = int(order["instrument"])
    if k >= len(gate.markets) or gate.markets[k]["enabled"] == 0:
        return _INSTRUMENT, float(k), float(len(gate.markets))
    return _APPROVED, 0.0, 0.0


@compiled(_ANSWER(GATE, EVENT_TYPE), inline=True)
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


@compiled(_ANSWER(GATE, EVENT_TYPE, float64), inline=True)
def _check_least_size(gate: Gate, order: Record, lots: float) -> Answer:
    """Refuse what the venue would: less than its minimum, or off its lot step."""
    market = gate.markets[order["instrument"]]
    notional = lots * market["mark_ticks"] * market["lot_value"]
    if lots < market["min_lots"]:
        return _MIN_SIZE, lots, float(market["min_lots"])
    if not order["flags"] & _QUOTE_SIZED and order["size"] % market["lot_step"] != 0:
        return _MALFORMED, lots, float(market["lot_step"])
    if notional < market["min_notional"]:
        return _MIN_NOTIONAL, notional, market["min_notional"]
    return _APPROVED, 0.0, 0.0


@compiled(_ANSWER(GATE, EVENT_TYPE, float64), inline=True)
def _check_largest_size(gate: Gate, order: Record, lots: float) -> Answer:
    """Compare the order alone with the caps on one order."""
    market = gate.markets[order["instrument"]]
    notional = lots * market["mark_ticks"] * market["lot_value"]
    cap = gate.limits[_MAX_ORDER_SIZE]
    if cap > 0.0 and lots * market["lot_size"] > cap:
        return _MAX_SIZE, lots * market["lot_size"], cap
    cap = gate.limits[_MAX_ORDER_NOTIONAL]
    if cap > 0.0 and notional > cap:
        return _MAX_NOTIONAL, notional, cap
    return _APPROVED, 0.0, 0.0


@compiled(_ANSWER(GATE, EVENT_TYPE), inline=True)
def _check_state(gate: Gate, order: Record) -> Answer:
    """Checks that do not depend on the order's size: mode, age of the data, rate."""
    account = gate.account[0]
    if account["paused"] != 0:
        return _PAUSED, 1.0, 0.0
    cap = gate.limits[_MAX_DATA_AGE_NS]
    age = float(order["ts_recv"] - gate.markets[order["instrument"]]["mark_ts"])
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


@compiled(_ANSWER(GATE), inline=True)
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
    return _APPROVED, 0.0, 0.0


@compiled(_ANSWER(GATE, EVENT_TYPE, float64), inline=True)
def _check_exposure(gate: Gate, order: Record, lots: float) -> Answer:
    """Compare the worst case of position, open orders and this order with the exposure caps."""
    market = gate.markets[order["instrument"]]
    side = order["side"]
    open_lots = market["open_buy_lots"] if side > 0 else market["open_sell_lots"]
    after = market["position_lots"] + side * (lots + open_lots)
    if after < 0.0 and market["can_short"] == 0:
        return _SHORT_NOT_ALLOWED, after, 0.0
    equity = view_equity(gate)
    if equity <= 0.0:
        return _EXPOSURE, equity, 0.0
    price = market["mark_ticks"] * market["lot_value"]
    exposure = abs(after) * price / equity
    cap = gate.limits[_MAX_EXPOSURE]
    if cap > 0.0 and exposure > cap:
        return _EXPOSURE, exposure, cap
    filled = abs(market["position_lots"] + side * lots) * price
    gross = abs(after) * price
    for k in range(len(gate.markets)):
        if k != order["instrument"]:
            other = gate.markets[k]
            value = other["mark_ticks"] * other["lot_value"]
            filled += abs(other["position_lots"]) * value
            longest = abs(other["position_lots"] + other["open_buy_lots"])
            shortest = abs(other["position_lots"] - other["open_sell_lots"])
            gross += max(longest, shortest) * value
    cap = gate.limits[_MAX_LEVERAGE]
    if cap > 0.0 and filled / equity > cap:
        return _LEVERAGE, filled / equity, cap
    cap = gate.limits[_MAX_GROSS_EXPOSURE]
    if cap > 0.0 and gross / equity > cap:
        return _GROSS_EXPOSURE, gross / equity, cap
    return _check_room(gate)


@compiled(_ANSWER(GATE), inline=True)
def _check_room(gate: Gate) -> Answer:
    """Refuse when the table of open orders is full."""
    if gate.account[0]["top"] < len(gate.orders):
        return _APPROVED, 0.0, 0.0
    for j in range(len(gate.orders)):
        if gate.orders[j]["order_id"] == 0:
            return _APPROVED, 0.0, 0.0
    return _OPEN_ORDERS, float(len(gate.orders)), float(len(gate.orders))


@compiled(float64(GATE), inline=True)
def view_equity(gate: Gate) -> float:
    """Return cash plus positions at their marks in the gate's own view, in currency."""
    total = float(gate.account[0]["cash_units"]) / MONEY
    for k in range(len(gate.markets)):
        market = gate.markets[k]
        total += market["position_lots"] * float(market["mark_ticks"]) * market["lot_value"]
    return total


@compiled(void(GATE, EVENT_TYPE), inline=True)
def approve(gate: Gate, order: Record) -> None:
    """Remember an approved order: its open size, and its time for the rate limit."""
    if order["flags"] & _CANCEL:
        return
    account = gate.account[0]
    cursor = account["minute_cursor"]
    gate.minute[cursor] = order["ts_recv"]
    account["minute_cursor"] = cursor + 1 if cursor + 1 < len(gate.minute) else 0
    if order["flags"] & _REDUCE_ONLY:
        return  # it can never add exposure, so it needs no room in the worst case
    market = gate.markets[order["instrument"]]
    lots = int(order["size"])
    if order["flags"] & _QUOTE_SIZED:
        lots = int(lots / MONEY / (market["mark_ticks"] * market["lot_value"]))
    for j in range(len(gate.orders)):
        slot = gate.orders[j]
        if slot["order_id"] == 0:
            slot["order_id"] = order["order_id"]
            slot["instrument"] = order["instrument"]
            slot["side"] = order["side"]
            slot["lots"] = lots
            account["top"] = max(account["top"], j + 1)
            _add_open(gate, order["instrument"], order["side"], lots)
            return


@compiled(void(GATE, int64, int64, int64), inline=True)
def _add_open(gate: Gate, instrument: int, side: int, lots: int) -> None:
    if side > 0:
        gate.markets[instrument]["open_buy_lots"] += lots
    else:
        gate.markets[instrument]["open_sell_lots"] += lots


@compiled(void(GATE, EVENT_TYPE), inline=True)
def observe(gate: Gate, event: Record) -> None:
    """Bring the gate's view up to date with one event of the journal."""
    kind = int(event["kind"])
    if kind == _BAR:
        gate.markets[event["instrument"]]["mark_ticks"] = event["close"]
        gate.markets[event["instrument"]]["mark_ts"] = event["ts_recv"]
    elif kind == _TRADE:
        if event["price"] > 0:
            gate.markets[event["instrument"]]["mark_ticks"] = event["price"]
            gate.markets[event["instrument"]]["mark_ts"] = event["ts_recv"]
    elif kind == _TIMER:
        _mark_equity(gate, event["ts_recv"])
    elif kind == _FILL:
        _book(gate, event)
    elif kind == _CANCELLED or kind == _REJECTED or kind == _EXPIRED:
        _forget(gate, event["order_id"])
    else:
        _control(gate, event)


@compiled(void(GATE, EVENT_TYPE))
def _control(gate: Gate, event: Record) -> None:
    """Apply a change of a limit or of the mode; other kinds change nothing here."""
    kind = event["kind"]
    if kind == _LIMITS_CHANGE:
        if 0 <= event["w0"] < LIMIT_COUNT:
            gate.limits[event["w0"]] = event["f1"]
    elif kind == _PAUSE:
        gate.account[0]["paused"] = 1
    elif kind == _KILL:
        gate.account[0]["killed"] = 1
    elif kind == _REARM:
        gate.account[0]["killed"] = 0
        gate.account[0]["paused"] = 0


@compiled(void(GATE, int64), inline=True)
def _mark_equity(gate: Gate, now_ns: int) -> None:
    """At each timer: equity, its peak, worst fall, and value at the start of the UTC day."""
    account = gate.account[0]
    equity = view_equity(gate)
    account["equity"] = equity
    day = now_ns // _DAY_NS
    if day != account["day"] or account["day_start_equity"] == 0.0:
        account["day"] = day
        account["day_start_equity"] = equity
    if equity > account["peak_equity"]:
        account["peak_equity"] = equity
    elif account["peak_equity"] > 0.0:
        fall = equity / account["peak_equity"] - 1.0
        account["worst_drawdown"] = min(account["worst_drawdown"], fall)


@compiled(void(GATE, EVENT_TYPE), inline=True)
def _book(gate: Gate, event: Record) -> None:
    """Book a fill and shrink the open size of its order."""
    market = gate.markets[event["instrument"]]
    side = int(event["side"])
    notional = notional_units(
        event["price"], event["size"], market["numerator"], market["denominator"]
    )
    gate.account[0]["cash_units"] -= side * notional + event["fee"]
    market["position_lots"] += side * event["size"]
    if event["leaves"] == 0:
        _forget(gate, event["order_id"])
        return
    for j in range(gate.account[0]["top"]):
        slot = gate.orders[j]
        if slot["order_id"] == event["order_id"]:
            released = min(event["size"], slot["lots"])
            slot["lots"] -= released
            _add_open(gate, slot["instrument"], slot["side"], -released)


@compiled(void(GATE, int64), inline=True)
def _forget(gate: Gate, order_id: int) -> None:
    account = gate.account[0]
    for j in range(account["top"]):
        slot = gate.orders[j]
        if slot["order_id"] == order_id:
            _add_open(gate, slot["instrument"], slot["side"], -slot["lots"])
            slot["order_id"] = 0
            slot["lots"] = 0
    while account["top"] > 0 and gate.orders[account["top"] - 1]["order_id"] == 0:
        account["top"] -= 1
