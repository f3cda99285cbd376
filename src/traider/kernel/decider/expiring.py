"""Decisions that wait for the report that the order before them is over.

An order with the style ``limit`` lives until the next decision. A venue may tell of its end in that
very instant, before the timer, or some milliseconds later: then the decision finds it still in
flight. What was decided is ordered when the report comes, at the targets of that decision and the
prices of then, once. It is out of date at the next decision, when the time of its own order would
be up. An instrument with any other order in flight does not wait: it is left alone.

A trader says in its LEADER_EPOCH by which rules it decides, so that a journal which was written
before these is replayed without them.
"""

from typing import Final

from numba import int64, types, void

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import DECIDER
from traider.kernel.records import Decider

RULES: Final = 1
"""The decider's rules that a leader names: 0 left alone what an order at its end kept waiting."""


@compiled(void(DECIDER))
def note_late(decider: Decider) -> None:
    """Note what only orders whose time is up keep from being ordered at this decision."""
    account = decider.account[0]
    if account["rules"] < RULES:
        return
    for k in range(len(decider.markets)):
        market = decider.markets[k]
        if market["fresh"] != 0 and market["open_orders"] > 0:
            market["late"] = 1
    for j in range(account["top"]):
        slot = decider.orders[j]
        is_over = 0 < slot["expire_ns"] <= account["now_ns"]
        if slot["order_id"] != 0 and not is_over:
            decider.markets[slot["instrument"]]["late"] = 0


@compiled(types.boolean(DECIDER, int64))
def may_catch_up(decider: Decider, k: int) -> bool:
    """Return whether what was decided of instrument ``k`` can be ordered now; say so once."""
    account, market = decider.account[0], decider.markets[k]
    if market["late"] == 0 or market["open_orders"] > 0:
        return False
    market["late"] = 0
    over_ns = market["decided_ns"] + decider.strategy[0]["decision_ns"]
    is_on = account["warming"] == 0 and account["killed"] == 0
    return bool(is_on and account["now_ns"] < over_ns)
