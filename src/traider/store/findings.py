"""What a check finds: a kind, where, how often, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

PLACES_MAX: Final = 10
"""Places listed of one finding; its count tells how many there are."""


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    """The data is wrong: an import refuses the rows, a back-test the file, or it is broken."""
    WARNING = "warning"
    """It may be wrong, or is worth knowing before it is used."""
    NOTE = "note"
    """So it is; nothing is wrong."""


@dataclass(frozen=True)
class Place:
    """Where a finding stands."""

    text: str
    """``row 812 (2020-03-12T10:45:00Z)``."""
    time: str = ""


@dataclass(frozen=True)
class Finding:
    """One kind of thing found in one series."""

    kind: str
    severity: Severity
    count: int
    meaning: str
    place: Place
    """The first, or the worst where the kind has one."""
    places: tuple[Place, ...] = ()
    series: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    """Numbers of this kind alone, plain JSON values."""

    def as_json(self) -> dict[str, object]:
        """Return the finding as plain JSON values."""
        return {
            "kind": self.kind,
            "severity": self.severity.value,
            "place": self.place.text,
            "time": self.place.time,
            "count": self.count,
            "meaning": self.meaning,
            "series": self.series,
            "places": [place.text for place in self.places],
            **self.details,
        }


_ORDER: Final = {severity: number for number, severity in enumerate(Severity)}


def ranked(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return the findings, the bad ones first; of one severity in the order they were found."""
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))
