"""The gate asked again and again: one view, many questions.

``GateMachine`` makes sure with each view that the kernel is compiled, which takes longer than to
ask; here that is done once a process.
"""

from functools import cache

from traider.domain.events import EventArray
from traider.kernel.compiled import ready_kernel
from traider.kernel.gate.exposure import Answer
from traider.kernel.gate_step import gate_step
from traider.kernel.records import Gate


class GateView:
    """A view of the gate that is asked, and steps on."""

    def __init__(self, gate: Gate) -> None:
        _make_ready()
        self.gate = gate

    def step(self, events: EventArray, index: int) -> Answer:
        """Show one event; an order is answered with (code, number, limit), and kept if approved."""
        return gate_step(self.gate, events, index, True)  # noqa: FBT003 - compiled code

    def ask(self, orders: EventArray, index: int) -> Answer:
        """Return the answer to an order; nothing is kept."""
        return gate_step(self.gate, orders, index, False)  # noqa: FBT003 - compiled code


@cache
def _make_ready() -> None:
    ready_kernel()
