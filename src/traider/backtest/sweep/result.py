"""A finished sweep as one value that the page, the files and the command line print."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from traider.backtest.choosing import best_places
from traider.backtest.doctor.evidence import EdgeParameter
from traider.backtest.findings import Finding
from traider.backtest.sweep.edges import parameters_at_edge
from traider.backtest.sweep.grid import Grid, Requirement
from traider.backtest.sweep.ranking import METRICS, Metric, ranked
from traider.backtest.sweep.statistics import SweepStatistics, sweep_statistics
from traider.backtest.sweep.trial import Failure, Trial


@dataclass(frozen=True)
class SweepCounts:
    """What became of the points: drawn = skipped + planned, planned = run + failed + left."""

    grid: int
    """Points of the whole grid."""
    drawn: int
    """Points looked at: all of them, or those of the random sample."""
    skipped: dict[str, int] = field(default_factory=dict)
    """Points that are no valid configuration, by reason."""
    planned: int = 0
    run: int = 0
    failed: int = 0

    @property
    def left(self) -> int:
        """Points not run because a person stopped the sweep."""
        return self.planned - self.run - self.failed


@dataclass(frozen=True)
class SweepSetting:
    """What was asked for: everything that decides the trials but the data itself."""

    title: str
    config: dict[str, object]
    digest: str
    """Digest of the configuration the points were made from, as hexadecimal digits."""
    currency: str
    capital: Decimal
    fill_tier: str
    grid: Grid
    requirements: tuple[Requirement, ...]
    random: int | None
    seed: int


@dataclass(frozen=True)
class SweepResult:
    """A sweep: its setting, its counts and its trials in the order of their numbers.

    ``trials`` holds at least one.
    """

    setting: SweepSetting
    counts: SweepCounts
    trials: tuple[Trial, ...]
    failures: tuple[Failure, ...]
    metric_name: str
    trials_before: int
    start_ns: int
    end_ns: int
    bars: int
    """Bars a trial reads; none where trades build them."""
    events: int
    """Events a trial reads."""
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What a careful reader would hold against it, the most serious first."""

    @property
    def metric(self) -> Metric:
        """What the trials are ranked by."""
        return METRICS[self.metric_name]

    @property
    def is_complete(self) -> bool:
        """Whether every planned point was run."""
        return self.counts.left == 0

    @cached_property
    def ranked(self) -> tuple[Trial, ...]:
        """The trials, best first; in the grid's order where nothing can be ranked."""
        return ranked(self.trials, self.metric)

    @cached_property
    def tied(self) -> tuple[Trial, ...]:
        """The trials that share the best figure; none where nothing can be ranked."""
        scores = [self.metric.of(trial.measured) for trial in self.trials]
        return tuple(self.trials[place] for place in best_places(scores))

    @property
    def best(self) -> Trial | None:
        """The best trial, the first of equals; None where figures are all undefined or equal."""
        return self.tied[0] if self.tied else None

    @cached_property
    def statistics(self) -> SweepStatistics:
        """What the best is worth."""
        return sweep_statistics(self.trials, self.best, self.trials_before)

    @cached_property
    def edges(self) -> tuple[EdgeParameter, ...]:
        """The parameters whose best value is at the edge of what was run."""
        points = [trial.values for trial in self.trials]
        best = [trial.values for trial in self.tied]
        return parameters_at_edge(self.setting.grid.axes, points, best)
