"""The way from the gateway to the simulated venue, which is a part of the trader's kernel.

The gateway's executor hands over what it sends. Verdicts and orders then go into simulated time in
the order of the decision, refused ones too, as they do in a back-test; what comes of them, the
kernel tells with its other events.
"""

from typing import Final

from traider.domain.events import EventArray
from traider.kernel.codes import Verdict
from traider.kernel.live_machine import GateAnswer, LiveMachine, Turn

_APPROVED: Final = int(Verdict.APPROVED)


class PaperVenue:
    """What an executor submits between the begin and the end of one decision."""

    def __init__(self) -> None:
        self._handed: set[tuple[int, int]] = set()

    def begin(self) -> None:
        """Begin with a decision's orders."""
        self._handed.clear()

    def submit(self, order: EventArray) -> None:
        """Take an order, or a cancel, that the gateway sends."""
        self._handed.add(_name(order))

    def finish(self, machine: LiveMachine, turn: Turn) -> None:
        """Put a decision's verdicts, and the orders that were handed over, into simulated time."""
        for place, answer in enumerate(turn.answers):
            intent = turn.intents[place : place + 1]
            told: GateAnswer = answer
            if answer[0] == _APPROVED and _name(intent) not in self._handed:
                # The gate approved it, and the gateway did not send it: it is not ready.
                told = (int(Verdict.NOT_READY), 0.0, 0.0)
            machine.submit(intent, told)


def _name(order: EventArray) -> tuple[int, int]:
    return int(order["order_id"][0]), int(order["flags"][0])
