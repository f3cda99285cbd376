"""A small venue with real books, and a connection to it that loses what it is told to lose.

The venue outlives gateways: it holds orders by their client order id, refuses an id that it has
seen, fills, cancels, and keeps its own position. A connection is an ``Executor``; what the venue
says waits in it until it is delivered, and is lost with it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import partial

from tests.gateway.orders import NOW_NS
from traider.domain.approvals import ApprovedOrder, Verifier
from traider.domain.errors import VenueError
from traider.domain.fault_points import reach
from traider.gateway.executor import (
    ExecutionOwner,
    VenueBalance,
    VenueFill,
    VenueOrder,
    VenueState,
)

LOT = Decimal("0.0001")
PRICE = Decimal(50_000)
SYMBOL = "BTC-USD"


class Luck(Enum):
    """What happens to one request to place an order."""

    GOOD = "it arrives, and so does the answer"
    REFUSED = "it is refused"
    LOST = "it never arrives, and nobody says so"
    UNANSWERED = "it arrives, and the answer is lost"
    LATE = "it arrives after the venue was asked for it once"
    SILENT = "it arrives, and nothing at all is said"


@dataclass
class Placed:
    """An order at the venue."""

    venue_id: str
    client_order_id: str
    order_ids: tuple[int, ...]
    side: int
    lots: int
    filled: int = 0
    state: VenueState = VenueState.OPEN
    reason: str = ""

    @property
    def told(self) -> VenueOrder:
        """The order as the venue tells it."""
        return VenueOrder(
            self.venue_id,
            self.client_order_id,
            0,
            SYMBOL,
            self.side,
            self.state,
            self.lots * LOT,
            self.filled * LOT,
            self.reason,
            order_ids=self.order_ids,
        )


@dataclass
class Venue:
    """The books, and what was done wrong to them."""

    orders: dict[str, Placed] = field(default_factory=dict)
    fills: list[VenueFill] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    """Client order ids that were sent twice."""
    late: dict[str, tuple[ApprovedOrder, ...]] = field(default_factory=dict)
    position: int = 0
    is_reachable: bool = True

    def place(self, orders: Sequence[ApprovedOrder]) -> Placed:
        """Take an order, or the legs of one."""
        first = orders[0]
        name = first.client_order_id
        if name in self.orders:
            self.doubles.append(name)
            return self.orders[name]
        intent = first.intent
        ids = tuple(order.order_id for order in orders)
        side, lots = int(intent["side"][0]), int(intent["size"][0])
        self.orders[name] = Placed(f"v-{len(self.orders)}", name, ids, side, lots)
        return self.orders[name]

    def named(self, venue_id: str) -> Placed:
        """Return an order by the venue's id."""
        return next(each for each in self.orders.values() if each.venue_id == venue_id)

    def trade(self, placed: Placed, lots: int, leg: int = -1) -> VenueFill | None:
        """Fill a part of an open order."""
        lots = min(lots, placed.lots - placed.filled)
        if placed.state is not VenueState.OPEN or not lots:
            return None
        placed.filled += lots
        self.position += placed.side * lots
        if placed.filled == placed.lots:
            placed.state = VenueState.FILLED
        fill = VenueFill(
            fill_id=f"f-{len(self.fills)}",
            venue_id=placed.venue_id,
            instrument=0,
            symbol=SYMBOL,
            side=placed.side,
            price=PRICE,
            size=lots * LOT,
            fee=Decimal("0.05") * lots,
            is_maker=True,
            ts_ns=NOW_NS + len(self.fills),
            order_id=placed.order_ids[leg],
        )
        self.fills.append(fill)
        return fill

    def end(self, placed: Placed, state: VenueState, reason: str) -> bool:
        """End an open order."""
        if placed.state is not VenueState.OPEN:
            return False
        placed.state, placed.reason = state, reason
        return True


