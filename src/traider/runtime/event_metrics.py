"""The counters of a running trader, read from the events that it journals.

    counted = EventMetrics(metrics, names, feed="coinbase")
    trader = Trader(parts, standing, [counted])        # it is an EventSink
    counted.tell(now_ns)                               # about once a second

What is journaled is counted once and the same in every mode. Between two tellings only plain
numbers are touched, so that a busy market costs the trader a few microseconds a message.
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any, Final

from traider.domain import metric_names as names
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.ports import Metrics
from traider.kernel.codes import Verdict

WAITING_MAX: Final = 4_096
"""Intents without a verdict that are remembered; those of a few decisions are usual."""

_KINDS: Final = 1 + max(Kind)
_NS_PER_S: Final = 1_000_000_000
_FIRST_TICK, _LAST_TICK = int(Kind.DEPTH_SNAPSHOT), int(Kind.MARK)
_BY_INSTRUMENT: Final = {
    int(Kind.GAP): names.GAPS_TOTAL,
    int(Kind.FILL): names.FILLS_TOTAL,
    int(Kind.CANCELLED): names.ORDERS_CANCELLED_TOTAL,
    int(Kind.EXPIRED): names.ORDERS_CANCELLED_TOTAL,
    int(Kind.REJECTED): names.ORDERS_REJECTED_TOTAL,
    int(Kind.UNKNOWN): names.ORDERS_UNKNOWN_TOTAL,
}
_OF_ORDERS: Final = frozenset({int(Kind.ORDER_INTENT), int(Kind.VERDICT), *_BY_INSTRUMENT})


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
        self._kinds = [0] * _KINDS
        self._heard_ns: dict[int, int] = {}
        self._waiting: OrderedDict[int, deque[bool]] = OrderedDict()
        """For each order with intents that await a verdict, whether each is a cancel."""

    def append(self, events: EventArray) -> None:
        """See the next events."""
        # Lists of plain numbers cost less than calls of NumPy: a message is a few events, and
        # most often changes of one book.
        kinds, numbers = events["kind"].tolist(), events["instrument"].tolist()
        if _is_one(kinds) and _is_one(numbers) and _FIRST_TICK <= kinds[0] <= _LAST_TICK:
            self._kinds[kinds[0]] += len(kinds)
            self._heard_ns[numbers[0]] = int(events["ts_recv"][-1])
            return
        times = events["ts_recv"].tolist()
        for place, (kind, number, ts_ns) in enumerate(zip(kinds, numbers, times, strict=True)):
            self._kinds[kind] += 1
            if _FIRST_TICK <= kind <= _LAST_TICK:
                self._heard_ns[number] = ts_ns
            elif kind in _OF_ORDERS:
                self._take(kind, events[place])

    def tell(self, now_ns: int) -> None:
        """Write what was counted since the last time, and how old each last tick is.

        ``now_ns`` is the time of the trader's clock, which events are stamped by.
        """
        for kind, count in enumerate(self._kinds):
            if not count:
                continue
            self._metrics.count(names.EVENTS_TOTAL, count, kind=_word(kind), feed=self._feed)
            if kind == Kind.TIMER:
                self._metrics.count(names.DECISIONS_TOTAL, count)
        self._kinds = [0] * _KINDS
        for number, ts_ns in self._heard_ns.items():
            age_s = max(now_ns - ts_ns, 0) / _NS_PER_S
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


def _is_one(values: list[int]) -> bool:
    """Whether all of ``values`` are the same, and there are some."""
    return bool(values) and values.count(values[0]) == len(values)


def _word(kind: int) -> str:
    return Kind(kind).name.lower()


def _check(code: int) -> str:
    known = code in Verdict._value2member_map_
    return Verdict(code).name.lower().replace("_", "-") if known else str(code)
