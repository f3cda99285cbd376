"""Every array of the kernel's state, in one place: the record types and what their fields mean.

Prices are in ticks, sizes in lots, money in units of 1e-8 of the account's currency, times in
nanoseconds UTC. Records are read by key so that the same source runs compiled and interpreted.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from traider.kernel.breaker_records import Breakers

Records = npt.NDArray[np.void]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Record = np.void
Alphas = Any
"""Addresses of compiled alphas, or a list of functions when interpreted: ``kernel.calling``."""

BOOK_SIDE = np.dtype(
    [
        ("base", "<i8"),  # rank of the window's first place; rank = price for bids, -price for asks
        ("best", "<i8"),  # highest rank with a size; means nothing while count is 0
        ("count", "<i8"),  # levels in the window
        ("far", "<i8"),  # levels below the window, kept in a table
        ("lost", "<i8"),  # levels dropped because that table was full
    ],
    align=True,
)

MARKET = np.dtype(
    [
        # The instrument, fixed for a run.
        ("numerator", "<i8"),  # notional = ticks * lots * numerator / denominator, money units
        ("denominator", "<i8"),
        ("lot_value", "<f8"),  # currency value of one lot at a price of one tick
        ("lot_step", "<i8"),  # sizes are multiples of this many lots
        ("min_lots", "<i8"),
        ("min_notional", "<f8"),  # currency
        ("can_short", "<i8"),
        # What the decider knows and wants.
        ("mark_ticks", "<i8"),
        ("mark_ts", "<i8"),
        ("position_lots", "<i8"),
        ("open_orders", "<i8"),
        ("direction", "<i8"),  # -1 short, 0 flat, 1 long: the ensemble's state with hysteresis
        ("fresh", "<i8"),  # a bar closed since the last decision
        ("due_ns", "<i8"),  # when the next bar of time that trades build ends
        ("combined", "<f8"),  # ensemble score in [-1, 1]
        ("exposure", "<f8"),  # wanted signed notional as a fraction of equity
        ("decided_ns", "<i8"),  # when it was last scored: at a decision after news of it
        ("late", "<i8"),  # that decision waits for the end of an order: see ``decider.expiring``
        ("fees_units", "<i8"),  # paid in cash,
        ("other_fees_units", "<i8"),  # and in the fee currency, 1e-8 of that
        ("traded_units", "<i8"),
        ("funding_units", "<i8"),  # funding paid less received
        # The book and what is wrong with the stream.
        ("book_state", "<i8"),  # BookState at the last whole message
        ("crossed", "<i8"),  # whole messages that left the book locked or crossed
        ("gaps", "<i8"),  # gaps reported by the feed
        ("unhealthy", "<i8"),  # between a gap and the next whole snapshot: nothing is opened
        ("health", "<i8"),  # MarketHealth as the feed said last; unless 0 nothing is opened
        ("tripped", "<i8"),  # Action of the instrument's own breakers
        ("share", "<f8"),  # as in ACCOUNT
        # The ensemble's memory.
        ("entered_ns", "<i8"),  # when the direction last left zero,
        ("exited_ns", "<i8"),  # and when it last returned there, or a plan's exits left it
        ("too_small", "<i8"),  # changes that were wanted and stayed under the venue's minimum
        # When a plan or a worked order wants to be looked at again: see ``decider.tending``.
        ("watch_ns", "<i8"),
        ("watch_below", "<i8"),  # ticks of the mark
        ("watch_above", "<i8"),
        ("bid_ticks", "<i8"),  # best prices when last tended, 0 without an open book
        ("ask_ticks", "<i8"),
        ("quote_lots", "<i8"),  # of one quote, and
        ("quote_lots_max", "<i8"),  # the largest position quotes may lead to
    ],
    align=True,
)

ACCOUNT = np.dtype(
    [
        ("sequence", "<i8"),  # events seen so far = journal position of the next event
        ("epoch", "<i8"),
        ("now_ns", "<i8"),  # ts_recv of the last event
        ("cash_units", "<i8"),
        ("fee_currency", "<i8"),  # packed; 0 when every fee is paid in cash
        ("fee_balance", "<i8"),  # 1e-8 of the fee currency, held to pay fees with
        ("fee_price_e8", "<i8"),  # what one of it is worth, 1e-8 of the account's currency
        ("equity", "<f8"),  # currency, at the last decision,
        ("tradable", "<f8"),  # and without the fee balance: what positions are sized by
        ("warming", "<i8"),  # between the begin and the end of the warm-up: no decisions
        ("killed", "<i8"),  # emergency stop, until re-armed: 1 close positions, 2 keep them
        ("managed", "<i8"),  # plans, worked orders or quotes are on, or an emergency stop closes
        ("pending", "<i8"),  # cancels of the emergency stop that found no room in one event
        ("top", "<i8"),  # order slots from here on are free
        ("paused", "<i8"),  # positions only shrink: 1 until re-armed, 2 until a breaker closes
        ("halted", "<i8"),  # a breaker takes back what rests
        ("share", "<f8"),  # of what is wanted, that a breaker lets be opened; 0 all
        ("alpha_fault", "<i8"),  # 1 + index of the last alpha switched off, 0 none
        ("last_fault_ns", "<i8"),
        ("orders", "<i8"),  # intents emitted
        ("manual_sequence", "<i8"),  # decision of the last manual order's first leg
        ("latency_ns", "<i8"),  # from signal to order, 99th percentile, as measured last
        ("tells_confidence", "<i8"),  # a breaker watches it
        ("confidence_sum", "<f8"),  # of the scores of the last decision,
        ("confidence_count", "<i8"),  # and how many they were
        ("confidence_due", "<i8"),  # no event said so yet
        ("rules", "<i8"),  # by which the leader decides: see ``decider.expiring``
    ],
    align=True,
)

STRATEGY = np.dtype(
    [
        ("decision_ns", "<i8"),
        ("enter", "<f8"),
        ("exit", "<f8"),
        ("allow_short", "<i8"),
        ("sizing", "<i8"),  # Sizing
        ("fraction", "<f8"),
        ("target_volatility", "<f8"),
        ("volatility_slot", "<i8"),
        ("max_leverage", "<f8"),
        ("gross_leverage", "<f8"),
        ("dead_band", "<f8"),
        ("style", "<i8"),  # Style
        ("limit_offset", "<f8"),  # fraction of the price
        ("latency_moves", "<f8"),  # see ``latency_offset``; 0 off
        ("cooldown_ns", "<i8"),  # after a position was left, none is entered for so long
        ("net_leverage", "<f8"),  # cap on the sum of signed exposures; 0 none
        ("atr_slot", "<i8"),  # average true range, in ticks
        ("atr_multiple", "<f8"),  # average true ranges the risked fraction stands for
        ("stop_fraction", "<f8"),  # of the price, where no multiple is given
        ("confidence_scaling", "<i8"),  # sizes without a strength of their own follow the score
        ("risk_per_trade", "<f8"),  # most that a plan's stop may cost, part of equity; 0 none
        ("bars_from_trades", "<i8"),  # trades build the bars of every frame
        ("time_frames", "<i8"),  # frames before this one are of time, volume or notional
        ("live_frame", "<i8"),  # frame of the operations run at each whole message, -1 none
        ("funding_frame", "<i8"),  # frame whose bars are funding settlements, -1 none
        ("external_slot", "<i8"),  # two slots a model: score and confidence, -1 none
        ("external_count", "<i8"),
        # The order plan.
        ("plan_on", "<i8"),
        ("plan_stop", "<f8"),  # times the value of the slot, or the price
        ("plan_stop_slot", "<i8"),  # -1 for the price
        ("plan_target_0", "<f8"),  # multiple of the stop distance; 0 none
        ("plan_target_1", "<f8"),
        ("plan_target_2", "<f8"),
        ("plan_share_0", "<f8"),  # fraction of the planned lots up to and with this target
        ("plan_share_1", "<f8"),
        ("plan_share_2", "<f8"),
        ("plan_trail", "<f8"),  # as the stop; 0 none
        ("plan_trail_slot", "<i8"),
        ("plan_trail_step", "<f8"),  # fraction of the trailing distance
        ("plan_break_even", "<i8"),
        ("plan_time_stop_ns", "<i8"),
        ("plan_reenter", "<i8"),
        # The working style.
        ("work_offset_ticks", "<f8"),
        ("work_offset", "<f8"),  # fraction of the price
        ("work_step_ticks", "<i8"),
        ("work_repeg_ns", "<i8"),
        ("work_repeg_ticks", "<i8"),
        ("work_widen_ns", "<i8"),  # 0 never
        ("work_limit_ns", "<i8"),
        ("work_slippage", "<f8"),  # fraction of the price; 0 none
        ("work_take_rest", "<i8"),
        ("work_slices", "<i8"),
        ("work_display", "<f8"),  # fraction of the whole
        ("quote_offset_ticks", "<i8"),
        ("quote_skew_ticks", "<f8"),
    ],
    align=True,
)

FRAME = np.dtype(
    [
        ("kind", "<i8"),  # FrameKind
        ("length_ns", "<i8"),  # of time frames
        ("code", "<i8"),
        ("op_start", "<i8"),  # operations of this frame in the tape: [op_start, op_stop)
        ("op_stop", "<i8"),
        ("slot", "<i8"),  # first of its base slots: open, high, low, close, volume, gap, time
    ],
    align=True,
)

AGGREGATE = np.dtype(
    [
        ("start_ns", "<i8"),  # open time of the bar being built; -1 when there is none
        ("open", "<i8"),
        ("high", "<i8"),
        ("low", "<i8"),
        ("close", "<i8"),
        ("volume", "<i8"),
        ("last_ns", "<i8"),  # close time of the last finer bar, or time of the last trade
        ("end_ns", "<i8"),  # where the bar before it ended; 0 before the first
        ("threshold", "<f8"),  # lots (volume frames) or ticks x lots (notional frames) of a bar
        ("filled", "<f8"),  # of that threshold, so far
    ],
    align=True,
)

OPERATION = np.dtype(
    [
        ("kind", "<i8"),  # Op
        ("base", "<i8"),  # first slot of its frame: open, high, low, close, volume follow
        ("source", "<i8"),  # slot of the input
        ("window", "<i8"),
        ("scale", "<f8"),
        ("ring", "<i8"),  # offset of its ring in the instrument's rings
        ("cell", "<i8"),  # offset of its scalars in the instrument's cells
        ("slot", "<i8"),  # output
    ],
    align=True,
)

ALPHA = np.dtype(
    [
        ("weight", "<f8"),
        ("enabled", "<i8"),
        ("filters", "<i8"),  # it does not vote: its confidence scales what the others say
        ("input_start", "<i8"),
        ("input_count", "<i8"),
        ("param_start", "<i8"),
        ("param_count", "<i8"),
    ],
    align=True,
)

GATE_MARKET = np.dtype(
    [
        ("lot_value", "<f8"),
        ("lot_size", "<f8"),  # base units a lot
        ("numerator", "<i8"),
        ("denominator", "<i8"),
        ("min_lots", "<i8"),
        ("lot_step", "<i8"),
        ("min_notional", "<f8"),
        ("can_short", "<i8"),
        ("enabled", "<i8"),
        ("group", "<i8"),  # instruments that move together share one; 0 none
        ("unhealthy", "<i8"),  # between a gap and the end of it: nothing is opened
        ("health", "<i8"),  # as in MARKET
        ("mark_ticks", "<i8"),
        ("mark_ts", "<i8"),
        ("position_lots", "<i8"),
        ("open_buy_lots", "<i8"),
        ("open_sell_lots", "<i8"),
        ("tier_start", "<i8"),  # its margin tiers: [tier_start, tier_stop)
        ("tier_stop", "<i8"),
        # Returns of its mark: see ``gate.risk_state``.
        ("sampled_ticks", "<i8"),  # the mark last sampled, 0 none yet
        ("sampled_ts", "<i8"),  # when that mark was made
        ("sampled_at", "<i8"),  # number of the interval it was sampled in
        ("samples", "<i8"),  # returns so far
        ("weight", "<f8"),  # what the weights of those add up to
    ],
    align=True,
)

GATE_RISK = np.dtype(
    [
        ("interval_ns", "<i8"),  # between two samples of the marks
        ("decay", "<f8"),  # weight of the past at a sample: the lambda of the moving average
        ("shrinkage", "<f8"),  # towards correlations that are all the same
        ("samples_min", "<i8"),
        ("correlation", "<f8"),  # from here on instruments count as one bet
        ("var_factor", "<f8"),  # standard deviations of one interval that VaR is
        ("es_factor", "<f8"),
        ("sampled_at", "<i8"),  # number of the interval sampled last
        ("days", "<i8"),  # days whose profit and loss was kept so far
    ],
    align=True,
)

GATE_ACCOUNT = np.dtype(
    [
        ("cash_units", "<i8"),
        ("fee_currency", "<i8"),  # as in ACCOUNT
        ("fee_balance", "<i8"),
        ("fee_price_e8", "<i8"),
        ("killed", "<i8"),  # 1 closes positions, 2 keeps them; both let them shrink
        ("paused", "<i8"),
        ("day", "<i8"),  # UTC day of the last timer
        ("day_start_equity", "<f8"),
        ("peak_equity", "<f8"),
        ("equity", "<f8"),
        ("minute_cursor", "<i8"),  # ring of approval times
        ("top", "<i8"),  # order slots from here on are free
        ("worst_drawdown", "<f8"),
    ],
    align=True,
)

GATE_ORDER = np.dtype(
    [
        ("order_id", "<i8"),  # 0 = free
        ("instrument", "<i8"),
        ("side", "<i8"),
        ("lots", "<i8"),  # still open, estimated for orders sized in money; 0 for reduce-only
        ("price", "<i8"),  # of a limit or a stop-limit order, else 0
        ("trigger", "<i8"),  # of a stop-limit order, else 0
        ("paired", "<i8"),  # what it fills, the order with the other last bit loses
    ],
    align=True,
)

LOOP = np.dtype(
    [
        ("cursor", "<i8"),
        ("next_timer", "<i8"),  # 0 before the first event
        ("out_count", "<i8"),
        ("nav_count", "<i8"),
        ("decision_count", "<i8"),
        ("row_count", "<i8"),
        ("journal_all", "<i8"),
        ("bars", "<i8"),
        ("dirty", "<i8"),  # a market event came since NAV was sampled
        ("final", "<i8"),  # no more events follow this chunk
        ("matched", "<i8"),  # bar opens before this index are matched already
        ("wanted", "<i8"),  # intents that wait for a gateway outside
    ],
    align=True,
)

NAV = np.dtype([("ts", "<i8"), ("nav", "<f8"), ("gross", "<f8"), ("net", "<f8")], align=True)
"""A sample of equity (currency) and exposures (fractions of equity) after a decision."""

DECISION = np.dtype(
    [
        ("sequence", "<i8"),
        ("ts", "<i8"),
        ("instrument", "<i8"),
        ("order_id", "<i8"),
        ("combined", "<f8"),
        ("exposure", "<f8"),
        ("equity", "<f8"),
    ],
    align=True,
)
"""Why an order was wanted; the alphas' scores and confidences stand in a matrix beside it."""


