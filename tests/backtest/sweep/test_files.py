"""What other programs read of a sweep."""

import json
import math
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.backtest.sweep.sweep_results import (
    FAST,
    measured,
    sweep_result,
    with_failures,
)
from traider.backtest.sweep.files import sweep_summary, trial_table, write_sweep_files
from traider.backtest.sweep.grid import Axis


def test_the_summary_tells_counts_best_and_worth(tmp_path: Path) -> None:
    result = with_failures(sweep_result(trials_before=10))
    write_sweep_files(result, tmp_path)
    found = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert found["counts"] == {
        "grid": 20, "drawn": 20, "skipped": {"fast must be smaller than slow": 6},
        "planned": 14, "run": 13, "failed": 1, "left": 0,
    }  # fmt: skip
    assert found["complete"] is True
    assert found["grid"][0] == {"key": "strategy.fast", "values": [5, 10, 15, 20, 25]}
    best = found["best"][0]
    assert best["point"] == {"strategy.fast": 15, "strategy.slow": 40}
    assert best["sharpe"] == pytest.approx(result.ranked[0].measured.sharpe)
    assert len(found["best"]) == 13
    assert [one["fault"] for one in found["failures"]] == ["an alpha raised ValueError"]
    statistics = found["statistics"]
    assert (statistics["trials"], statistics["trials_before"]) == (23, 10)
    assert statistics["deflated"] == pytest.approx(result.statistics.deflated)
    assert statistics["cscv_splits"] == 12_870
    assert found["start"] == "2024-01-01T00:00:00Z"
    assert {finding["code"] for finding in found["findings"]} >= {"trials-failed"}


def test_what_is_undefined_is_null() -> None:
    short = sweep_result(days=3)
    found = sweep_summary(short)["statistics"]
    assert isinstance(found, dict)
    assert found["probability_of_overfitting"] is None
    assert found["cscv_splits"] == 0
    json.dumps(sweep_summary(short), allow_nan=False)


def test_every_trial_is_a_row_with_its_returns(tmp_path: Path) -> None:
    result = sweep_result()
    write_sweep_files(result, tmp_path)
    table = pq.read_table(tmp_path / "trials.parquet")
    assert table.num_rows == 14
    rows = table.to_pylist()
    assert rows[0]["number"] == 0
    assert rows[0]["strategy.fast"] == 5
    assert rows[0]["final_equity"] == result.trials[0].measured.final_equity
    assert rows[0]["fees"] == Decimal("31.25")
    assert rows[3]["returns"] == result.trials[3].measured.returns.tolist()
    best = duckdb.read_parquet(str(tmp_path / "trials.parquet")).order("sharpe desc").limit(1)
    assert best.project('"strategy.fast"').fetchall() == [(15,)]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((5, 10), "int64"),
        ((Decimal("0.5"), 1), "double"),
        (("1h", "4h"), "string"),
        ((1, "bar"), "string"),
        ((False, True), "bool"),
    ],
)
def test_a_column_has_one_type(values: tuple[int, ...], kind: str) -> None:
    result = sweep_result((Axis("a", values),), lambda _: 0.0)
    assert str(trial_table(result).schema.field("a").type) == kind


def test_the_same_sweep_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_sweep_files(sweep_result(), tmp_path / name)
    for file in ("summary.json", "trials.parquet"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_trial_that_never_traded_is_written_too() -> None:
    result = sweep_result((FAST,), lambda _: 0.0)
    idle = replace(result.trials[0], measured=measured(np.zeros(400), turnover=math.nan))
    row = trial_table(replace(result, trials=(idle, *result.trials[1:]))).to_pylist()[0]
    assert row["sharpe"] is None
    assert row["turnover"] is None
