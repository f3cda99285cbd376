"""What follows from the identity check: numbers, an alert, and by policy a halt.

    gate = IdentityGate(check, reporting, policy)
    if gate.is_due(): gate.claim(take_state(trader))     # each minute
    gate.look()                                          # each second

The policy halt pauses the trader: it opens nothing more until a person re-arms it. Exits stay at
the venue, since a state in doubt is no reason to leave positions without their stops. A check
that could not be made proves nothing; it is told as a warning, and nothing is halted.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from traider.domain.errors import UsageError
from traider.domain.metric_names import (
    PARITY_CHECKS_TOTAL,
    PARITY_MISMATCHES_TOTAL,
)
from traider.domain.ports import Alert, AlertChannel, Clock, Metrics, Severity
from traider.runtime.control.commands import ControlCommand, Pause, Reason
from traider.runtime.parity.identity import IdentityCheck
from traider.runtime.parity.shadow import IdentityResult, StateClaim
from traider.runtime.status_body import ParityBody
from traider.runtime.trading.snapshots import Taken

WHO: Final = "identity check"
MISMATCH: Final = "parity:mismatch"
FAULT: Final = "parity:fault"
_WHY_MAX: Final = 400
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True)
class IdentityReporting:
    """Whom the results are told to."""

    metrics: Metrics
    alerts: AlertChannel
    clock: Clock
    command: Callable[[ControlCommand], str]
    """The desk of the trader."""


@dataclass(frozen=True)
class IdentityTerms:
    """How often is checked, and what follows from a difference."""

    every_s: float = 60.0
    """0 never checks."""
    on_mismatch: Literal["alert", "halt"] = "alert"


class IdentityGate:
    """Has the trader's state checked now and then, and acts on what is found."""

    def __init__(
        self, check: IdentityCheck, reporting: IdentityReporting, terms: IdentityTerms
    ) -> None:
        self._check = check
        self._reporting = reporting
        self._terms = terms
        self._due_ns = reporting.clock.monotonic_ns() + round(terms.every_s * _NS_PER_S)
        self._body = ParityBody()
        self._claiming: threading.Thread | None = None

    @property
    def body(self) -> ParityBody:
        """What a status says of the checks."""
        return self._body

    def is_due(self) -> bool:
        """Whether a claim is wanted now; False while one is under way."""
        is_claiming = self._claiming is not None and self._claiming.is_alive()
        if not self._terms.every_s or is_claiming or self._check.is_busy:
            return False
        return self._reporting.clock.monotonic_ns() >= self._due_ns

    def claim(self, taken: Taken) -> None:
        """Have a state checked; nothing waits for its digest, nor for the process that checks."""
        self._due_ns = self._reporting.clock.monotonic_ns() + round(self._terms.every_s * _NS_PER_S)
        self._claiming = threading.Thread(target=self._begin, args=(taken,), name="identity-claim")
        self._claiming.start()

    def _begin(self, taken: Taken) -> None:
        self._check.begin(StateClaim(taken.sequence, taken.passed_ns, taken.digest))

    def look(self) -> IdentityResult | None:
        """Take a result if there is one, act on it, and return it."""
        found = self._check.result()
        if found is None:
            return None
        if found.is_fault:
            self._alert(FAULT, Severity.WARNING, "the identity check could not be made", found)
            return found
        self._body = ParityBody(
            ok=self._body.ok and found.ok,
            checks=self._body.checks + 1,
            last_ns=self._reporting.clock.now_ns(),
        )
        self._reporting.metrics.count(PARITY_CHECKS_TOTAL)
        if not found.ok:
            self._act_on(found)
        return found

    def close(self) -> None:
        """End the process that checks."""
        if self._claiming is not None:
            self._claiming.join()
        self._check.close()

    def _act_on(self, found: IdentityResult) -> None:
        """Tell a difference, and halt where that is the policy."""
        self._reporting.metrics.count(PARITY_MISMATCHES_TOTAL)
        title = "the journal replayed does not give the trader's state"
        self._alert(MISMATCH, Severity.CRITICAL, title, found)
        if self._terms.on_mismatch != "halt":
            return
        try:
            self._reporting.command(Pause(who=WHO, why=found.line[:_WHY_MAX], reason=Reason.PARITY))
        except UsageError as refusal:
            self._reporting.alerts.send(
                Alert(FAULT, Severity.CRITICAL, "the trader was not paused", refusal.line())
            )

    def _alert(self, key: str, severity: Severity, title: str, found: IdentityResult) -> None:
        self._reporting.alerts.send(Alert(key, severity, title, found.line))
