"""From a configuration to walk-forward and Monte Carlo: candidates, refusals, files, bytes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from traider.backtest.files import utc_text
from traider.domain.errors import ConfigError, TraiderError, UsageError
from traider.runtime.config import Config, load_config
from traider.runtime.research import candidates_of, plan_research, schedule_of
from traider.runtime.wiring import FinishedBacktest, plan_backtest, run_backtest

pytestmark = pytest.mark.uncounted

BARS = 100 * 24
WALK = ("walk_forward.enabled=true", "walk_forward.train=30d", "walk_forward.test=20d")
GRID = ("walk_forward.grid.momentum.fast=[5, 10]", "walk_forward.grid.strategy.enter=0.1:0.3:0.1")
BNB = ("costs.fee_currency=BNB", "costs.fee_balance=0.1", "costs.fee_price=300")
DICE = ("monte_carlo.draws=60", "monte_carlo.reruns=3")


def configured(folder: Path, *settings: str) -> Config:
    path = folder / "BINANCE-PERP-BTC-USDT-1h.parquet"
    if not path.exists():
        write_bars(path, columns_of(wave(BARS)))
    shared = (
        f'data.files=["{path}"]',
        f'output="{folder / "runs"}"',
        "strategy.allow_short=true",
        "limits.max_drawdown=1",
        "sizing.volatility_window=12",
    )
    return load_config(None, (*shared, *settings))


def ran(folder: Path, *settings: str) -> FinishedBacktest:
    return run_backtest(configured(folder, *settings))


def files_of(finished: FinishedBacktest) -> dict[str, bytes]:
    names = ("walk_forward.html", "walk_forward.json", "monte_carlo.html", "monte_carlo.json")
    found = {name: finished.folder / name for name in names}
    return {name: path.read_bytes() for name, path in found.items() if path.exists()}


def test_nothing_follows_unless_asked(tmp_path: Path) -> None:
    finished = ran(tmp_path)
    assert finished.research.walk_forward is None
    assert finished.research.monte_carlo is None
    assert finished.research.is_whole
    assert files_of(finished) == {}
    assert "in-sample-only" in {finding.code for finding in finished.result.findings}
    assert "walk_forward.html" not in finished.report.read_text(encoding="utf-8")


def test_both_leave_pages_and_files_and_the_report_links_to_them(tmp_path: Path) -> None:
    finished = ran(tmp_path, *WALK, *GRID, *DICE)
    walked, drawn = finished.research.walk_forward, finished.research.monte_carlo
    assert walked is not None
    assert drawn is not None
    assert finished.research.is_whole
    assert len(walked.windows) == 4
    assert len(walked.candidates) == 6
    assert (drawn.days.done, drawn.trades.done, drawn.costs.done) == (60, 60, 3)
    assert drawn.actual.final_equity == float(finished.result.chosen.final_equity)
    assert set(files_of(finished)) == {
        "walk_forward.html", "walk_forward.json", "monte_carlo.html", "monte_carlo.json",
    }  # fmt: skip
    report = finished.report.read_text(encoding="utf-8")
    assert 'href="walk_forward.html"' in report
    assert 'href="monte_carlo.html"' in report
    assert "in-sample-only" not in {finding.code for finding in finished.result.findings}


def test_the_same_configuration_gives_the_same_bytes(tmp_path: Path) -> None:
    one = files_of(ran(tmp_path, *WALK, *GRID, *DICE))
    assert one == files_of(ran(tmp_path, *WALK, *GRID, *DICE))
    other = files_of(ran(tmp_path, *WALK, *GRID, *DICE, "seed=2"))
    assert other["monte_carlo.json"] != one["monte_carlo.json"]


def test_the_files_hold_what_the_result_holds(tmp_path: Path) -> None:
    finished = ran(tmp_path, *WALK, *GRID, *DICE)
    found = {name: json.loads(text) for name, text in files_of(finished).items() if "json" in name}
    walked = found["walk_forward.json"]
    assert walked["complete"] is True
    assert walked["days"] == {
        "train": 30.0,
        "test": 20.0,
        "step": 20.0,
        "purge": 0.0,
        "embargo": 0.0,
    }
    assert [window["number"] for window in walked["windows"]] == [1, 2, 3, 4]
    assert set(walked["windows"][0]["chosen"]) == {
        "strategy.alphas.0.params.fast",
        "strategy.enter",
    }
    assert walked["windows"][0]["train"][1] == walked["windows"][0]["test"][0]
    drawn = found["monte_carlo.json"]
    levels = [drawn["resampled_days"]["final_equity"][f"p{level}"] for level in (1, 25, 50, 99)]
    assert levels == sorted(levels)
    assert set(drawn["perturbed_runs"]["sensitivity"]) == {
        "spread", "impact", "participation", "latency",
    }  # fmt: skip
    assert list(drawn["resampled_days"]["chance_of_drawdown"]) == ["0.1", "0.2", "0.3", "0.5"]


def test_in_sample_is_a_plain_back_test_of_the_train_span(tmp_path: Path) -> None:
    walked = ran(tmp_path, *WALK, GRID[1]).research.walk_forward
    assert walked is not None
    first = walked.windows[0]
    chosen = [f"{key}={value}" for key, value in first.chosen.items()]
    end = utc_text(first.window.train.end_ns)
    plain = ran(tmp_path, *chosen, f"data.end={end}").result.chosen
    assert first.train.total_return == pytest.approx(plain.performance.total_return, rel=1e-12)
    assert first.train.max_drawdown == plain.max_drawdown
    assert first.train.trades == plain.trade_summary.closed > 3


def test_without_a_grid_the_configuration_is_the_one_candidate(tmp_path: Path) -> None:
    config = configured(tmp_path, *WALK)
    (only,) = candidates_of(config, plan_backtest(config))
    assert only.point == {}
    assert only.spec.venue.half_spread == pytest.approx(1.5 * 0.0001)


def test_candidates_are_the_valid_points_of_the_grid(tmp_path: Path) -> None:
    grid = ("walk_forward.grid.momentum.fast=10:30:10", "walk_forward.grid.momentum.slow=[20, 30]")
    config = configured(
        tmp_path, *WALK, *grid, 'walk_forward.require=["momentum.fast<momentum.slow"]'
    )
    points = [one.point for one in candidates_of(config, plan_backtest(config))]
    assert [tuple(point.values()) for point in points] == [(10, 20), (10, 30), (20, 30)]


def test_lengths_reach_the_schedule(tmp_path: Path) -> None:
    more = ("walk_forward.purge=2d", "walk_forward.embargo=12h", "walk_forward.kind=expanding")
    schedule = schedule_of(configured(tmp_path, *WALK, *more).walk_forward)
    day = 86_400 * 10**9
    assert (schedule.train_ns, schedule.test_ns, schedule.step_ns) == (30 * day, 20 * day, 20 * day)
    assert (schedule.purge_ns, schedule.embargo_ns, schedule.kind) == (
        2 * day,
        day // 2,
        "expanding",
    )


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (("walk_forward.train=200d",), ConfigError),
        (("walk_forward.grid.strategy.nonsense=[1, 2]",), ConfigError),
        (("walk_forward.grid.momentum.fast=5:x:1",), UsageError),
        (("walk_forward.grid.data.start=[1, 2]",), ConfigError),
        (("walk_forward.grid.capital=[1000, 2000]",), ConfigError),
        (("walk_forward.grid.costs.fee_price=[300, 400]", *BNB), ConfigError),
        (("walk_forward.grid.monte_carlo.draws=[10, 20]",), ConfigError),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(
    tmp_path: Path, settings: tuple[str, ...], error: type[TraiderError]
) -> None:
    config = configured(tmp_path, *WALK, *settings)
    with pytest.raises(error):
        run_backtest(config)
    assert not (tmp_path / "runs").exists()
    with pytest.raises(error):
        plan_research(config, plan_backtest(config))


def stop_when(text: str) -> tuple[Callable[[float, str], None], Callable[[], bool]]:
    """Return a progress and a stop that says yes once ``text`` was told."""
    told: list[str] = []
    return lambda _, words: told.append(words), lambda: any(text in words for words in told)


def test_a_stop_in_the_walk_forward_keeps_the_back_test_and_its_windows(tmp_path: Path) -> None:
    progress, stop = stop_when("window 3")
    config = configured(tmp_path, *WALK, *DICE)
    finished = run_backtest(config, progress=progress, stop=stop)
    assert finished.result.is_whole
    assert not finished.research.is_whole
    assert finished.research.walk_forward is not None
    assert len(finished.research.walk_forward.windows) == 2
    assert finished.research.monte_carlo is None
    assert "Incomplete." in (finished.folder / "walk_forward.html").read_text(encoding="utf-8")


def test_a_stop_in_the_back_test_leaves_out_what_would_follow(tmp_path: Path) -> None:
    progress, stop = stop_when("base fills")
    finished = run_backtest(configured(tmp_path, *WALK, *DICE), progress=progress, stop=stop)
    assert not finished.result.is_whole
    assert not finished.research.is_whole
    assert finished.research.walk_forward is None


def test_a_stop_among_the_dice_keeps_what_was_drawn(tmp_path: Path) -> None:
    progress, stop = stop_when("shuffled trades")
    finished = run_backtest(configured(tmp_path, *DICE), progress=progress, stop=stop)
    drawn = finished.research.monte_carlo
    assert drawn is not None
    assert not finished.research.is_whole
    assert (drawn.days.done, drawn.trades.done, drawn.costs.done) == (60, 0, 0)
    assert "Incomplete." in (finished.folder / "monte_carlo.html").read_text(encoding="utf-8")
