"""Points to configurations: valid ones, combinations that cannot be, and faults that stop all."""

from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from traider.backtest.bar_files import scan_bar_file
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.sweep.engine import Task
from traider.backtest.sweep.grid import Grid
from traider.domain.errors import ConfigError, StrategyError, UsageError
from traider.kernel.specification import VenueSpec
from traider.runtime.config import Config, config_digest, load_config
from traider.runtime.sweep_axes import parse_axes, parse_requirements
from traider.runtime.sweep_points import (
    POINTS_MAX,
    Skipped,
    ValidPoint,
    drawn_numbers,
    sweep_tasks,
    valid_points,
)

CROSS = ('strategy.kind="sma-cross"', "strategy.fast=10", "strategy.slow=30")


def points_of(
    config: Config, *grid: str, require: tuple[str, ...] = ()
) -> tuple[list[ValidPoint], Skipped]:
    axes = parse_axes(grid, config)
    rules = parse_requirements(require, axes, config)
    product = Grid(axes)
    skipped = Skipped()
    return valid_points(config, product, rules, range(product.size), skipped), skipped


def test_every_point_is_the_configuration_that_set_would_make() -> None:
    config = load_config(None, CROSS)
    points, skipped = points_of(config, "strategy.fast=5,10", "costs.spread_bps=0.5,1.5")
    assert skipped.reasons == {}
    assert [point.values for point in points] == [
        (5, points[0].values[1]),
        (5, points[1].values[1]),
        (10, points[2].values[1]),
        (10, points[3].values[1]),
    ]
    for point in points:
        fast, spread = point.values
        same = load_config(None, (*CROSS, f"strategy.fast={fast}", f"costs.spread_bps={spread}"))
        assert point.config == same
        assert point.digest == config_digest(same).hex()


def test_parameters_of_alphas_are_set_in_their_list() -> None:
    config = load_config(None, ())
    points, _ = points_of(config, "momentum.fast=3,9", "strategy.alphas.1.weight=0.5,2")
    tables = [point.config.strategy.model_dump()["alphas"] for point in points]
    assert [table[0]["params"] for table in tables] == [{"fast": f} for f in (3, 3, 9, 9)]
    assert [table[1]["weight"] for table in tables] == [0.5, 2.0, 0.5, 2.0]
    assert [table[0]["name"] for table in tables] == ["momentum"] * 4
    assert config == load_config(None, ())


def test_combinations_that_cannot_be_are_skipped_and_counted() -> None:
    config = load_config(None, CROSS)
    points, skipped = points_of(config, "strategy.fast=5:25:5", "strategy.slow=10:20:10")
    assert [point.values for point in points] == [(5, 10), (5, 20), (10, 20), (15, 20)]
    assert skipped.reasons == {"fast must be smaller than slow": 6}
    assert skipped.first is not None
    assert "fast (10) must be smaller than slow (10)" in skipped.first.line()


def test_a_swept_setting_that_cannot_act_is_skipped_unless_its_kind_is_swept_too() -> None:
    config = load_config(None, ("sizing.target_volatility=0.3",))
    points, skipped = points_of(config, "sizing.fraction=0.2,0.4")
    assert points == []
    assert skipped.first is not None
    assert skipped.first.where == "--grid: sizing.fraction"
    kinds, skipped = points_of(config, "sizing.kind=fixed,volatility-target", "sizing.fraction=1,2")
    assert len(kinds) == 4
    assert skipped.reasons == {}


def test_what_is_required_is_skipped_and_counted() -> None:
    config = load_config(None, ())
    points, skipped = points_of(
        config,
        "momentum.fast=5,10",
        "momentum.slow=5,20",
        require=("momentum.fast<momentum.slow",),
    )
    assert [point.values for point in points] == [(5, 20), (10, 20)]
    assert skipped.reasons == {"momentum.fast < momentum.slow is required": 2}


@pytest.mark.parametrize(
    ("grid", "says"),
    [
        ("strategy.fats=1,2", "--grid: strategy.fats: unknown key; did you mean strategy.fast?"),
        ("strtegy.fast=1,2", "--grid: strtegy: unknown key; did you mean strategy?"),
        ("strategy.fast=0:10:5", "greater than or equal to 1, not 0"),
        ("strategy.fast=5,x", "valid integer"),
        ("strategy.fast=1.5,2.5", "integer"),
        ("costs.spread_bps=-1,1", "--grid: costs.spread_bps"),
        ("costs=1,2", "must be a table"),
        ("momentum.fast=1,2", "--grid: momentum: unknown key"),
    ],
)
def test_keys_and_values_that_are_none_stop_the_sweep(grid: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        points_of(load_config(None, CROSS), grid)
    assert says in caught.value.line()
    assert caught.value.where.startswith("--grid: ")


def test_only_so_many_points_are_looked_at() -> None:
    config = load_config(None, CROSS)
    grid = Grid(parse_axes(["strategy.fast=1:200:1", "strategy.slow=1:200:1"], config))
    with pytest.raises(UsageError, match="40,000 points are more than a sweep takes"):
        drawn_numbers(grid, None, 1)
    with pytest.raises(UsageError, match="--random: 12,000 points"):
        drawn_numbers(grid, 12_000, 1)
    assert len(drawn_numbers(grid, POINTS_MAX, 1)) == POINTS_MAX
    small = Grid(parse_axes(["strategy.fast=1:5:1"], config))
    assert (
        list(drawn_numbers(small, None, 1)) == list(drawn_numbers(small, 99, 1)) == list(range(5))
    )


def tasks_of(folder: Path, settings: tuple[str, ...], *grid: str) -> tuple[list[Task], Skipped]:
    files = (
        scan_bar_file(write_bars(folder / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(60)))),
    )
    points, skipped = points_of(load_config(None, settings), *grid)
    return sweep_tasks(points, files, skipped), skipped


def test_a_task_has_its_fill_tier_on(tmp_path: Path) -> None:
    tasks, _ = tasks_of(tmp_path, (*CROSS, "fill_tier=optimistic"), "strategy.fast=5,6")
    plain = VenueSpec(half_spread=0.0001, impact=0.5)
    wanted = FILL_TIERS["optimistic"].applied(plain)
    assert {task.spec.venue.touch_fills for task in tasks} == {True}
    assert tasks[0].spec.venue.impact == wanted.impact == 0.0
    assert [task.spec.alphas[0].params for task in tasks] == [(5.0, 30.0), (6.0, 30.0)]
    assert tasks[0].spec.alphas[0].function is tasks[1].spec.alphas[0].function


def test_points_that_make_no_kernel_are_skipped(tmp_path: Path) -> None:
    tasks, skipped = tasks_of(tmp_path, (), "momentum.fast=0,5")
    assert [task.values for task in tasks] == [(5,)]
    assert sum(skipped.reasons.values()) == 1
    tasks, skipped = tasks_of(tmp_path, CROSS, "clock.decision=bar,4h")
    assert [task.values for task in tasks] == [("bar",)]
    assert skipped.reasons == {"sma-cross decides at every bar, or it would miss crossings": 1}


def test_when_no_point_makes_a_kernel_the_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(StrategyError, match="unknown parameter 'fats'"):
        tasks_of(tmp_path, (), "momentum.fats=3,5")
