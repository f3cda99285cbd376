"""The orders of this run at Coinbase: which of ours an order there is, and which leg a fill is of.

| order at the venue | orders of ours |
| --- | --- |
| placed under an id of this run, of any kind but a bracket | that one |
| a bracket under an id of this run | that one, the stop, and the next, the target |
| a bracket that woke with the fills of an order of this run | legs 1 and 2, stop and target |
| any other | none: somebody else's |

All of it is told by the venue itself (``client_order_id``, ``order_configuration``,
``originating_order_id``), so that nothing is lost with the process that sent an order.

Which leg of a bracket traded is decided by the price: at the target's price or better it is the
target, else the stop. A bracket is a limit order at the target's price until the stop is met, and
at once one that takes what there is, so it trades at the target's price or better without the stop
only, unless the market runs from the stop to the target while the order is on its way.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from traider.domain.approvals import ApprovedOrder
from traider.domain.instruments import Instrument
from traider.domain.orders import LEG_BITS
from traider.gateway.client_ids import ClientIds
from traider.gateway.executor import VenueFill, VenueOrder, VenueState
from traider.venues.coinbase.approved_orders import Shape, shape_of
from traider.venues.coinbase.rest_messages import Fill, Order, amount
from traider.venues.rfc3339 import parse_ns

ENDED_KEPT: Final = 4096
"""Orders that are over, in doubt or not ours, and still remembered. What is told of one that was
forgotten is read from the venue again, and the order log knows its fills."""
_ZERO: Final = Decimal(0)
_LEG_MASK: Final = (1 << LEG_BITS) - 1
_BRACKETS: Final = ("trigger_bracket_gtc", "trigger_bracket_gtd")
_STATES: Final = {
    "PENDING": VenueState.PENDING,
    "QUEUED": VenueState.PENDING,
    "OPEN": VenueState.OPEN,
    "EDIT_QUEUED": VenueState.OPEN,
    "CANCEL_QUEUED": VenueState.OPEN,
    "FILLED": VenueState.FILLED,
    "CANCELLED": VenueState.CANCELLED,
    "EXPIRED": VenueState.EXPIRED,
    "FAILED": VenueState.REJECTED,
}


@dataclass(slots=True, eq=False)
class Work:
    """One order at the venue that stands for orders of ours, or for none."""

    order_ids: tuple[int, ...]
    """Packed ids: one, or a stop and its target; none when it is somebody else's."""
    instrument: int
    side: int
    target_price: Decimal = _ZERO
    """Of a bracket."""
    venue_id: str = ""
    told: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    """Fills that the owner heard of: leg and size."""
    is_accepted: bool = False
    """Whether the owner heard that the venue has it."""
    is_over: bool = False
    """Whether the owner heard of its end."""
    wants_cancel: bool = False
    exits: "Work | None" = None
    """The bracket that is attached to it."""

    @property
    def is_ours(self) -> bool:
        """Whether it stands for orders of ours."""
        return bool(self.order_ids)

    @property
    def told_size(self) -> Decimal:
        """What the fills that the owner heard of make."""
        return sum((size for _, size in self.told.values()), _ZERO)

    def leg_at(self, price: Decimal) -> int:
        """Return the order of ours that a trade at ``price`` is of; 0 for none."""
        if len(self.order_ids) < 2:
            return self.order_ids[0] if self.order_ids else 0
        stop, target = self.order_ids
        return target if (price - self.target_price) * self.side <= 0 else stop


