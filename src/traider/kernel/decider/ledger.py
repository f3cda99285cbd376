"""The decider's ledger: cash, fees and positions in integers, exact to the last money unit.

A buy takes notional and fee from cash, a sell adds notional less fee; a fee that the fill says was
taken in the fee currency comes off that balance instead. Linear contracts are booked the same way:
equity, cash plus positions at their marks plus the fee balance at its price, is then the same as
with margin accounts.
"""

from numba import float64, void

from traider.domain.events import FillFlag
from traider.kernel.arithmetic import MONEY, notional_units, value_of
from traider.kernel.compiled import compiled
from traider.kernel.decider.intents import release_order
from traider.kernel.numba_types import DECIDER, EVENT_TYPE
from traider.kernel.records import Decider, Record

_LIQUIDATION = int(FillFlag.LIQUIDATION)
_FEE_IN_OTHER = int(FillFlag.FEE_IN_OTHER)
_FUNDING_REASON = 3
_ORDER_DIFFERS = 3


@compiled(void(DECIDER, EVENT_TYPE), inline=True)
def apply_fill(decider: Decider, event: Record) -> None:
    """Book a fill; a fill that leaves nothing ends its order."""
    market = decider.markets[event["instrument"]]
    notional = notional_units(
        event["price"], event["size"], market["numerator"], market["denominator"]
    )
    side = int(event["side"])
    account = decider.account[0]
    account["cash_units"] -= side * notional
    if event["flags"] & _FEE_IN_OTHER:
        account["fee_balance"] -= event["fee"]
        market["other_fees_units"] += event["fee"]
    else:
        account["cash_units"] -= event["fee"]
        market["fees_units"] += event["fee"]
    market["position_lots"] += side * event["size"]
    market["traded_units"] += notional
    if event["leaves"] == 0 and not event["flags"] & _LIQUIDATION:
        release_order(decider, event["order_id"])


@compiled(void(DECIDER, EVENT_TYPE))
def apply_transfer(decider: Decider, event: Record) -> None:
    """Book money that came in or went out other than by trading, such as funding."""
    account = decider.account[0]
    if account["fee_currency"] != 0 and event["w0"] == account["fee_currency"]:
        account["fee_balance"] += event["w1"]
        return
    account["cash_units"] += event["w1"]
    if event["w3"] == _FUNDING_REASON:
        decider.markets[event["instrument"]]["funding_units"] -= event["w1"]


@compiled(void(DECIDER, EVENT_TYPE))
def apply_adjustment(decider: Decider, event: Record) -> None:
    """Take over the venue's books where they differed: lots, cash, or an order it does not have.

    The instrument becomes due to be looked at, so that a plan guards what is held from now on. What
    was decided before that waits no more: more of the books may be taken over after this.
    """
    market = decider.markets[event["instrument"]]
    market["position_lots"] += event["w1"]
    decider.account[0]["cash_units"] += event["w2"]
    if event["w0"] == _ORDER_DIFFERS:
        release_order(decider, event["order_id"])
    market["watch_ns"] = decider.account[0]["now_ns"]
    market["late"] = 0


@compiled(float64(DECIDER), inline=True)
def fee_balance_value(decider: Decider) -> float:
    """Return what the balance of the fee currency is worth, in currency."""
    account = decider.account[0]
    return float(value_of(account["fee_balance"], account["fee_price_e8"]))


@compiled(float64(DECIDER), inline=True, python=True)
def equity_of(decider: Decider) -> float:
    """Return cash, the fee balance and positions at their marks, in currency."""
    total = float(decider.account[0]["cash_units"]) / MONEY + fee_balance_value(decider)
    for k in range(len(decider.markets)):
        market = decider.markets[k]
        total += market["position_lots"] * float(market["mark_ticks"]) * market["lot_value"]
    return total
