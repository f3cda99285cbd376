"""Alerts to the console and the log: enough for one person at one machine."""

import sys
from typing import Final, TextIO

from traider.domain.ports import Alert, Log, Severity

_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


class ConsoleAlerts:
    """Write each alert to the log, and the serious ones to the console.

    A condition that was already shown with the same severity or a higher one is only logged, so
    that a fault that repeats does not bury the next one; information under its key ends it.
    """

    def __init__(self, log: Log, console: TextIO | None = None) -> None:
        self._log = log
        self._console = console
        self._shown: dict[str, int] = {}

    def send(self, alert: Alert) -> None:
        """Carry ``alert``."""
        fields = {"key": alert.key, "severity": alert.severity.value, "detail": alert.detail}
        if alert.severity is Severity.INFO:
            self._log.info(alert.title, **fields)
            self._shown.pop(alert.key, None)
            return
        self._log.warning(alert.title, **fields)
        rank = _RANK[alert.severity]
        if self._shown.get(alert.key, -1) < rank:
            self._shown[alert.key] = rank
            detail = f": {alert.detail}" if alert.detail else ""
            stream = self._console or sys.stderr
            stream.write(f"ALERT {alert.severity.value}: {alert.title}{detail}\n")
