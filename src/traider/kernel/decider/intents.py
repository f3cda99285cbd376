"""Order intents: what the decider wants, written as events with derived order ids.

An order id is (leader epoch, journal sequence of the deciding event, leg), so a restart that
replays the journal derives the same ids and cannot send twice. Legs from 128 on belong to plans
and worked orders, even ones alone or with the next as a pair; the others are plain orders, kept in
a table while they are in flight.
"""

from numba import int64, types, void

from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderType
from traider.kernel.breaker_records import Action
from traider.kernel.codes import OWNED_LEG
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import ACCOUNT_TYPE, DECIDER, DESK, EVENT_TYPE, EVENTS
from traider.kernel.order_records import Desk
from traider.kernel.records import Decider, Record, Records

CLOSES = 1
KEEPS = 2
"""Values of ``killed``: whether positions are closed, or kept with their exits."""

_INTENT = int(Kind.ORDER_INTENT)
_CANCEL = int(OrderFlag.CANCEL)
_EXIT = int(OrderFlag.CHILD | OrderFlag.ONE_CANCELS_OTHER | OrderFlag.REDUCE_ONLY)
_TYPE_MASK = int(OrderFlag.TYPE_MASK)
_STOP = int(OrderType.STOP)
_STOP_LIMIT = int(OrderType.STOP_LIMIT)
_EITHER_SIDE = 2
_HALT = int(Action.HALT)
_MARKET = int(OrderType.MARKET)
_LEGS = 64
"""Owned orders are written in the first places of a step only: their legs are twice the place."""


@compiled(int64(ACCOUNT_TYPE, int64, int64), inline=True)
def order_id(account: Record, sequence: int, leg: int) -> int:
    """Return epoch (11 bits), sequence (44 bits) and leg (8 bits) as one positive integer."""
    return int((account["epoch"] << 52) | (sequence << 8) | leg)


@compiled(void(ACCOUNT_TYPE, EVENT_TYPE), inline=True)
def _blank(account: Record, intent: Record) -> None:
    intent["ts_event"] = account["now_ns"]
    intent["ts_recv"] = account["now_ns"]
    intent["kind"] = _INTENT
    intent["version"] = 1
    intent["price"] = 0
    intent["trigger"] = 0
    intent["expire"] = 0
    account["orders"] += 1


@compiled(int64(DECIDER, EVENTS, int64, int64, int64, int64), inline=True)
def write_intent(decider: Decider, out: Records, count: int, k: int, side: int, size: int) -> int:
    """Append a market intent to ``out`` and return the new count; the caller may refine it."""
    account = decider.account[0]
    event = out[count]
    _blank(account, event)
    event["instrument"] = k
    event["flags"] = _MARKET
    event["side"] = side
    event["size"] = size
    event["order_id"] = order_id(account, account["sequence"] - 1, count)
    _remember(decider, k, event["order_id"], 0)
    return count + 1


@compiled(int64(DECIDER, EVENT_TYPE, EVENTS))
def manual_intent(decider: Decider, event: Record, out: Records) -> int:
    """Pass a person's order on as an intent; its ``order_id`` word holds the leg, below 128.

    Legs above 0 belong to the decision of the last leg 0, which makes a bracket of three events
    and a pair of two.
    """
    account = decider.account[0]
    intent = out[0]
    _blank(account, intent)
    intent["instrument"] = event["instrument"]
    intent["side"] = event["side"]
    intent["size"] = event["size"]
    intent["flags"] = event["flags"]
    intent["price"] = event["price"]
    intent["trigger"] = event["trigger"]
    intent["expire"] = event["expire"]
    if event["flags"] & _CANCEL:
        intent["order_id"] = event["order_id"]
        return 1
    leg = event["order_id"] & (OWNED_LEG - 1)
    if leg == 0:
        account["manual_sequence"] = account["sequence"] - 1
    intent["order_id"] = order_id(account, account["manual_sequence"], leg)
    _remember(decider, int(event["instrument"]), intent["order_id"], _guards(event))
    note_life(decider, intent)
    return 1


@compiled(int64(EVENT_TYPE), inline=True)
def _guards(event: Record) -> int:
    """Return what a person's order guards: see ``ORDER``."""
    kind = event["flags"] & _TYPE_MASK
    if event["flags"] & _EXIT:
        return _EITHER_SIDE
    return int(event["side"]) if kind == _STOP or kind == _STOP_LIMIT else 0


