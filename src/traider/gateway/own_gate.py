"""The gate of a gateway in a process of its own: the kernel's, over a view of its own.

It sees prices through a feed of its own and orders through the gateway's log, never the trader's
view. Its state is kept with the log's checkpoints; marks come anew with the feed.
"""

from collections.abc import Iterable

import numpy as np

from traider.domain.errors import KernelError
from traider.domain.events import EventArray, Kind
from traider.gateway.port import GateAnswer
from traider.kernel.codes import Verdict
from traider.kernel.gate import approve, observe
from traider.kernel.machine import GateMachine, arrays_of
from traider.kernel.records import Gate


class OwnGate:
    """A gate that is asked, and that follows the log."""

    def __init__(self, gate: Gate) -> None:
        self._machine = GateMachine(gate)

    def answer(self, intent: EventArray) -> GateAnswer:
        """Return the gate's answer to one intent; nothing is remembered."""
        code, number, limit = self._machine.ask(intent.copy(), 0)
        return int(code), float(number), float(limit)

    def see(self, events: EventArray) -> None:
        """Follow prices and commands."""
        whole = events if events.flags.writeable else events.copy()
        for place in range(len(whole)):
            if whole[place]["kind"] != Kind.ORDER_INTENT:
                observe(self._machine.gate, whole[place])

    def follow(self, events: EventArray) -> None:
        """Follow the log: approved orders are open from their verdict on."""
        whole = events.copy()
        wanted: dict[int, int] = {}
        for place in range(len(whole)):
            kind = whole[place]["kind"]
            if kind == Kind.ORDER_INTENT:
                wanted[int(whole[place]["order_id"])] = place
            elif kind == Kind.VERDICT:
                order = wanted.pop(int(whole[place]["order_id"]), -1)
                if order >= 0 and whole[place]["code"] == Verdict.APPROVED:
                    approve(self._machine.gate, whole[order])
            else:
                observe(self._machine.gate, whole[place])

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
