"""Settings of another kind than the chosen one are refused, each in one line.

1. Every dependence names settings there are, and refuses them with the other kinds alone.
2. Defaults, values that switch off, and what a later layer made idle are left alone.
"""

from pathlib import Path

import pytest

from traider.domain.errors import ConfigError
from traider.runtime.config import Config, InvalidConfigError, load_config
from traider.runtime.config_idle import DEPENDENCES

CROSS = ("strategy.kind=sma-cross", "strategy.fast=2", "strategy.slow=3")
QUOTING = ("strategy.kind=quoting", "strategy.size=1", "strategy.max_position=2")
STOP = ("plan.stop=fraction", "plan.stop_distance=0.02")


@pytest.fixture(autouse=True)
def _empty_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def faults(*settings: str, file: str = "") -> list[str]:
    """Return what is refused of a file and settings of the command line."""
    path = Path("own.toml")
    path.write_text(file, encoding="utf-8")
    try:
        load_config(path, settings)
    except InvalidConfigError as error:
        return [fault.line() for fault in error.faults]
    return []


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            ("sizing.fraction=0.5",),
            (
                "command line: sizing.fraction: it does nothing with sizing.kind = "
                "volatility-target; leave it out, or set sizing.kind to fixed"
            ),
        ),
        (
            ("execution.widen_s=3",),
            (
                "command line: execution.widen_s: it does nothing with execution.style = market; "
                "leave it out, or set execution.style to post-only or iceberg"
            ),
        ),
        (
            ("plan.stop_distance=3",),
            (
                "command line: plan.stop_distance: it does nothing with plan.stop = off; "
                "leave it out, or set plan.stop to atr or fraction"
            ),
        ),
        (
            (*CROSS, "execution.slippage_bps=9"),
            (
                "command line: execution.slippage_bps: it does nothing with strategy.kind = "
                "sma-cross; leave it out, or set strategy.kind to ensemble"
            ),
        ),
        (
            (*QUOTING, "sizing.dead_band=0.1"),
            (
                "command line: sizing.dead_band: it does nothing with strategy.kind = quoting; "
                "leave it out, or set strategy.kind to ensemble"
            ),
        ),
        (
            ("sizing.kind=fixed-risk", "sizing.stop_fraction=0.1", *STOP),
            (
                "command line: sizing.stop_fraction: it does nothing with plan.stop = fraction; "
                "leave it out, or use plan.stop_distance"
            ),
        ),
        (
            (*STOP, "plan.atr_window=9"),
            (
                "command line: plan.atr_window: it does nothing with plan.stop = fraction; "
                "leave it out, or set plan.stop to atr"
            ),
        ),
        (
            (*STOP, "plan.break_even=true"),
            (
                "command line: plan.break_even: it does nothing with no plan.targets; "
                "leave it out, or give plan.targets"
            ),
        ),
        (
            ("execution.latency_ms=7", "execution.latency_file=own.txt"),
            (
                "command line: execution.latency_ms: it does nothing with execution.latency_file = "
                "own.txt; leave it out, or drop the file"
            ),
        ),
        (
            ("limits.max_group_exposure=0.5",),
            (
                "command line: limits.max_group_exposure: it does nothing with no limits.groups; "
                "leave it out, or give limits.groups"
            ),
        ),
    ],
)
def test_a_setting_that_cannot_act_is_refused_in_one_line(
    settings: tuple[str, ...], line: str
) -> None:
    assert faults(*settings) == [line]


def test_all_are_told_at_once_with_their_place() -> None:
    file = '[sizing]\nfraction = 0.5\n[execution]\nstyle = "twap"\niceberg_share = 0.5\n'
    assert [line.partition(": it")[0] for line in faults(file=file)] == [
        "own.toml: execution.iceberg_share",
        "own.toml: sizing.fraction",
    ]


@pytest.mark.parametrize(
    "settings",
    [
        (),
        ("sizing.kind=fixed", "sizing.fraction=0.5"),
        ("execution.style=twap", "execution.repeg_s=1", "execution.take_rest=false"),
        (*STOP, "plan.trail=atr", "plan.atr_window=9", "plan.trail_step=0.2"),
        (*CROSS, *STOP, "plan.reenter=true"),
        ("execution.slippage_bps=0", "plan.break_even=false", "limits.max_group_exposure=0"),
    ],
)
def test_what_acts_or_wishes_for_nothing_is_taken(settings: tuple[str, ...]) -> None:
    assert faults(*settings) == []


def test_what_a_later_layer_makes_idle_is_left_alone() -> None:
    file = "[sizing]\ntarget_volatility = 0.3\n"
    assert faults("sizing.kind=fixed", file=file) == []
    assert len(faults(file=file + 'kind = "fixed"\n')) == 1
    assert len(faults("sizing.target_volatility=0.2", file='[sizing]\nkind = "fixed"\n')) == 1


def test_every_dependence_is_about_settings_there_are() -> None:
    config = Config()
    for dependence in DEPENDENCES:
        for key in (*dependence.keys, dependence.on):
            table, name = key.split(".")
            assert name in type(getattr(config, table)).model_fields, key


def test_the_environment_is_told_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAIDER_SIZING__RISK", "0.5")
    with pytest.raises(ConfigError, match="environment: TRAIDER_SIZING__RISK: it does nothing"):
        load_config()
