"""Alerts that go out together, and their words."""

from dataclasses import dataclass
from typing import Final

from traider.domain.ports import Alert, Severity

MARKS: Final = {Severity.INFO: "OK", Severity.WARNING: "WARNING", Severity.CRITICAL: "CRITICAL"}
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


def is_at_least(severity: Severity, least: Severity) -> bool:
    """Whether ``severity`` is as bad as ``least``."""
    return _RANK[severity] >= _RANK[least]


@dataclass(frozen=True)
class Group:
    """What is told at once."""

    source: str
    """Who tells it, such as ``traider paper``."""
    alerts: tuple[Alert, ...]
    """Oldest first."""
    at_ns: int
    """When the first of them came, ns UTC."""
    left_out: int = 0
    """Alerts before these that were not told: there were too many."""

    @property
    def worst(self) -> Severity:
        """The worst of their severities."""
        return max((alert.severity for alert in self.alerts), key=_RANK.__getitem__)

    @property
    def headline(self) -> str:
        """One line that says the most of it."""
        first = next(alert for alert in self.alerts if alert.severity is self.worst)
        more = len(self.alerts) - 1
        others = f" (and {more} more)" if more else ""
        return f"{self.source}: {MARKS[self.worst]}: {first.title}{others}"

    def lines(self) -> list[str]:
        """Return a line for each alert, and one for those that were left out."""
        told = [
            f"{MARKS[alert.severity]}: {alert.title}"
            + (f": {alert.detail}" if alert.detail else "")
            for alert in self.alerts
        ]
        if self.left_out:
            told.append(f"{self.left_out} earlier alerts were left out: see the log")
        return told


def cut(text: str, most: int) -> str:
    """Return ``text`` with no more than ``most`` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"
