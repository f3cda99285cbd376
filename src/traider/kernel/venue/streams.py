"""What the loop does with each depth record and trade: take it in, and see if it concerns us.

Most of the market's events concern no order of ours: they change the venue's book, its last price
and what it learned, and cost some nanoseconds. Those that do are handed to ``live``.
"""

from numba import types, void

from traider.domain.events import Kind, MarketFlag
from traider.kernel.book import ASKS, BIDS, apply_depth, best_price, has_both_sides
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue
from traider.kernel.venue.costs import learn

_SNAPSHOT = int(Kind.DEPTH_SNAPSHOT)
_LAST = int(MarketFlag.LAST_OF_MESSAGE)
_HISTORY = int(MarketFlag.HISTORY)
_MINUTE_NS = 60_000_000_000


@compiled(types.boolean(VENUE, EVENT_TYPE), inline=True)
def take_depth_in(venue: Venue, event: Record) -> bool:
    """Apply a depth record to the venue's book; return whether orders or margin are concerned."""
    setting = venue.venue[0]
    k, side, kind = int(event["instrument"]), event["side"], event["kind"]
    market = venue.markets[k]
    market["live"] = 1
    if kind == _SNAPSHOT:
        market["broken"] = 0
    old = apply_depth(venue.book, event)
    concerned = False
    if market["open_orders"] != 0:
        setting["old_lots"] = old
        price, size = event["price"], event["size"]
        if side > 0:
            concerned = market["bid_low"] <= price <= market["bid_high"]
            concerned |= size > 0 and price >= market["ask_low"]
        elif side < 0:
            concerned = market["ask_low"] <= price <= market["ask_high"]
            concerned |= size > 0 and price <= market["bid_high"]
        if event["flags"] & _LAST:
            concerned |= kind == _SNAPSHOT or setting["waiting"] != 0 or market["trades"] == 0
    margined = setting["contracts"] != 0 and market["marked"] == 0
    if event["flags"] & _LAST and margined and has_both_sides(venue.book, k):
        middle = (best_price(venue.book, k, BIDS) + best_price(venue.book, k, ASKS)) / 2.0
        concerned |= market["position_lots"] * (middle - market["margin_ticks"]) < 0.0
        market["margin_ticks"] = middle
    return concerned


@compiled(types.boolean(VENUE, EVENT_TYPE), inline=True)
def take_trade_in(venue: Venue, trade: Record) -> bool:
    """Take a trade of the market in; return whether orders or margin are concerned.

    One from before the stream began is no news.
    """
    setting = venue.venue[0]
    market = venue.markets[trade["instrument"]]
    price = trade["price"]
    if price <= 0 or trade["size"] <= 0 or trade["flags"] & _HISTORY:
        return False
    market["live"] = 1
    market["trades"] += 1
    market["last_ticks"] = price
    minute = trade["ts_event"] // _MINUTE_NS
    if minute != market["minute"]:
        _end_minute(venue, trade)
    market["minute_volume"] += float(trade["size"])
    market["minute_close"] = price
    concerned = False
    if market["open_orders"] != 0:
        concerned = setting["waiting"] != 0
        concerned |= price <= market["fall_to"] or price >= market["rise_to"]
    if market["marked"] == 0:
        if setting["contracts"] != 0:
            concerned |= market["position_lots"] * (price - market["margin_ticks"]) < 0.0
        market["margin_ticks"] = float(price)
    return concerned


@compiled(void(VENUE, EVENT_TYPE))
def _end_minute(venue: Venue, trade: Record) -> None:
    """Learn volatility and volume of a minute from the trades that made it."""
    k = int(trade["instrument"])
    market = venue.markets[k]
    if market["minute_volume"] > 0.0:
        learn(venue, k, market["minute_close"], market["minute_volume"])
    market["minute"] = trade["ts_event"] // _MINUTE_NS
    market["minute_volume"] = 0.0
