"""A venue that does everything a venue may do, in any order, to the decider alone.

Requests travel for a while, answers too; orders fill in parts, are refused, rejected or ended by
the venue; of a pair, what one fills the other loses. The venue keeps the truth: what is really held
and really open. Moves are numbers, so that a test can draw them: ``play`` turns each into one of
the moves that are possible at that moment.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from tests.kernel.scenario import START, record
from traider.domain.events import EventArray, Kind, OrderFlag, join_events
from traider.domain.orders import OrderType
from traider.kernel.codes import OWNED_LEG, Reject, Verdict
from traider.kernel.machine import DeciderMachine
from traider.kernel.specification import KernelSpec

SECOND: Final = 1_000_000_000
PAIR: Final = int(OrderFlag.ONE_CANCELS_OTHER)
CANCEL: Final = int(OrderFlag.CANCEL)


@dataclass
class Order:
    """An order as the venue and the wire know it."""

    order_id: int
    side: int
    size: int
    left: int
    flags: int
    price: int
    trigger: int
    arrived: bool = False

    @property
    def kind(self) -> OrderType:
        """Market, limit, stop or stop-limit."""
        return OrderType(self.flags & int(OrderFlag.TYPE_MASK))


class HostileVenue:
    """The decider, the truth, and the messages between them."""

    def __init__(self, spec: KernelSpec, price: int = 1_000) -> None:
        self.machine = DeciderMachine(spec)
        self.spec = spec
        self.now = START
        self.price = price
        self.position = 0
        self.orders: dict[int, Order] = {}
        self.ended: list[EventArray] = []
        self.requests: deque[EventArray] = deque()
        self.answers: deque[EventArray] = deque()
        self.journal: list[EventArray] = []
        self.filled: dict[int, int] = {}
        self.verdict = Verdict.APPROVED
        """On every order, as long as it stands; cancels always pass."""

    # ------------------------------------------------------------------ what the decider is shown

    @property
    def plan(self) -> Any:
        """The decider's plan."""
        return self.machine.decider.plans[0]

    @property
    def slices(self) -> Any:
        """The slices of the plan."""
        return self.machine.decider.slices[0]

    @property
    def works(self) -> Any:
        """The works, buys and sells."""
        return self.machine.decider.works[0]

    @property
    def held(self) -> int:
        """What the decider believes to hold."""
        return int(self.machine.decider.markets[0]["position_lots"])

    def show(self, event: EventArray, *, refuse: bool = False) -> list[EventArray]:
        """Step the decider and send what it wants; the gate refuses all of it if told."""
        self.journal.append(event)
        wanted = [intent.reshape(1) for intent in self.machine.step(event, 0).copy()]
        for intent in wanted:
            self.journal.append(intent)
            code = Verdict.APPROVED
            if not int(intent["flags"][0]) & CANCEL:
                code = Verdict.MAX_SIZE if refuse else self.verdict
            self.answers.appendleft(
                self._answer(Kind.VERDICT, int(intent["order_id"][0]), code=code)
            )
            # Verdicts come before anything the venue says of the order.
            self.answers.rotate(-1)
            if code is Verdict.APPROVED:
                self._send(intent)
        return wanted

    def _send(self, intent: EventArray) -> None:
        order_id, flags = int(intent["order_id"][0]), int(intent["flags"][0])
        self.requests.append(intent)
        if not flags & CANCEL:
            assert order_id not in self.orders
            size = int(intent["size"][0])
            self.orders[order_id] = Order(
                order_id,
                int(intent["side"][0]),
                size,
                size,
                flags,
                int(intent["price"][0]),
                int(intent["trigger"][0]),
            )

    def _answer(self, kind: Kind, order_id: int, **words: int) -> EventArray:
        return record(kind, self.now, order_id=order_id, **words)

    # ----------------------------------------------------------------------------------- its moves

    def tick(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        self.now += int(seconds * SECOND)

    def decide(self, score: float, *, refuse: bool = False) -> list[EventArray]:
        """Close a bar on which the alpha answers ``score``, and let the decision fall."""
        self.tick()
        bar = record(Kind.BAR, self.now, flags=60, volume=round(1000 * (1 + score)))
        for name in ("open", "high", "low", "close"):
            bar[name] = self.price
        self.show(bar, refuse=refuse)
        return self.show(record(Kind.TIMER, self.now), refuse=refuse)

    def move(self, price: int) -> None:
        """Trade at another price."""
        self.tick()
        self.price = max(price, 1)
        self.show(record(Kind.TRADE, self.now, price=self.price))

    def command(self, kind: Kind, **words: int) -> None:
        """Pass on a person's command."""
        self.tick()
        self.show(record(kind, self.now, **words))

    def arrive(self, *, reject: bool = False) -> None:
        """Let the next request reach the venue."""
        request = self.requests.popleft()
        order_id, flags = int(request["order_id"][0]), int(request["flags"][0])
        order = self.orders.get(order_id)
        if flags & CANCEL:
            if order is None or not order.arrived:
                self.answers.append(
                    self._answer(Kind.REJECTED, order_id, code=Reject.UNKNOWN_ORDER)
                )
            else:
                self.end(order, Kind.CANCELLED, Reject.BY_REQUEST)
        elif order is not None:
            self._accept(order, reject=reject)

    def _accept(self, order: Order, *, reject: bool) -> None:
        order.arrived = True
        other = self.orders.get(order.order_id ^ 1)
        if order.flags & PAIR and other is not None:
            order.left = min(order.left, other.left)
        if reject:
            self.end(order, Kind.REJECTED, Reject.NO_ROOM)
        elif order.flags & PAIR and order.order_id & 1 and other is None:
            # The other one was over before it came: so is it.
            self.end(order, Kind.CANCELLED, Reject.OTHER_LEG_FILLED)
        else:
            self.answers.append(self._answer(Kind.ACK, order.order_id, size=order.left))

    def end(self, order: Order, kind: Kind, code: int) -> None:
        """End an order; that of a pair ends the other where it is there."""
        self._close(order, kind, code)
        other = self.orders.get(order.order_id ^ 1)
        if order.flags & PAIR and other is not None and other.arrived:
            self._close(other, Kind.CANCELLED, Reject.OTHER_LEG_FILLED)

    def _close(self, order: Order, kind: Kind, code: int) -> None:
        del self.orders[order.order_id]
        self.answers.append(self._answer(kind, order.order_id, code=code, size=order.left))

    def fill(self, order: Order, lots: int, price: int = 0) -> None:
        """Fill a part of an order that arrived; what has nothing to reduce is ended."""
        lots = min(lots, order.left)
        if order.flags & OrderFlag.REDUCE_ONLY:
            lots = min(lots, max(-order.side * self.position, 0))
            if lots == 0:
                self.end(order, Kind.CANCELLED, Reject.NOTHING_TO_REDUCE)
                return
        self.position += order.side * lots
        order.left -= lots
        self.filled[order.order_id] = self.filled.get(order.order_id, 0) + lots
        self.answers.append(
            self._answer(
                Kind.FILL,
                order.order_id,
                side=order.side,
                size=lots,
                price=price or order.price or order.trigger or self.price,
                leaves=order.left,
            )
        )
        other = self.orders.get(order.order_id ^ 1)
        if order.left == 0:
            del self.orders[order.order_id]
        if order.flags & PAIR and other is not None:
            other.left = max(other.left - lots, 0)
            if other.left == 0 and other.arrived:
                self._close(other, Kind.CANCELLED, Reject.OTHER_LEG_FILLED)

    def deliver(self, *, refuse: bool = False) -> list[EventArray]:
        """Show the decider the next answer."""
        answer = self.answers.popleft()
        answer["ts_event"] = answer["ts_recv"] = self.now
        if answer["kind"][0] in (Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED):
            self.ended.append(answer)
        return self.show(answer, refuse=refuse)

    def repeat_end(self, number: int) -> None:
        """Show an end the decider has seen before once more."""
        again = self.ended[number % len(self.ended)].copy()
        again["ts_event"] = again["ts_recv"] = self.now
        self.show(again)

    def settle_quietly(self) -> None:
        """Let every request arrive and every answer be heard, without a fill."""
        while self.requests or self.answers:
            if self.requests:
                self.arrive()
            else:
                self.deliver()

    def settle(self, *, moves: int = 400) -> None:
        """Let every request arrive and every answer be heard, without a fill but at market."""
        for _ in range(moves):
            if self.requests:
                self.arrive()
            elif self.answers:
                self.deliver()
            else:
                market = [o for o in self.orders.values() if o.kind is OrderType.MARKET]
                if not market:
                    return
                self.fill(market[0], market[0].left)
        raise AssertionError("requests and answers never end")

    @property
    def open_exits(self) -> int:
        """Lots that orders against the plan's side would close, a pair's counted once."""
        side = int(self.plan["side"])
        lots = 0
        for order in self.orders.values():
            if order.side != -side or not order.order_id & OWNED_LEG:
                continue
            partner = self.orders.get(order.order_id ^ 1)
            if order.flags & PAIR and order.order_id & 1 and partner is not None:
                continue
            lots += order.left
        return lots

    def events(self) -> EventArray:
        """Return the journal."""
        return join_events(self.journal)


def choose(options: Iterable[Any], number: int) -> Any:
    """Return the option that a drawn number names."""
    listed = list(options)
    return listed[number % len(listed)]
