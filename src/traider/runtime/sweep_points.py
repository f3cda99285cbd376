"""From the points of a grid to configurations: what is valid, what is skipped and why."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import ValidationError

from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.sources import Source
from traider.backtest.sweep.engine import Task
from traider.backtest.sweep.grid import Grid, Point, Requirement
from traider.domain.errors import ConfigError, StrategyError, TraiderError, UsageError
from traider.runtime.config import Config, config_digest
from traider.runtime.config_faults import faults_of
from traider.runtime.config_idle import idle_faults
from traider.runtime.config_presets import named_layers
from traider.runtime.config_sources import Layer, Table, assign, merged
from traider.runtime.kernel_spec import AlphaShelf, kernel_spec
from traider.runtime.sweep_axes import OPTION
from traider.runtime.trading_rules import check_scale, idle_settings

POINTS_MAX: Final = 10_000
"""Most points of a sweep: daily returns of every trial are held in memory to the end."""

_VALUES: Final = re.compile(r" \([^()]*\)")


@dataclass
class Skipped:
    """Counts of points that are no valid configuration, by reason."""

    reasons: Counter[str] = field(default_factory=Counter)
    first: TraiderError | None = None

    def add(self, fault: TraiderError) -> None:
        """Count a fault; values in parentheses are no part of its reason."""
        self.first = self.first or fault
        self.reasons[_VALUES.sub("", fault.what)] += 1


@dataclass(frozen=True)
class ValidPoint:
    """A point, the configuration it makes, and that one's digest."""

    number: int
    values: Point
    config: Config
    digest: str


def drawn_numbers(grid: Grid, random: int | None, seed: int) -> Sequence[int]:
    """Return the numbers of the points to look at.

    Raises:
        UsageError: there are more than ``POINTS_MAX``.
    """
    count = grid.size if random is None else min(random, grid.size)
    if count > POINTS_MAX:
        raise UsageError(
            f"{count:,} points are more than a sweep takes, {POINTS_MAX:,}",
            where=OPTION if random is None else "--random",
            fix=f"widen the steps, or draw some with --random N (at most {POINTS_MAX:,})",
        )
    return range(count) if random is None else grid.sample(count, seed)


def valid_points(
    config: Config,
    grid: Grid,
    requirements: Sequence[Requirement],
    numbers: Sequence[int],
    skipped: Skipped,
) -> list[ValidPoint]:
    """Return the points that are configurations; combinations that cannot be are skipped.

    Raises:
        ConfigError: a key is no setting, or a value can be none whatever the others are.
    """
    settings = {key: _lists(value) for key, value in config.model_dump().items()}
    # Which of these were wanted, and which are only defaults, decides what may be refused.
    for name in ("data", "margin", "sizing"):
        settings[name] = _lists(getattr(config, name).model_dump(exclude_unset=True))
    base = Layer("file", "config", settings)
    found = []
    for number in numbers:
        values = grid.point(number)
        unmet = [one for one in requirements if not one.is_met(grid.axes, values)]
        if unmet:
            skipped.add(ConfigError(f"{unmet[0].text} is required"))
            continue
        try:
            point = _configured(base, grid, values)
        except _CombinationError as fault:
            skipped.add(fault)
            continue
        found.append(ValidPoint(number, values, point, config_digest(point).hex()))
    return found


def sweep_tasks(
    points: Sequence[ValidPoint], files: Sequence[Source], skipped: Skipped
) -> list[Task]:
    """Return the trials to run; points that make no kernel are skipped.

    Raises:
        TraiderError: none of the points can be run: why the first cannot.
    """
    shelf = AlphaShelf()
    tasks = []
    for point in points:
        try:
            check_scale(point.config, files)
            idle_settings(point.config, files, point.config.data.bars)
            spec = kernel_spec(point.config, files, point.config.data.bars, shelf)
        except (ConfigError, StrategyError, UsageError) as fault:
            skipped.add(fault)
            continue
        tier = FILL_TIERS[point.config.fill_tier]
        spec = replace(spec, venue=tier.applied(spec.venue))
        tasks.append(Task(point.number, point.values, point.digest, spec))
    if not tasks and skipped.first is not None:
        raise skipped.first
    return tasks


class _CombinationError(ConfigError):
    """Values that are each valid but cannot be together."""


def _configured(base: Layer, grid: Grid, values: Point) -> Config:
    """Return the configuration of one point.

    Raises:
        _CombinationError: the values cannot be together.
        ConfigError: a key is no setting, or a value can be none.
    """
    table: Table = {}
    for axis, value in zip(grid.axes, values, strict=True):
        assign(table, axis.key, value)
    layer = Layer("set", OPTION, table)
    try:
        config = Config.model_validate(merged([base, *named_layers([layer]), layer]))
    except ValidationError as error:
        fault = faults_of(error, [layer])
        details = error.errors(include_url=False)
        # A check of a whole table, not of one value in it, is about a combination.
        if all(
            isinstance(detail["input"], dict) and detail["type"] == "value_error"
            for detail in details
        ):
            raise _CombinationError(fault.what, where=fault.where, fix=fault.fix) from None
        raise fault from None
    for idle in idle_faults(config, [layer], swept=True):
        raise _CombinationError(idle.what, where=idle.where, fix=idle.fix)
    return config


def _lists(value: object) -> object:
    """Return ``value`` with tuples as lists, which is what a configuration file would hold."""
    if isinstance(value, dict):
        return {key: _lists(part) for key, part in value.items()}
    return [_lists(part) for part in value] if isinstance(value, list | tuple) else value
