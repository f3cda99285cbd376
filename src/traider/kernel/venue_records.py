"""The records of the simulated venue's state: its account, instruments, orders and margin tiers."""

import numpy as np

VENUE = np.dtype(
    [
        ("cash_units", "<i8"),
        ("fee_balance", "<i8"),  # 1e-8 of the fee currency, held to pay fees with
        ("fee_price_e8", "<i8"),  # what one of it is worth, 1e-8 of the account's currency
        ("fee_share_e8", "<i8"),  # of a fee that is due when paid in it: 1e8 less the discount
        ("currency", "<i8"),  # of the account, packed
        ("seed", "<i8"),  # of the drawn latencies
        ("last_arrival_ns", "<i8"),  # orders of one account do not overtake one another
        ("half_spread", "<f8"),  # fraction of the price, tier applied
        ("impact", "<f8"),  # square-root coefficient Y, tier applied
        ("touch_fills", "<i8"),
        ("queue_model", "<i8"),  # QueueModel
        ("participation", "<f8"),  # share of a bar's volume a resting order may take
        ("volatility_decay", "<f8"),
        ("queued", "<i8"),  # answers waiting in the queue
        ("overflow", "<i8"),  # the queue was full and an answer was lost: the run stops
        ("open_orders", "<i8"),
        ("top", "<i8"),  # order slots from here on are free
        ("turns", "<i8"),  # orders that came to rest in a book so far: their time priority
        ("waiting", "<i8"),  # an order has still to meet its market
        ("contracts", "<i8"),  # instruments held on margin with a position
        ("transfers", "<i8"),
        # The match being made.
        ("event_ns", "<i8"),  # when it happened,
        ("seen_ns", "<i8"),  # and when its answer arrives
        ("reference", "<f8"),  # middle of the market a taker meets, in ticks,
        ("half_ticks", "<f8"),  # and half its spread
        ("part_ticks", "<i8"),  # price of what an arriving order takes next
        ("old_lots", "<i8"),  # size of the level before the depth record being met
        ("refused", "<i8"),  # order refused on arrival: its acknowledgment is not delivered
    ],
    align=True,
)

VENUE_MARKET = np.dtype(
    [
        ("numerator", "<i8"),
        ("denominator", "<i8"),
        ("lot_value", "<f8"),
        ("lot_step", "<i8"),
        ("min_lots", "<i8"),
        ("min_notional", "<f8"),
        ("can_short", "<i8"),
        ("maker_fee_e8", "<i8"),
        ("taker_fee_e8", "<i8"),
        ("liquidation_fee_e8", "<i8"),
        ("unit_numerator", "<i8"),  # base units a lot times the contract's multiplier
        ("unit_denominator", "<i8"),
        ("tick_scale", "<f8"),  # ticks in 1e-8 of quote
        ("tier_start", "<i8"),  # its margin tiers: [tier_start, tier_stop)
        ("tier_stop", "<i8"),
        ("position_lots", "<i8"),
        ("open_orders", "<i8"),
        ("gap_lots", "<i8"),  # that resting limits got at the first price of the present bar
        # What the market said.
        ("live", "<i8"),  # fed by depth or trades, not by bars
        ("broken", "<i8"),  # between a gap and the next whole snapshot the book means nothing
        ("trades", "<i8"),
        ("last_ticks", "<i8"),  # price of the last trade, 0 none
        # Where our orders wait for the market: prices elsewhere concern none of them.
        ("bid_low", "<i8"),
        ("bid_high", "<i8"),
        ("ask_low", "<i8"),
        ("ask_high", "<i8"),
        ("fall_to", "<i8"),  # highest own bid or trigger of a selling stop,
        ("rise_to", "<i8"),  # lowest own ask or trigger of a buying stop
        ("margin_ticks", "<f8"),  # price at which the position is valued for margin
        ("passing_ticks", "<i8"),  # price of the trade being matched; 0 at other times
        ("marked", "<i8"),  # the venue says its own mark price: margin follows that alone
        ("minute", "<i8"),  # minute of the last trade, and its volume so far
        ("minute_volume", "<f8"),
        ("minute_close", "<i8"),
        ("last_close", "<i8"),  # of the bars and minutes learned from
        ("bars", "<i8"),
        ("variance", "<f8"),  # exponentially weighted, of one bar's simple return
        ("volume", "<f8"),  # exponentially weighted lots a bar
        # What was paid.
        ("maker_fees", "<i8"),  # in cash
        ("taker_fees", "<i8"),
        ("maker_fees_other", "<i8"),  # in the fee currency, 1e-8 of that
        ("taker_fees_other", "<i8"),
        ("funding_units", "<i8"),  # paid less received
        ("liquidations", "<i8"),
        ("liquidation_fees", "<i8"),
        ("spread_cost", "<f8"),
        ("impact_cost", "<f8"),
    ],
    align=True,
)

MARGIN_TIER = np.dtype(
    [
        ("cap", "<f8"),  # largest notional of the tier, currency
        ("rate", "<f8"),  # maintenance margin, fraction of notional
        ("amount", "<f8"),  # maintenance amount, currency
        ("initial", "<f8"),  # 1 / largest leverage
    ],
    align=True,
)

VENUE_ORDER = np.dtype(
    [
        ("order_id", "<i8"),  # 0 = free
        ("instrument", "<i8"),
        ("side", "<i8"),
        ("flags", "<i8"),
        ("price", "<i8"),
        ("trigger", "<i8"),
        ("size", "<i8"),
        ("remaining", "<i8"),
        ("expire", "<i8"),
        ("sent_ns", "<i8"),
        ("arrive_ns", "<i8"),
        ("arrived", "<i8"),  # 1 acknowledged: it counts in the holds; 2 arriving now
        ("asleep", "<i8"),  # bracket exit whose entry has not filled yet
        ("armed", "<i8"),  # of a bracket exit: lots its entry has bought and no exit sold
        ("resting", "<i8"),  # it has met its market and waits in the book
        ("born_in_bar", "<i8"),  # its entry filled inside the bar being matched
        ("turn", "<i8"),  # time priority among our own orders
        ("ahead", "<i8"),  # lots of others at its price that trade before it
        ("traded", "<i8"),  # traded at its price, but not yet shown by its level,
        ("traded_ns", "<i8"),  # the first of it at this time
        ("early", "<i8"),  # shrinking of the level that a trade still untold may explain,
        ("early_taken", "<i8"),  # what of it was taken off ``ahead``,
        ("early_ns", "<i8"),  # and the time of the level: later trades are not in it
    ],
    align=True,
)