OBSERVATION = np.dtype(
    [
        ("ts", "<i8"),
        ("instrument", "<i8"),
        ("direction", "<i8"),
        ("combined", "<f8"),
        ("exposure", "<f8"),
    ],
    align=True,
)
"""What the ensemble wanted of one instrument at a decision, order or none; the features and the
alphas' scores it was decided on stand in matrices beside it."""


class Book(NamedTuple):
    """Order books: for each instrument bids (side 0) and asks (1); see ``kernel.book``."""

    sides: Records  # (instruments, 2) BOOK_SIDE
    sizes: Any  # (instruments, 2, window) lots by rank - base
    far_ranks: Any  # (instruments, 2, table) hash table of the levels below the window
    far_sizes: Any  # (instruments, 2, table)


class Decider(NamedTuple):
    """Everything the decider knows. Two-dimensional arrays have one row an instrument."""

    account: Records  # (1,) ACCOUNT
    strategy: Records  # (1,) STRATEGY
    markets: Records  # (instruments,) MARKET
    frames: Records  # (frames,) FRAME
    aggregates: Records  # (instruments, frames) AGGREGATE
    tape: Records  # (operations,) OPERATION
    alphas: Records  # (alphas,) ALPHA
    alpha_inputs: Integers  # slots of the features each alpha reads
    params: Floats  # parameters of the alphas
    values: Floats  # (instruments, slots) features
    rings: Floats  # (instruments, ring cells)
    cells: Floats  # (instruments, scalars of the operations)
    scores: Floats  # (instruments, 2 * alphas) score and confidence of each alpha
    scratch: Floats  # inputs gathered for one alpha call
    book: Book
    plans: Records  # (instruments,) PLAN
    slices: Records  # (instruments, slices) SLICE
    works: Records  # (instruments, 2) WORK, buys and sells
    orders: Records  # (slots,) ORDER


