"""Scores as events: known at the close of their bar, after the bar and before the decision."""

from pathlib import Path

import numpy as np

from tests.backtest.lookahead.planted import walk
from traider.backtest.score_events import feature_events, score_events
from traider.backtest.score_files import ScoreFile
from traider.domain.events import Kind


def test_values_of_bars_are_known_at_their_close() -> None:
    histories = (walk(5, name="A"), walk(3, name="B", start=2))
    values = {
        "one": {"A": np.array([np.nan, np.nan, 3.0, 4.0, 5.0]), "B": np.array([1.0, 2.0, np.nan])},
        "two": {"A": np.arange(5.0), "B": np.zeros(3)},
    }
    events = feature_events(histories, values, {"one": 4, "two": 0})
    assert (events["kind"] == Kind.MODEL_SCORE).all()
    assert (events["version"] == 1).all()
    assert np.array_equal(events["ts_event"], events["ts_recv"])
    assert (np.diff(events["ts_recv"]) >= 0).all()
    ours = events[(events["w2"] == 4) & (events["instrument"] == 0)]
    assert np.array_equal(ours["ts_recv"], histories[0].closed_ns)
    # No value is said too: it takes the one before away.
    assert np.array_equal(ours["f0"], values["one"]["A"], equal_nan=True)
    assert np.array_equal(ours["f1"], [np.nan, np.nan, 1.0, 1.0, 1.0], equal_nan=True)
    theirs = events[(events["w2"] == 4) & (events["instrument"] == 1)]
    assert np.array_equal(theirs["ts_recv"], histories[1].closed_ns)
    assert len(events) == 2 * (5 + 3)


def score_file(ts_ns: list[int], instrument: list[int], score: list[float]) -> ScoreFile:
    return ScoreFile(
        name="trees",
        path=Path("trees.parquet"),
        ts_ns=np.array(ts_ns),
        instrument=np.array(instrument),
        score=np.array(score),
        confidence=np.full(len(score), 0.5),
    )


def test_scores_are_known_when_they_are_stamped() -> None:
    events = score_events(score_file([20, 30, 30], [0, 1, 0], [0.1, 0.2, 0.3]), 2, 10, 40)
    assert events["ts_recv"].tolist() == [20, 30, 30]
    assert events["instrument"].tolist() == [0, 0, 1]
    assert events["f0"].tolist() == [0.1, 0.3, 0.2]
    assert events["f1"].tolist() == [0.5] * 3
    assert events["w2"].tolist() == [2, 2, 2]


def test_the_last_score_before_the_run_holds_at_its_start() -> None:
    file = score_file([1, 2, 3, 10, 50], [0, 0, 1, 1, 0], [0.1, 0.2, 0.3, 0.4, 0.5])
    events = score_events(file, 0, 10, 40)
    assert events["ts_recv"].tolist() == [10, 10]
    assert events["ts_event"].tolist() == [2, 10]
    assert events["f0"].tolist() == [0.2, 0.4]
    assert len(score_events(file, 0, 100, 200)) == 2
    assert len(score_events(score_file([50], [0], [0.5]), 0, 10, 40)) == 0
