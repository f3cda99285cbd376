"""Know how every order stands before anything is sent: at the start, and whenever news was missed.

    heard out again ─► each order that is not over is asked for ─► the books are compared ─► ready

Orders that were stopped or asked back meanwhile are taken back as soon as they are found. A
contradiction, and each minute, have the books compared again, without a pause in trading.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from traider.domain.approvals import ApprovedOrder, Approver
from traider.domain.errors import VenueError
from traider.domain.events import EventArray
from traider.domain.fault_points import reach
from traider.domain.instruments import Instrument
from traider.domain.order_states import Sent
from traider.domain.ports import Clock, EventSink, Log
from traider.gateway.account_books import AccountBooks
from traider.gateway.account_entries import read_entry
from traider.gateway.client_ids import ClientIds
from traider.gateway.doubts import Doubts
from traider.gateway.executor import Executor, VenueFill, VenueOrder, VenueState
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.latency import LatencyBook, Stage
from traider.gateway.order_groups import group_key
from traider.gateway.order_lives import OrderLife
from traider.gateway.order_log import OrderLog
from traider.gateway.port import GateAnswer
from traider.gateway.reconcile_port import Cause
from traider.gateway.reconciling import OwnOrder
from traider.gateway.venue_answers import VenueAnswers

_WATCH_S: Final = 0.25
_NS_PER_S: Final = 1_000_000_000
_OPEN: Final = (VenueState.PENDING, VenueState.OPEN)
_OTHER_LEG: Final = "OTHER_LEG_FILLED"

Reconcile = Callable[[Cause], Awaitable[object]]
"""Compares the books with the venue's, and mends what differs."""


class Gate(Protocol):
    """A gate of the gateway's own."""

    def answer(self, intent: EventArray) -> GateAnswer:
        """Return the answer to one intent."""

    def follow(self, events: EventArray) -> None:
        """Follow events of the log."""

    def state(self) -> bytes:
        """Return the state as bytes."""

    def restore(self, state: bytes, since: Iterable[EventArray]) -> None:
        """Set the state to what ``state`` returned, then follow the events ``since``."""


@dataclass(frozen=True, kw_only=True)
class GatewayParts:
    """What a gateway is made of."""

    log: OrderLog
    sink: EventSink
    """Where reports go, in the order of the log."""
    instruments: Sequence[Instrument]
    ids: ClientIds
    approver: Approver
    """The executor has its verifier."""
    clock: Clock
    """Of the trader."""
    lines: Log
    """What an operator reads."""
    gate: Gate | None = None
    """Asked beside the trader's, in a process of its own."""
    latencies: LatencyBook = field(default_factory=LatencyBook)


class _OwnState(msgspec.Struct, frozen=True, array_like=True):
    """What a checkpoint of the log keeps of the gateway."""

    account: bytes = b""
    gate: bytes = b""


async def reconcile_nothing(_: Cause) -> None:
    """Compare nothing: the venue is the trader's own."""


