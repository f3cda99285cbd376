"""What ``traider parity`` found of a run, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from traider.runtime.parity.attribution import ProfitDifference


@dataclass(frozen=True)
class ParityCheck:
    """One thing that was compared."""

    name: str
    ok: bool
    compared: int
    """Events that were found equal."""
    first_difference: str = ""
    """In one line; empty where there is none."""


@dataclass(frozen=True)
class MarketReference:
    """The run beside the back-test of the market's events alone."""

    difference: ProfitDifference
    fingerprint: str
    """Of the back-test's decisions, fills and values."""
    capital: Decimal
    currency: str

    @property
    def share_of_capital(self) -> float:
        """The difference as a share of the money the run began with."""
        return float(self.difference.difference / self.capital)


@dataclass(frozen=True)
class ParityReport:
    """Everything that was compared."""

    mode: str
    events: int
    decisions: int
    fills: int
    checks: Sequence[ParityCheck]
    fingerprint: str
    """Of the run's decisions, fills and values of the account, as replayed."""
    foreign: Mapping[str, int] = field(default_factory=dict)
    """Inputs that no back-test has, by what they are, how many."""
    notes: Sequence[str] = ()
    reference: MarketReference | None = None
    """None where the run could not be replayed."""

    @property
    def ok(self) -> bool:
        """Whether every check found the same."""
        return all(check.ok for check in self.checks)
