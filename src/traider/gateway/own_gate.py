"""The gate of a gateway in a process of its own: the kernel's, over a view of its own.

It sees prices through a feed of its own and orders through the gateway's log, never the trader's
view. Its state is kept with the log's checkpoints; marks come anew with the feed.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np

from traider.domain.errors import KernelError
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.payload_table import PAYLOADS
from traider.gateway.port import GateAnswer
from traider.kernel.codes import Verdict
from traider.kernel.machine import GateMachine, arrays_of
from traider.kernel.records import Gate

_BOOKS: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR)
_SEEN: Final = tuple(int(kind) for kind in Kind if kind < Kind.ACK and kind not in _BOOKS)
"""Kinds that may change prices or health; the gate makes nothing of a book's levels."""


class OwnGate:
    """A gate that is asked, and that follows the log."""

    def __init__(self, gate: Gate) -> None:
        self._machine = GateMachine(gate)

    @property
    def gate(self) -> Gate:
        """The gate's arrays, to be read."""
        return self._machine.gate

    def answer(self, intent: EventArray) -> GateAnswer:
        """Return the gate's answer to one intent; nothing is remembered."""
        code, number, limit = self._machine.ask(intent.copy(), 0)
        return int(code), float(number), float(limit)

    def see(self, events: EventArray) -> None:
        """Follow prices."""
        whole = events if events.flags.writeable else events.copy()
        for place in np.flatnonzero(np.isin(whole["kind"], _SEEN)).tolist():
            self._machine.step(whole, place)

    def learn(self, history: EventArray) -> None:
        """Sample the prices of past bars, by rising time; those before the last sample are known.

        Nothing else is taken from them: neither the account's days nor what it was worth.
        """
        gate = self._machine.gate
        since_ns = (int(gate.risk["sampled_at"][0]) + 1) * int(gate.risk["interval_ns"][0])
        is_new = (history["kind"] == Kind.BAR) & (history["ts_recv"] >= since_ns)
        bars = history[is_new].copy()
        kept = gate.account.copy(), gate.daily.copy(), gate.risk["days"].copy()
        for place in range(len(bars)):
            self._machine.step(bars, place)
            if place + 1 == len(bars) or bars["ts_recv"][place + 1] != bars["ts_recv"][place]:
                self.pass_time(int(bars["ts_recv"][place]))
        gate.account[:], gate.daily[:], gate.risk["days"] = kept

    def pass_time(self, now_ns: int) -> None:
        """Note what the account is worth now: losses of a day and falls are measured by that."""
        timer = empty_events(1)
        timer["kind"], timer["version"] = Kind.TIMER, PAYLOADS[Kind.TIMER].version
        timer["ts_event"] = timer["ts_recv"] = now_ns
        self._machine.step(timer, 0)

    def follow(self, events: EventArray) -> None:
        """Follow the log: an approved order is open from its verdict on."""
        whole = events.copy()
        wanted: dict[int, int] = {}
        for place in range(len(whole)):
            kind, order_id = int(whole["kind"][place]), int(whole["order_id"][place])
            if kind == Kind.ORDER_INTENT:
                wanted[order_id] = place
            elif kind == Kind.VERDICT:
                order = wanted.pop(order_id, -1)
                if order >= 0 and whole["code"][place] == Verdict.APPROVED:
                    self._remember(whole, order)
            else:
                self._machine.step(whole, place)

    def _remember(self, events: EventArray, place: int) -> None:
        """Count an approved order as open, whatever prices and limits are by now."""
        gate, k = self._machine.gate, int(events["instrument"][place])
        kept = gate.limits.copy(), gate.account.copy(), gate.markets.copy()
        gate.limits[:] = 0.0
        gate.account["killed"] = gate.account["paused"] = 0
        gate.markets["mark_ts"][k] = events["ts_recv"][place]
        gate.markets["unhealthy"][k] = gate.markets["health"][k] = 0
        if not gate.markets["mark_ticks"][k]:
            levels = (int(events["price"][place]), int(events["trigger"][place]), 1)
            gate.markets["mark_ticks"][k] = next(filter(None, levels))
        self._machine.step(events, place)
        gate.limits[:] = kept[0]
        for name in ("killed", "paused"):
            gate.account[name] = kept[1][name]
        for name in ("mark_ts", "mark_ticks", "unhealthy", "health"):
            gate.markets[name] = kept[2][name]

    def state(self) -> bytes:
        """Return the state as bytes."""
        return b"".join(array.tobytes() for array in arrays_of(self._machine.gate))

    def restore(self, state: bytes, since: Iterable[EventArray]) -> None:
        """Set the state to that of ``state``, then follow the events ``since``.

        Raises:
            KernelError: the bytes are of a gate with other limits, markets or slots.
        """
        arrays = tuple(arrays_of(self._machine.gate))
        if state and len(state) != sum(array.nbytes for array in arrays):
            raise KernelError(
                "the kept state of the gate does not fit",
                fix="start the gateway with the configuration it was stopped with",
            )
        place = 0
        for array in arrays if state else ():
            part = np.frombuffer(state, array.dtype, array.size, place)
            array[...] = part.reshape(array.shape)
            place += array.nbytes
        for events in since:
            self.follow(events)
