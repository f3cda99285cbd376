"""The gate's view in which an order was checked, from the view after the step that wanted it.

A machine stops after a step that wants orders, when the gate has remembered those it approved. In a
copy they are taken back; then they are put through it again, one after the other.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from traider.backtest.gate_asking import GateView
from traider.backtest.gate_checks import copied
from traider.domain.events import EVENT, EventArray, Kind, OrderFlag
from traider.kernel.records import Gate

Approvals = tuple[npt.NDArray[np.int64], int]
"""The ring of the times of approvals before the step, and the place of the next."""


def approvals_of(gate: Gate) -> Approvals:
    """Return a copy of the times of approvals, to be given when the next step wants orders."""
    return gate.minute.copy(), int(gate.account[0]["minute_cursor"])


def view_before(gate: Gate, intents: EventArray, approvals: Approvals) -> Gate:
    """Return the view before ``intents``, which the step that just ended wanted, were asked."""
    view = GateView(copied(gate))
    taken_back = np.zeros(1, EVENT)
    # What a breaker counts must not be counted twice: a cancelled order is none of that.
    taken_back["kind"] = Kind.CANCELLED
    for intent in intents[::-1]:
        if not intent["flags"] & OrderFlag.CANCEL:
            taken_back["order_id"] = intent["order_id"]
            view.step(taken_back, 0)
    view.gate.minute[:], view.gate.account[0]["minute_cursor"] = approvals
    return view.gate


def as_asked(view: Gate, intents: EventArray) -> Iterator[tuple[EventArray, Gate]]:
    """Put ``intents`` through ``view`` as the run did; yield each order and the view it meets."""
    machine = GateView(view)
    for at, intent in enumerate(intents):
        if not intent["flags"] & OrderFlag.CANCEL:
            yield intents[at : at + 1], view
        machine.step(intents, at)
