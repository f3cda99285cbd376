"""The watch over the time from a signal to its order: a sliding window, an alert, and its end."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from traider.domain.metric_names import SIGNAL_TO_ORDER_P95_SECONDS, SIGNAL_TO_ORDER_P99_SECONDS
from traider.domain.ports import Alert, AlertChannel, Clock, Metrics, Severity
from traider.gateway.latency import LatencyHistogram

ALERT_KEY: Final = "latency:signal-to-order"

_SLICES: Final = 12
_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True)
class LatencyTerms:
    """What is allowed, and over which span it is judged."""

    window_s: float = 60.0
    orders_min: int = 20
    """Fewest orders in the window that are judged: of a few, the slowest says nothing."""
    p95_ms: float = 500.0
    p99_ms: float = 1_000.0


class LatencyWatch:
    """Judge the orders of the last ``window_s`` seconds, to a twelfth of it.

    A window with too few orders changes nothing: an alert stands until enough orders were in time.
    """

    def __init__(
        self,
        histogram: LatencyHistogram,
        alerts: AlertChannel,
        metrics: Metrics,
        clock: Clock,
        terms: LatencyTerms,
    ) -> None:
        self._histogram = histogram
        self._alerts = alerts
        self._metrics = metrics
        self._clock = clock
        self._terms = terms
        self._slice_ns = round(terms.window_s * _NS_PER_S / _SLICES)
        self._earlier = deque([(clock.monotonic_ns(), histogram.copy())], maxlen=_SLICES + 1)
        self.is_late = False
        """Whether the alert stands."""

    def look(self) -> None:
        """Judge the window as it is now; to be called about once a second."""
        now_ns = self._clock.monotonic_ns()
        window = self._window(now_ns)
        p95_ns, p99_ns = window.quantiles_ns((0.95, 0.99))
        self._metrics.set(SIGNAL_TO_ORDER_P95_SECONDS, p95_ns / _NS_PER_S)
        self._metrics.set(SIGNAL_TO_ORDER_P99_SECONDS, p99_ns / _NS_PER_S)
        if window.count >= self._terms.orders_min:
            self._judge(p95_ns / _NS_PER_MS, p99_ns / _NS_PER_MS)

    def _window(self, now_ns: int) -> LatencyHistogram:
        newest_ns, _ = self._earlier[-1]
        oldest_allowed_ns = now_ns - _SLICES * self._slice_ns
        # The last one that is old enough bounds the window; what is older bounds nothing.
        while len(self._earlier) > 1 and self._earlier[1][0] <= oldest_allowed_ns:
            self._earlier.popleft()
        window = self._histogram.since(self._earlier[0][1])
        if now_ns - newest_ns >= self._slice_ns:
            self._earlier.append((now_ns, self._histogram.copy()))
        return window

    def _judge(self, p95_ms: float, p99_ms: float) -> None:
        terms = self._terms
        is_late = p95_ms > terms.p95_ms or p99_ms > terms.p99_ms
        detail = (
            f"p95 {p95_ms:.1f} ms (at most {terms.p95_ms:g}), "
            f"p99 {p99_ms:.1f} ms (at most {terms.p99_ms:g}) in {terms.window_s:g} s"
        )
        if is_late:
            title = "orders leave late after their signal"
            self._alerts.send(Alert(ALERT_KEY, Severity.WARNING, title, detail))
        elif self.is_late:
            title = "orders leave in time again"
            self._alerts.send(Alert(ALERT_KEY, Severity.INFO, title, detail))
        self.is_late = is_late
