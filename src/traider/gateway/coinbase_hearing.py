"""What becomes of orders at Coinbase, heard on the user channel and read from REST.

The channel is quick and tells how an order stands; what it traded is read from the list of fills,
which is exact. So the channel says of which orders there is something to fetch:

| the channel says | what is done |
| --- | --- |
| more is filled than was told | the order's fills are read until they make as much, and told |
| it is over | told after its fills; of a bracket the leg that did not trade ends with the other |
| an order that is not known | it is read, and becomes one of ours or is ``found`` |
| it broke | ``broken``; once it is whole again: absent orders are read, and all orders and fills \
since it was whole last, then ``whole`` |

An unknown order waits while orders of ours are without an answer: it may be one of them. Reading
that fails is repeated, with pauses, as long as the process runs. Each fill is told once by one
process, and may be told again by the next.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.domain.fault_points import reach
from traider.domain.ports import Log
from traider.gateway.coinbase_orders import CoinbaseOrders, Work, state_of
from traider.gateway.coinbase_sending import CoinbaseSending
from traider.gateway.executor import (
    ENTRY_GONE,
    OTHER_LEG,
    ExecutionOwner,
    VenueFill,
    VenueState,
)
from traider.venues.coinbase.account_reads import AccountReads, FillFilter, OrderFilter
from traider.venues.coinbase.market_reads import MarketReads
from traider.venues.coinbase.rest_messages import Fill, Order
from traider.venues.coinbase.rest_session import RestSession
from traider.venues.coinbase.user_feed import UserFeed
from traider.venues.coinbase.user_orders import OVER, OrderState, OrderUpdate
from traider.venues.errors import VenueError, VenueRefusalError
from traider.venues.rfc3339 import format_ns

_DAY_NS: Final = 86_400 * 1_000_000_000
_CHUNK: Final = 50
"""Orders whose fills are asked for at once."""
_ZERO: Final = Decimal(0)
_ASKED: Final = "asked"
"""The status of an order that is to be read whatever is known of it."""


@dataclass(frozen=True, slots=True)
class HearingTerms:
    """How patient hearing is."""

    margin_ns: int = 10_000_000_000
    """How far before the last whole word orders and fills are read again, by the venue's clock."""
    mark_s: float = 30.0
    """How often a whole channel moves that time on; it stays two of these behind."""
    first_pause_s: float = 0.02
    longest_pause_s: float = 5.0
    reads_max: int = 8
    """Reads of single orders, after which all recent ones are read at once."""


@dataclass(frozen=True, slots=True)
class _Due:
    """An order of which there is something to fetch."""

    status: str
    filled_size: Decimal
    reason: str = ""


