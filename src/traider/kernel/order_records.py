"""Records of what the decider does with orders: plans, their slices, works, orders in flight."""

from typing import NamedTuple

import numpy as np

from traider.kernel.records import Floats, Record, Records

ORDER = np.dtype(
    [
        ("order_id", "<i8"),  # 0 = free
        ("instrument", "<i8"),
        ("cancelling", "<i8"),
        ("guards", "<i8"),  # a stop: its side; 2 an exit of whichever side; 0 neither
        ("expire_ns", "<i8"),  # when its life is up; 0 never
    ],
    align=True,
)
"""An order in flight that no plan and no worked order owns."""

PLAN = np.dtype(
    [
        ("state", "<i8"),  # PlanState
        ("side", "<i8"),  # of the position: +1 long, -1 short
        ("entry_id", "<i8"),  # entry in flight that is not worked, 0 none
        ("planned_lots", "<i8"),
        ("parts", "<i8"),  # a bit for each target with lots of its own, then the rest; 0 unknown
        ("allotted_lots", "<i8"),  # given to slices so far, also what came back and went again
        ("held_lots", "<i8"),  # of the position on the plan's side = slices + unarmed + closing
        ("unarmed_lots", "<i8"),  # held without an order at the venue: the soft stop guards them
        ("dust_lots", "<i8"),  # left when the plan ended: too few to be sold
        ("entry_value", "<f8"),  # sum of price x lots of the entry's fills, ticks x lots
        ("entry_lots", "<i8"),
        ("stop_distance", "<f8"),  # ticks between entry and first stop; 0 unknown
        ("trail_distance", "<f8"),  # ticks between best price and trailing stop
        ("stop_ticks", "<i8"),
        ("best_ticks", "<i8"),  # best price since the trailing stop was armed
        ("trailing", "<i8"),
        ("targets_hit", "<i8"),  # a bit each
        ("exits", "<i8"),  # fills of slices
        ("since_ns", "<i8"),  # of the state
        ("entry_asked", "<i8"),  # the entry was asked back
        ("deadline_ns", "<i8"),  # time stop; 0 none
        ("close_id", "<i8"),  # order at market under way, 0 none
        ("close_lots", "<i8"),
        ("failures", "<i8"),  # of that order, one after the other
        ("postponed", "<i8"),  # times in a row that the gateway could not send it
        ("retry_ns", "<i8"),
        ("spent", "<i8"),  # direction whose plan is over: entered again only after it changed
    ],
    align=True,
)
"""The exits of one instrument's position: slices that rest at the venue, each stop and target."""

SLICE = np.dtype(
    [
        ("state", "<i8"),  # SliceState
        ("target", "<i8"),  # index of its target; one past the last has none
        ("lots", "<i8"),  # still open: what its two orders would close
        ("stop_id", "<i8"),  # 0 when that order is over
        ("target_id", "<i8"),
        ("stop_ticks", "<i8"),
        ("target_ticks", "<i8"),
        ("since_ns", "<i8"),  # of the state
        ("asked", "<i8"),  # cancels sent in this state
        ("failures", "<i8"),
        ("postponed", "<i8"),  # as in PLAN
    ],
    align=True,
)

WORK = np.dtype(
    [
        ("state", "<i8"),  # WorkState
        ("side", "<i8"),
        ("total_lots", "<i8"),
        ("done_lots", "<i8"),
        ("started_ns", "<i8"),
        ("next_ns", "<i8"),  # earliest next action
        ("arrival_ticks", "<i8"),  # mark when the work began
        ("child_id", "<i8"),
        ("child_lots", "<i8"),  # still open at the venue
        ("child_ticks", "<i8"),  # 0 at market
        ("back_off", "<i8"),  # steps away from the market after orders that would have taken
        ("taking", "<i8"),  # time or slippage is used up: the rest goes at market
        ("failures", "<i8"),  # one after the other
        ("postponed", "<i8"),  # as in PLAN
        ("asked", "<i8"),  # cancels sent for this child
        ("since_ns", "<i8"),  # of the state
        ("reason", "<i8"),  # why it ends: WorkEnd
    ],
    align=True,
)
"""A wanted change of position being worked by child orders, or a standing quote."""


class Desk(NamedTuple):
    """What plans and worked orders of one instrument need; passed cheaply."""

    account: Record  # ACCOUNT
    strategy: Record  # STRATEGY
    market: Record  # MARKET
    plan: Record  # PLAN
    slices: Records  # (slices,) SLICE
    works: Records  # (2,) WORK
    values: Floats  # (slots,)
    out: Records  # EVENT, the intents of this step
    number: int  # of the instrument
