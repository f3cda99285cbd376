"""What may follow a back-test: the walk-forward and the Monte Carlo that a configuration asks for.

Everything that can be wrong with either is found before the back-test runs, so that nobody waits
for an error.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from traider.backtest.bar_files import BarFile
from traider.backtest.doctor import Evidence, OutOfSample
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.monte_carlo import (
    MonteCarloPlan,
    MonteCarloResult,
    PlannedRun,
    monte_carlo,
)
from traider.backtest.monte_carlo.files import write_monte_carlo_file
from traider.backtest.research_pages import write_monte_carlo_page, write_walk_forward_page
from traider.backtest.results import BacktestResult
from traider.backtest.run import BacktestPlan, Progress
from traider.backtest.stream import Stream
from traider.backtest.sweep.grid import Grid
from traider.backtest.walk_forward import (
    Candidate,
    Schedule,
    WalkForwardPlan,
    WalkForwardResult,
    plan_windows,
    walk_forward,
)
from traider.backtest.walk_forward.edges import edges_of
from traider.backtest.walk_forward.files import write_walk_forward_file
from traider.domain.errors import ConfigError
from traider.domain.events import join_events
from traider.domain.timeframes import SECOND_NS
from traider.runtime.config import Config, WalkForwardConfig
from traider.runtime.config_research import duration_ns
from traider.runtime.sweep_axes import parse_axes, parse_requirements
from traider.runtime.sweep_points import Skipped, sweep_tasks, valid_points

Stop = Callable[[], bool]

_LATENCY_MAX_NS: Final = 600 * SECOND_NS
_HELD: Final = ("capital", "costs.fee_currency", "costs.fee_balance", "costs.fee_price")
"""Settings of what the account holds, which windows hand on to one another."""
"""No drawn latency is longer, where no bar's length bounds it."""


@dataclass(frozen=True)
class Research:
    """What followed a back-test; nothing where it was not asked for, or not reached."""

    walk_forward: WalkForwardResult | None = None
    monte_carlo: MonteCarloResult | None = None
    is_whole: bool = True
    """Whether everything that was asked for was done."""

    def evidence(self) -> Evidence:
        """Return what the doctor should know of it."""
        found = self.walk_forward
        if found is None or not found.windows:
            return Evidence()
        out_of_sample = OutOfSample(
            windows=len(found.windows),
            sharpe=found.performance.sharpe,
            total_return=found.total_return,
            efficiency=found.efficiency,
            unranked=found.unranked,
        )
        return Evidence(edges=edges_of(found), out_of_sample=out_of_sample)

    def write(self, result: BacktestResult, folder: Path) -> tuple[Path, ...]:
        """Write pages and JSON into ``folder`` and return the pages."""
        pages = []
        if self.walk_forward is not None:
            write_walk_forward_file(self.walk_forward, folder)
            pages.append(write_walk_forward_page(self.walk_forward, result, folder))
        if self.monte_carlo is not None:
            write_monte_carlo_file(self.monte_carlo, folder)
            pages.append(write_monte_carlo_page(self.monte_carlo, result, folder))
        return tuple(pages)


