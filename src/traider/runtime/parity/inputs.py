"""Where the events of a journal came from: the market, people and the house, the kernel itself."""

from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.payload_table import PAYLOADS

FOREIGN: Final = (
    Kind.LEADER_EPOCH,
    Kind.RISK_STATE,
    Kind.LATENCY_ESTIMATE,
    Kind.WEIGHTS_CHANGE,
    Kind.THRESHOLDS_CHANGE,
    Kind.LIMITS_CHANGE,
    Kind.MANUAL_ORDER,
    Kind.PAUSE,
    Kind.KILL,
    Kind.REARM,
)
"""Inputs that no back-test of recorded market data has."""
_MODELS: Final = (Kind.MODEL_SCORE, Kind.MODEL_CHANGE)
_NAMES: Final = {
    Kind.LEADER_EPOCH: "start",
    Kind.RISK_STATE: "risk state",
    Kind.LATENCY_ESTIMATE: "latency estimate",
    Kind.WEIGHTS_CHANGE: "weight change",
    Kind.THRESHOLDS_CHANGE: "threshold change",
    Kind.LIMITS_CHANGE: "limit change",
    Kind.MANUAL_ORDER: "manual order",
    Kind.PAUSE: "pause",
    Kind.KILL: "emergency stop",
    Kind.REARM: "re-arming",
}
"""What each of ``FOREIGN`` is called, in the singular."""


def is_market(events: EventArray) -> npt.NDArray[np.bool_]:
    """Return which events a back-test has too: the market, its history, scores of models, time."""
    kinds = events["kind"]
    facts = (kinds < Kind.ACK) & (kinds != Kind.LEADER_EPOCH)
    return np.asarray(facts | np.isin(kinds, _MODELS) | (kinds == Kind.TIMER))


def is_input(events: EventArray) -> npt.NDArray[np.bool_]:
    """Return which events entered a paper run: all but what decider, gate and venue made of them.

    Timers are among them, since they say how far time went; the kernel makes them anew.
    """
    return np.asarray(is_market(events) | np.isin(events["kind"], FOREIGN))


def time_passed(now_ns: int) -> EventArray:
    """Return the input that says that time has passed until ``now_ns``, and nothing else."""
    timer = empty_events(1)
    timer["kind"], timer["version"] = Kind.TIMER, PAYLOADS[Kind.TIMER].version
    timer["ts_event"] = timer["ts_recv"] = now_ns
    return timer


class ForeignInputs:
    """Count the inputs that no back-test has."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def take(self, events: EventArray) -> None:
        """Take the next events."""
        kinds, counts = np.unique(events["kind"], return_counts=True)
        for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
            if kind in _NAMES:
                name = _NAMES[Kind(kind)]
                self.counts[name] = self.counts.get(name, 0) + count

    def line(self) -> str:
        """Return them in words; nothing where there are none."""
        counts = {name: count for name, count in self.counts.items() if name != "start"}
        starts = self.counts.get("start", 0)
        if starts > 1:
            counts["restart"] = starts - 1
        return ", ".join(f"{count:,} {name}{_ending(count)}" for name, count in counts.items())


def _ending(count: int) -> str:
    return "" if count == 1 else "s"
