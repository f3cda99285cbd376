"""Orders and cancels on their way to Coinbase: sent at once, in order, each once.

| what | how |
| --- | --- |
| an order with none ahead | at once, where a connection stands ready: it has left when ``send`` \
returns |
| orders of one instrument | one after the other: the next leaves when the one ahead was answered, \
or has had no answer for ``patience_s`` |
| orders of several instruments | at the same time, ``in_flight_max`` of them |
| more orders than ``waiting_max`` wait | the newest is refused unsent: ``TOO_MANY_WAIT`` |
| cancels | those of one turn of the loop in one request; repeated while no answer comes |
| a cancel of an order without an answer | kept until the answer is there; one that has not left \
yet does not leave: ``TAKEN_BACK`` |

An order is never sent twice. What leaves open whether the venue has it is told as unknown, and
whoever owns it asks. The end of the process cuts off what is under way: that is unknown too.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from traider.domain.approvals import ApprovedOrder
from traider.domain.errors import DataError
from traider.domain.fault_points import reach
from traider.domain.ports import Log
from traider.gateway.coinbase_orders import CoinbaseOrders, Work
from traider.gateway.executor import ExecutionOwner
from traider.venues.coinbase.order_entry import (
    Accepted,
    BegunPlace,
    OrderEntry,
    PlaceResult,
    Refused,
    Unknown,
)

TOO_MANY: Final = "TOO_MANY_WAIT"
TAKEN_BACK: Final = "TAKEN_BACK"
NOT_KNOWN: Final = "UNKNOWN_CANCEL_ORDER"
"""The venue's own word for an order that it does not have."""


@dataclass(frozen=True, slots=True)
class SendingTerms:
    """How much may be under way, and how patient sending is."""

    in_flight_max: int = 64
    waiting_max: int = 1024
    patience_s: float = 0.25
    cancel_tries: int = 6
    """How often a cancel without an answer is sent, pauses doubling from ``cancel_pause_s``."""
    cancel_pause_s: float = 0.5


class SentWatcher(Protocol):
    """Whoever hears what becomes of orders."""

    def placed(self, work: Work) -> None:
        """Take note that an order was answered, whatever the answer."""

    def ask(self, venue_id: str) -> None:
        """Look an order up."""


