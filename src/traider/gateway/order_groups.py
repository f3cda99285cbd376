"""Which intents of one decision are sent together: a pair, a bracket, or an order alone."""

from collections.abc import Sequence

from traider.domain.approvals import ApprovedOrder
from traider.domain.events import OrderFlag
from traider.domain.orders import LEG_BITS

_LEG_MASK = (1 << LEG_BITS) - 1
_CHILD = int(OrderFlag.CHILD)
_PAIR = int(OrderFlag.ONE_CANCELS_OTHER)


def group_key(order_id: int, flags: int) -> tuple[int, int]:
    """Return what intents that belong together share.

    A pair is an even leg and the next; a bracket is leg 0 and the legs that sleep until it fills.
    """
    if flags & _PAIR:
        return order_id & ~1, 1
    if flags & _CHILD:
        return order_id & ~_LEG_MASK, 0
    return order_id, 0


def groups_of(orders: Sequence[ApprovedOrder]) -> tuple[tuple[ApprovedOrder, ...], ...]:
    """Return approved orders by what is sent together, in the order in which they were wanted."""
    if len(orders) == 1:
        return (tuple(orders),)
    found: dict[tuple[int, int], list[ApprovedOrder]] = {}
    for order in orders:
        found.setdefault(group_key(order.order_id, order.words.flags), []).append(order)
    return tuple(tuple(sorted(group, key=lambda each: each.order_id)) for group in found.values())
