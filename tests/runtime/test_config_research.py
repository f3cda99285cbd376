"""Settings of walk-forward and Monte Carlo: lengths of time, grids in any shape, and refusals."""

from pathlib import Path

import pytest

from traider.domain.errors import ConfigError
from traider.runtime.config import Config, config_digest, load_config
from traider.runtime.config_research import WalkForwardConfig, duration_ns

DAY_NS = 86_400 * 10**9


@pytest.mark.parametrize(
    ("text", "length_ns"),
    [("90d", 90 * DAY_NS), ("2w", 14 * DAY_NS), ("36h", 3 * DAY_NS // 2), ("5m", 300 * 10**9),
     ("1s", 10**9), ("10 d", 10 * DAY_NS)],
)  # fmt: skip
def test_lengths_are_a_number_and_a_unit(text: str, length_ns: int) -> None:
    assert duration_ns(text) == length_ns


@pytest.mark.parametrize("text", ["", "90", "d", "1.5d", "-1d", "1y", "1dd"])
def test_other_texts_are_no_lengths(text: str) -> None:
    with pytest.raises(ValueError, match="a whole number and a unit"):
        duration_ns(text)


def test_a_grid_can_be_written_flat_nested_or_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        '[walk_forward.grid]\n"momentum.fast" = [10, 20]\nstrategy.enter = "0.2:0.4:0.1"\n'
        "sizing.kind = ['fixed', 'volatility-target']\nstrategy.allow_short = [true, false]\n"
        "costs.spread_bps = 1.50\n",
        encoding="utf-8",
    )
    config = load_config(file, ("walk_forward.grid.sizing.dead_band=0.05:0.2:0.05",))
    assert config.walk_forward.grid == {
        "momentum.fast": "10,20",
        "strategy.enter": "0.2:0.4:0.1",
        "strategy.allow_short": "true,false",
        "sizing.kind": "fixed,volatility-target",
        "sizing.dead_band": "0.05:0.2:0.05",
        "costs.spread_bps": "1.50",
    }


def test_the_step_is_the_test_unless_given() -> None:
    assert WalkForwardConfig(test="30d").step_ns == 30 * DAY_NS
    assert WalkForwardConfig(test="30d", step="45d").step_ns == 45 * DAY_NS


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("walk_forward.test=0d", "longer than nothing"),
        ("walk_forward.purge=soon", "a whole number and a unit"),
        ("walk_forward.step=10d", "step 10d must not be shorter than test 90d"),
        ("walk_forward.purge=365d", "purge 365d must be shorter than train 365d"),
        ("walk_forward.kind=sideways", "rolling"),
        ("walk_forward.metric=luck", "sharpe"),
        ("monte_carlo.draws=-1", "greater than or equal to 0"),
        ("monte_carlo.ruin=[1.5]", "less than 1"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(setting: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        load_config(None, (setting,))
    assert "\n" not in caught.value.line()


def test_what_follows_a_run_changes_nothing_in_its_digest() -> None:
    plain = config_digest(Config())
    followed = load_config(None, ("walk_forward.enabled=true", "monte_carlo.draws=500"))
    assert config_digest(followed) == plain
