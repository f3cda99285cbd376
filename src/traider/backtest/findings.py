"""A finding of the doctor: what was measured, against which threshold, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

__all__ = ["Finding", "Severity", "counts_text", "finding_json"]


class Severity(IntEnum):
    """How much a finding takes away from a result; a larger number comes first."""

    NOTE = 1
    """Worth knowing; the result stands."""
    WARNING = 2
    """The result may not hold up."""
    SERIOUS = 3
    """The result should not be believed as it is."""

    @property
    def word(self) -> str:
        """The name as pages and programs write it."""
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or may be, with a back-test.

    ``measured`` says ``number`` and ``threshold`` in words and with units; the two are kept beside
    it for programs.
    """

    code: str
    severity: Severity
    title: str
    measured: str
    why: str
    fix: str
    number: float
    threshold: float


def finding_json(finding: Finding) -> dict[str, object]:
    """Return the finding as JSON values; numbers are always finite."""
    return {
        "code": finding.code,
        "severity": finding.severity.word,
        "title": finding.title,
        "measured": finding.measured,
        "why": finding.why,
        "fix": finding.fix,
        "number": finding.number,
        "threshold": finding.threshold,
    }


def counts_text(findings: Sequence[Finding]) -> str:
    """Return the findings counted by severity, such as ``1 serious, 2 warnings``."""
    parts = []
    for severity in sorted(Severity, reverse=True):
        count = sum(finding.severity is severity for finding in findings)
        plural = "s" if count > 1 and severity is not Severity.SERIOUS else ""
        if count:
            parts.append(f"{count} {severity.word}{plural}")
    return ", ".join(parts)
