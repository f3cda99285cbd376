"""The gate's own view of the account, kept from events alone: positions, marks, open orders."""

import math

from numba import float64, int64, types, void

from traider.domain.events import FillFlag, Kind, MarketFlag, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.arithmetic import MONEY, notional_units, value_of
from traider.kernel.codes import LIMIT_COUNT, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.gate.risk_state import close_day, sample_returns
from traider.kernel.numba_types import EVENT_TYPE, GATE
from traider.kernel.records import Gate, Record

_DAY_NS = 86_400_000_000_000
_BAR = int(Kind.BAR)
_TRADE = int(Kind.TRADE)
_HISTORY = int(MarketFlag.HISTORY)
_TIMER = int(Kind.TIMER)
_FILL = int(Kind.FILL)
_CANCELLED = int(Kind.CANCELLED)
_REJECTED = int(Kind.REJECTED)
_EXPIRED = int(Kind.EXPIRED)
_ADJUSTMENT = int(Kind.RECONCILE_ADJUSTMENT)
_VERDICT = int(Kind.VERDICT)
_LIMITS_CHANGE = int(Kind.LIMITS_CHANGE)
_PAUSE = int(Kind.PAUSE)
_HEALTH = int(Kind.HEALTH)
_GAP = int(Kind.GAP)
_RESYNC = int(Kind.RESYNC)
_TRANSFER = int(Kind.TRANSFER)
_QUOTE = int(Kind.QUOTE)
_FUNDING_REASON = 3  # as the payload of TRANSFER numbers them
_INTEREST_REASON = 4
_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_LIMIT_ORDER = int(OrderType.LIMIT)
_STOP_LIMIT_ORDER = int(OrderType.STOP_LIMIT)
_LIQUIDATION = int(FillFlag.LIQUIDATION)
_FEE_IN_OTHER = int(FillFlag.FEE_IN_OTHER)
_KILL = int(Kind.KILL)
_REARM = int(Kind.REARM)
_QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
_REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
_CANCEL = int(OrderFlag.CANCEL)
_PAIR = int(OrderFlag.ONE_CANCELS_OTHER)
_APPROVED = int(Verdict.APPROVED)
_ORDER_DIFFERS = 3  # as the payload of RECONCILE_ADJUSTMENT numbers them


@compiled(float64(GATE), inline=True, python=True)
def view_equity(gate: Gate) -> float:
    """Return cash, fee balance and positions at their marks in the gate's own view, in currency."""
    account = gate.account[0]
    total = float(account["cash_units"]) / MONEY
    total += value_of(account["fee_balance"], account["fee_price_e8"])
    for k in range(len(gate.markets)):
        market = gate.markets[k]
        total += market["position_lots"] * float(market["mark_ticks"]) * market["lot_value"]
    return total


@compiled(void(GATE, EVENT_TYPE), inline=True, python=True)
def approve(gate: Gate, order: Record) -> None:
    """Remember an approved order: its open size, and its time for the rate limit."""
    if order["flags"] & _CANCEL:
        return
    account = gate.account[0]
    cursor = account["minute_cursor"]
    gate.minute[cursor] = order["ts_recv"]
    account["minute_cursor"] = cursor + 1 if cursor + 1 < len(gate.minute) else 0
    market = gate.markets[order["instrument"]]
    lots = int(order["size"])
    if order["flags"] & _REDUCE_ONLY:
        lots = 0  # it can never add exposure, so it counts nothing in the worst case
    elif order["flags"] & _QUOTE_SIZED:
        lots = int(lots / MONEY / (market["mark_ticks"] * market["lot_value"]))
    else:
        lots -= min(other_lots(gate, order), lots)
    for j in range(len(gate.orders)):
        slot = gate.orders[j]
        if slot["order_id"] == 0:
            slot["order_id"] = order["order_id"]
            slot["instrument"] = order["instrument"]
            slot["side"] = order["side"]
            slot["lots"] = lots
            kind = order["flags"] & _TYPE_MASK
            is_stop_limit = kind == _STOP_LIMIT_ORDER
            slot["price"] = order["price"] if kind == _LIMIT_ORDER or is_stop_limit else 0
            slot["trigger"] = order["trigger"] if is_stop_limit else 0
            slot["paired"] = 1 if order["flags"] & _PAIR else 0
            account["top"] = max(account["top"], j + 1)
            _add_open(gate, order["instrument"], order["side"], lots)
            return


@compiled(int64(GATE, EVENT_TYPE))
def other_lots(gate: Gate, order: Record) -> int:
    """Return the open lots of the order that loses what this one fills; 0 without one."""
    if not order["flags"] & _PAIR:
        return 0
    for j in range(gate.account[0]["top"]):
        slot = gate.orders[j]
        if slot["paired"] != 0 and slot["order_id"] == order["order_id"] ^ 1:
            return int(slot["lots"])
    return 0


@compiled(types.boolean(GATE, int64), inline=True)
def is_in_use(gate: Gate, k: int) -> bool:
    """Return whether an instrument is held, or an open order may lead to that."""
    market = gate.markets[k]
    return bool(market["position_lots"] != 0 or market["open_buy_lots"] + market["open_sell_lots"])


@compiled(void(GATE, int64, int64, int64), inline=True)
def _add_open(gate: Gate, instrument: int, side: int, lots: int) -> None:
    if side > 0:
        gate.markets[instrument]["open_buy_lots"] += lots
    else:
        gate.markets[instrument]["open_sell_lots"] += lots


