"""Funding schedules: when a perpetual pays, with an interval that may change."""

from dataclasses import dataclass
from decimal import Decimal

from traider.domain.errors import DataError
from traider.domain.timeframes import SECOND_NS

HOUR_NS = 3_600 * SECOND_NS


@dataclass(frozen=True, slots=True)
class FundingPhase:
    """From ``from_ns`` on, funding settles at every multiple of ``interval_ns`` since the epoch.

    ``rate_cap`` bounds the rate of one interval on both sides, 0 where the bound is unknown.
    """

    from_ns: int
    interval_ns: int
    rate_cap: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Refuse an interval that is no interval."""
        if self.interval_ns <= 0 or self.rate_cap < 0:
            raise DataError(
                f"a funding interval of {self.interval_ns} ns, cap {self.rate_cap}",
                fix="the interval is positive, the cap at least 0",
            )

    def first_from(self, ts_ns: int) -> int:
        """Return the first multiple of the interval at or after ``ts_ns``."""
        return -(-ts_ns // self.interval_ns) * self.interval_ns


@dataclass(frozen=True, slots=True)
class FundingSchedule:
    """Phases by rising time; the first holds for all time before the second."""

    phases: tuple[FundingPhase, ...]

    def __post_init__(self) -> None:
        """Refuse phases out of order."""
        starts = [phase.from_ns for phase in self.phases]
        if not starts or starts != sorted(set(starts)):
            raise DataError("funding phases must rise in time", fix="mend the schedule")

    @classmethod
    def every(cls, hours: int, rate_cap: Decimal = Decimal(0)) -> "FundingSchedule":
        """Return a schedule whose interval has never changed."""
        return cls((FundingPhase(0, hours * HOUR_NS, rate_cap),))

    def phase_at(self, ts_ns: int) -> FundingPhase:
        """Return the phase that holds at ``ts_ns``."""
        held = [phase for phase in self.phases if phase.from_ns <= ts_ns]
        return held[-1] if held else self.phases[0]

    def next_after(self, ts_ns: int) -> int:
        """Return the first settlement after ``ts_ns``; a new phase may bring it forward."""
        ends = [phase.from_ns for phase in self.phases[1:]]
        for phase, until_ns in zip(self.phases, ends, strict=False):
            settlement = phase.first_from(max(ts_ns + 1, self._start_of(phase, ts_ns)))
            if settlement < until_ns:
                return settlement
        last = self.phases[-1]
        return last.first_from(max(ts_ns + 1, self._start_of(last, ts_ns)))

    def _start_of(self, phase: FundingPhase, ts_ns: int) -> int:
        """Return when ``phase`` begins to hold: the first one has always held."""
        return ts_ns if phase is self.phases[0] else phase.from_ns

    def changed(self, from_ns: int, hours: int, rate_cap: Decimal) -> "FundingSchedule":
        """Return the schedule with another interval from ``from_ns`` on."""
        return FundingSchedule((*self.phases, FundingPhase(from_ns, hours * HOUR_NS, rate_cap)))
