"""What becomes of orders that people give or take back, as the journal tells it.

A person is told what was done, not what was asked for: whether the gate let the order pass, with
its number and limit where it did not, and what the venue said so far.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from traider.domain.events import EventArray, Kind, OrderFlag
from traider.kernel.codes import Reject

FOLLOWED_MAX: Final = 256
"""Orders that are followed; the oldest are forgotten first."""
_CANCEL: Final = int(OrderFlag.CANCEL)
_ENDS: Final = (Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED)
_WORDS: Final = (Kind.VERDICT, Kind.SENT, Kind.ACK, Kind.FILL, Kind.UNKNOWN, *_ENDS)


@dataclass(slots=True)
class OrderAnswer:
    """What was said of one order since it is followed."""

    instrument: int
    verdict: tuple[int, float, float] | None = None
    """The last one: code, number and limit. That of a cancel replaces the order's."""
    is_sent: bool = False
    is_open: bool = False
    """Whether the venue said that it has it."""
    is_unknown: bool = False
    """Whether nothing was heard from the venue in time."""
    filled_lots: int = 0
    leaves_lots: int = -1
    """What the last fill left; below 0 without one."""
    end: Kind | None = None
    end_code: int = 0
    is_gone: bool = False
    """Whether the venue answered to a cancel that it has no such order; its end is told apart."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.end is not None or self.leaves_lots == 0 or self.is_gone


class OrderAnswers:
    """An ``EventSink`` beside a trader: it is shown every event that was journaled."""

    def __init__(self) -> None:
        self._followed: OrderedDict[int, OrderAnswer] = OrderedDict()
        self.is_giving = False
        """Whether orders that people give are followed from now on, and kept in ``given``."""
        self.given: list[int] = []

    def follow(self, order_id: int, instrument: int) -> None:
        """Follow an order, as if nothing had been said of it yet."""
        self._followed.pop(order_id, None)
        self._followed[order_id] = OrderAnswer(instrument)
        while len(self._followed) > FOLLOWED_MAX:
            self._followed.popitem(last=False)

    def forget(self, order_ids: Iterable[int]) -> None:
        """Follow orders no more."""
        for order_id in order_ids:
            self._followed.pop(order_id, None)

    def of(self, order_id: int) -> OrderAnswer | None:
        """Return what was said of an order; None when it is not followed."""
        return self._followed.get(order_id)

    def append(self, events: EventArray) -> None:
        """Take note of what was journaled."""
        if not self.is_giving and not self._followed:
            return
        kinds = events["kind"]
        if self.is_giving:
            self._follow_given(events)
        wanted = np.isin(kinds, _WORDS) & np.isin(events["order_id"], tuple(self._followed))
        for place in np.flatnonzero(wanted).tolist():
            self._take(events[place : place + 1])

    def _follow_given(self, events: EventArray) -> None:
        kinds = events["kind"]
        for place in np.flatnonzero(kinds[:-1] == int(Kind.MANUAL_ORDER)).tolist():
            intent = events[place + 1]
            is_order = intent["kind"] == int(Kind.ORDER_INTENT)
            if is_order and not int(intent["flags"]) & _CANCEL:
                self.follow(int(intent["order_id"]), int(intent["instrument"]))
                self.given.append(int(intent["order_id"]))

    def _take(self, event: EventArray) -> None:
        answer = self._followed[int(event["order_id"][0])]
        kind = Kind(int(event["kind"][0]))
        if kind is Kind.VERDICT:
            verdict = event["code"][0], event["number"][0], event["limit"][0]
            answer.verdict = int(verdict[0]), float(verdict[1]), float(verdict[2])
        elif kind is Kind.SENT:
            answer.is_sent = True
        elif kind is Kind.FILL:
            answer.is_open = True
            answer.filled_lots += int(event["size"][0])
            answer.leaves_lots = int(event["leaves"][0])
        elif kind is Kind.UNKNOWN:
            answer.is_unknown = True
        elif kind is Kind.ACK:
            answer.is_open = True
        elif kind is Kind.REJECTED and event["code"][0] == Reject.UNKNOWN_ORDER:
            answer.is_gone = True
        else:
            answer.end, answer.end_code = kind, int(event["code"][0])
