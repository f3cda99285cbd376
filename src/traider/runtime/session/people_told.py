"""What people did to a run, told to people: trading held back or let go on, a limit made wider."""

from typing import Final

from traider.domain.ports import Alert, AlertChannel, Log, Severity
from traider.runtime.control.commands import Kill, Pause, Rearm, SetLimit

Holding = Kill | Pause | Rearm
KEY: Final = "trading"
"""Of the alert that trading is held back; whatever lets it go on ends it."""
_SAID: Final = {
    Kill: (Severity.CRITICAL, "trading was stopped"),
    Pause: (Severity.WARNING, "trading is paused"),
    Rearm: (Severity.INFO, "trading goes on"),
}


class PeopleTold:
    """Tells of commands that were carried out."""

    def __init__(self, log: Log, alerts: AlertChannel) -> None:
        self._log, self._alerts = log, alerts

    def held(self, command: Holding, line: str) -> None:
        """Tell that somebody stopped, paused or re-armed trading."""
        severity, title = _SAID[type(command)]
        detail = f"{line}; {command.who}: {command.why}"
        self._log.warning(title, told=detail)
        self._alerts.send(Alert(KEY, severity, title, detail))

    def widened(self, command: SetLimit, line: str) -> None:
        """Tell that somebody gave real money more room."""
        title, detail = "a limit is wider", f"{line}; {command.who}: {command.why}"
        self._log.warning(title, told=detail)
        self._alerts.send(Alert(f"limits:{command.name}", Severity.WARNING, title, detail))