@compiled(void(GATE, EVENT_TYPE), inline=True, python=True)
def observe(gate: Gate, event: Record) -> None:
    """Bring the gate's view up to date with one event of the journal."""
    kind = int(event["kind"])
    if kind == _BAR:
        gate.markets[event["instrument"]]["mark_ticks"] = event["close"]
        gate.markets[event["instrument"]]["mark_ts"] = event["ts_recv"]
    elif kind == _TRADE:
        if event["price"] > 0 and not event["flags"] & _HISTORY:
            gate.markets[event["instrument"]]["mark_ticks"] = event["price"]
            gate.markets[event["instrument"]]["mark_ts"] = event["ts_recv"]
    elif kind == _QUOTE:
        _take_quote(gate, event)
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
    """Apply a change of a limit, of the mode or of a stream's health; others change nothing."""
    kind = event["kind"]
    if kind == _LIMITS_CHANGE:
        # What is no number or below zero would compare as false, and so turn the limit off.
        if 0 <= event["w0"] < LIMIT_COUNT and 0.0 <= event["f1"] < math.inf:
            gate.limits[event["w0"]] = event["f1"]
    elif kind == _GAP or kind == _RESYNC:
        gate.markets[event["instrument"]]["unhealthy"] = 1 if kind == _GAP else 0
    elif kind == _HEALTH:
        gate.markets[event["instrument"]]["health"] = event["code"]
    elif kind == _TRANSFER:
        _transfer(gate, event)
    elif kind == _ADJUSTMENT or kind == _VERDICT:
        _settle(gate, event)
    elif kind == _PAUSE:
        gate.account[0]["paused"] = 1
    elif kind == _KILL:
        gate.account[0]["killed"] = 1 if event["w2"] == 0 else 2
    elif kind == _REARM:
        gate.account[0]["killed"] = 0
        gate.account[0]["paused"] = 0


@compiled(void(GATE, EVENT_TYPE))
def _settle(gate: Gate, event: Record) -> None:
    """Take over the venue's books where they differed; forget an order that was refused.

    A gateway outside the loop may refuse what was approved here.
    """
    is_over = event["kind"] == _VERDICT and event["code"] != _APPROVED
    if event["kind"] == _ADJUSTMENT:
        gate.markets[event["instrument"]]["position_lots"] += event["w1"]
        gate.account[0]["cash_units"] += event["w2"]
        is_over = event["w0"] == _ORDER_DIFFERS
    if is_over:
        _forget(gate, event["order_id"])


@compiled(void(GATE, EVENT_TYPE))
def _transfer(gate: Gate, event: Record) -> None:
    """Book money that came in or went out: the fee currency's balance, or cash.

    Funding and interest are profit or loss. What else moves is neither: the values that losses are
    measured from move with it.
    """
    account = gate.account[0]
    moved = float(event["w1"]) / MONEY
    if account["fee_currency"] != 0 and event["w0"] == account["fee_currency"]:
        account["fee_balance"] += event["w1"]
        moved = value_of(event["w1"], account["fee_price_e8"])
    else:
        account["cash_units"] += event["w1"]
    if event["w3"] == _FUNDING_REASON or event["w3"] == _INTEREST_REASON:
        return
    # Zero says that no timer has come yet: the first one takes what is there.
    if account["day_start_equity"] > 0.0:
        account["day_start_equity"] = max(account["day_start_equity"] + moved, 0.0)
    if account["peak_equity"] > 0.0:
        account["peak_equity"] = max(account["peak_equity"] + moved, 0.0)


@compiled(void(GATE, EVENT_TYPE))
def _take_quote(gate: Gate, event: Record) -> None:
    """Mark at the middle of the best bid and ask; the words are bid, size, ask, size."""
    bid, ask = event["w0"], event["w2"]
    if 0 < bid < ask:
        market = gate.markets[event["instrument"]]
        market["mark_ticks"] = (bid + ask) // 2
        market["mark_ts"] = event["ts_recv"]


@compiled(void(GATE, int64), inline=True)
def _mark_equity(gate: Gate, now_ns: int) -> None:
    """At each timer: equity, its peak, worst fall, value at the start of the UTC day, returns."""
    account = gate.account[0]
    equity = view_equity(gate)
    account["equity"] = equity
    sample_returns(gate, now_ns)
    day = now_ns // _DAY_NS
    if day != account["day"] or account["day_start_equity"] == 0.0:
        if account["day_start_equity"] > 0.0:
            close_day(gate, equity)
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
    gate.account[0]["cash_units"] -= side * notional
    if event["flags"] & _FEE_IN_OTHER:
        gate.account[0]["fee_balance"] -= event["fee"]
    else:
        gate.account[0]["cash_units"] -= event["fee"]
    market["position_lots"] += side * event["size"]
    if event["flags"] & _LIQUIDATION:
        return  # no order of ours
    for j in range(gate.account[0]["top"]):
        slot = gate.orders[j]
        is_other = slot["paired"] != 0 and slot["order_id"] ^ 1 == event["order_id"]
        if slot["order_id"] == event["order_id"] or is_other:
            released = min(event["size"], slot["lots"])
            slot["lots"] -= released
            _add_open(gate, slot["instrument"], slot["side"], -released)
    if event["leaves"] == 0:
        _forget(gate, event["order_id"])


@compiled(void(GATE, int64), inline=True)
def _forget(gate: Gate, order_id: int) -> None:
    account = gate.account[0]
    for j in range(account["top"]):
        slot = gate.orders[j]
        if slot["order_id"] == order_id:
            _add_open(gate, slot["instrument"], slot["side"], -slot["lots"])
            slot["order_id"] = 0
            slot["lots"] = 0
            slot["paired"] = 0
    while account["top"] > 0 and gate.orders[account["top"] - 1]["order_id"] == 0:
        account["top"] -= 1
