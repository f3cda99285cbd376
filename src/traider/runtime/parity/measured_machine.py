"""A back-test whose orders take as long at the venue as a run's did.

The kernel's simulated venue schedules what becomes of an order when it is sent: its arrival, the
end of its life, the answer to a cancel. Here the machine halts after each step that wanted orders
and sets those times anew, from what was measured; for what nothing was measured the settings'
latency stands. Fills are told when they happen, as in every back-test.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind, OrderFlag
from traider.kernel.machine import Drained, Machine
from traider.kernel.records import Record
from traider.kernel.specification import KernelSpec
from traider.kernel.venue.answers import SCHEDULED
from traider.runtime.parity.measured_latency import MeasuredLatency
from traider.runtime.parity.order_timing import likeness_of

Chosen = npt.NDArray[np.bool_]
"""Which of the answers under way."""


class MeasuredMachine(Machine):
    """Decider, gate and simulated venue, with the latencies of a run."""

    def __init__(self, spec: KernelSpec, latency: MeasuredLatency) -> None:
        super().__init__(spec, each_decision=True)
        self._latency = latency
        self._taken_back_ns: dict[int, int] = {}
        """When the last cancel of an order is answered."""

    def feed(self, events: EventArray, *, final: bool = False) -> Iterator[Drained]:
        """Run over ``events``; what a step sent takes as long as was measured."""
        for drained in super().feed(events, final=final):
            self._reschedule(drained.events[drained.events["kind"] == Kind.ORDER_INTENT])
            yield drained

    def _reschedule(self, intents: EventArray) -> None:
        if not len(intents):
            return
        is_new = np.zeros(int(self.venue.venue[0]["queued"]), np.bool_)
        for intent in intents:
            places = np.flatnonzero(self.venue.orders["order_id"] == intent["order_id"])
            if intent["flags"] & OrderFlag.CANCEL:
                # No cancel overtakes its order, which may be gone already.
                arrive_ns = int(self.venue.orders["arrive_ns"][places].max(initial=0))
                is_new |= self._delay_cancel(intent, arrive_ns)
            elif len(places):  # the gate may have refused it
                is_new |= self._delay_order(intent, int(places[0]))
        queue = self._queue
        # The next answer stands last, and of equal ones the first that was sent.
        order = np.lexsort((~is_new, -queue["kind"].astype(np.int64), -queue["ts_recv"]))
        queue[:] = queue[order]
        self._drop_late(intents)

    @property
    def _queue(self) -> EventArray:
        return self.venue.queue[: int(self.venue.venue[0]["queued"])]

    def _delay_cancel(self, cancel: Record, least_ns: int) -> Chosen:
        """Answer a cancel in its time, not before ``least_ns``; return what of the queue moved."""
        order_id, now_ns = int(cancel["order_id"]), int(cancel["ts_recv"])
        found = self._of(order_id, Kind.CANCELLED)
        found &= self._queue["ts_recv"] != self._taken_back_ns.get(order_id, 0)
        took_ns = self._latency.cancels.near(likeness_of(cancel), now_ns)
        if took_ns is not None:
            due_ns = max(now_ns + took_ns, least_ns)
            self._set_due(found, due_ns)
            self._taken_back_ns[order_id] = due_ns
        return found

    def _delay_order(self, order: Record, place: int) -> Chosen:
        """Let an order take its time; return what of the queue moved."""
        slot, likeness = self.venue.orders[place], likeness_of(order)
        order_id, now_ns, expire_ns = (int(order[k]) for k in ("order_id", "ts_recv", "expire"))
        arrival, expiry = self._of(order_id, Kind.ACK), self._of(order_id, Kind.EXPIRED)
        took_ns = self._latency.orders.near(likeness, now_ns)
        if took_ns is not None:
            slot["arrive_ns"] = now_ns + took_ns
            self._set_due(arrival, now_ns + took_ns)
        if expire_ns > 0:
            told_ns = expire_ns + (self._latency.expiries.near(likeness, expire_ns) or 0)
            self._set_due(expiry, max(told_ns, int(slot["arrive_ns"])))
        return arrival | expiry

    def _drop_late(self, intents: EventArray) -> None:
        """Let no order be taken that comes when its life is up: it just ends."""
        for order in intents[intents["expire"] > 0]:
            arrival = self._of(int(order["order_id"]), Kind.ACK)
            arrival &= self._queue["ts_recv"] > order["expire"]
            if arrival.any():
                left = self._queue[~arrival].copy()
                self.venue.venue[0]["queued"] = len(left)
                self._queue[:] = left

    def _of(self, order_id: int, kind: Kind) -> Chosen:
        """Return which of the queue are scheduled for an order, of a kind."""
        queue = self._queue
        is_ours = (queue["order_id"] == order_id) & (queue["kind"] == kind)
        return np.asarray(is_ours & (queue["flags"] & SCHEDULED != 0))

    def _set_due(self, chosen: Chosen, due_ns: int) -> None:
        """Let what is scheduled happen at another time."""
        for name in ("ts_event", "ts_recv"):
            self._queue[name][chosen] = due_ns
