"""Put the adapters of the operational ports together for one process."""

from dataclasses import dataclass

from traider.domain.ports import AlertChannel, Clock, Log, Tracer
from traider.ops.alerts import ConsoleAlerts
from traider.ops.clock import SystemClock
from traider.ops.logging import close_log, open_log
from traider.ops.metrics import ProcessMetrics
from traider.ops.tracing import LogTracer
from traider.runtime.config import LogConfig


@dataclass(frozen=True)
class Observation:
    """Everything a process says about itself."""

    clock: Clock
    log: Log
    metrics: ProcessMetrics
    tracer: Tracer
    alerts: AlertChannel

    def log_metrics(self) -> None:
        """Write every counter and gauge to the log, one line in all."""
        snapshot = self.metrics.snapshot()
        self.log.info("metrics", **snapshot.counters, **snapshot.gauges)

    def close(self) -> None:
        """Flush and close the log; the process may open another one."""
        close_log()


def observe(config: LogConfig, *, console_level: str = "warning") -> Observation:
    """Open the log of ``config`` and build clock, metrics, tracer and alerts around it.

    Raises:
        ConfigError: the log file cannot be written.
    """
    clock = SystemClock()
    log = open_log(config.file, level=config.level, console_level=console_level)
    return Observation(clock, log, ProcessMetrics(), LogTracer(clock, log), ConsoleAlerts(log))
