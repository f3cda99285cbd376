"""Which intents of one decision are sent together: a pair, a bracket, or an order alone."""

from collections.abc import Sequence

from traider.domain.approvals import ApprovedOrder
from traider.domain.events import EventArray, OrderFlag
from traider.domain.orders import LEG_BITS

_LEG_MASK = (1 << LEG_BITS) - 1


def group_key(intent: EventArray) -> tuple[int, int]:
    """Return what intents that belong together share.

    A pair is an even leg and the next; a bracket is leg 0 and the legs that sleep until it fills.
    """
    order_id, flags = int(intent["order_id"][0]), int(intent["flags"][0])
    if flags & OrderFlag.ONE_CANCELS_OTHER:
        return order_id & ~1, 1
    if flags & OrderFlag.CHILD:
        return order_id & ~_LEG_MASK, 0
    return order_id, 0


def groups_of(orders: Sequence[ApprovedOrder]) -> tuple[tuple[ApprovedOrder, ...], ...]:
    """Return approved orders by what is sent together, in the order in which they were wanted."""
    found: dict[tuple[int, int], list[ApprovedOrder]] = {}
    for order in orders:
        found.setdefault(group_key(order.intent), []).append(order)
    return tuple(tuple(sorted(group, key=lambda each: each.order_id)) for group in found.values())
