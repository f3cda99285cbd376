"""Score files and feature values: early stamps and foresight, by name and instrument."""

from pathlib import Path

import numpy as np
import pytest

from tests.backtest.bar_tables import HOUR_NS
from tests.backtest.lookahead.planted import Floats, ahead, momentum, next_return, walk
from traider.backtest.lookahead.leaks import LeakKind
from traider.backtest.lookahead.score_check import (
    early_stamps,
    feature_with_foresight,
    scores_with_foresight,
)
from traider.backtest.score_files import ScoreFile
from traider.features.batch import BarHistory

HISTORIES = (walk(name="A"), walk(seed=2, name="B"))


def file_of(
    *values: Floats, confidence: Floats | None = None, declared_ns: int | None = None
) -> ScoreFile:
    """Return a file of one score a bar and instrument, bounded to [-1, 1]."""
    rows = [
        (int(ts), number, float(value), row)
        for number, (bars, found) in enumerate(zip(HISTORIES, values, strict=False))
        for row, (ts, value) in enumerate(zip(bars.closed_ns, np.tanh(found * 50.0), strict=True))
        if np.isfinite(value)
    ]
    rows.sort()
    ts_ns = np.array([row[0] for row in rows])
    return ScoreFile(
        name="trees",
        path=Path("trees.parquet"),
        ts_ns=ts_ns,
        instrument=np.array([row[1] for row in rows]),
        score=np.array([row[2] for row in rows]),
        confidence=np.ones(len(rows))
        if confidence is None
        else confidence[[row[3] for row in rows]],
        bar_ns=None if declared_ns is None else ts_ns - HOUR_NS + declared_ns,
    )


def test_a_file_shifted_by_one_bar_is_named_where_it_is() -> None:
    honest, early = momentum(HISTORIES[0], {}), ahead(momentum(HISTORIES[1], {}), 1)
    notes: list[str] = []
    (leak,) = scores_with_foresight(file_of(honest, early), HISTORIES, notes)
    assert (leak.kind, leak.culprit, leak.instrument) == (LeakKind.FORESIGHT, "trees", "B")
    assert "score knows the return of bar 1 after it" in leak.told
    assert notes == []


def test_honest_scores_pass() -> None:
    honest = [momentum(bars, {}) for bars in HISTORIES]
    assert list(scores_with_foresight(file_of(*honest), HISTORIES, [])) == []


def test_a_confidence_that_knows_is_named() -> None:
    moves = np.abs(next_return(HISTORIES[0], {}))
    confidence = np.nan_to_num(moves / np.nanmax(moves))
    found = file_of(momentum(HISTORIES[0], {}), confidence=confidence)
    (leak,) = scores_with_foresight(found, HISTORIES[:1], [])
    assert "confidence knows the size of the move" in leak.told


def test_few_scores_are_noted() -> None:
    few = np.full(1_500, np.nan)
    few[:150] = 0.01 * np.arange(150)
    notes: list[str] = []
    assert list(scores_with_foresight(file_of(few), HISTORIES, notes)) == []
    assert notes == [
        "trees: 150 scores of A are too few to be tested for foresight (at least 200)",
        "trees: 0 scores of B are too few to be tested for foresight (at least 200)",
    ]


@pytest.mark.parametrize(("declared_ns", "found"), [(None, 0), (0, 0), (-HOUR_NS, 0), (1, 2)])
def test_a_score_stamped_before_its_bar_had_closed(declared_ns: int | None, found: int) -> None:
    file = file_of(*(momentum(bars, {}) for bars in HISTORIES), declared_ns=declared_ns)
    leaks = list(early_stamps(file, HISTORIES))
    assert len(leaks) == found
    for leak, bars in zip(leaks, HISTORIES, strict=False):
        assert (leak.kind, leak.instrument) == (LeakKind.SCORE_STAMP, bars.instrument)
        assert leak.changed == leak.compared == (file.instrument == 0).sum()


def test_a_feature_that_reads_data_of_its_own_is_named() -> None:
    # It answers the same to shortened bars, so only its agreement with the future tells.
    bars = HISTORIES[0]

    def values(known: BarHistory) -> dict[str, Floats]:
        return {known.instrument: next_return(bars, {})}

    (leak,) = feature_with_foresight("peeks", values(bars), HISTORIES[:1])
    assert (leak.kind, leak.culprit) == (LeakKind.FORESIGHT, "peeks")
    assert "data of its own" in leak.fix
    honest = {bars.instrument: momentum(bars, {}) for bars in HISTORIES}
    assert list(feature_with_foresight("honest", honest, HISTORIES)) == []
