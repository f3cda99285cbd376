"""One pass of the kernel over some events, and everything it decided on the way."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.kernel.machine import Machine
from traider.kernel.records import DECISION, Records
from traider.kernel.specification import KernelSpec

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """Orders wanted, what was known at each (a row an order), and fills, each in order of time."""

    intents: EventArray
    decisions: Records
    scores: Floats
    features: Floats
    fills: EventArray

    def until(self, ts_ns: int) -> "Trace":
        """Return what was decided and filled up to ``ts_ns``, itself included."""
        wanted = int(np.searchsorted(self.intents["ts_recv"], ts_ns, "right"))
        rows = int(np.searchsorted(self.decisions["ts"], ts_ns, "right"))
        filled = int(np.searchsorted(self.fills["ts_recv"], ts_ns, "right"))
        return Trace(
            self.intents[:wanted],
            self.decisions[:rows],
            self.scores[:rows],
            self.features[:rows],
            self.fills[:filled],
        )


def run_trace(spec: KernelSpec, events: EventArray) -> Trace:
    """Run ``events`` to their end on a machine of its own.

    Raises:
        StrategyError: an alpha raised an exception.
        KernelError: the kernel stopped with a failure code.
    """
    machine = Machine(spec)
    drained = [*machine.feed(events), *machine.feed(empty_events(0), final=True)]
    written = join_events([part.events for part in drained])
    return Trace(
        intents=written[written["kind"] == Kind.ORDER_INTENT],
        decisions=np.concatenate([np.zeros(0, DECISION), *(part.decisions for part in drained)]),
        scores=np.concatenate([part.scores for part in drained]),
        features=np.concatenate([part.features for part in drained]),
        fills=written[written["kind"] == Kind.FILL],
    )
