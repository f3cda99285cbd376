"""The lives of all orders that are not over, and of those that ended last.

The book is driven by events alone, in the order of the log, so it is the same after a restart. A
step that an order's life cannot take is returned, never raised: what the event says did happen
(money moved), so it is counted, and whoever keeps the log must reconcile.

Two orders over the same lots (a pair, or the two exits of a bracket) lose what the other fills, so
what is left of one counts the fills of both.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from traider.domain.events import EVENT, EventArray, Kind, OrderFlag
from traider.domain.intent_words import words_of
from traider.domain.order_states import (
    AckReport,
    CancelReport,
    CancelWish,
    ExpireReport,
    FillReport,
    Illegal,
    OrderReport,
    OrderState,
    Pending,
    RejectReport,
    SendReport,
    SilenceReport,
    advance,
    is_final,
)
from traider.domain.orders import LEG_BITS, OrderType
from traider.kernel.codes import Reject, Verdict

ENDED_KEPT: Final = 4096
"""Ended orders that stay in memory: late news comes soon, or is looked up in the log."""

UNJUDGED_MAX: Final = 4096
"""Intents of which the verdict has yet to come: those of a few decisions."""
_LEG_MASK: Final = (1 << LEG_BITS) - 1
_STOP_LEG, _TARGET_LEG = 1, 2
_EXIT: Final = OrderFlag.CHILD | OrderFlag.ONE_CANCELS_OTHER | OrderFlag.REDUCE_ONLY
_STOPS: Final = (OrderType.STOP, OrderType.STOP_LIMIT)
_UNKNOWN_ORDER: Final = int(Reject.UNKNOWN_ORDER)


@dataclass(frozen=True, slots=True)
class OrderLife:
    """An order, and how it stands."""

    record: bytes
    """Its intent."""
    state: OrderState
    is_acknowledged: bool = False
    """Whether the venue is known to have, or to have had, it."""
    wants_cancel: bool = False
    filled_lots: int = 0
    sent_ns: int = 0
    heard_ns: int = 0
    """When something was last said about it."""
    venue_id: str = ""
    fill_ids: frozenset[str] = frozenset()
    """Fills that were counted."""
    word: str = ""
    """The venue's own word for how it ended, where it gave one."""

    @property
    def intent(self) -> EventArray:
        """The intent as an array of one, not to be written to."""
        return np.frombuffer(self.record, dtype=EVENT)

    @property
    def order_id(self) -> int:
        """The packed id."""
        return words_of(self.record).order_id

    @property
    def instrument(self) -> int:
        """The instrument's number in the run."""
        return words_of(self.record).instrument

    @property
    def side(self) -> int:
        """+1 to buy, -1 to sell."""
        return words_of(self.record).side

    @property
    def flags(self) -> OrderFlag:
        """Type and terms."""
        return OrderFlag(words_of(self.record).flags)

    @property
    def is_over(self) -> bool:
        """Whether its life has ended."""
        return is_final(self.state)


@dataclass(frozen=True, slots=True)
class IllegalStep:
    """An event that an order's life does not allow; None where no such order is known."""

    order_id: int
    event: bytes
    illegal: Illegal | None


