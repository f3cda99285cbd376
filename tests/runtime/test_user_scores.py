"""A person's own numbers reach the alphas: numbered, stamped, and refused where they cannot be."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.backtest.lookahead.planted import momentum
from tests.runtime.look_ahead_runs import (
    INSTRUMENTS,
    configured,
    feature_setting,
    histories,
    write_scores,
)
from traider.backtest.run import run_plan
from traider.domain.errors import DataError, StrategyError, UsageError
from traider.domain.events import Kind, join_events
from traider.runtime.config import EnsembleStrategy, load_config
from traider.runtime.data_plan import scan_data
from traider.runtime.user_scores import (
    model_numbers,
    named_score_file,
    score_streams,
    with_user_files,
)
from traider.runtime.wiring import plan_backtest

CROSS = ('strategy.kind="sma-cross"', "strategy.fast=5", "strategy.slow=9")


def test_features_come_before_files(tmp_path: Path) -> None:
    config = configured(
        tmp_path,
        feature_setting(tmp_path, "early", "honest"),
        'strategy.scores={trees="t.parquet"}',
    )
    assert model_numbers(config) == {"early": 0, "honest": 1, "trees": 2}
    assert model_numbers(load_config(None, CROSS)) == {}


def test_a_runs_events_hold_every_value(tmp_path: Path) -> None:
    config = configured(tmp_path, feature_setting(tmp_path, "honest"))
    plan = plan_backtest(config)
    events = join_events(list(plan.events()))
    scores = events[events["kind"] == Kind.MODEL_SCORE]
    for number, bars in enumerate(histories()):
        mine = scores[scores["instrument"] == number]
        assert np.array_equal(mine["ts_recv"], bars.closed_ns)
        assert np.allclose(mine["f0"], momentum(bars, {}), rtol=1e-12, equal_nan=True)
    result = run_plan(plan)
    assert result.chosen.trade_summary.closed > 10
    assert result.chosen.explained is not None
    assert result.chosen.explained.reasons.features == ("score_honest",)


def test_a_score_file_trades_like_the_feature_it_was_made_of(tmp_path: Path) -> None:
    bars = histories()
    path = write_scores(tmp_path / "trees.parquet", bars, [momentum(one, {}) for one in bars])
    by_file = configured(tmp_path, f'strategy.scores={{trees="{path}"}}', alpha="trees")
    result = run_plan(plan_backtest(by_file))
    assert result.chosen.trade_summary.closed > 10
    explained = result.chosen.explained
    assert explained is not None
    assert explained.reasons.features == ("score_trees", "confidence_trees")
    assert (explained.reasons.values[:, 1] == 1.0).all()


def test_a_range_cuts_what_features_see(tmp_path: Path) -> None:
    config = configured(tmp_path, feature_setting(tmp_path, "honest"), 'data.start="2024-02-01"')
    (stream,) = score_streams(config, scan_data(config))
    events = join_events(list(stream()))
    assert events["ts_recv"].min() > np.datetime64("2024-02-01", "ns").astype(np.int64)
    assert np.isnan(events["f0"][events["instrument"] == 0][:23]).all()
    again = join_events(list(stream()))  # anew for each pass
    assert again.tobytes() == events.tobytes()


def test_an_alpha_that_reads_a_model_nobody_brings_is_told(tmp_path: Path) -> None:
    with pytest.raises(StrategyError, match="score_honest is of a model that no score file"):
        plan_backtest(configured(tmp_path))


def test_a_score_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    missing = configured(tmp_path, 'strategy.scores={trees="gone.parquet"}', alpha="trees")
    with pytest.raises(DataError, match=r"gone.parquet: there is no such file"):
        plan_backtest(missing)


def test_a_score_file_of_another_time_is_told(tmp_path: Path) -> None:
    bars = [replace(one, ts_ns=one.ts_ns - 5 * 10**17) for one in histories()]
    path = write_scores(tmp_path / "trees.parquet", bars, [momentum(one, {}) for one in bars])
    config = configured(tmp_path, f'strategy.scores={{trees="{path}"}}', alpha="trees")
    with pytest.raises(
        DataError, match=r"scores run from 2008-\S+ to 2008-\S+, the bars from 2024"
    ):
        plan_backtest(config)


@pytest.mark.parametrize("scores", [["honest=a.parquet"], ["a=a.parquet", "a=b.parquet"]])
def test_a_name_is_given_once(tmp_path: Path, scores: list[str]) -> None:
    config = configured(tmp_path, feature_setting(tmp_path, "honest"))
    with pytest.raises(UsageError, match=r"files are called (honest|a); give each a name"):
        with_user_files(config, [], scores)


def test_raw_captures_have_no_bars_for_features(tmp_path: Path, sample_data: Path) -> None:
    capture = sample_data / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
    config = configured(tmp_path, feature_setting(tmp_path, "honest"), f'data.files=["{capture}"]')
    with pytest.raises(StrategyError, match="raw captures hold none"):
        plan_backtest(config)


def test_files_of_the_command_line_join_those_of_the_configuration(tmp_path: Path) -> None:
    config = configured(
        tmp_path,
        f'strategy.features=[{{name="honest", file="{tmp_path / "own.py"}", params={{window=9}}}}]',
    )
    extended = with_user_files(
        config, [tmp_path / "own.py"], ["trees=a.parquet", "b/My Net.parquet"]
    )
    assert isinstance(extended.strategy, EnsembleStrategy)
    assert extended.strategy.models == ("honest", "early", "trees", "My_Net")
    assert extended.strategy.features[0].params == {"window": 9.0}
    assert extended.strategy.scores["My_Net"] == Path("b/My Net.parquet")
    assert with_user_files(config, [], []) is config


def test_a_strategy_that_reads_no_scores_takes_no_files(tmp_path: Path) -> None:
    config = load_config(None, CROSS)
    with pytest.raises(UsageError, match="--features: the strategy sma-cross reads no scores"):
        with_user_files(config, [tmp_path / "own.py"], [])
    with pytest.raises(UsageError, match="--scores: the strategy sma-cross"):
        with_user_files(config, [], ["a.parquet"])


@pytest.mark.parametrize("text", ["1st=a.parquet", "a b=c.parquet", "2024.parquet"])
def test_a_model_needs_a_name_that_can_be_written(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be read as score_"):
        named_score_file(text)


def test_instruments_of_the_run_are_those_of_the_files(tmp_path: Path) -> None:
    config = configured(tmp_path, feature_setting(tmp_path, "honest"))
    assert tuple(source.instrument for source in scan_data(config).sources) == INSTRUMENTS
