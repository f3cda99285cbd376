"""What the supervisors of these tests speak through, kept in memory."""

from dataclasses import dataclass, field

from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from tests.ports.metrics import MemoryMetrics
from traider.ops.clock import SystemClock
from traider.ops.health import HealthBoard
from traider.runtime.supervision.restart_book import RestartBook
from traider.runtime.supervision.restarts import RestartTerms
from traider.runtime.supervision.role import RoleReport
from traider.runtime.supervision.supervisor import Supervisor, SupervisorParts
from traider.venues.backoff import BackoffTerms

QUICK = RestartTerms(BackoffTerms(0.01, 0.02, 60.0), most=3, within_s=60.0)


@dataclass
class Watched:
    """A supervisor, and what it said."""

    log: MemoryLog = field(default_factory=MemoryLog)
    metrics: MemoryMetrics = field(default_factory=MemoryMetrics)
    alerts: MemoryAlerts = field(default_factory=MemoryAlerts)
    book: RestartBook = field(default_factory=RestartBook)
    board: HealthBoard = field(default_factory=lambda: HealthBoard(SystemClock()))

    def supervisor(self, restarts: RestartTerms = QUICK) -> Supervisor:
        """Return a supervisor that speaks here."""
        return Supervisor(self.parts(restarts))

    def parts(self, restarts: RestartTerms = QUICK) -> SupervisorParts:
        """Return what a supervisor speaks through."""
        clock = SystemClock()
        return SupervisorParts(
            self.board, clock, self.log, self.metrics, self.alerts, restarts, self.book
        )

    def report(self, name: str) -> RoleReport:
        """Return a report that no supervisor made."""
        return RoleReport(name, self.board, self.metrics)