class OrderLives:
    """Orders by packed id."""

    def __init__(self, ended_kept: int = ENDED_KEPT) -> None:
        self._living: dict[int, OrderLife] = {}
        self._ended: OrderedDict[int, OrderLife] = OrderedDict()
        self._ended_kept = ended_kept
        self.unjudged: list[tuple[int, bool]] = []
        """Intents that wait for their verdict: the order, and whether it is to be taken back."""
        self.position_lots: dict[int, int] = {}
        """What all fills and adjustments add up to, by instrument."""

    def living(self) -> tuple[OrderLife, ...]:
        """Return the orders that are not over, oldest first."""
        return tuple(self._living.values())

    def ended(self) -> tuple[OrderLife, ...]:
        """Return the ended orders that are still in memory."""
        return tuple(self._ended.values())

    def __len__(self) -> int:
        """Return how many orders are not over."""
        return len(self._living)

    def get(self, order_id: int) -> OrderLife | None:
        """Return an order that is in memory."""
        return self._living.get(order_id) or self._ended.get(order_id)

    def put(self, life: OrderLife) -> None:
        """Take in an order as it stands: from a checkpoint, or from the log."""
        order_id = life.order_id
        if not life.is_over:
            self._living[order_id] = life
            return
        self._living.pop(order_id, None)
        self._ended[order_id] = life
        self._ended.move_to_end(order_id)
        while len(self._ended) > self._ended_kept:
            self._ended.popitem(last=False)

    def forget_living(self) -> None:
        """Drop the orders that are not over: how they stand is told anew."""
        self._living.clear()

    def by_venue_id(self, venue_id: str) -> tuple[OrderLife, ...]:
        """Return the orders in memory that are one order at the venue: a pair has both legs."""
        return tuple(life for life in self._everyone() if life.venue_id == venue_id)

    def guards(self, life: OrderLife) -> bool:
        """Return whether an order protects a position: an exit, or a stop against what is held."""
        if life.flags & _EXIT:
            return True
        held_lots = self.position_lots.get(life.instrument, 0)
        is_stop = int(life.flags & OrderFlag.TYPE_MASK) in _STOPS
        return is_stop and life.side * held_lots < 0

    def _everyone(self) -> Iterator[OrderLife]:
        yield from self._living.values()
        yield from self._ended.values()

    def leaves_after(self, life: OrderLife, lots: int) -> int:
        """Return what is left of an order after a further fill of ``lots``; never below zero."""
        if life.flags & OrderFlag.QUOTE_SIZED:
            return 1  # how many lots the money buys is known when the venue says that it is over
        other = self.partner(life)
        taken = life.filled_lots + lots + (other.filled_lots if other is not None else 0)
        return max(0, life.state.size - taken)

    def partner(self, life: OrderLife) -> OrderLife | None:
        """Return the order that loses what this one fills."""
        flags = life.flags
        if flags & OrderFlag.ONE_CANCELS_OTHER:
            return self.get(life.order_id ^ 1)
        leg = life.order_id & _LEG_MASK
        if flags & OrderFlag.CHILD and leg in (_STOP_LEG, _TARGET_LEG):
            other = self.get(life.order_id ^ (_STOP_LEG ^ _TARGET_LEG))
            return other if other is not None and other.flags & OrderFlag.CHILD else None
        return None

    # ----------------------------------------------------------------------------- being driven

    def take(self, events: EventArray) -> tuple[IllegalStep, ...]:
        """Follow events of the log; return the steps that cannot be."""
        found: list[IllegalStep] = []
        for place in range(len(events)):
            event = events[place : place + 1]
            kind = int(event["kind"][0])
            if kind == Kind.ORDER_INTENT:
                self._want(event)
            elif kind == Kind.VERDICT:
                found += self._judge(event)
            elif kind in _STEPS:
                found += self._step(event, kind)
            elif kind == Kind.RECONCILE_ADJUSTMENT:
                self._move(int(event["instrument"][0]), int(event["size"][0]))
        return tuple(found)

    def _want(self, event: EventArray) -> None:
        """Take in an intent: a new order, or the wish to take one back."""
        order_id = int(event["order_id"][0])
        is_cancel = bool(int(event["flags"][0]) & OrderFlag.CANCEL)
        self.unjudged.append((order_id, is_cancel))
        del self.unjudged[:-UNJUDGED_MAX]
        life = self.get(order_id)
        if not is_cancel and life is None:
            self.put(OrderLife(event.tobytes(), Pending(max(1, int(event["size"][0])))))
        elif is_cancel and life is not None and not life.is_over:
            # One that is not sent yet is: its intent is before this one, and so will be its answer.
            after = life.state
            if not isinstance(after, Pending):
                after = _after(after, CancelWish())
            self.put(replace(life, state=after, wants_cancel=True))

    def _judge(self, event: EventArray) -> Iterator[IllegalStep]:
        """Refuse an order; of the wish to take one back nothing is said about the order."""
        order_id, code = int(event["order_id"][0]), int(event["code"][0])
        asked = next((each for each in self.unjudged if each[0] == order_id), (order_id, False))
        if asked in self.unjudged:
            self.unjudged.remove(asked)
        if code != Verdict.APPROVED and not asked[1]:
            yield from self._report(event, RejectReport(code))

    def _step(self, event: EventArray, kind: int) -> Iterator[IllegalStep]:
        code = int(event["code"][0])
        if kind == Kind.REJECTED and code == _UNKNOWN_ORDER:
            return  # the answer to a cancel: nothing is said about the order
        if kind == Kind.FILL:
            yield from self._fill(event)
            return
        reports: dict[int, OrderReport] = {
            Kind.SENT: SendReport(),
            Kind.ACK: AckReport(),
            Kind.CANCELLED: CancelReport(),
            Kind.REJECTED: RejectReport(code),
            Kind.EXPIRED: ExpireReport(),
            Kind.UNKNOWN: SilenceReport(),
        }
        yield from self._report(event, reports[kind])

    def _fill(self, event: EventArray) -> Iterator[IllegalStep]:
        lots = int(event["size"][0])
        self._move(int(event["instrument"][0]), int(event["side"][0]) * lots)
        order_id = int(event["order_id"][0])
        life = self.get(order_id)
        if life is not None:
            self.put(replace(life, filled_lots=life.filled_lots + lots))
        yield from self._report(event, FillReport(int(event["leaves"][0])))

    def _move(self, instrument: int, lots: int) -> None:
        self.position_lots[instrument] = self.position_lots.get(instrument, 0) + lots

    def _report(self, event: EventArray, report: OrderReport) -> Iterator[IllegalStep]:
        order_id = int(event["order_id"][0])
        life = self.get(order_id)
        if life is None:
            yield IllegalStep(order_id, event.tobytes(), None)
            return
        after = advance(life.state, report)
        if isinstance(after, Illegal):
            yield IllegalStep(order_id, event.tobytes(), after)
            return
        now_ns = int(event["ts_recv"][0])
        is_sent = isinstance(report, SendReport)
        self.put(
            replace(
                life,
                state=after,
                is_acknowledged=life.is_acknowledged or isinstance(report, _FROM_VENUE),
                sent_ns=now_ns if is_sent and not life.sent_ns else life.sent_ns,
                heard_ns=now_ns,
            )
        )

    # ------------------------------------------------------------------ told beside the events

    def name(self, order_id: int, venue_id: str) -> None:
        """Note the id that an order has at the venue."""
        life = self.get(order_id)
        if life is not None and venue_id:
            self.put(replace(life, venue_id=venue_id))

    def count_fill(self, order_id: int, fill_id: str) -> None:
        """Note that a fill was counted."""
        life = self.get(order_id)
        if life is not None:
            self.put(replace(life, fill_ids=life.fill_ids | {fill_id}))

    def explain(self, order_id: int, word: str) -> None:
        """Note the venue's word for what became of an order."""
        life = self.get(order_id)
        if life is not None and word:
            self.put(replace(life, word=word))


_STEPS: Final = frozenset(
    {
        Kind.SENT,
        Kind.ACK,
        Kind.FILL,
        Kind.CANCELLED,
        Kind.REJECTED,
        Kind.EXPIRED,
        Kind.UNKNOWN,
    }
)
_FROM_VENUE: Final = (AckReport, FillReport, CancelReport, ExpireReport)


def _after(state: OrderState, report: OrderReport) -> OrderState:
    """Return the state after a report that is never illegal there, or as it was."""
    after = advance(state, report)
    return state if isinstance(after, Illegal) else after