class Gate(NamedTuple):
    """The gate's own view of the account, fed by events alone."""

    limits: Floats  # indexed by Limit
    account: Records  # (1,) GATE_ACCOUNT
    markets: Records  # (instruments,) GATE_MARKET
    orders: Records  # (slots,) GATE_ORDER
    minute: Integers  # ring of the times of approved orders
    risk: Records  # (1,) GATE_RISK
    covariance: Floats  # (instruments, instruments) of returns over an interval, as averaged
    shrunk: Floats  # the same, of full weight and shrunk
    scratch: Floats  # (2, instruments) for one check; zero between two
    daily: Floats  # ring of the profit and loss of past days, currency
    tiers: Records  # MARGIN_TIER of all instruments, by rising notional
    breakers: Breakers


class Venue(NamedTuple):
    """The simulated venue: its account, resting orders and answers under way."""

    venue: Records  # (1,) VENUE
    markets: Records  # (instruments,) VENUE_MARKET
    orders: Records  # (slots,) VENUE_ORDER
    queue: Records  # (slots,) EVENT, the next one last
    book: Book
    latencies: Integers  # ns, drawn from by the counter-based generator; one entry is a constant
    tiers: Records  # MARGIN_TIER of all instruments, by rising notional


class Output(NamedTuple):
    """Where a run writes what it did; drained by the caller when one is nearly full."""

    events: Records  # EVENT
    nav: Records  # NAV
    decisions: Records  # DECISION
    scores: Floats  # (decisions, 2 * alphas)
    features: Floats  # (decisions, alpha inputs) what the alphas read
    intents: Records  # EVENT, what one step wants
    answers: Records  # VERDICT of the gate for each; none where the loop sends by itself
    current: Records  # (1,) EVENT, the timer or answer being delivered
    rows: Records  # OBSERVATION; none where nobody asked for them
    row_values: Floats  # (rows, slots asked for) features
    row_scores: Floats  # (rows, 2 * alphas)
    row_slots: Integers  # slots of the features asked for


class Kernel(NamedTuple):
    """All machines of a simulated run."""

    decider: Decider
    gate: Gate
    venue: Venue
    alphas: Alphas
    loop: Records  # (1,) LOOP
    out: Output


class Tape(NamedTuple):
    """What running the tape needs: operations and the decider's feature arrays."""

    operations: Records
    values: Floats
    rings: Floats
    cells: Floats
