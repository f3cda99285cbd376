"""When a run's orders were taken, its cancels answered and its expiries told, gathered from events.

A venue says when it took an order; the record of the market says when that was known here. An
order meets the market of the venue's moment, which a record stamped on receipt has later: by as
much as the market's own news took (``reception``). A cancel is over, and an order's life is up,
when the trader is told, since that is what its next decision waits for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from traider.domain.events import EventArray, FillFlag, Kind, OrderFlag
from traider.kernel.codes import Reject
from traider.kernel.records import Record

Likeness = tuple[int, int, int]
"""Instrument, side and flags: orders of the same kind, sent to the same market."""

_TAKEN: Final = frozenset({Kind.ACK, Kind.FILL, Kind.REJECTED})
_KINDS: Final = (*sorted(_TAKEN), Kind.CANCELLED, Kind.EXPIRED, Kind.ORDER_INTENT)


@dataclass(frozen=True, slots=True)
class Answered:
    """Something that was asked of the venue, and when it was done."""

    likeness: Likeness
    asked_ns: int
    """Kernel time of the decision; of an expiry, when the order was to end."""
    done_ns: int
    """Of an order, when the venue took it by its own clock; else when the trader was told."""


@dataclass(slots=True)
class _Sent:
    likeness: Likeness
    decided_ns: int
    expire_ns: int
    taken_ns: int = 0


@dataclass
class OrderTiming:
    """Take a run's events, in order. What is kept grows with its orders."""

    cancels: list[Answered] = field(default_factory=list)
    expiries: list[Answered] = field(default_factory=list)
    _sent: dict[int, _Sent] = field(default_factory=dict)
    _asked_back: dict[int, tuple[Likeness, int]] = field(default_factory=dict)

    def take(self, events: EventArray) -> None:
        """Take the next events."""
        for event in events[np.isin(events["kind"], _KINDS)]:
            if event["kind"] == Kind.ORDER_INTENT:
                self._ask(event)
            else:
                self._answer(event)

    @property
    def orders(self) -> Sequence[Answered]:
        """Orders that the venue answered, in order of decision."""
        return [
            Answered(each.likeness, each.decided_ns, each.taken_ns)
            for each in self._sent.values()
            if each.taken_ns
        ]

    def _ask(self, intent: Record) -> None:
        order_id, now_ns = int(intent["order_id"]), int(intent["ts_recv"])
        likeness = likeness_of(intent)
        if likeness[2] & OrderFlag.CANCEL:
            self._asked_back.setdefault(order_id, (likeness, now_ns))
        else:
            self._sent[order_id] = _Sent(likeness, now_ns, int(intent["expire"]))

    def _answer(self, event: Record) -> None:
        order_id, kind = int(event["order_id"]), int(event["kind"])
        told_ns, venue_ns = int(event["ts_recv"]), int(event["ts_event"])
        # An order that ended otherwise meanwhile says nothing about the cancel; that the venue does
        # not know it any more does.
        is_unknown = kind == Kind.REJECTED and event["code"] == Reject.UNKNOWN_ORDER
        is_taken_back = kind == Kind.CANCELLED and event["code"] == Reject.BY_REQUEST
        if (is_unknown or is_taken_back) and order_id in self._asked_back:
            likeness, asked_ns = self._asked_back.pop(order_id)
            self.cancels.append(Answered(likeness, asked_ns, told_ns))
        sent = self._sent.get(order_id)
        if sent is None or is_unknown:
            return
        if kind in _TAKEN:
            # A time before the decision cannot be the venue's.
            taken_ns = venue_ns if sent.decided_ns <= venue_ns <= told_ns else told_ns
            if kind == Kind.FILL and event["flags"] & FillFlag.MAKER:
                taken_ns -= 1  # it rested before the trade came
            sent.taken_ns = min(sent.taken_ns or taken_ns, taken_ns)
        elif kind == Kind.EXPIRED and sent.expire_ns > 0:
            self.expiries.append(Answered(sent.likeness, sent.expire_ns, told_ns))


def likeness_of(intent: Record) -> Likeness:
    """Return what makes an order like another."""
    return int(intent["instrument"]), int(intent["side"]), int(intent["flags"])
