"""The decider's ledger: cash, fees and positions in integers, exact to the last money unit.

A buy takes notional and fee from cash, a sell adds notional less fee. Linear contracts are booked
the same way: equity, cash plus positions at their marks, is then the same as with margin accounts.
"""

from numba import float64, void

from traider.domain.events import FillFlag
from traider.kernel.arithmetic import MONEY, notional_units
from traider.kernel.compiled import compiled
from traider.kernel.decider.intents import release_order
from traider.kernel.numba_types import DECIDER, EVENT_TYPE
from traider.kernel.records import Decider, Record

_LIQUIDATION = int(FillFlag.LIQUIDATION)
_FUNDING_REASON = 3


@compiled(void(DECIDER, EVENT_TYPE), inline=True)
def apply_fill(decider: Decider, event: Record) -> None:
    """Book a fill; a fill that leaves nothing ends its order."""
    market = decider.markets[event["instrument"]]
    notional = notional_units(
        event["price"], event["size"], market["numerator"], market["denominator"]
    )
    side = int(event["side"])
    account = decider.account[0]
    account["cash_units"] -= side * notional + event["fee"]
    market["position_lots"] += side * event["size"]
    market["fees_units"] += event["fee"]
    market["traded_units"] += notional
    if event["leaves"] == 0 and not event["flags"] & _LIQUIDATION:
        release_order(decider, event["order_id"])


@compiled(void(DECIDER, EVENT_TYPE))
def apply_transfer(decider: Decider, event: Record) -> None:
    """Book money that came in or went out other than by trading, such as funding."""
    decider.account[0]["cash_units"] += event["w1"]
    if event["w3"] == _FUNDING_REASON:
        decider.markets[event["instrument"]]["funding_units"] -= event["w1"]


@compiled(float64(DECIDER), inline=True)
def equity_of(decider: Decider) -> float:
    """Return cash plus positions at their marks, in currency."""
    total = float(decider.account[0]["cash_units"]) / MONEY
    for k in range(len(decider.markets)):
        market = decider.markets[k]
        total += market["position_lots"] * float(market["mark_ticks"]) * market["lot_value"]
    return total