class SettlingGateway(VenueAnswers):
    """The part of the gateway that finds out; see ``OrderGateway``."""

    def __init__(self, parts: GatewayParts, executor: Executor, terms: GatewayTerms) -> None:
        account = AccountBooks(parts.instruments)
        super().__init__(parts.log, parts.sink, account, parts.clock, parts.lines)
        self.terms = terms
        self.reconcile: Reconcile = reconcile_nothing
        """Whoever wires the gateway sets it."""
        self._parts = parts
        self._executor = executor
        self._doubts = Doubts(self, executor, terms, parts.clock, parts.lines)
        self._is_started = self._is_whole = self._is_asked = False
        self._breaks = 0
        """How often news may have been missed: who settles begins again after one."""
        self._is_settled = asyncio.Event()
        self._wake = asyncio.Event()
        self._cause = Cause.START
        self._left_at: dict[int, int] = {}
        """When an order left, on the clock that never goes back, until it is over."""
        self._resume()

    @property
    def is_ready(self) -> bool:
        """Whether it is reconciled with the venue: nothing is sent before."""
        return self._is_started and self._is_whole and self._is_settled.is_set()

    async def run(self) -> None:
        """Hear the venue out, watch over orders without an answer, reconcile; until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._executor.run(self))
                tasks.create_task(self._doubts.watch())
                tasks.create_task(self._watch())
                tasks.create_task(self._compare())
        finally:
            await self._doubts.stop()

    # -------------------------------------------------------------------------- told by the venue

    def whole(self) -> None:
        """Take note that from now on all that becomes of orders is heard."""
        self._is_whole = True
        self._settle(self._cause)

    def broken(self, why: str) -> None:
        """Take note that something may be missed until the next ``whole``."""
        self._lines.warning("news of orders may be missed", why=why)
        self._is_whole = False
        self._breaks += 1
        self._is_settled.clear()
        self._cause = Cause.RECONNECT if self._is_started else Cause.START

    # ----------------------------------------------------------------------- asked by reconciling

    def own_orders(self) -> Sequence[OwnOrder]:
        """Return the orders that were sent and are not over, legs of a pair as one."""
        groups: dict[tuple[int, int], list[OrderLife]] = {}
        for life in self.lives.living():
            if life.sent_ns:
                groups.setdefault(group_key(life.order_id, int(life.flags)), []).append(life)
        return tuple(self._own_order(legs) for legs in groups.values())

    def _own_order(self, legs: Sequence[OrderLife]) -> OwnOrder:
        first = min(legs, key=lambda life: life.order_id)
        instrument = self._parts.instruments[first.instrument]
        legs_lots = sum(life.filled_lots for life in self._legs(first))
        return OwnOrder(
            order_ids=tuple(sorted(life.order_id for life in legs)),
            approved=self.approved(first),
            venue_id=first.venue_id,
            instrument=first.instrument,
            size=instrument.size(first.state.size),
            filled_size=instrument.size(legs_lots),
            sent_ns=first.sent_ns,
        )

    def _legs(self, life: OrderLife) -> tuple[OrderLife, ...]:
        """Return an order and, of a pair, the other leg."""
        other = self.lives.partner(life)
        return (life,) if other is None else (life, other)

    # -------------------------------------------------------------------------- asked by doubts

    def life(self, order_id: int) -> OrderLife | None:
        """Return an order as it stands."""
        return self.lives.get(order_id)

    def approved(self, life: OrderLife) -> ApprovedOrder:
        """Return an order as the venue was given it: its approval is in the log."""
        return self._parts.approver.approve(life.intent, self._parts.ids.of(life.order_id))

    def settle(self, order_id: int, order: VenueOrder, fills: tuple[VenueFill, ...]) -> bool:
        """Take what the venue has under an order's id; return whether that settles it."""
        if order.state is VenueState.REJECTED and order.filled_size == 0:
            self.refused(order_id, order.reason, "")
            return True
        before = self.lives.get(order_id)
        self.accepted(order_id, order.venue_id)
        for fill in fills:
            self.filled(fill.order_id or order_id, fill)
        life = self.lives.get(order_id)
        if before is None or life is None or life.is_over:
            return True
        size = self._parts.instruments[life.instrument].size
        if size(sum(leg.filled_lots for leg in self._legs(life))) < order.filled_size:
            return False  # the list of fills is behind
        if order.state in _OPEN:
            if before.is_acknowledged and life.wants_cancel:
                self._take_back((order_id,))
            return True
        # All fills are counted: of an order that is done, nothing more will trade.
        is_done = order.state is VenueState.FILLED
        is_leg = is_done and len(self._legs(life)) > 1
        state = VenueState.CANCELLED if is_done else order.state
        self.ended(order_id, state, _OTHER_LEG if is_leg else order.reason)
        after = self.lives.get(order_id)
        return after is None or after.is_over

    # --------------------------------------------------------------------------------- its own

    @abstractmethod
    def _cancel_unwanted(self) -> None:
        """Ask for the end of orders that nobody wants any more."""

    def accepted(self, order_id: int, venue_id: str) -> None:
        """Take note that the venue has the order."""
        self._measure(order_id, Stage.ACK)
        super().accepted(order_id, venue_id)

    def filled(self, order_id: int, fill: VenueFill) -> None:
        """Take a fill; one that was counted is passed over."""
        life = self.lives.get(order_id)
        if life is not None and not life.filled_lots:
            self._measure(order_id, Stage.FILL)
        super().filled(order_id, fill)

    def _measure(self, order_id: int, stage: Stage) -> None:
        left_ns = self._left_at.get(order_id)
        if left_ns is not None:
            self._parts.latencies.record(stage, self._clock.monotonic_ns() - left_ns)

    def _follow(self, events: EventArray) -> None:
        if self._parts.gate is not None:
            self._parts.gate.follow(events)

    def _doubt(self, order_id: int) -> None:
        self._doubts.ask(order_id)

    def _dispute(self, why: str) -> None:
        self._lines.error("the books may differ", why=why)
        self._is_asked = True
        self._wake.set()

    def _settle(self, cause: Cause) -> None:
        """Have everything found out again, once the trader has started."""
        self._cause = cause
        self._is_settled.clear()
        self._wake.set()

    async def _compare(self) -> None:
        """Settle when that is due, and compare the books when asked to, and each minute."""
        while True:
            if self._is_started and self._is_whole and not self._is_settled.is_set():
                await self._settle_once()
                continue
            cause = await self._pause()
            if cause is None or not self.is_ready:
                continue
            if not await self._reconciled(cause):
                self._is_asked = True
            if cause is Cause.ASKED:
                await asyncio.sleep(self.terms.asked_pause_s)

    async def _pause(self) -> Cause | None:
        """Wait for a reason to look again; a minute is one."""
        if not (self._is_asked and self.is_ready):
            self._wake.clear()
            try:
                async with asyncio.timeout(self.terms.reconcile_s):
                    await self._wake.wait()
            except TimeoutError:
                return Cause.PERIODIC
        return Cause.ASKED if self._is_asked else None

    async def _settle_once(self) -> None:
        breaks = self._breaks
        for life in self.lives.living():
            if life.sent_ns:
                self._doubts.ask(life.order_id)
        await self._doubts.settled()
        reach("gateway-found-all")
        self._cancel_unwanted()
        is_compared = await self._reconciled(self._cause)
        if is_compared and self._is_whole and breaks == self._breaks:
            reach("gateway-settled")
            self._is_settled.set()
        elif not is_compared:
            await asyncio.sleep(self.terms.ask_pause_s)

    async def _reconciled(self, cause: Cause) -> bool:
        """Compare the books; return whether that could be done."""
        self._is_asked = False
        try:
            await self.reconcile(cause)
        except VenueError as fault:
            self._lines.warning("the books cannot be compared", why=fault.what)
            return False
        self.keep_entries()
        return True

    async def _watch(self) -> None:
        """Take an order for unknown of which nothing is heard."""
        while True:
            await asyncio.sleep(_WATCH_S)
            now_ns = self._clock.monotonic_ns()
            for order_id, left_ns in tuple(self._left_at.items()):
                life = self.lives.get(order_id)
                if life is None or life.is_over:
                    del self._left_at[order_id]
                elif now_ns - left_ns > self.terms.answer_s * _NS_PER_S:
                    self._miss(life)

    def _miss(self, life: OrderLife) -> None:
        """Ask for an order that was not answered in time."""
        if isinstance(life.state, Sent):
            self.unknown(life.order_id, f"no answer for {self.terms.answer_s:g} s")
        elif not life.is_acknowledged:
            self._doubt(life.order_id)

    def _resume(self) -> None:
        """Take up the account and the gate's view as the log has them."""
        kept = _OwnState()
        if self.log.kept_state:
            kept = msgspec.msgpack.decode(self.log.kept_state, type=_OwnState)
            self.account.restore(kept.account)
        for word in self.log.words_since_checkpoint():
            for entry in word.entries:
                self.account.apply(read_entry(bytes(entry)))
        if self._parts.gate is not None:
            self._parts.gate.restore(kept.gate, self.log.since_checkpoint())
        self.log.own_state = self._own_state

    def _own_state(self) -> bytes:
        gate = self._parts.gate
        return msgspec.msgpack.encode(
            _OwnState(self.account.state(), b"" if gate is None else gate.state())
        )
