"""Alerts on their way to every channel: each condition once, counted, the last ones kept.

book = AlertBook((ConsoleAlerts(log),), metrics, clock)
book.send(Alert("latency", Severity.WARNING, "orders leave late"))
book.send(Alert("latency", Severity.INFO, "orders leave in time again"))   # clears it
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from traider.domain.metric_names import ALERTS_TOTAL
from traider.domain.ports import Alert, AlertChannel, Clock, Metrics, Severity

KEPT: Final = 10
"""Alerts that can be looked up."""

_CONDITIONS_MAX: Final = 1_000
_NS_PER_S: Final = 1_000_000_000
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class SentAlert:
    """An alert that was passed on, and when, ns UTC."""

    alert: Alert
    at_ns: int


@dataclass(frozen=True)
class _Standing:
    rank: int
    sent_ns: int
    """Count of the monotonic clock."""


class AlertBook:
    """Pass an alert on when it says something new.

    A condition that stands is told again when it gets worse or after ``again_s``. Information
    under the same key ends it, so that it is told at once when it comes back.
    """

    def __init__(
        self,
        channels: Sequence[AlertChannel],
        metrics: Metrics,
        clock: Clock,
        *,
        again_s: float = 3_600.0,
    ) -> None:
        self._channels = tuple(channels)
        self._metrics = metrics
        self._clock = clock
        self._again_ns = round(again_s * _NS_PER_S)
        self._standing: dict[str, _Standing] = {}
        self._recent: deque[SentAlert] = deque(maxlen=KEPT)

    def send(self, alert: Alert) -> None:
        """Carry ``alert`` unless its condition was told already."""
        if not self._is_news(alert):
            return
        self._metrics.count(ALERTS_TOTAL, severity=alert.severity.value)
        self._recent.append(SentAlert(alert, self._clock.now_ns()))
        for channel in self._channels:
            channel.send(alert)

    def standing(self) -> tuple[str, ...]:
        """Return the keys of the conditions that stand, oldest first."""
        return tuple(self._standing)

    def recent(self) -> tuple[SentAlert, ...]:
        """Return the last ten that were passed on, newest last."""
        return tuple(self._recent)

    def _is_news(self, alert: Alert) -> bool:
        if alert.severity is Severity.INFO:
            self._standing.pop(alert.key, None)
            return True
        rank, now_ns = _RANK[alert.severity], self._clock.monotonic_ns()
        known = self._standing.get(alert.key)
        if known and rank <= known.rank and now_ns - known.sent_ns < self._again_ns:
            return False
        if known is None and len(self._standing) >= _CONDITIONS_MAX:
            self._standing.pop(next(iter(self._standing)))
        self._standing[alert.key] = _Standing(rank, now_ns)
        return True
