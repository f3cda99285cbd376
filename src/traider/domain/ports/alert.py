"""The alert port: how the person responsible for the money is called."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Severity(StrEnum):
    """How soon a person must look."""

    INFO = "info"
    """Worth knowing; nobody is called."""
    WARNING = "warning"
    """Look today."""
    CRITICAL = "critical"
    """Look now: money may be at risk."""


@dataclass(frozen=True)
class Alert:
    """One call for attention.

    ``key`` names the condition (``"drawdown:account"``), so that a channel can tell a new fault
    from one it already reported.
    """

    key: str
    severity: Severity
    title: str
    detail: str = ""


class AlertChannel(Protocol):
    """Carry alerts to a person; never raises, since the fault at hand comes first."""

    def send(self, alert: Alert) -> None:
        """Carry ``alert``."""