@compiled(void(DECIDER, int64, int64, int64))
def _remember(decider: Decider, k: int, new_id: int, guards: int) -> None:
    """Keep a plain order as one in flight; the table is larger than the venue's."""
    for j in range(len(decider.orders)):
        slot = decider.orders[j]
        if slot["order_id"] == 0:
            slot["order_id"] = new_id
            slot["instrument"] = k
            slot["cancelling"] = 0
            slot["guards"] = guards
            slot["expire_ns"] = 0
            decider.account[0]["top"] = max(decider.account[0]["top"], j + 1)
            decider.markets[k]["open_orders"] += 1
            return


@compiled(void(DECIDER, EVENT_TYPE))
def note_life(decider: Decider, intent: Record) -> None:
    """Keep until when a plain order lives."""
    for j in range(decider.account[0]["top"]):
        slot = decider.orders[j]
        if slot["order_id"] == intent["order_id"]:
            slot["expire_ns"] = intent["expire"]
            return


@compiled(void(DECIDER, int64))
def release_order(decider: Decider, ended_id: int) -> None:
    """Forget a plain order: it was filled, refused or ended. Of others nothing is known here."""
    account = decider.account[0]
    for j in range(account["top"]):
        slot = decider.orders[j]
        if slot["order_id"] == ended_id:
            slot["order_id"] = 0
            decider.markets[slot["instrument"]]["open_orders"] -= 1
            break
    while account["top"] > 0 and decider.orders[account["top"] - 1]["order_id"] == 0:
        account["top"] -= 1


@compiled(int64(DECIDER, EVENTS))
def cancel_plain_orders(decider: Decider, out: Records) -> int:
    """Take back every plain order in flight, each once; ``pending`` says that room was lacking.

    So it is after an emergency stop, and where a breaker halts. Where positions are kept, the exits
    that a person gave stay too: a stop whose side is the position's other, and what came as one.
    """
    account = decider.account[0]
    account["pending"] = 0
    count = 0
    for j in range(account["top"]):
        slot = decider.orders[j]
        if slot["order_id"] == 0 or slot["cancelling"] != 0:
            continue
        market = decider.markets[slot["instrument"]]
        if account["killed"] == 0 and account["halted"] == 0 and market["tripped"] != _HALT:
            continue
        position = market["position_lots"]
        is_exit = slot["guards"] == _EITHER_SIDE or slot["guards"] * position < 0
        if is_exit and account["killed"] != CLOSES:
            continue
        if count == len(out):
            account["pending"] = 1
            break
        slot["cancelling"] = 1
        _write_cancel(account, out[count], slot["instrument"], slot["order_id"])
        count += 1
    return count


@compiled(void(ACCOUNT_TYPE, EVENT_TYPE, int64, int64), inline=True)
def _write_cancel(account: Record, intent: Record, k: int, open_id: int) -> None:
    _blank(account, intent)
    intent["instrument"] = k
    intent["flags"] = _MARKET | _CANCEL
    intent["side"] = 0
    intent["size"] = 0
    intent["order_id"] = open_id


@compiled(types.boolean(DESK, int64, int64), inline=True)
def has_room(desk: Desk, count: int, orders: int) -> bool:
    """Return whether this step has room for so many orders more; without, the next event has."""
    return bool(count + orders <= min(len(desk.out), _LEGS))


@compiled(int64(DESK, int64, int64, int64, int64), inline=True)
def place_order(desk: Desk, count: int, flags: int, side: int, size: int) -> int:
    """Write an order of a plan or of work to place ``count`` and return its id.

    The caller makes sure of the room, and adds prices.
    """
    intent = desk.out[count]
    _blank(desk.account, intent)
    intent["instrument"] = desk.number
    intent["flags"] = flags
    intent["side"] = side
    intent["size"] = size
    intent["order_id"] = order_id(
        desk.account, desk.account["sequence"] - 1, OWNED_LEG | (count << 1)
    )
    return int(intent["order_id"])


@compiled(int64(DESK, int64, int64))
def cancel_order(desk: Desk, count: int, open_id: int) -> int:
    """Write the request to take back an order; return the new count."""
    _write_cancel(desk.account, desk.out[count], desk.number, open_id)
    return count + 1