class CoinbaseOrders:
    """Every order that is not over, and those that ended last: of these a bounded number.

    Args:
        ids: of this run.
        instruments: by number.
    """

    def __init__(self, ids: ClientIds, instruments: Sequence[Instrument]) -> None:
        self.ids = ids
        self.instruments = tuple(instruments)
        self._numbers = {each.symbol: number for number, each in enumerate(self.instruments)}
        self._by_id: dict[int, Work] = {}
        self._by_venue: dict[str, Work] = {}
        self._ended: OrderedDict[Work, None] = OrderedDict()

    @property
    def remembered(self) -> int:
        """How many orders at the venue are in memory."""
        return len({*self._by_id.values(), *self._by_venue.values()})

    def add(self, orders: Sequence[ApprovedOrder]) -> Work:
        """Note orders that are to be sent together.

        Raises:
            DataError: they make no order.
        """
        shape = shape_of(orders)
        first = orders[0].words
        number, side = first.instrument, first.side
        ids = tuple(order.order_id for order in orders)
        if shape is Shape.PAIR:
            return self._note(Work(ids, number, side, self._price(orders[1], number)))
        work = self._note(Work(ids[:1], number, side))
        if shape is Shape.BRACKET:
            target = self._price(orders[2], number)
            work.exits = self._note(Work(ids[1:], number, -side, target))
        return work

    def of(self, order_id: int) -> Work | None:
        """Return the order at the venue that one of ours is, or is a leg of."""
        return self._by_id.get(order_id)

    def at(self, venue_id: str) -> Work | None:
        """Return an order by the venue's id."""
        return self._by_venue.get(venue_id)

    def place(self, work: Work, venue_id: str) -> None:
        """Note the id that the venue gave an order."""
        if venue_id and not work.venue_id:
            work.venue_id = venue_id
            self._by_venue[venue_id] = work
            if not work.is_over:
                self._ended.pop(work, None)

    def named(self, client_order_id: str) -> Work | None:
        """Return an order that was sent under an id; None for one that is not remembered."""
        order_id = self.ids.order_id(client_order_id)
        return None if order_id is None else self._by_id.get(order_id)

    def meet(self, order: Order, parent: Order | None = None) -> Work:
        """Return what an order that REST tells stands for; note it when it is new.

        Args:
            order: the order.
            parent: the order it was attached to, where it says that there is one.
        """
        found = self._by_venue.get(order.order_id) or self.named(order.client_order_id)
        if found is None:
            found = self._read(order, parent)
        self.place(found, order.order_id)
        if not found.is_ours:
            self._remember(found)
        return found

    def end(self, work: Work) -> None:
        """Note that the owner heard of an order's end; forget those that ended long ago."""
        work.is_over = True
        self._remember(work)

    def doubt(self, work: Work) -> None:
        """Note that an order has no answer: where the venue never tells of it, it is forgotten."""
        for each in (work, work.exits):
            if each is not None and not each.venue_id:
                self._remember(each)

    def _remember(self, work: Work) -> None:
        """Keep an order that is over, in doubt or not ours, for a while."""
        self._ended[work] = None
        self._ended.move_to_end(work)
        while len(self._ended) > ENDED_KEPT:
            self._forget(self._ended.popitem(last=False)[0])

    def drop(self, work: Work) -> None:
        """Forget orders that the venue refused."""
        for each in (work, work.exits):
            if each is not None:
                self._ended.pop(each, None)
                self._forget(each)

    def _forget(self, work: Work) -> None:
        if self._by_venue.get(work.venue_id) is work:
            del self._by_venue[work.venue_id]
        for order_id in work.order_ids:
            if self._by_id.get(order_id) is work:
                del self._by_id[order_id]

    def venue_order(self, order: Order, work: Work) -> VenueOrder:
        """Return an order as the port tells it."""
        return VenueOrder(
            venue_id=order.order_id,
            client_order_id=order.client_order_id,
            instrument=self._numbers.get(order.product_id, -1),
            symbol=order.product_id,
            side=1 if order.side == "BUY" else -1,
            state=state_of(order.status),
            size=_size_of(order),
            filled_size=amount(order.filled_size),
            reason=order.cancel_message or order.reject_message or order.reject_reason,
            created_ns=parse_ns(order.created_time),
            average_price=amount(order.average_filled_price),
            order_ids=work.order_ids,
        )

    def venue_fill(self, fill: Fill, work: Work) -> VenueFill:
        """Return a fill as the port tells it; one that counts the quote is put on the lots' grid.

        Its size there is a quotient, and the base units are those that the price makes of it.
        """
        number = self._numbers.get(fill.product_id, -1)
        price, size = amount(fill.price), fill.base_size
        if fill.size_in_quote and number >= 0:
            lot = self.instruments[number].lot_size
            size = (size / lot).quantize(Decimal(1)) * lot
        return VenueFill(
            fill_id=fill.entry_id,
            venue_id=fill.order_id,
            instrument=number,
            symbol=fill.product_id,
            side=1 if fill.side == "BUY" else -1,
            price=price,
            size=size,
            fee=amount(fill.commission),
            is_maker=fill.liquidity_indicator == "MAKER",
            ts_ns=parse_ns(fill.trade_time),
            order_id=work.leg_at(price),
        )

    def _read(self, order: Order, parent: Order | None) -> Work:
        """Make an order of what REST tells of it."""
        number, side = self._numbers.get(order.product_id, -1), 1 if order.side == "BUY" else -1
        kind, words = next(iter(order.order_configuration.items()), ("", {}))
        first = self.ids.order_id(order.client_order_id)
        if first is None and parent is not None:
            entry = self.ids.order_id(parent.client_order_id)
            first = None if entry is None else entry + 1
        if first is None or number < 0:
            return Work((), number, side)
        if kind not in _BRACKETS:
            return self._note(Work((first,), number, side))
        target = amount(str(words.get("limit_price", "")))
        return self._note(Work((first, first + 1), number, side, target))

    def _note(self, work: Work) -> Work:
        self._by_id.update(dict.fromkeys(work.order_ids, work))
        return work

    def _price(self, order: ApprovedOrder, number: int) -> Decimal:
        return self.instruments[number].price(order.words.price)


def state_of(status: str) -> VenueState:
    """Return the port's word for a status of the venue; one that is not known may be open."""
    return _STATES.get(status, VenueState.OPEN)


def first_leg(order: ApprovedOrder, *, is_pair: bool) -> int:
    """Return the id that a pair, or a bracket of an entry's children, was placed under."""
    if is_pair:
        return order.order_id - (order.order_id & 1)
    return order.order_id & ~_LEG_MASK


def _size_of(order: Order) -> Decimal:
    """Return the base units that were asked for; 0 where an amount of the quote was."""
    for words in order.order_configuration.values():
        if size := words.get("base_size"):
            return amount(str(size))
    return _ZERO
