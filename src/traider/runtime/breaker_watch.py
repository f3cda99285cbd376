"""The watch over circuit breakers: each change is logged, told to a person, and counted."""

from collections.abc import Sequence

import numpy as np

from traider.domain.events import EventArray, Kind
from traider.domain.metric_names import BREAKER_CHANGES_TOTAL
from traider.domain.ports import Alert, AlertChannel, Log, Metrics, Severity
from traider.kernel.breaker_records import ACCOUNT_FLAG, STATE_SHIFT, Action, Breaker, BreakerState
from traider.runtime.breaker_specs import action_name, breaker_name, breaker_words

_ACTION_MASK = (1 << STATE_SHIFT) - 1
_TITLES = {
    BreakerState.TRIPPED: "a circuit breaker tripped",
    BreakerState.CLOSED: "a circuit breaker closed by itself",
    BreakerState.REARMED: "a circuit breaker was closed by a person",
}


class BreakerWatch:
    """Tell each BREAKER event once. An ``EventSink`` of what is journaled."""

    def __init__(
        self, alerts: AlertChannel, metrics: Metrics, log: Log, instruments: Sequence[str]
    ) -> None:
        self._alerts, self._metrics, self._log = alerts, metrics, log
        self._names = tuple(instruments)

    def append(self, events: EventArray) -> None:
        """See the next events."""
        for place in np.flatnonzero(events["kind"] == int(Kind.BREAKER)).tolist():
            self._tell(events[place : place + 1])

    def _tell(self, event: EventArray) -> None:
        flags, breaker = int(event["flags"][0]), Breaker(int(event["code"][0]))
        state = BreakerState(flags >> STATE_SHIFT & _ACTION_MASK)
        action = Action(flags & _ACTION_MASK)
        name = breaker_name(breaker)
        where = "" if flags & ACCOUNT_FLAG else self._names[int(event["instrument"][0])]
        words = breaker_words(breaker, float(event["number"][0]), float(event["limit"][0]))
        detail = f"{name}{f' of {where}' if where else ''}: {words}; {action_name(action)}"
        severity = Severity.INFO
        if state is BreakerState.TRIPPED:
            severity = Severity.WARNING if action is Action.ALERT else Severity.CRITICAL
        self._log.warning(_TITLES[state], breaker=name, instrument=where, told=detail)
        key = f"breaker:{name}{f':{where}' if where else ''}"
        self._alerts.send(Alert(key, severity, _TITLES[state], detail))
        self._metrics.count(BREAKER_CHANGES_TOTAL, breaker=name, change=state.name.lower())
