"""A plain owner of a Coinbase executor on a real local exchange, for tests of what it tells.

It keeps what a gateway keeps, in memory: orders, fills, the account's books. An order in doubt is
asked for, and one that the venue surely does not have never arrived.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from tests.ports.log import MemoryLog
from tests.venues.coinbase.approved import APPROVER, INSTRUMENTS, approved, intent
from tests.venues.simulated.serving import Client
from traider.domain.approvals import ApprovedOrder
from traider.domain.errors import VenueError
from traider.domain.events import EventArray, OrderFlag
from traider.domain.orders import OrderId, OrderType, TimeInForce
from traider.gateway.account_books import AccountBooks, Booked
from traider.gateway.account_entries import AccountEntry, FillTaken, Opened
from traider.gateway.client_ids import ClientIds
from traider.gateway.coinbase_executor import CoinbaseAccess, CoinbaseExecutor, CoinbaseTerms
from traider.gateway.coinbase_hearing import HearingTerms
from traider.gateway.executor import VenueFill, VenueOrder, VenueState
from traider.gateway.reconciling import OwnOrder
from traider.ops.clock import SystemClock
from traider.venues.backoff import BackoffTerms
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey
from traider.venues.coinbase.user_feed import UserFeedTerms

RUN: Final = "d41a52c0"
IDS: Final = ClientIds(RUN)
PAUSES: Final = BackoffTerms(first_s=0.02, longest_s=0.1, stable_s=60.0)


class ExchangeClock:
    """The time of the exchange that a test runs in its own process."""

    def __init__(self, client: Client) -> None:
        self._desk = client.server.exchange.desk

    def now_ns(self) -> int:
        return self._desk.now_ns

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()


@dataclass
class Life:
    """What was told of one order of ours."""

    group: "Group"
    approved: ApprovedOrder
    venue_id: str = ""
    is_over: bool = False
    ends: list[tuple[VenueState, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    fills: list[VenueFill] = field(default_factory=list)

    @property
    def filled(self) -> Decimal:
        return sum((fill.size for fill in self.fills), Decimal(0))


@dataclass
class Group:
    """Orders that are one at the venue."""

    lives: list[Life] = field(default_factory=list)
    sent_ns: int = 0

    @property
    def size(self) -> Decimal:
        record = self.lives[0].approved.intent
        if int(record["flags"][0]) & OrderFlag.QUOTE_SIZED:
            return Decimal(0)
        return INSTRUMENTS[int(record["instrument"][0])].size(int(record["size"][0]))

    @property
    def filled(self) -> Decimal:
        return sum((life.filled for life in self.lives), Decimal(0))

    @property
    def is_over(self) -> bool:
        return all(life.is_over for life in self.lives)


class Owner:
    """What a gateway hears, and believes."""

    def __init__(self, clock: ExchangeClock) -> None:
        self.account = AccountBooks(INSTRUMENTS)
        self.lives: dict[int, Life] = {}
        self.groups: list[Group] = []
        self.said: list[str] = []
        self.found_orders: list[VenueOrder] = []
        self.unknowns: list[int] = []
        self.cancels_refused: list[tuple[int, str]] = []
        self.events: list[EventArray] = []
        self.entries: list[AccountEntry] = []
        self.halts: list[str] = []
        self.disagreements: list[str] = []
        self.told_twice = 0
        self.at_whole: Callable[[], None] | None = None
        self.executor: CoinbaseExecutor | None = None
        self._clock = clock
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def add(self, orders: Sequence[ApprovedOrder]) -> None:
        """Take orders that are about to be sent together."""
        entries = [order for order in orders if not _flags(order) & OrderFlag.CHILD]
        exits = [order for order in orders if _flags(order) & OrderFlag.CHILD]
        for legs in filter(None, (entries, exits)):
            group = Group(sent_ns=self._clock.now_ns())
            group.lives = [Life(group, order) for order in legs]
            self.groups.append(group)
            self.lives.update((life.approved.order_id, life) for life in group.lives)

    # -------------------------------------------------------------------- told by the executor

    def accepted(self, order_id: int, venue_id: str) -> None:
        life = self.lives[order_id]
        assert life.venue_id in ("", venue_id)
        life.venue_id = venue_id

    def refused(self, order_id: int, code: str, message: str) -> None:
        del message
        self.lives[order_id].refusals.append(code)
        self.lives[order_id].is_over = True

    def unknown(self, order_id: int, why: str) -> None:
        assert why
        self.unknowns.append(order_id)
        if order_id not in self._tasks:
            self._tasks[order_id] = asyncio.create_task(self._resolve(order_id))

    def cancel_refused(self, order_id: int, code: str) -> None:
        self.cancels_refused.append((order_id, code))

    def filled(self, order_id: int, fill: VenueFill) -> None:
        assert fill.order_id == order_id
        if fill.fill_id in self.account.fills:
            self.told_twice += 1
            return
        self.keep(FillTaken(fill))
        life = self.lives[order_id]
        life.fills.append(fill)
        if life.filled == life.group.size:
            life.is_over = True

    def ended(self, order_id: int, state: VenueState, reason: str) -> None:
        life = self.lives[order_id]
        life.is_over = True
        life.ends.append((state, reason))

    def whole(self) -> None:
        if self.at_whole is not None:
            self.at_whole()
        self.said.append("whole")

    def broken(self, why: str) -> None:
        assert why
        self.said.append("broken")

    def found(self, order: VenueOrder) -> None:
        self.found_orders.append(order)

    # -------------------------------------------------------------------- asked by reconciling

    def own_orders(self) -> tuple[OwnOrder, ...]:
        return tuple(
            OwnOrder(
                order_ids=tuple(life.approved.order_id for life in group.lives),
                approved=group.lives[0].approved,
                venue_id=group.lives[0].venue_id,
                instrument=int(group.lives[0].approved.intent["instrument"][0]),
                size=group.size,
                filled_size=group.filled,
                sent_ns=group.sent_ns,
            )
            for group in self.groups
            if not group.is_over
        )

    def keep(self, entry: AccountEntry) -> Booked:
        self.entries.append(entry)
        return self.account.apply(entry)

    def report(self, events: EventArray) -> None:
        self.events += [events[place : place + 1] for place in range(len(events))]

    def halt(self, why: str) -> None:
        self.halts.append(why)

    def disagree(self, why: str) -> None:
        self.disagreements.append(why)

    async def _resolve(self, order_id: int) -> None:
        """Ask for an order until it is known what became of it."""
        assert self.executor is not None
        life, absences = self.lives[order_id], 0
        while not life.is_over and not life.venue_id and absences < 5:
            try:
                found = await self.executor.find(life.approved, life.group.sent_ns - 10**9)
            except VenueError:
                await asyncio.sleep(0.05)
                continue
            if found is not None:
                self.accepted(order_id, found.venue_id)
                break
            absences += 1
            await asyncio.sleep(0.05)
        if absences == 5:
            life.is_over = True
        self._tasks.pop(order_id, None)

    async def stop(self) -> None:
        """Ask no more."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()

    @property
    def is_sure(self) -> bool:
        """Whether nothing is in doubt."""
        return not self._tasks