class CoinbaseSending:
    """What is on its way.

    Args:
        entry: sends, and checks approvals.
        orders: what is known of orders.
        log: where differences and lost cancels are written.
        terms: bounds.
    """

    def __init__(
        self, entry: OrderEntry, orders: CoinbaseOrders, log: Log, terms: SendingTerms
    ) -> None:
        self.entry = entry
        self.placing = 0
        """Orders without an answer."""
        self._orders, self._log, self._terms = orders, log, terms
        self._owner: ExecutionOwner | None = None
        self._hearing: SentWatcher | None = None
        self._has_owner = asyncio.Event()
        self._slots = asyncio.Semaphore(terms.in_flight_max)
        self._last: dict[int, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed = asyncio.Event()
        self._fault: BaseException | None = None
        self._cancels: dict[Work, int] = {}

    def start(self, owner: ExecutionOwner, hearing: SentWatcher) -> None:
        """Tell ``owner`` what comes of orders, and ``hearing`` of which to hear."""
        self._owner, self._hearing = owner, hearing
        self._has_owner.set()

    def send(self, orders: Sequence[ApprovedOrder]) -> None:
        """Send orders that belong together; return at once.

        Raises:
            NotApprovedError: one of them has no seal that fits; none is sent.
        """
        self.entry.check(orders)
        try:
            work = self._orders.add(orders)
        except DataError as fault:
            self._later(self._refuse(orders, Refused("UNSUPPORTED_ORDER", fault.line())))
            return
        if self.placing >= self._terms.waiting_max:
            self._orders.drop(work)
            self._later(self._refuse(orders, Refused(TOO_MANY, f"{self.placing} orders wait")))
            return
        ahead = self._last.get(work.instrument)
        begun = None
        if ahead is None and self._has_owner.is_set() and not self._slots.locked():
            reach("executor-place")
            begun = self.entry.begin(orders)
        self.placing += 1
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._last[work.instrument] = done
        self._later(self._place(work, orders, ahead, done, begun))

    def cancel(self, order_ids: Sequence[int]) -> None:
        """Ask for the end of orders; return at once."""
        had = bool(self._cancels)
        for order_id in order_ids:
            work = self._orders.of(order_id)
            if work is None or work.is_over:
                self._later(self._refuse_cancel(order_id, NOT_KNOWN))
            elif not work.venue_id:
                work.wants_cancel = True
            else:
                self._cancels[work] = 1
        if self._cancels and not had:
            self._later(self._send_cancels())

    async def watch(self) -> None:
        """Wait until something on its way fails in a way nobody foresaw; then raise that."""
        await self._failed.wait()
        if self._fault is not None:
            raise self._fault

    async def stop(self, patience_s: float) -> None:
        """Wait a little for what is under way, then cut it off."""
        waiting = {task for task in self._tasks if task is not asyncio.current_task()}
        if waiting:
            _, pending = await asyncio.wait(waiting, timeout=patience_s)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    # --------------------------------------------------------------------------------------- orders

    async def _place(
        self,
        work: Work,
        orders: Sequence[ApprovedOrder],
        ahead: asyncio.Future[None] | None,
        done: asyncio.Future[None],
        begun: BegunPlace | None,
    ) -> None:
        """Send one order when its turn has come, where it has not left yet, and hear its answer."""
        result: PlaceResult = Unknown("the gateway stopped while the order was under way")
        try:
            await self._has_owner.wait()
            if ahead is not None and not ahead.done():
                await asyncio.wait([ahead], timeout=self._terms.patience_s)
            async with self._slots:
                if begun is not None:
                    result = await self.entry.finish(begun)
                    reach("executor-placed")
                elif work.wants_cancel:
                    result = Refused(TAKEN_BACK, "it was taken back before it was sent")
                else:
                    reach("executor-place")
                    result = await self.entry.place(orders)
                    reach("executor-placed")
        finally:
            if not done.done():
                done.set_result(None)
            if self._last.get(work.instrument) is done:
                del self._last[work.instrument]
            self.placing -= 1
            self._answered(work, orders, result)

    def _answered(self, work: Work, orders: Sequence[ApprovedOrder], result: PlaceResult) -> None:
        """Take what came of an order."""
        owner, hearing = self._owner, self._hearing
        if owner is None or hearing is None:
            return
        ids = [order.order_id for order in orders]
        match result:
            case Accepted():
                if result.differs:
                    self._log.error(
                        "an order at the venue differs from the one approved",
                        client_order_id=result.client_order_id,
                        differs=", ".join(result.differs),
                    )
                self._orders.place(work, result.order_id)
                if work.exits is not None:
                    self._orders.place(work.exits, result.attached_order_id)
                for order_id in ids:
                    is_entry = order_id in work.order_ids
                    venue_id = result.order_id if is_entry else result.attached_order_id
                    owner.accepted(order_id, venue_id)
                work.is_accepted = True
                self.resume(work)
            case Refused():
                self._orders.drop(work)
                for order_id in ids:
                    owner.refused(order_id, result.code, result.message)
            case Unknown():
                self._orders.doubt(work)
                for order_id in ids:
                    owner.unknown(order_id, result.why)
        hearing.placed(work)

    def resume(self, work: Work) -> None:
        """Take back an order whose id at the venue is known by now, where that was asked for."""
        if work.wants_cancel and work.venue_id and not work.is_over:
            work.wants_cancel = False
            self.cancel(work.order_ids[:1])

    # -------------------------------------------------------------------------------------- cancels

    async def _send_cancels(self) -> None:
        """Send the cancels that came together."""
        works, self._cancels = self._cancels, {}
        reach("executor-cancel")
        results = await self.entry.cancel([work.venue_id for work in works])
        reach("executor-cancelled")
        owner, hearing = self._owner, self._hearing
        if owner is None or hearing is None:
            return
        for work, tries in works.items():
            match results.get(work.venue_id, Unknown("no answer")):
                case Refused() as refused:
                    for order_id in work.order_ids:
                        owner.cancel_refused(order_id, refused.code)
                    hearing.ask(work.venue_id)
                case Unknown() as unknown:
                    self._log.warning(
                        "a cancel has no answer", venue_id=work.venue_id, why=unknown.why
                    )
                    hearing.ask(work.venue_id)
                    if tries < self._terms.cancel_tries:
                        self._later(self._cancel_again(work, tries))
                case _:
                    continue

    async def _cancel_again(self, work: Work, tries: int) -> None:
        await asyncio.sleep(self._terms.cancel_pause_s * 2 ** (tries - 1))
        if work.is_over:
            return
        had = bool(self._cancels)
        self._cancels[work] = tries + 1
        if not had:
            await self._send_cancels()

    # -------------------------------------------------------------------------------------- answers

    async def _refuse(self, orders: Sequence[ApprovedOrder], refused: Refused) -> None:
        if self._owner is not None:
            for order in orders:
                self._owner.refused(order.order_id, refused.code, refused.message)

    async def _refuse_cancel(self, order_id: int, code: str) -> None:
        if self._owner is not None:
            self._owner.cancel_refused(order_id, code)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        """Keep the fault that something ended by: what became of its orders is not known."""
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._fault = self._fault or task.exception()
            self._failed.set()
