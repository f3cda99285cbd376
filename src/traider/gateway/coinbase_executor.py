"""Coinbase as an executor: approved orders over REST, what becomes of them over the user channel.

    executor = CoinbaseExecutor(session, feed_terms, ...)
    await executor.run(owner)          # hears until cancelled; sends and cancels meanwhile

Works with every exchange that speaks Coinbase's protocol, the local one among them. What an order
of ours is at the venue says ``coinbase_orders``, how orders leave ``coinbase_sending``, how what
became of them comes back ``coinbase_hearing``.

While it runs, connections stand ready for orders (ADR 0021). The token of an order is made ahead,
one at a time, when the order before was answered: with its JSON it takes 0.1 to 0.2 ms.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from traider.domain.approvals import ApprovedOrder, Verifier
from traider.domain.errors import ConfigError
from traider.domain.events import OrderFlag
from traider.domain.instruments import Instrument
from traider.domain.ports import Clock, Log
from traider.gateway.client_ids import ClientIds
from traider.gateway.coinbase_hearing import CoinbaseHearing, HearingTerms
from traider.gateway.coinbase_orders import CoinbaseOrders, first_leg, state_of
from traider.gateway.coinbase_sending import CoinbaseSending, SendingTerms
from traider.gateway.executor import (
    ENTRY_GONE,
    ExecutionOwner,
    VenueBalance,
    VenueFill,
    VenueOrder,
    VenueState,
)
from traider.venues.coinbase.account_reads import OrderFilter
from traider.venues.coinbase.approved_orders import ApprovedOrderTerms
from traider.venues.coinbase.order_entry import OrderEntry, Unknown
from traider.venues.coinbase.rest_messages import Order
from traider.venues.coinbase.rest_session import RestSession
from traider.venues.coinbase.user_feed import UserFeed, UserFeedTerms
from traider.venues.errors import VenueRefusalError, VenueSilenceError

_OPEN: Final = (("PENDING", "QUEUED", "CANCEL_QUEUED", "EDIT_QUEUED"), ("OPEN",))
"""The venue refuses OPEN beside others; it is asked last, so that what becomes open is not missed.
"""
_LIVE: Final = (VenueState.PENDING, VenueState.OPEN)


@dataclass(frozen=True)
class CoinbaseTerms:
    """Where the user channel is, and how orders are made, sent and heard of."""

    feed: UserFeedTerms = field(default_factory=UserFeedTerms)
    orders: ApprovedOrderTerms = field(default_factory=ApprovedOrderTerms)
    sending: SendingTerms = field(default_factory=SendingTerms)
    hearing: HearingTerms = field(default_factory=HearingTerms)
    stop_patience_s: float = 2.0
    """How long the end waits for orders that are under way."""


@dataclass(frozen=True)
class CoinbaseAccess:
    """The account: requests with its key, and the clock that its tokens are judged by."""

    session: RestSession
    wall_clock: Clock
    """The true time, whatever time the exchange lives in."""
    log: Log


class CoinbaseExecutor:
    """Send, cancel, list and hear.

    Args:
        access: the account.
        ids: those of this run.
        instruments: by the number that intents name them with.
        verifier: of the gateway whose orders are sent.
        terms: how.

    Raises:
        ConfigError: the session has no key.
    """

    def __init__(
        self,
        access: CoinbaseAccess,
        ids: ClientIds,
        instruments: Sequence[Instrument],
        verifier: Verifier,
        terms: CoinbaseTerms | None = None,
    ) -> None:
        self._access, self._terms = access, terms or CoinbaseTerms()
        self._key = access.session.key
        if self._key is None:
            raise ConfigError("an executor needs a key", where="Coinbase", fix="give the API key")
        entry = OrderEntry(access.session, verifier, instruments, self._terms.orders)
        self._orders = CoinbaseOrders(ids, instruments)
        self._sending = CoinbaseSending(entry, self._orders, access.log, self._terms.sending)
        self._hearing = CoinbaseHearing(
            access.session, self._orders, self._sending, access.log, self._terms.hearing
        )
        self.feed = UserFeed(
            self._key, self._hearing, access.wall_clock, access.log, self._terms.feed
        )

    async def run(self, owner: ExecutionOwner) -> None:
        """Hear the venue out and tell the owner, until cancelled."""
        self._sending.start(owner, self._hearing)
        async with asyncio.TaskGroup() as tasks:
            warm = tasks.create_task(self._access.session.keep_warm())
            try:
                await self._hearing.run(owner, self.feed)
            finally:
                await self._sending.stop(self._terms.stop_patience_s)
                warm.cancel()

    def send(self, orders: Sequence[ApprovedOrder]) -> None:
        """Send orders of one decision that belong together; what comes of it is told.

        Raises:
            NotApprovedError: one of them has no seal that fits; none is sent.
        """
        self._sending.send(orders)

    def cancel(self, order_ids: Sequence[int]) -> None:
        """Ask for the end of orders; of a leg, for that of both."""
        self._sending.cancel(order_ids)

    async def cancel_found(self, venue_ids: Sequence[str]) -> None:
        """Ask for the end of orders by the venue's ids; what is over already is no fault.

        Raises:
            VenueError: there is no answer.
        """
        results = await self._sending.entry.cancel(venue_ids)
        unknown = [name for name, result in results.items() if isinstance(result, Unknown)]
        if unknown:
            raise VenueSilenceError(
                f"{len(unknown)} cancels have no answer", where="Coinbase", fix="ask again"
            )

    async def find(self, order: ApprovedOrder, since_ns: int) -> VenueOrder | None:
        """Return what the venue has under the order's id; None when it has nothing.

        What is found is told to the owner too, with its fills, as anything that is heard of. The
        exits of an entry that is not over are PENDING: they wake with its end.

        Raises:
            VenueError: the venue cannot be asked.
        """
        intent = order.intent
        flags, symbol = int(intent["flags"][0]), self._symbol(int(intent["instrument"][0]))
        if flags & OrderFlag.CHILD:
            return await self._find_exits(order, symbol, since_ns)
        names = [order.client_order_id]
        if flags & OrderFlag.ONE_CANCELS_OTHER and order.order_id & 1:
            # The odd leg is placed under the even one's id, or under its own when sent alone.
            names.insert(0, self._orders.ids.of(first_leg(order, is_pair=True)))
        for name in names:
            found = await self._hearing.reads.find(name, symbol, since_ns)
            if found is not None:
                told = await self._met(found)
                if order.order_id in told.order_ids:
                    return told
        return None

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        """Return every open order of the account, also those that are not ours.

        Raises:
            VenueError: the venue cannot be asked.
        """
        listed: dict[str, Order] = {}
        for statuses in _OPEN:
            orders = await self._hearing.reads.orders(OrderFilter(statuses=statuses))
            listed |= {order.order_id: order for order in orders}
        return tuple([await self._met(order) for order in listed.values()])

    async def fills(self, since_ns: int) -> tuple[VenueFill, ...]:
        """Return the account's fills since a time of the venue, oldest first.

        Raises:
            VenueError: the venue cannot be asked.
        """
        return await self._hearing.fills(since_ns)

    async def balances(self) -> tuple[VenueBalance, ...]:
        """Return what the account holds of each currency.

        Raises:
            VenueError: the venue cannot be asked.
        """
        accounts = await self._hearing.reads.accounts()
        return tuple(
            VenueBalance(each.currency, each.available + each.held, each.available, each.held)
            for each in accounts
        )

    async def now_ns(self) -> int:
        """Return the venue's clock.

        Raises:
            VenueError: the venue cannot be asked.
        """
        return await self._hearing.venue_ns()

    async def _met(self, order: Order) -> VenueOrder:
        """Take in what REST told of an order."""
        work = await self._hearing.meet(order)
        if work.is_ours:
            self._hearing.met(order)
        return self._orders.venue_order(order, work)

    async def _find_exits(
        self, order: ApprovedOrder, symbol: str, since_ns: int
    ) -> VenueOrder | None:
        """Return the bracket that is attached to an order's entry."""
        name = self._orders.ids.of(first_leg(order, is_pair=False))
        parent = await self._hearing.reads.find(name, symbol, since_ns)
        if parent is None or not parent.attached_order_id:
            return None
        try:
            return await self._met(await self._hearing.reads.order(parent.attached_order_id))
        except VenueRefusalError:
            return self._asleep(parent, order)

    def _asleep(self, parent: Order, order: ApprovedOrder) -> VenueOrder:
        """Return exits of which the venue has no order: not yet, or never."""
        entry = self._orders.meet(parent)
        told = self._orders.venue_order(parent, entry)
        is_gone = state_of(parent.status) not in _LIVE and not told.filled_size
        intent = order.intent
        stop = first_leg(order, is_pair=False) + 1
        number = int(intent["instrument"][0])
        return VenueOrder(
            venue_id=parent.attached_order_id,
            client_order_id=order.client_order_id,
            instrument=number,
            symbol=parent.product_id,
            side=int(intent["side"][0]),
            state=VenueState.CANCELLED if is_gone else VenueState.PENDING,
            size=self._orders.instruments[number].size(int(intent["size"][0])),
            filled_size=told.filled_size * 0,
            reason=ENTRY_GONE if is_gone else "",
            created_ns=told.created_ns,
            order_ids=(stop, stop + 1),
        )

    def _symbol(self, number: int) -> str:
        return self._orders.instruments[number].symbol