class Desk:
    """Orders to send, and a view of the exchange as it truly is."""

    def __init__(self, client: Client, owner: Owner, executor: CoinbaseExecutor) -> None:
        self.client, self.owner, self.executor = client, owner, executor
        self._sequences = itertools.count(1)

    def send(self, *records: EventArray) -> list[Life]:
        """Send orders of one decision; their legs stay, their sequence is given here."""
        sequence = next(self._sequences)
        orders = []
        for record in records:
            leg = int(record["order_id"][0]) & 0xFF
            order_id = OrderId(1, sequence, leg).pack()
            record["order_id"] = order_id
            orders.append(approved(record, IDS.of(order_id)))
        self.owner.add(orders)
        self.executor.send(orders)
        return [self.owner.lives[order.order_id] for order in orders]

    def one(self, kind: OrderType, side: int = 1, **words: Any) -> Life:
        """Send one order."""
        return self.send(intent(kind, side, order_id=0, **words))[0]

    def resting(self, price: str = "1000", size: str = "0.01") -> Life:
        """Send an order that rests far below the market."""
        return self.one(OrderType.LIMIT, price=price, size=size)

    def pair(self, stop: str, target: str, side: int = -1, size: str = "0.1") -> list[Life]:
        """Send a stop and a target over the same lots."""
        both = OrderFlag.ONE_CANCELS_OTHER
        return self.send(
            intent(OrderType.STOP, side, both, 128, size=size, trigger=stop),
            intent(OrderType.LIMIT, side, both, 129, size=size, price=target),
        )

    def bracket(self, price: str, stop: str, target: str, size: str = "0.1") -> list[Life]:
        """Send an entry that takes at once what it can, with its exits."""
        child = OrderFlag.CHILD
        return self.send(
            intent(OrderType.LIMIT, 1, 0, 0, TimeInForce.IOC, size=size, price=price),
            intent(OrderType.STOP, -1, child, 1, size=size, trigger=stop),
            intent(OrderType.LIMIT, -1, child, 2, size=size, price=target),
        )

    def cancel(self, *lives: Life) -> None:
        self.executor.cancel([life.approved.order_id for life in lives])

    async def lay(self, kind: str, **fields: Any) -> None:
        """Let something go wrong."""
        await self.client.admin("POST", "/faults", {"kind": kind, **fields})

    async def until(self, is_so: Callable[[], bool], within_s: float = 15.0) -> None:
        async with asyncio.timeout(within_s):
            while not is_so():  # noqa: ASYNC110 - what is waited for tells nobody
                await asyncio.sleep(0.005)

    async def over(self, *lives: Life) -> None:
        """Wait until orders are over and nothing is in doubt."""
        await self.until(lambda: all(life.is_over for life in lives) and self.owner.is_sure)

    def trade_at(self, price: str, symbol: str = "BTC-USD") -> None:
        """Print a trade of the crowd, so that stops see it."""
        desk = self.client.server.exchange.desk
        market = desk.markets[symbol]
        ticks = INSTRUMENTS[0].ticks(Decimal(price))
        desk.print_trade(market, ticks, 1, 1)
        desk.settle(market)

    def best(self, side: int, symbol: str = "BTC-USD") -> Decimal:
        """Return the best price of a side of the book."""
        ticks = self.client.server.exchange.desk.markets[symbol].book.best_ticks(side)
        assert ticks is not None
        return INSTRUMENTS[0].price(ticks)

    async def accounts(self) -> dict[str, Decimal]:
        """Return what the account truly holds."""
        told = await self.client.admin("GET", "/accounts")
        mine = told["owners"][self.client.server.exchange.portfolio.portfolio_id]
        return {name: Decimal(each["total"]) for name, each in mine.items()}

    async def check(self) -> None:
        """Hold the books against the exchange's own: to the last digit, and no order twice."""
        assert dict(self.owner.account.expected()) == await self.accounts()
        told = self.client.server.exchange.portfolio.orders.values()
        names = [order.client_order_id for order in told if order.client_order_id[:8] == RUN]
        assert len(names) == len(set(names))
        fills = [fill.fill_id for life in self.owner.lives.values() for fill in life.fills]
        assert len(fills) == len(set(fills))
        live = {order.client_order_id for order in told if order.is_live and order.client_order_id}
        ours = {
            life.approved.client_order_id for life in self.owner.lives.values() if not life.is_over
        }
        assert {name for name in live if name.startswith(RUN)} <= ours


