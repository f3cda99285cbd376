"""The trace of an order, from the market event before it to its last fill, read from the journal.

    traces = OrderTraces(tracer, instrument_names)
    trader = Trader(parts, standing, [traces])     # it is an EventSink

One trace an order: ``wire`` (the venue's time of the event to ours), ``decide``, ``gate``,
``send``, ``ack``, and one ``fill`` each, with the order's id on the root. It only looks at events
that the trader journals anyway, so trading code knows nothing of traces, and without a tracer
nobody looks.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.ports import Field

OPEN_MAX: Final = 1_000
"""Orders followed at a time; of more, the oldest is let go."""

_FIRST_MARKET, _LAST_MARKET = int(Kind.INSTRUMENT_STATUS), int(Kind.FUNDING)
_ENDS: Final = {
    int(Kind.CANCELLED): "cancelled",
    int(Kind.REJECTED): "rejected",
    int(Kind.EXPIRED): "expired",
}
_FOLLOWED: Final = frozenset(
    {
        int(each)
        for each in (Kind.ACK, Kind.FILL, Kind.UNKNOWN, Kind.ORDER_INTENT, Kind.VERDICT, Kind.SENT)
    }
    | set(_ENDS)
)


class TimedSpan(Protocol):
    """A span whose times are told."""

    def note(self, **fields: Field) -> None:
        """Attach ``fields``."""

    def child(self, name: str, start_ns: int, end_ns: int) -> None:
        """Add a part that began and ended at the given times, ns UTC."""

    def end(self, end_ns: int) -> None:
        """End it."""


class TimedTracer(Protocol):
    """Who opens such spans."""

    def begin(self, name: str, start_ns: int) -> TimedSpan:
        """Begin a trace of its own at ``start_ns``, ns UTC."""


@dataclass
class _Traced:
    """An order under way: its root, and when it last went a step further."""

    root: TimedSpan
    step_ns: int
    sent_ns: int = 0
    """0 until it was sent; a verdict and a SENT that come later are those of its cancel."""


class OrderTraces:
    """Follow the orders among journaled events; ``names`` are those of the instruments.

    An ``EventSink``.
    """

    def __init__(self, tracer: TimedTracer, names: Sequence[str]) -> None:
        self._tracer = tracer
        self._names = tuple(names)
        self._open: OrderedDict[int, _Traced] = OrderedDict()
        self._cause: tuple[int, int, int] | None = None

    @property
    def under_way(self) -> int:
        """Number of orders whose end was not seen yet."""
        return len(self._open)

    def append(self, events: EventArray) -> None:
        """Take events in the order of the journal."""
        # A message is a few events: a loop over plain numbers costs less than calls of NumPy.
        market = -1
        for place, kind in enumerate(events["kind"].tolist()):
            if _FIRST_MARKET <= kind <= _LAST_MARKET:
                market = place
            elif kind in _FOLLOWED:
                if market >= 0:
                    self._remember(events[market])
                self._follow(events[place])
        if market >= 0:
            self._remember(events[market])

    def _remember(self, event: Any) -> None:  # noqa: ANN401 - NumPy gives a record no type
        self._cause = int(event["ts_event"]), int(event["ts_recv"]), int(event["kind"])

    def _follow(self, event: Any) -> None:  # noqa: ANN401 - the same
        kind, now_ns, order_id = int(event["kind"]), int(event["ts_recv"]), int(event["order_id"])
        if kind == Kind.ORDER_INTENT:
            if not int(event["flags"]) & OrderFlag.CANCEL:
                self._begin(event, order_id, now_ns)
            return
        traced = self._open.get(order_id)
        if traced is None:
            return
        if kind in (Kind.VERDICT, Kind.SENT) and traced.sent_ns:
            return
        now_ns = max(now_ns, traced.step_ns)
        if kind in (Kind.ACK, Kind.FILL):
            name = "ack" if kind == Kind.ACK else "fill"
            traced.root.child(name, traced.sent_ns or traced.step_ns, now_ns)
        elif kind in (Kind.VERDICT, Kind.SENT):
            name = "gate" if kind == Kind.VERDICT else "send"
            traced.root.child(name, traced.step_ns, now_ns)
        if kind == Kind.SENT:
            traced.sent_ns = now_ns
        elif kind == Kind.UNKNOWN:
            traced.root.note(unknown=True)
        traced.step_ns = now_ns
        state = _ended(kind, event)
        if state:
            self._end(order_id, state, now_ns)

    def _begin(self, event: Any, order_id: int, now_ns: int) -> None:  # noqa: ANN401 - the same
        at_venue_ns, received_ns, cause = self._cause or (now_ns, now_ns, 0)
        received_ns = min(received_ns, now_ns)
        # A venue's clock may be before ours; an event of ours has no time of a venue.
        start_ns = min(at_venue_ns, received_ns) if at_venue_ns > 0 else received_ns
        root = self._tracer.begin("order", start_ns)
        root.child("wire", start_ns, received_ns)
        root.child("decide", received_ns, now_ns)
        number = int(event["instrument"])
        root.note(
            order_id=f"{order_id:016x}",
            instrument=self._names[number] if number < len(self._names) else str(number),
            side="buy" if int(event["side"]) > 0 else "sell",
            cause=Kind(cause).name.lower() if cause else "none",
        )
        if len(self._open) >= OPEN_MAX:
            self._end(next(iter(self._open)), "let go", now_ns)
        self._open[order_id] = _Traced(root, now_ns)

    def _end(self, order_id: int, state: str, now_ns: int) -> None:
        traced = self._open.pop(order_id)
        traced.root.note(state=state)
        traced.root.end(max(now_ns, traced.step_ns))


def _ended(kind: int, event: Any) -> str:  # noqa: ANN401 - the same
    """Return how an event ends its order; empty when it does not."""
    if kind == Kind.VERDICT:
        return f"refused, code {int(event['code'])}" if int(event["code"]) else ""
    if kind == Kind.FILL:
        return "" if int(event["leaves"]) else "filled"
    return _ENDS.get(kind, "")
