"""Funding of perpetuals: at each settlement longs pay shorts, or shorts longs.

The payment is the position's notional at the venue's mark price (the last price where it says
none) times the rate of the interval, in exact integers and rounded against us. It is told as a
transfer, so that every ledger books it from the event.
"""

from numba import void

from traider.domain.events import Kind
from traider.kernel.arithmetic import funding_units, notional_units
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue
from traider.kernel.venue.answers import push_answer

_TRANSFER = int(Kind.TRANSFER)
_REASON = 3
"""Funding, in the event table's numbering of reasons for transfers."""


@compiled(void(VENUE, EVENT_TYPE))
def pay_funding(venue: Venue, event: Record) -> None:
    """Pay or receive a settled rate on the position held now; announced rates wait."""
    k = int(event["instrument"])
    market = venue.markets[k]
    lots = int(market["position_lots"])
    rate, mark, settled = event["w0"], event["w1"], event["w4"]
    if settled == 0 or lots == 0 or market["can_short"] == 0:
        return
    if mark > 0:
        notional = notional_units(
            mark, abs(lots), market["unit_numerator"], market["unit_denominator"]
        )
    else:
        last = int(market["last_ticks"])
        if last == 0:
            last = int(market["margin_ticks"])
        notional = notional_units(last, abs(lots), market["numerator"], market["denominator"])
    paid = funding_units(notional if lots > 0 else -notional, rate)
    if paid == 0:
        return
    setting = venue.venue[0]
    setting["cash_units"] -= paid
    setting["transfers"] += 1
    market["funding_units"] += paid
    place = push_answer(venue, event["ts_event"], event["ts_recv"], _TRANSFER)
    answer = venue.queue[place]
    answer["instrument"] = k
    answer["side"] = 0
    answer["w0"] = setting["currency"]
    answer["w1"] = -paid
    answer["w2"] = setting["transfers"]
    answer["w3"] = _REASON
