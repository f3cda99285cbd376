"""Where the events of a journal came from: the market, people and the house, the kernel itself."""

from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.payload_table import PAYLOADS

SILENT: Final = Kind.LATENCY_ESTIMATE
"""A kind that decider, gate and venue pass over where its words are zero."""
FOREIGN: Final = (
    Kind.GATEWAY_READY,
    Kind.RISK_STATE,
    Kind.LATENCY_ESTIMATE,
    Kind.WEIGHTS_CHANGE,
    Kind.THRESHOLDS_CHANGE,
    Kind.LIMITS_CHANGE,
    Kind.MANUAL_ORDER,
    Kind.PAUSE,
    Kind.KILL,
    Kind.REARM,
    Kind.BREAKER_REARM,
)
"""Inputs that no back-test of recorded market data has."""
_MODELS: Final = (Kind.MODEL_SCORE, Kind.MODEL_CHANGE)
_START: Final = "starts"
_NAMES: Final = {
    Kind.LEADER_EPOCH: _START,
    Kind.GATEWAY_READY: "returns of the gateway",
    Kind.RISK_STATE: "risk states",
    Kind.LATENCY_ESTIMATE: "latency estimates",
    Kind.WEIGHTS_CHANGE: "weight changes",
    Kind.THRESHOLDS_CHANGE: "threshold changes",
    Kind.LIMITS_CHANGE: "limit changes",
    Kind.MANUAL_ORDER: "manual orders",
    Kind.PAUSE: "pauses",
    Kind.KILL: "emergency stops",
    Kind.REARM: "re-armings",
    Kind.BREAKER_REARM: "closed breakers",
}
"""What each of ``FOREIGN`` is called."""


def is_market(events: EventArray) -> npt.NDArray[np.bool_]:
    """Return which events a back-test has too: the market, its history, scores of models, time.

    The word of who leads is among them, as order ids are made of it.
    """
    kinds = events["kind"]
    return np.asarray((kinds < Kind.ACK) | np.isin(kinds, _MODELS) | (kinds == Kind.TIMER))


def is_input(events: EventArray) -> npt.NDArray[np.bool_]:
    """Return which events entered a paper run: all but what decider, gate and venue made of them.

    Timers are among them, since they say how far time went; the kernel makes them anew.
    """
    return np.asarray(is_market(events) | is_foreign(events))


def is_foreign(events: EventArray) -> npt.NDArray[np.bool_]:
    """Return which inputs no back-test of recorded market data has."""
    return np.isin(events["kind"], FOREIGN)


def silenced(events: EventArray, chosen: npt.NDArray[np.bool_]) -> EventArray:
    """Return the events with the ``chosen`` ones made to say nothing, each in its place.

    Order ids, and so what chance draws for an order, come of the places in the journal.
    """
    if not chosen.any():
        return events
    found = events.copy()
    found["kind"][chosen], found["version"][chosen] = SILENT, PAYLOADS[SILENT].version
    for name in ("instrument", "flags", "side", "w0", "w1", "w2", "w3", "w4"):
        found[name][chosen] = 0
    return found


def time_passed(now_ns: int) -> EventArray:
    """Return the input that says that time has passed until ``now_ns``, and nothing else."""
    timer = empty_events(1)
    timer["kind"], timer["version"] = Kind.TIMER, PAYLOADS[Kind.TIMER].version
    timer["ts_event"] = timer["ts_recv"] = now_ns
    return timer


class ForeignInputs:
    """Count the inputs that no back-test has."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def take(self, events: EventArray) -> None:
        """Take the next events."""
        kinds, counts = np.unique(events["kind"], return_counts=True)
        for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
            if kind in _NAMES:
                name = _NAMES[Kind(kind)]
                self._counts[name] = self._counts.get(name, 0) + count

    @property
    def counts(self) -> dict[str, int]:
        """How many there were, by what they are; every run starts once."""
        found = dict(self._counts)
        restarts = found.pop(_START, 1) - 1
        return {"restarts": restarts, **found} if restarts else found