class CoinbaseHearing:
    """Hear the venue out; an owner of the user feed."""

    def __init__(
        self,
        session: RestSession,
        orders: CoinbaseOrders,
        sending: CoinbaseSending,
        log: Log,
        terms: HearingTerms,
    ) -> None:
        self.reads = AccountReads(session)
        self._market = MarketReads(session)
        self._orders, self._sending = orders, sending
        self._log, self._terms = log, terms
        self._owner: ExecutionOwner | None = None
        self._feed: UserFeed | None = None
        self._due: dict[str, _Due] = {}
        self._wakes = asyncio.Event()
        self._since_ns = self._marked_ns = 0
        """Everything before the first was heard or read; the second is the time of the last mark.
        """
        self._wholes = 0
        """Times that the feed broke or was whole: what was begun before is out of date."""
        self._is_whole = False
        self._absent: tuple[str, ...] | None = None
        """Orders to be read before the owner hears that all is whole; None when it did."""

    async def run(self, owner: ExecutionOwner, feed: UserFeed) -> None:
        """Hear until cancelled; what fails meanwhile in a way nobody foresaw is raised."""
        self._owner, self._feed = owner, feed
        self._since_ns = self._marked_ns = await self._first_ns()
        async with asyncio.TaskGroup() as tasks:
            for each in (feed.run(), self._mark(), self._sending.watch(), self._work()):
                tasks.create_task(each)

    # ----------------------------------------------------------------------- told by feed and sends

    def updated(self, update: OrderUpdate) -> None:
        """Take what the channel, or a settled read, tells of an order."""
        work = self._orders.at(update.order_id) or self._orders.named(update.client_order_id)
        if work is None or not work.is_ours:
            self.ask(update.order_id)
            return
        self._orders.place(work, update.order_id)
        if not work.is_over:
            self._put(update.order_id, _Due(update.status, update.filled_size, update.reason))

    def whole(self, absent: tuple[str, ...]) -> None:
        """Take note that the channel tells all from now on."""
        if not self._is_whole or absent:
            self._wholes += 1
            self._is_whole = True
            self._absent = absent
            self._wakes.set()

    def broken(self, why: str) -> None:
        """Take note that something may be lost."""
        self._wholes += 1
        self._is_whole, self._absent = False, None
        if self._owner is not None:
            self._owner.broken(why)

    def placed(self, work: Work) -> None:
        """Take note that an order was answered: the channel is to tell of it."""
        if self._feed is not None and work.venue_id:
            self._feed.expect(work.venue_id)
        self._wakes.set()

    def ask(self, venue_id: str) -> None:
        """Look an order up."""
        self._put(venue_id, _Due(_ASKED, _ZERO))

    def met(self, order: Order) -> None:
        """Take an order that someone read: what is news of it is told."""
        if self._feed is not None:
            self._feed.settle(order)

    # ------------------------------------------------------------------------------ the one worker

    async def _work(self) -> None:
        pause_s = self._terms.first_pause_s
        while True:
            try:
                await self._drain()
                reach("executor-drained")
                await self._catch_up()
                reach("executor-caught-up")
            except VenueError as fault:
                self._log.warning("what became of orders cannot be read yet", why=fault.line())
            is_settled = self._is_settled()
            # Not wait_for: before Python 3.12 it may swallow the cancel that ends this.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if is_settled else pause_s):
                    await self._wakes.wait()
            longer_s = min(pause_s * 2, self._terms.longest_pause_s)
            pause_s = self._terms.first_pause_s if is_settled else longer_s
            self._wakes.clear()

    def _is_settled(self) -> bool:
        """Whether nothing waits that time alone will bring."""
        waits = self._sending.placing > 0  # then an answer wakes the worker
        return self._absent is None and (not self._due or (waits and self._only_strange()))

    def _only_strange(self) -> bool:
        return all(
            due.status == _ASKED and self._orders.at(venue_id) is None
            for venue_id, due in self._due.items()
        )

    def _put(self, venue_id: str, due: _Due) -> None:
        before = self._due.get(venue_id)
        if before is None or before.status == _ASKED or due.status != _ASKED:
            self._due[venue_id] = due
        self._wakes.set()

    async def _drain(self) -> None:
        """Fetch and tell what is due."""
        await self._read_strange()
        known = {
            venue_id: (due, work)
            for venue_id, due in self._due.items()
            if due.status != _ASKED and (work := self._orders.at(venue_id)) is not None
        }
        lacking = [
            venue_id
            for venue_id, (due, work) in known.items()
            if work.is_ours and due.filled_size > work.told_size
        ]
        for first in range(0, len(lacking), _CHUNK):
            chosen = FillFilter(order_ids=lacking[first : first + _CHUNK])
            told = await self.reads.fills(chosen)
            reach("executor-fills-read")
            self._tell_fills(told)
        for venue_id, (due, work) in known.items():
            self._tell_order(venue_id, due, work)

    async def _read_strange(self) -> None:
        """Read orders of which too little is known; tell those that are not ours."""
        for venue_id, due in list(self._due.items()):
            if due.status != _ASKED:
                continue
            if self._orders.at(venue_id) is None and self._sending.placing:
                continue  # it may be the one whose answer is under way
            try:
                order = await self.reads.order(venue_id)
            except VenueRefusalError as fault:
                self._log.warning("an order cannot be read", venue_id=venue_id, why=fault.what)
                self._settle(venue_id, due, None)
                continue
            work = await self.meet(order)
            if self._orders.at(venue_id) is work and work.is_ours:
                state = OrderState.of_rest(order)
                told = _Due(state.status, state.filled_size, state.reason)
                self._settle(venue_id, due, told)
                continue
            if work.is_ours:
                self._log.error("two orders under one id", client_order_id=order.client_order_id)
            self._settle(venue_id, due, None)
            if self._owner is not None:
                self._owner.found(self._orders.venue_order(order, work))

    def _settle(self, venue_id: str, asked: _Due, told: _Due | None) -> None:
        """Put what was read in the place of what was asked, unless there is newer news."""
        if self._due.get(venue_id) is not asked:
            return
        if told is None:
            del self._due[venue_id]
        else:
            self._due[venue_id] = told

    def _tell_fills(self, fills: Iterable[Fill]) -> None:
        """Tell fills of ours that were not told, oldest first."""
        for fill in reversed(list(fills)):
            work = self._orders.at(fill.order_id)
            if work is None or not work.is_ours or fill.entry_id in work.told:
                continue
            told = self._orders.venue_fill(fill, work)
            if self._owner is not None:
                self._owner.filled(told.order_id, told)
            work.told[told.fill_id] = (told.order_id, told.size)

    def _tell_order(self, venue_id: str, due: _Due, work: Work) -> None:
        """Tell how an order stands, once all its fills are told; else it stays due."""
        if self._owner is None or self._due.get(venue_id) is not due:
            return
        if work.told_size < due.filled_size:
            return
        del self._due[venue_id]
        if work.is_over:
            return
        if due.status in OVER:
            self._tell_end(work, due)
            return
        if not work.is_accepted:
            work.is_accepted = True
            for order_id in work.order_ids:
                self._owner.accepted(order_id, venue_id)
        self._sending.resume(work)

    def _tell_end(self, work: Work, due: _Due) -> None:
        """Tell that an order is over: what each of its legs did not trade ended with it."""
        owner = self._owner
        if owner is None:
            return
        self._orders.end(work)
        traded = {order_id for order_id, _ in work.told.values()}
        is_filled = due.status == "FILLED"
        for order_id in work.order_ids:
            if not is_filled:
                owner.ended(order_id, state_of(due.status), due.reason)
            elif len(work.order_ids) > 1 and (order_id not in traded or len(traded) > 1):
                owner.ended(order_id, VenueState.CANCELLED, OTHER_LEG)
            elif len(work.order_ids) == 1:
                owner.ended(order_id, VenueState.FILLED, "")
        exits = work.exits
        if exits is not None and not traded:
            self._orders.end(exits)
            for order_id in exits.order_ids:
                owner.ended(order_id, VenueState.CANCELLED, ENTRY_GONE)

    # ---------------------------------------------------------------------- after a broken channel

    async def _catch_up(self) -> None:
        """Tell all that happened since the last whole word, and then that all is whole."""
        if self._absent is None or self._owner is None:
            return
        wholes, absent = self._wholes, self._absent
        now_ns = await self.venue_ns()
        for venue_id in absent:
            try:
                self.met(await self.reads.order(venue_id))
            except VenueRefusalError as fault:
                self._log.warning("an order cannot be read", venue_id=venue_id, why=fault.what)
        start = format_ns(max(self._since_ns - self._terms.margin_ns, 0))
        for order in await self.reads.orders(OrderFilter(start=start)):
            if self._orders.at(order.order_id) is None:
                self.ask(order.order_id)
            else:
                self.met(order)
        fills = await self.reads.fills(FillFilter(start=start))
        for venue_id in {fill.order_id for fill in fills}:
            if self._orders.at(venue_id) is None:
                self.ask(venue_id)
        await self._drain()
        self._tell_fills(fills)
        if wholes == self._wholes and not (set(absent) & set(self._due)):
            self._since_ns = self._marked_ns = now_ns
            self._absent = None
            self._owner.whole()

    async def _mark(self) -> None:
        """Move on from when orders and fills are read again, two marks behind what was heard."""
        while True:
            await asyncio.sleep(self._terms.mark_s)
            wholes = self._wholes
            try:
                now_ns = await self.venue_ns()
            except VenueError:
                continue  # the next one will do
            if wholes == self._wholes and self._is_whole and self._absent is None:
                self._since_ns, self._marked_ns = self._marked_ns, now_ns

    async def meet(self, order: Order) -> Work:
        """Return what an order stands for, with the order it is attached to read where needed."""
        parent = None
        if self._orders.at(order.order_id) is None and order.originating_order_id:
            try:
                parent = await self.reads.order(order.originating_order_id)
            except VenueRefusalError:
                parent = None
        return self._orders.meet(order, parent)

    async def fills(self, since_ns: int) -> tuple[VenueFill, ...]:
        """Return the account's fills since a time, oldest first."""
        fills = await self.reads.fills(FillFilter(start=format_ns(since_ns)))
        strange = {each.order_id for each in fills if self._orders.at(each.order_id) is None}
        if len(strange) > self._terms.reads_max:
            start = format_ns(max(since_ns - _DAY_NS, 0))
            for order in await self.reads.orders(OrderFilter(start=start)):
                if order.order_id in strange:
                    strange.discard(order.order_id)
                    await self.meet(order)
        works = {name: await self.meet(await self.reads.order(name)) for name in strange}
        told = []
        for fill in reversed(fills):
            work = self._orders.at(fill.order_id) or works[fill.order_id]
            told.append(self._orders.venue_fill(fill, work))
        return tuple(sorted(told, key=lambda each: each.ts_ns))

    async def venue_ns(self) -> int:
        """Return the venue's clock."""
        return (await self._market.server_time()).now_ns

    async def _first_ns(self) -> int:
        """Return the venue's clock, asked until there is an answer."""
        pause_s = self._terms.first_pause_s
        while True:
            try:
                return await self.venue_ns()
            except VenueError as fault:
                self._log.warning("the venue's clock cannot be read yet", why=fault.line())
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, self._terms.longest_pause_s)