class Connection:
    """An executor: one connection to the venue."""

    def __init__(
        self, venue: Venue, verifier: Verifier, luck: Callable[[int], Luck] | None = None
    ) -> None:
        self.venue = venue
        self.inbox: deque[Callable[[ExecutionOwner], None]] = deque()
        self.owner: ExecutionOwner | None = None
        self.asked: list[str] = []
        """Client order ids that the venue was asked for."""
        self._verifier = verifier
        self._luck = luck or (lambda _: Luck.GOOD)

    # ------------------------------------------------------------------------------ the port

    def send(self, orders: Sequence[ApprovedOrder]) -> None:
        for order in orders:
            self._verifier.check(order)
        ids = [order.order_id for order in orders]
        luck = self._luck(ids[0])
        reach("venue-before-place")
        if luck is Luck.REFUSED:
            self._say_each(ids, lambda owner, each: owner.refused(each, "INSUFFICIENT_FUND", ""))
            return
        if luck is Luck.LATE:
            self.venue.late[orders[0].client_order_id] = tuple(orders)
        elif luck is not Luck.LOST:
            placed = self.venue.place(orders)
            reach("venue-placed")
            if luck is Luck.GOOD:
                name = placed.venue_id
                self._say_each(ids, lambda owner, each: owner.accepted(each, name))
        if luck not in (Luck.GOOD, Luck.SILENT):
            self._say_each(ids, lambda owner, each: owner.unknown(each, "no answer"))

    def cancel(self, order_ids: Sequence[int]) -> None:
        for order_id in order_ids:
            placed = self._placed(order_id)
            if placed is None:
                self._say_each(
                    [order_id], lambda owner, each: owner.cancel_refused(each, "UNKNOWN")
                )
            elif self.venue.end(placed, VenueState.CANCELLED, "USER"):
                self.tell_end(placed)
            else:
                self._say_each([order_id], lambda owner, each: owner.cancel_refused(each, "OVER"))
            reach("venue-cancelled")

    async def cancel_found(self, venue_ids: Sequence[str]) -> None:
        for venue_id in venue_ids:
            self.venue.end(self.venue.named(venue_id), VenueState.CANCELLED, "USER")

    async def find(self, order: ApprovedOrder, since_ns: int) -> VenueOrder | None:  # noqa: ARG002
        await self._way()
        self.asked.append(order.client_order_id)
        placed = self._placed(order.order_id)
        for late in list(self.venue.late):
            if self.venue.late[late][0].order_id <= order.order_id:
                self.venue.place(self.venue.late.pop(late))
        return None if placed is None else placed.told

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        await self._way()
        every = self.venue.orders.values()
        return tuple(each.told for each in every if each.state is VenueState.OPEN)

    async def fills(self, since_ns: int) -> tuple[VenueFill, ...]:
        await self._way()
        return tuple(fill for fill in self.venue.fills if fill.ts_ns >= since_ns)

    async def balances(self) -> tuple[VenueBalance, ...]:
        return ()

    async def run(self, owner: ExecutionOwner) -> None:
        self.owner = owner
        owner.whole()
        await asyncio.Event().wait()

    # ------------------------------------------------------------------------ what is to be told

    def tell_fill(self, fill: VenueFill) -> None:
        """Have the owner hear of a fill, twice."""
        for _ in range(2):
            self._say(lambda owner: owner.filled(fill.order_id, fill))

    def tell_end(self, placed: Placed) -> None:
        """Have the owner hear that an order is over."""
        state, reason = placed.state, placed.reason
        self._say_each(placed.order_ids, lambda owner, each: owner.ended(each, state, reason))

    def deliver(self, count: int = 1_000_000) -> None:
        """Let the owner hear what waits, oldest first."""
        while self.inbox and count and self.owner is not None:
            count -= 1
            self.inbox.popleft()(self.owner)

    def _placed(self, order_id: int) -> Placed | None:
        every = self.venue.orders.values()
        return next((each for each in every if order_id in each.order_ids), None)

    async def _way(self) -> None:
        await asyncio.sleep(0)
        if not self.venue.is_reachable:
            raise VenueError("the venue does not answer")

    def _say(self, word: Callable[[ExecutionOwner], None]) -> None:
        self.inbox.append(word)

    def _say_each(self, ids: Sequence[int], word: Callable[[ExecutionOwner, int], None]) -> None:
        for order_id in ids:
            self._say(partial(_about, word, order_id))


def _about(
    word: Callable[[ExecutionOwner, int], None], order_id: int, owner: ExecutionOwner
) -> None:
    word(owner, order_id)
