"""Liquidation: the venue closes every derivative position when margin runs out.

Below the maintenance margin every order on derivatives is cancelled and each position closed: by
walking the book where one is in force (at no better price than that of a trade that led to it),
else at the margin price worsened by half the spread and the impact. The fee is the taker's and the
liquidation's, both taken in cash. What a gap costs beyond the collateral stays a debt: nothing is
forgiven here.
"""

from numba import float64, int64, void

from traider.domain.events import FillFlag, Kind
from traider.kernel.arithmetic import fee_units
from traider.kernel.book import ASKS, BIDS, best_price, set_level, size_at
from traider.kernel.codes import Reject
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue
from traider.kernel.venue.answers import push_answer
from traider.kernel.venue.costs import impact_fraction, worse_price
from traider.kernel.venue.execution import book_trade, taken_at
from traider.kernel.venue.margin import is_margin_short, is_margined
from traider.kernel.venue.orders import answer_end
from traider.kernel.venue.queues import has_book

_FILL = int(Kind.FILL)
_CANCELLED = int(Kind.CANCELLED)
_LIQUIDATED = int(Reject.LIQUIDATED)
_LIQUIDATION = int(FillFlag.LIQUIDATION)


@compiled(void(VENUE), inline=True)
def check_margin(venue: Venue) -> None:
    """Liquidate the account when it no longer holds the maintenance margin of its positions."""
    if venue.venue[0]["contracts"] != 0 and is_margin_short(venue):
        _liquidate(venue)


@compiled(void(VENUE))
def _liquidate(venue: Venue) -> None:
    """Cancel every order on instruments held on margin and close every position in them."""
    setting = venue.venue[0]
    for j in range(setting["top"]):
        slot = venue.orders[j]
        if slot["order_id"] != 0 and is_margined(venue, slot["instrument"]):
            answer_end(venue, j, _CANCELLED, _LIQUIDATED, setting["seen_ns"])
    for k in range(len(venue.markets)):
        market = venue.markets[k]
        lots = abs(market["position_lots"])
        if lots == 0 or not is_margined(venue, k):
            continue
        market["liquidations"] += 1
        side = -1 if market["position_lots"] > 0 else 1
        if has_book(venue, k):
            lots = _close_in_book(venue, k, side, lots)
        if lots > 0:
            fraction = setting["half_spread"] + impact_fraction(venue, k, float(lots))
            _close(venue, k, side, worse_price(market["margin_ticks"], side, fraction), lots)


@compiled(int64(VENUE, int64, int64, int64))
def _close_in_book(venue: Venue, k: int, side: int, lots: int) -> int:
    """Close ``lots`` by walking the book; return what it could not take."""
    s = ASKS if side > 0 else BIDS
    left = int(lots)
    while left > 0 and venue.book.sides[k, s]["count"] > 0:
        price = best_price(venue.book, k, s)
        there = size_at(venue.book, k, s, price)
        part = min(left, there)
        _close(venue, k, side, taken_at(venue, k, side, price), part)
        set_level(venue.book, k, s, price, there - part)
        left -= part
    return left


@compiled(void(VENUE, int64, int64, int64, int64))
def _close(venue: Venue, k: int, side: int, price: int, lots: int) -> None:
    """Book a closing trade with its fees and answer it: a fill without an order of ours."""
    setting = venue.venue[0]
    market = venue.markets[k]
    notional = book_trade(venue, k, side, price, lots)
    fee = fee_units(notional, market["taker_fee_e8"])
    penalty = fee_units(notional, market["liquidation_fee_e8"])
    setting["cash_units"] -= fee + penalty
    market["taker_fees"] += fee
    market["liquidation_fees"] += penalty
    place = push_answer(venue, setting["event_ns"], setting["seen_ns"], _FILL)
    answer = venue.queue[place]
    answer["instrument"] = k
    answer["side"] = side
    answer["flags"] = _LIQUIDATION
    answer["price"] = price
    answer["size"] = lots
    answer["fee"] = fee + penalty
    answer["order_id"] = 0
    answer["leaves"] = abs(market["position_lots"])


@compiled(float64(VENUE, EVENT_TYPE))
def margin_reach(venue: Venue, bar: Record) -> float:
    """Return the price in a bar's range, against its position, at which margin runs out.

    That is the worst price of the bar where margin holds out, and 0 without a position. The
    instrument is left valued at what is returned, unless the venue says its own mark price.
    """
    k = int(bar["instrument"])
    market = venue.markets[k]
    if market["position_lots"] == 0 or not is_margined(venue, k):
        return 0.0
    bad = int(bar["low"] if market["position_lots"] > 0 else bar["high"])
    good = int(bar["open"])
    if market["marked"] != 0:
        return float(bad)
    market["margin_ticks"] = float(bad)
    if bad == good or not is_margin_short(venue):
        return float(bad)
    while abs(good - bad) > 1:
        middle = (good + bad) // 2
        market["margin_ticks"] = float(middle)
        if is_margin_short(venue):
            bad = middle
        else:
            good = middle
    market["margin_ticks"] = float(bad)
    return float(bad)
