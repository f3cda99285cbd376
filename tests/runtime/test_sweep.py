"""A sweep from configuration to files: counts, resuming, and the same bytes whatever the way."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from traider.domain.errors import (
    ConfigError,
    DataError,
    Interrupted,
    StrategyError,
    UsageError,
)
from traider.kernel.compiled import compile_kernel
from traider.runtime.config import Config, load_config
from traider.runtime.sweep import FinishedSweep, SweepRequest, processors, run_sweep
from traider.runtime.wiring import run_backtest

pytestmark = pytest.mark.uncounted

GRID = ("strategy.fast=2:14:3", "strategy.slow=5:30:5")
FILES = ("trials.jsonl", "summary.json", "trials.parquet", "report.html", "sweep.json")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return cross(tmp_path)


def cross(folder: Path, *settings: str) -> Config:
    path = folder / "BINANCE-BTC-USDT-1h.parquet"
    if not path.exists():
        write_bars(path, columns_of(wave(1_500)))
    return load_config(
        None,
        (
            f'data.files=["{path}"]',
            f'output="{folder / "runs"}"',
            'strategy.kind="sma-cross"',
            "strategy.fast=2",
            "strategy.slow=30",
            "limits.max_data_age_s=1000000",
            *settings,
        ),
    )


def bytes_of(finished: FinishedSweep) -> dict[str, bytes]:
    return {name: (finished.folder / name).read_bytes() for name in FILES}


def stop_after(count: int) -> tuple[Callable[[float, str], None], Callable[[], bool]]:
    """Return a progress and a stop that ends a sweep once ``count`` trials are done."""
    told: list[str] = []

    def progress(fraction: float, text: str) -> None:
        del fraction
        if text.endswith("trials"):
            told.append(text)

    return progress, lambda: len(told) >= count


def test_a_sweep_leaves_its_files_and_tells_its_progress(config: Config) -> None:
    told: list[tuple[float, str]] = []
    finished = run_sweep(
        config, SweepRequest(GRID), progress=lambda done, text: told.append((done, text))
    )
    counts = finished.result.counts
    assert (counts.grid, counts.drawn, counts.planned, counts.run) == (30, 30, 24, 24)
    assert counts.skipped == {"fast must be smaller than slow": 6}
    assert (counts.failed, counts.left) == (0, 0)
    assert finished.fresh == 24
    assert finished.threads == processors()
    assert {path.name for path in finished.folder.iterdir()} == set(FILES)
    assert finished.report == finished.folder / "report.html"
    trials = [(done, text) for done, text in told if text.endswith("trials")]
    assert trials[-1] == (1.0, "24 of 24 trials")
    assert [done for done, _ in trials] == sorted(done for done, _ in trials)
    lines = (finished.folder / "trials.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["number"] for line in lines] == sorted(
        trial.number for trial in finished.result.trials
    )


@pytest.mark.parametrize("place", [0, 7, 23])
def test_a_trial_is_the_back_test_of_its_settings(config: Config, place: int) -> None:
    trial = run_sweep(config, SweepRequest(GRID)).result.trials[place]
    fast, slow = trial.values
    point = cross(config.output.parent, f"strategy.fast={fast}", f"strategy.slow={slow}")
    chosen = run_backtest(point).result.chosen
    assert trial.measured.final_equity == chosen.final_equity
    assert trial.measured.sharpe == pytest.approx(chosen.performance.sharpe, rel=1e-12)
    assert trial.measured.trades == chosen.trade_summary.closed > 0


def test_threads_do_not_change_a_byte(config: Config) -> None:
    one = run_sweep(config, SweepRequest(GRID, threads=1))
    two = run_sweep(config, SweepRequest(GRID, threads=2))
    assert one.folder != two.folder
    assert bytes_of(one) == bytes_of(two)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_sweep_resumed_leaves_the_bytes_of_an_uninterrupted_one(
    config: Config, threads: int
) -> None:
    whole = run_sweep(config, SweepRequest(GRID))
    progress, stop = stop_after(9)
    part = run_sweep(config, SweepRequest(GRID, threads=threads), progress=progress, stop=stop)
    assert not part.result.is_complete
    assert 9 <= part.fresh < 24
    assert part.result.counts.left == 24 - part.fresh
    file = part.folder / "trials.jsonl"
    file.write_bytes(file.read_bytes()[:-40])  # the last line was cut off
    again = run_sweep(config, SweepRequest(GRID, threads=threads, resume=part.folder))
    assert again.folder == part.folder
    assert again.fresh == 24 - part.fresh + 1
    assert bytes_of(again) == bytes_of(whole)
    idle = run_sweep(config, SweepRequest(GRID, resume=part.folder))
    assert idle.fresh == 0
    assert bytes_of(idle) == bytes_of(whole)


def test_a_stop_before_the_first_trial_keeps_nothing(config: Config) -> None:
    with pytest.raises(Interrupted, match="stopped before the first trial"):
        run_sweep(config, SweepRequest(GRID), progress=None, stop=stop_when_running())
    assert list(config.output.iterdir()) == []


def stop_when_running() -> Callable[[], bool]:
    """Return a stop that spares the compiler, which asks before each function."""
    compile_kernel()
    return lambda: True


@pytest.mark.parametrize(
    ("settings", "grid", "change", "differs"),
    [
        ((), ("strategy.fast=2:14:4", GRID[1]), {}, "another grid"),
        (("costs.taker_fee=0.002",), GRID, {}, "another configuration"),
        (("fill_tier=base",), GRID, {}, "another fill tier, another configuration"),
        ((), GRID, {"random": 20}, "another random sample"),
        ((), GRID, {"require": ("strategy.fast<strategy.slow",)}, "another requirement"),
    ],
)
def test_another_sweep_is_not_gone_on_with(
    tmp_path: Path,
    settings: tuple[str, ...],
    grid: tuple[str, ...],
    change: dict[str, object],
    differs: str,
) -> None:
    begun = run_sweep(cross(tmp_path), SweepRequest(GRID))
    request = SweepRequest(grid, resume=begun.folder, **change)  # type: ignore[arg-type]  # by name
    with pytest.raises(UsageError, match=f"that sweep had {differs}"):
        run_sweep(cross(tmp_path, *settings), request)


def test_other_bars_under_the_same_name_are_noticed(tmp_path: Path) -> None:
    begun = run_sweep(cross(tmp_path), SweepRequest(GRID))
    write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(1_500, seed=2)))
    with pytest.raises(UsageError, match="that sweep had another data;"):
        run_sweep(cross(tmp_path), SweepRequest(GRID, resume=begun.folder))


def test_only_a_sweep_can_be_gone_on_with(config: Config, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no sweep to go on with"):
        run_sweep(config, SweepRequest(GRID, resume=tmp_path / "nowhere"))


def own_alpha(folder: Path, body: str) -> Config:
    source = f"""
