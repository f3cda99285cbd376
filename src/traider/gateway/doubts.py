"""Orders of which it is not known how they stand: the venue is asked, before anything else.

One question after the other about each order, with growing pauses, a few orders at a time. A venue
that has nothing must say so several times, and for some seconds after the order was sent, since it
may show an order late; only then does the order count as never arrived. A venue that cannot be
asked says nothing at all: then the order stays in doubt, and it is asked again.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from traider.domain.approvals import ApprovedOrder
from traider.domain.errors import VenueError
from traider.domain.fault_points import reach
from traider.domain.ports import Clock, Log
from traider.gateway.executor import Executor, VenueFill, VenueOrder, VenueState
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.order_lives import OrderLife

_NS_PER_S: Final = 1_000_000_000
_OPEN: Final = (VenueState.PENDING, VenueState.OPEN)
_EARLIER_NS: Final = 60 * _NS_PER_S
"""Clocks differ: fills are asked for from so long before the order was sent."""


class DoubtsOwner(Protocol):
    """Whoever wants to know what became of orders."""

    def life(self, order_id: int) -> OrderLife | None:
        """Return an order as it stands."""

    def approved(self, life: OrderLife) -> ApprovedOrder:
        """Return the order as the venue was given it."""

    def settle(self, order_id: int, order: VenueOrder, fills: tuple[VenueFill, ...]) -> bool:
        """Take what the venue has; return whether that settles it."""

    def never_arrived(self, order_id: int) -> None:
        """Take note that the venue surely does not have it."""


class Doubts:
    """The orders in doubt, each with a task that asks for it."""

    def __init__(
        self, owner: DoubtsOwner, executor: Executor, terms: GatewayTerms, clock: Clock, lines: Log
    ) -> None:
        self._owner = owner
        self._executor = executor
        self._terms = terms
        self._clock = clock
        self._lines = lines
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(terms.asks_at_once)
        self._failed = asyncio.Event()
        self._fault: BaseException | None = None

    def __len__(self) -> int:
        """Return how many orders are in doubt."""
        return len(self._tasks)

    def ask(self, order_id: int) -> None:
        """Begin to ask for an order, unless that is under way."""
        if order_id not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._resolve(order_id))
            self._tasks[order_id] = task
            task.add_done_callback(self._forgetting(order_id))

    def _forgetting(self, order_id: int) -> Callable[[asyncio.Task[None]], None]:
        def forget(task: asyncio.Task[None]) -> None:
            self._tasks.pop(order_id, None)
            if not task.cancelled() and (fault := task.exception()) is not None:
                self._lines.error("asking for an order failed", order=order_id, why=repr(fault))
                self._fault = self._fault or fault
                self._failed.set()

        return forget

    async def watch(self) -> None:
        """Wait until asking fails in a way nobody foresaw; then raise that."""
        await self._failed.wait()
        if self._fault is not None:
            raise self._fault

    async def settled(self) -> None:
        """Wait until no order is in doubt."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks.values()))

    async def stop(self) -> None:
        """Ask no more."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _resolve(self, order_id: int) -> None:
        pause_s, absences, began_ns = self._terms.ask_pause_s, 0, self._clock.monotonic_ns()
        while True:
            life = self._owner.life(order_id)
            if life is None or life.is_over:
                return
            async with self._turns:
                reach("gateway-before-find")
                is_settled, is_absent = await self._ask(order_id, life)
            if is_settled:
                return
            absences = absences + 1 if is_absent else 0
            waited_s = (self._clock.monotonic_ns() - began_ns) / _NS_PER_S
            if absences >= self._terms.absences_min and waited_s >= self._terms.arrival_s:
                self._owner.never_arrived(order_id)
                return
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, self._terms.ask_pause_s_max)

    async def _ask(self, order_id: int, life: OrderLife) -> tuple[bool, bool]:
        """Ask once; return whether that settles it, and whether the venue has nothing."""
        since_ns = max(0, life.sent_ns - _EARLIER_NS)
        try:
            order = await self._executor.find(self._owner.approved(life), since_ns)
            fills: tuple[VenueFill, ...] = ()
            if order is not None and order.filled_size > 0:
                told = await self._executor.fills(since_ns)
                fills = tuple(fill for fill in told if fill.venue_id == order.venue_id)
        except VenueError as fault:
            self._lines.warning("the venue cannot be asked", order=order_id, why=fault.what)
            return False, False
        reach("gateway-found")
        if order is None:
            return False, True
        return self._owner.settle(order_id, order, fills), False
