"""Which intents of one decision are sent together: a pair, a bracket, or an order alone.

A bracket is sent whole or not at all: an entry without its stop is a position that nothing guards,
and exits without their entry close what is not there. Of a pair either leg is an order by itself.
"""

from collections.abc import Sequence

from traider.domain.approvals import ApprovedOrder
from traider.domain.events import OrderFlag
from traider.domain.intent_words import IntentWords
from traider.domain.orders import LEG_BITS
from traider.gateway.port import GateAnswer
from traider.kernel.codes import Verdict

_LEG_MASK = (1 << LEG_BITS) - 1
_CHILD = int(OrderFlag.CHILD)
_PAIR = int(OrderFlag.ONE_CANCELS_OTHER)
_CANCEL = int(OrderFlag.CANCEL)
_APPROVED = int(Verdict.APPROVED)


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


def whole_brackets(
    intents: Sequence[IntentWords], answers: Sequence[GateAnswer]
) -> list[GateAnswer]:
    """Return the answers, with the refusal of one leg of a bracket for all its legs."""
    keys = [group_key(each.order_id, each.flags) for each in intents]
    brackets = {key for key, each in zip(keys, intents, strict=True) if each.flags & _CHILD}
    refusals: dict[tuple[int, int], GateAnswer] = {}
    for key, intent, answer in zip(keys, intents, answers, strict=True):
        if key in brackets and answer[0] != _APPROVED and not intent.flags & _CANCEL:
            refusals.setdefault(key, answer)
    return [
        answer if intent.flags & _CANCEL or answer[0] != _APPROVED else refusals.get(key, answer)
        for key, intent, answer in zip(keys, intents, answers, strict=True)
    ]
