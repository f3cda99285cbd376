"""A check from a configuration: what is checked, what is recorded, what a back-test says of it."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.backtest.lookahead.planted import ahead, momentum
from tests.runtime.look_ahead_runs import (
    configured,
    feature_setting,
    histories,
    write_scores,
)
from traider.domain.errors import StrategyError
from traider.runtime.config import Config, load_config
from traider.runtime.lookahead import LookaheadRequest, run_lookahead
from traider.runtime.wiring import plan_backtest, run_backtest

pytestmark = pytest.mark.uncounted


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The kernel keeps its cache, which was chosen when it was imported.
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(tmp_path / "cache"))


def cross(config: Config) -> Config:
    """Return a strategy that reads no scores, on the same data."""
    listed = ", ".join(f'"{file}"' for file in config.data.files[:1])
    settings = ('strategy.kind="sma-cross"', "strategy.fast=5", "strategy.slow=20")
    return load_config(None, (f"data.files=[{listed}]", *settings))


def test_a_pass_makes_back_tests_silent(tmp_path: Path) -> None:
    config = configured(tmp_path, feature_setting(tmp_path, "honest"))
    before = run_backtest(config).result
    assert before.unchecked == ("honest",)
    assert any("not checked for look-ahead: honest" in note for note in before.notes)
    assert [f.code for f in before.findings if "look-ahead" in f.code] == ["unchecked-look-ahead"]
    finished = run_lookahead(config, LookaheadRequest())
    assert finished.result.is_clean
    assert finished.record is not None
    told = json.loads(finished.record.read_text(encoding="utf-8"))
    assert told["digest"] == finished.digest
    assert (told["features"], told["scores"], told["cuts"]) == (["honest"], [], 5)
    after = plan_backtest(config)
    assert after.unchecked == ()
    assert not any("look-ahead" in note for note in after.notes)
    changed = config.model_copy(update={"seed": 9})
    assert plan_backtest(changed).unchecked == ("honest",)


def test_what_is_found_is_not_recorded_and_takes_a_pass_back(tmp_path: Path) -> None:
    setting = feature_setting(tmp_path, "honest", "early")
    config = configured(tmp_path, setting, alpha="follow_early")
    finished = run_lookahead(config, LookaheadRequest())
    assert finished.result.culprits == ("early",)
    assert finished.record is None
    assert plan_backtest(config).unchecked == ("honest", "early")


def test_few_cuts_are_not_recorded(tmp_path: Path) -> None:
    config = configured(tmp_path, feature_setting(tmp_path, "honest"))
    finished = run_lookahead(config, LookaheadRequest(cuts=2))
    assert finished.result.is_clean
    assert finished.record is None
    assert plan_backtest(config).unchecked == ("honest",)


@pytest.mark.parametrize("says_bars", [False, True])
def test_scores_too_few_to_be_tested_pass_only_with_their_bars(
    tmp_path: Path, *, says_bars: bool
) -> None:
    first = histories()[0]
    few = first.part(700, 800)
    columns = {
        "ts": few.closed_ns,
        "score": np.zeros(len(few)),
        "instrument": [few.instrument] * len(few),
    }
    path = tmp_path / "trees.parquet"
    pq.write_table(pa.table({**columns, "bar": few.ts_ns} if says_bars else columns), path)
    config = configured(tmp_path, f'strategy.scores={{trees="{path}"}}', alpha="trees")
    finished = run_lookahead(config, LookaheadRequest())
    assert finished.result.is_clean
    assert finished.result.unproven == (() if says_bars else ("trees",))
    assert (finished.record is not None) is says_bars


def test_a_configuration_without_anything_of_ones_own_is_checked_and_not_recorded(
    tmp_path: Path,
) -> None:
    config = cross(configured(tmp_path))
    finished = run_lookahead(config, LookaheadRequest())
    assert finished.result.is_clean
    assert (finished.result.features, finished.record) == ((), None)
    assert finished.result.fills > 10
    assert plan_backtest(config).unchecked == ()


def test_files_are_checked_beside_those_of_the_configuration(tmp_path: Path) -> None:
    bars = histories()
    values = [ahead(momentum(one, {}), 1) for one in bars]
    path = write_scores(tmp_path / "trees.parquet", bars, values)
    config = configured(tmp_path, feature_setting(tmp_path, "honest"))
    request = LookaheadRequest(features=(tmp_path / "own.py",), scores=(f"net={path}",))
    finished = run_lookahead(config, request)
    assert finished.result.features == ("honest", "early")
    assert finished.result.scores == ("net",)
    assert finished.result.culprits == ("early", "net")


def test_files_are_checked_by_themselves_where_no_alpha_can_read_them(tmp_path: Path) -> None:
    config = cross(configured(tmp_path))
    bars = histories()[:1]
    path = write_scores(tmp_path / "trees.parquet", bars, [momentum(bars[0], {})])
    request = LookaheadRequest(features=(tmp_path / "own.py",), scores=(str(path),))
    finished = run_lookahead(config, request)
    assert finished.result.features == ("honest", "early")
    assert finished.result.culprits == ("early",)
    assert finished.record is None


def test_raw_captures_are_checked(sample_data: Path) -> None:
    capture = sample_data / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
    settings = (
        f'data.files=["{capture}"]',
        "data.bars=1s",
        "strategy.allow_short=true",
        "strategy.enter=0.05",
        "strategy.exit=0.01",
        "sizing.volatility_window=10",
    )
    finished = run_lookahead(load_config(None, settings), LookaheadRequest())
    assert finished.result.is_clean
    assert finished.result.orders > 0


@pytest.mark.parametrize("kind", ["ensemble", "sma-cross"])
def test_raw_captures_have_no_bars_for_features(
    tmp_path: Path, sample_data: Path, kind: str
) -> None:
    configured(tmp_path)
    capture = sample_data / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
    averages = ("strategy.fast=5", "strategy.slow=9") if kind == "sma-cross" else ()
    settings = (f'data.files=["{capture}"]', "data.bars=1s", f'strategy.kind="{kind}"', *averages)
    request = LookaheadRequest(features=(tmp_path / "own.py",))
    with pytest.raises(StrategyError, match="raw captures hold none"):
        run_lookahead(load_config(None, settings), request)
