"""Alerts kept in memory."""

from dataclasses import dataclass, field

from traider.domain.ports import Alert


@dataclass
class MemoryAlerts:
    """Keep every alert in order."""

    sent: list[Alert] = field(default_factory=list)

    def send(self, alert: Alert) -> None:
        self.sent.append(alert)
