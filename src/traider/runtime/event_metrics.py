"""The counters of a running trader, read from the events that it journals.

    counted = EventMetrics(metrics, names, feed="coinbase")
    trader = Trader(parts, standing, [counted])        # it is an EventSink
    counted.tell(now_ns)                               # about once a second

What is journaled is counted once and the same in every mode. Between two tellings only small arrays
are touched, so that a busy market costs the trader a few microseconds a batch.
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from traider.domain import metric_names as names
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.ports import Metrics
from traider.kernel.codes import Verdict

WAITING_MAX: Final = 4_096
"""Intents without a verdict that are remembered; those of a few decisions are usual."""

_KINDS: Final = 256
_INSTRUMENTS: Final = 1 << 16
_NS_PER_S: Final = 1_000_000_000
_FIRST_TICK, _LAST_TICK = int(Kind.DEPTH_SNAPSHOT), int(Kind.MARK)
_FIRST_ANSWER: Final = int(Kind.ACK)
_OF_ORDERS: Final = np.array(
    [
        Kind.GAP, Kind.FILL, Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED, Kind.UNKNOWN,
        Kind.ORDER_INTENT, Kind.VERDICT,
    ],
    dtype=np.uint16,
)  # fmt: skip
_BY_INSTRUMENT: Final = {
    int(Kind.GAP): names.GAPS_TOTAL,
    int(Kind.FILL): names.FILLS_TOTAL,
    int(Kind.CANCELLED): names.ORDERS_CANCELLED_TOTAL,
    int(Kind.EXPIRED): names.ORDERS_CANCELLED_TOTAL,
    int(Kind.REJECTED): names.ORDERS_REJECTED_TOTAL,
    int(Kind.UNKNOWN): names.ORDERS_UNKNOWN_TOTAL,
}


class EventMetrics:
    """Count what is journaled. An ``EventSink``.

    Args:
        metrics: where it is told.
        instruments: names, by number.
        feed: where the events come from, the venue or a recording.
    """

    def __init__(self, metrics: Metrics, instruments: Sequence[str], feed: str) -> None:
        self._metrics = metrics
        self._names = tuple(instruments)
        self._feed = feed
        self._kinds: npt.NDArray[np.int64] = np.zeros(_KINDS, dtype=np.int64)
        self._heard_ns: npt.NDArray[np.int64] = np.zeros(_INSTRUMENTS, dtype=np.int64)
        self._waiting: OrderedDict[int, deque[bool]] = OrderedDict()
        """For each order with intents that await a verdict, whether each is a cancel."""

    def append(self, events: EventArray) -> None:
        """See the next events."""
        kinds = events["kind"]
        if not len(kinds):
            return
        self._kinds += np.bincount(kinds, minlength=_KINDS)
        ticks = (kinds >= _FIRST_TICK) & (kinds <= _LAST_TICK)
        if ticks.any():
            # Of several events of one instrument the last is kept, which is the newest.
            self._heard_ns[events["instrument"][ticks]] = events["ts_recv"][ticks]
        if int(kinds.max()) >= _FIRST_ANSWER or (kinds == Kind.GAP).any():
            for place in np.flatnonzero(np.isin(kinds, _OF_ORDERS)).tolist():
                self._take(int(kinds[place]), events[place])

    def tell(self, now_ns: int) -> None:
        """Write what was counted since the last time, and how old each last tick is.

        ``now_ns`` is the time of the trader's clock, which events are stamped by.
        """
        for kind in np.flatnonzero(self._kinds).tolist():
            count = float(self._kinds[kind])
            self._metrics.count(names.EVENTS_TOTAL, count, kind=_word(kind), feed=self._feed)
            if kind == Kind.TIMER:
                self._metrics.count(names.DECISIONS_TOTAL, count)
        self._kinds[:] = 0
        for number in np.flatnonzero(self._heard_ns).tolist():
            age_s = max(now_ns - int(self._heard_ns[number]), 0) / _NS_PER_S
            self._metrics.set(names.LAST_TICK_AGE_SECONDS, age_s, instrument=self._name(number))

    def _take(self, kind: int, event: Any) -> None:  # noqa: ANN401 - NumPy gives a record no type
        if kind == Kind.ORDER_INTENT:
            self._await(int(event["order_id"]), is_cancel=bool(event["flags"] & OrderFlag.CANCEL))
        elif kind == Kind.VERDICT:
            self._take_verdict(event)
        else:
            name = self._name(int(event["instrument"]))
            self._metrics.count(_BY_INSTRUMENT[kind], instrument=name)
            if kind == Kind.FILL and not event["leaves"]:
                self._metrics.count(names.ORDERS_FILLED_TOTAL, instrument=name)

    def _await(self, order_id: int, *, is_cancel: bool) -> None:
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.popitem(last=False)
        self._waiting.setdefault(order_id, deque()).append(is_cancel)

    def _take_verdict(self, event: Any) -> None:  # noqa: ANN401 - the same
        order_id = int(event["order_id"])
        waiting = self._waiting.get(order_id)
        if not waiting:
            return
        is_cancel = waiting.popleft()
        if not waiting:
            del self._waiting[order_id]
        if is_cancel:
            return
        code = int(event["code"])
        if code == Verdict.APPROVED:
            name = self._name(int(event["instrument"]))
            self._metrics.count(names.ORDERS_SENT_TOTAL, instrument=name)
        else:
            self._metrics.count(names.ORDERS_REFUSED_TOTAL, code=_check(code))

    def _name(self, number: int) -> str:
        return self._names[number] if number < len(self._names) else str(number)


def _word(kind: int) -> str:
    return Kind(kind).name.lower()


def _check(code: int) -> str:
    known = code in Verdict._value2member_map_
    return Verdict(code).name.lower().replace("_", "-") if known else str(code)