@dataclass(frozen=True)
class PlannedResearch:
    """What is to follow: a schedule with candidates, a number of draws, or neither."""

    config: Config
    plan: BacktestPlan
    schedule: Schedule | None
    candidates: tuple[Candidate, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to follow."""
        return self.schedule is None and self.config.monte_carlo.draws == 0

    def run(self, result: BacktestResult, *, progress: Progress | None, stop: Stop) -> Research:
        """Run what was planned after ``result``; once ``stop`` says yes, keep what is done.

        Raises:
            StrategyError: an alpha raised an exception.
            KernelError: the kernel stopped with a failure code.
        """
        if self.is_empty or not result.is_whole:
            return Research(is_whole=self.is_empty)
        stream = Stream(join_events(list(self.plan.events())))
        walked = drawn = None
        if self.schedule is not None:
            walking = self._walk_forward_plan(stream, self.schedule)
            walked = walk_forward(walking, progress=progress, stop=stop)
        if self.config.monte_carlo.draws and not stop():
            rolling = self._monte_carlo_plan(stream)
            drawn = monte_carlo(result, rolling, progress=progress, stop=stop)
        whole = (walked is None or walked.is_whole) and (
            drawn.is_whole if drawn is not None else self.config.monte_carlo.draws == 0
        )
        return Research(walked, drawn, whole)

    def _walk_forward_plan(self, stream: Stream, schedule: Schedule) -> WalkForwardPlan:
        config = self.config
        return WalkForwardPlan(
            stream=stream,
            schedule=schedule,
            candidates=self.candidates,
            metric=config.walk_forward.metric,
            fill_tier=config.fill_tier,
            currency=config.currency,
            capital=config.capital,
            seed=config.seed,
        )

    def _monte_carlo_plan(self, stream: Stream) -> MonteCarloPlan:
        config, settings = self.config, self.config.monte_carlo
        venue = FILL_TIERS[config.fill_tier].applied(self.plan.spec.venue)
        return MonteCarloPlan(
            draws=settings.draws,
            mean_block_days=settings.mean_block_days,
            ruin=tuple(sorted(settings.ruin)),
            seed=config.seed,
            draws_of_costs=min(settings.draws, settings.reruns),
            again=PlannedRun(
                spec=replace(self.plan.spec, venue=venue),
                stream=stream,
                capital=float(config.capital),
                latency_max_ns=min(
                    (one.length_ns for one in self.plan.files if isinstance(one, BarFile)),
                    default=_LATENCY_MAX_NS,
                ),
            ),
        )


def plan_research(config: Config, plan: BacktestPlan) -> PlannedResearch:
    """Return what is to follow the run of ``plan``.

    Raises:
        ConfigError: the windows do not fit the data, or the grid names no valid setting.
        UsageError: the grid cannot be read.
        StrategyError: no point of the grid can be run.
    """
    if not config.walk_forward.enabled:
        return PlannedResearch(config, plan, None, ())
    schedule = schedule_of(config.walk_forward)
    plan_windows(schedule, plan.first_ns, plan.last_ns)
    return PlannedResearch(config, plan, schedule, candidates_of(config, plan))


def schedule_of(settings: WalkForwardConfig) -> Schedule:
    """Return the windows' lengths in nanoseconds."""
    return Schedule(
        train_ns=duration_ns(settings.train),
        test_ns=duration_ns(settings.test),
        step_ns=settings.step_ns,
        kind=settings.kind,
        purge_ns=duration_ns(settings.purge),
        embargo_ns=duration_ns(settings.embargo),
    )


def candidates_of(config: Config, plan: BacktestPlan) -> tuple[Candidate, ...]:
    """Return the valid points of the grid, or the configuration alone without a grid.

    Raises:
        TraiderError: the grid cannot be read, or none of its points can be run.
    """
    if not config.walk_forward.grid:
        venue = FILL_TIERS[config.fill_tier].applied(plan.spec.venue)
        return (Candidate({}, replace(plan.spec, venue=venue)),)
    texts = [f"{key}={values}" for key, values in config.walk_forward.grid.items()]
    axes = parse_axes(texts, config)
    held = [axis.key for axis in axes if axis.key in _HELD]
    if held:
        raise ConfigError(
            f"{held[0]} cannot be chosen: a test begins with what the one before it left",
            where="walk_forward.grid",
            fix="choose among other settings",
        )
    requirements = parse_requirements(config.walk_forward.require, axes, config)
    grid, skipped = Grid(axes), Skipped()
    points = valid_points(config, grid, requirements, range(grid.size), skipped)
    if not points and skipped.first is not None:
        raise skipped.first
    tasks = sweep_tasks(points, plan.files, skipped)
    keys = [axis.key for axis in axes]
    return tuple(Candidate(dict(zip(keys, task.values, strict=True)), task.spec) for task in tasks)