async def opened(desk: Desk) -> Desk:
    """Note what the account holds before anything is traded."""
    desk.owner.keep(Opened(1, await desk.accounts()))
    return desk


@asynccontextmanager
async def trading(
    client: Client,
    owner: Owner | None = None,
    hearing: HearingTerms | None = None,
    **rest: Any,
) -> AsyncIterator[Desk]:
    """Give a desk whose executor runs, and end what it started."""
    key = ApiKey.read(client.signer.name, client.signer.pem)
    terms = {"timeout_s": 1.0, "private_per_second": 1e6, "first_pause_s": 0.02, **rest}
    rest_terms = RestTerms(base_url=client.server.url(""), **terms)
    feed = UserFeedTerms(
        client.server.url("/ws/user", "ws"), patience_s=0.5, silence_s=2.0, backoff=PAUSES
    )
    async with RestSession(SystemClock(), key, rest_terms) as session:
        owner = owner or Owner(ExchangeClock(client))
        executor = CoinbaseExecutor(
            CoinbaseAccess(session, SystemClock(), MemoryLog()),
            IDS,
            INSTRUMENTS,
            APPROVER.verifier,
            CoinbaseTerms(feed=feed, hearing=hearing or HearingTerms(), stop_patience_s=0.2),
        )
        owner.executor = executor
        running = asyncio.create_task(executor.run(owner))
        desk = Desk(client, owner, executor)
        try:
            await desk.until(lambda: "whole" in owner.said)
            yield desk
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await owner.stop()


def _flags(order: ApprovedOrder) -> int:
    return int(order.intent["flags"][0])
