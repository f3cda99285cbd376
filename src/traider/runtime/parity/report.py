"""What ``traider parity`` found of a run, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from traider.runtime.parity.attribution import ProfitDifference
from traider.runtime.parity.measured_latency import MeasuredLatency


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
class AssumedVenue:
    """What the back-test takes the venue to be like."""

    latency_ns: int | None
    """The settings' latency; None where it is drawn from their file."""
    fill_tier: str
    maker_fee: Decimal
    taker_fee: Decimal
    measured: MeasuredLatency | None = None
    """The run's own latencies, in the place of those of the settings."""


@dataclass(frozen=True)
class MarketReference:
    """The run beside the back-test of the market's events alone."""

    difference: ProfitDifference
    fingerprint: str
    """Of the back-test's decisions, fills and values."""
    capital: Decimal
    currency: str
    turnover: Decimal
    """What the run bought and sold."""
    venue: AssumedVenue
    by_latency: ProfitDifference | None = None
    """Where the back-test has the run's latency: its profit less that of one with the settings'.
    Nothing else differs between those two, so all of it is latency, whatever it led to."""

    @property
    def settings_profit(self) -> Decimal:
        """Profit of the back-test with the latency of the settings."""
        found = self.difference if self.by_latency is None else self.by_latency
        return found.reference_profit

    @property
    def share_of_capital(self) -> float:
        """The difference as a share of the money the run began with."""
        return float(self.difference.difference / self.capital)

    @property
    def share_of_profit(self) -> float | None:
        """The difference as a share of what the run made or lost; None where that is nothing."""
        profit = abs(self.difference.run_profit)
        return float(self.difference.difference / profit) if profit else None

    @property
    def share_of_turnover(self) -> float | None:
        """The difference as a share of what the run bought and sold; None where that is nothing."""
        return float(self.difference.difference / self.turnover) if self.turnover else None


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
