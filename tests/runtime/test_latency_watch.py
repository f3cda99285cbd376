from tests.ports.alert import MemoryAlerts
from tests.ports.clock import FixedClock
from traider.domain.ports import Severity
from traider.gateway.latency import LatencyHistogram
from traider.ops.metrics import ProcessMetrics
from traider.runtime.latency_watch import ALERT_KEY, LatencyTerms, LatencyWatch

SECOND = 1_000_000_000
MS = 1_000_000


class Scene:
    """Orders at a steady pace, looked at each second."""

    def __init__(self, terms: LatencyTerms | None = None) -> None:
        self.histogram, self.clock = LatencyHistogram(), FixedClock()
        self.alerts, self.metrics = MemoryAlerts(), ProcessMetrics()
        self.watch = LatencyWatch(
            self.histogram, self.alerts, self.metrics, self.clock, terms or LatencyTerms()
        )

    def pass_seconds(self, seconds: int, *latencies_ms: float) -> None:
        for _ in range(seconds):
            for latency_ms in latencies_ms:
                self.histogram.record(round(latency_ms * MS))
            self.clock.advance(SECOND)
            self.watch.look()

    def is_late(self) -> bool:
        return self.watch.is_late

    def severities(self) -> list[Severity]:
        return [alert.severity for alert in self.alerts.sent]


def test_late_orders_are_told_and_cleared_when_the_window_is_good_again() -> None:
    scene = Scene()
    scene.pass_seconds(120, 5, 6, 7)
    assert scene.alerts.sent == []
    scene.pass_seconds(10, 600, 600, 600)
    assert scene.is_late()
    first = scene.alerts.sent[0]
    assert (first.key, first.severity) == (ALERT_KEY, Severity.WARNING)
    assert "at most 500" in first.detail
    scene.pass_seconds(40, 5, 6, 7)
    assert scene.is_late()
    scene.pass_seconds(30, 5, 6, 7)
    assert not scene.is_late()
    assert scene.severities()[-1] is Severity.INFO
    assert scene.severities().count(Severity.INFO) == 1


def test_one_percent_of_very_late_orders_is_enough() -> None:
    scene = Scene()
    scene.pass_seconds(30, *[5.0] * 96, *[1_500.0] * 4)
    assert scene.is_late()
    gauges = scene.metrics.snapshot().gauges
    assert 0.005 <= gauges["signal_to_order_p95_seconds"] <= 0.00505
    assert 1.5 <= gauges["signal_to_order_p99_seconds"] <= 1.515


def test_a_few_orders_are_not_judged_and_clear_nothing() -> None:
    scene = Scene()
    scene.pass_seconds(1, *[2_000.0] * 19)
    assert scene.alerts.sent == []
    scene.pass_seconds(1, 2_000.0)
    assert scene.is_late()
    scene.pass_seconds(300)
    assert scene.is_late()
    assert scene.metrics.snapshot().gauges["signal_to_order_p99_seconds"] == 0.0


def test_the_window_forgets_what_is_older_and_nothing_else() -> None:
    scene = Scene(LatencyTerms(window_s=12.0, orders_min=1))
    scene.pass_seconds(1, 900.0)
    scene.pass_seconds(11)
    assert scene.is_late()
    assert scene.severities() == [Severity.WARNING] * 12
    scene.pass_seconds(2)
    assert len(scene.alerts.sent) == 12
