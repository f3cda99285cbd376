"""Orders of the gateway's own: those that close positions in an emergency without any trader.

Their ids are of the leader's epoch, as all are, with a sequence that no journal reaches and the
place in the gateway's log. So they never meet a trader's, and each is drawn once.
"""

from typing import Final

from traider.domain.orders import LEG_BITS, SEQUENCE_BITS, OrderId

_OWN: Final = 1 << SEQUENCE_BITS - 1


def own_order_id(epoch: int, place: int) -> int:
    """Return the packed id of an order of the gateway's own at a place of its log."""
    return OrderId(epoch, _OWN + place).pack()


def is_own_order(order_id: int) -> bool:
    """Return whether an order was the gateway's own idea."""
    return bool(order_id >> LEG_BITS & _OWN)