from traider.signals import alpha

@alpha(features=("close", "sma(close, $window)"), params={{"window": 5.0, "limit": 3.0}})
def own(x, p):
    {body}
"""
    (folder / "own.py").write_text(source, encoding="utf-8")
    write_bars(folder / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(400)))
    (folder / "own.toml").write_text(
        f"""
output = "{folder / "runs"}"
[data]
files = ["BINANCE-BTC-USDT-1h.parquet"]
[[strategy.alphas]]
name = "own"
file = "own.py"
""",
        encoding="utf-8",
    )
    return load_config(folder / "own.toml")


def test_a_point_whose_alpha_raises_fails_alone(tmp_path: Path) -> None:
    config = own_alpha(
        tmp_path, "return (1.0 if x[1] < x[0] else -1.0) * [1.0, 0.5][int(p[1])], 1.0"
    )
    finished = run_sweep(config, SweepRequest(("own.limit=0:2:1", "own.window=3,9")))
    result = finished.result
    assert [failure.values[0] for failure in result.failures] == [2, 2]
    assert (result.counts.run, result.counts.failed, result.counts.left) == (4, 2, 0)
    assert "trials-failed" in {finding.code for finding in result.findings}
    again = run_sweep(
        config, SweepRequest(("own.limit=0:2:1", "own.window=3,9"), resume=finished.folder)
    )
    assert again.fresh == 0
    assert [failure.reason for failure in again.result.failures] == [
        failure.reason for failure in result.failures
    ]


def test_when_every_trial_fails_the_reason_is_the_error(tmp_path: Path) -> None:
    config = own_alpha(tmp_path, "raise ValueError('no opinion')")
    with pytest.raises(StrategyError, match="all of 2 trials: an alpha raised ValueError"):
        run_sweep(config, SweepRequest(("own.window=3,9",)))


def test_an_edited_alpha_is_another_sweep(tmp_path: Path) -> None:
    config = own_alpha(tmp_path, "return 1.0, 1.0")
    begun = run_sweep(config, SweepRequest(("own.window=3,9",)))
    own_alpha(tmp_path, "return 0.5, 1.0")
    with pytest.raises(UsageError, match="another alpha file;"):
        run_sweep(config, SweepRequest(("own.window=3,9",), resume=begun.folder))


def test_a_random_sample_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    found = [
        run_sweep(cross(tmp_path, f"seed={seed}"), SweepRequest(GRID, random=10)).result
        for seed in (1, 1, 2)
    ]
    first, again, other = ([trial.number for trial in result.trials] for result in found)
    assert first == again != other
    assert found[0].counts.drawn == 10
    assert found[0].counts.grid == 30
    assert found[0].counts.planned + sum(found[0].counts.skipped.values()) == 10


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"metric": "sharp"}, "--metric: 'sharp' is no metric; use one of sharpe"),
        ({"random": 0}, "--random: 0 is too few"),
        ({"threads": 0}, "--threads: 0 is too few"),
        ({"trials_before": -1}, "--trials-before: -1 is too few"),
    ],
)
def test_numbers_that_mean_nothing(config: Config, change: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        run_sweep(config, SweepRequest(GRID, **change))  # type: ignore[arg-type]  # by name
    assert says in caught.value.line()


def test_when_no_combination_can_be_the_reason_is_the_error(config: Config) -> None:
    with pytest.raises(ConfigError, match="must be smaller than slow"):
        run_sweep(config, SweepRequest(("strategy.fast=50:60:5", "strategy.slow=5:30:5")))
    assert not config.output.exists()


def test_the_metric_ranks_and_earlier_trials_count(config: Config) -> None:
    request = SweepRequest(GRID, metric="max_drawdown", trials_before=1_000)
    result = run_sweep(config, request).result
    falls = [trial.measured.max_drawdown for trial in result.ranked]
    assert falls == sorted(falls, reverse=True)
    assert result.statistics.trials == 1_024


def test_the_folder_can_be_moved_between_runs(config: Config, tmp_path: Path) -> None:
    progress, stop = stop_after(5)
    part = run_sweep(config, SweepRequest(GRID, threads=1), progress=progress, stop=stop)
    moved = tmp_path / "moved"
    shutil.move(part.folder, moved)
    again = run_sweep(config, SweepRequest(GRID, resume=moved))
    assert again.folder == moved
    assert again.result.is_complete
