"""Batch features: what a function sees, what it may answer, and what is told when it does not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.backtest.lookahead.planted import momentum, rank_of_universe, walk
from traider.domain.errors import StrategyError
from traider.features import BarHistory, BatchFeature, batch_feature
from traider.features.batch import batch_features_in, load_batch_feature

SOURCE = """
import numpy as np
from traider.features import batch_feature


@batch_feature(params={"window": 3})
def level(bars, params):
    return bars.close / bars.close[0] + params["window"]


@batch_feature(name="above", universe=True)
def others(histories, params):
    return {name: np.zeros(len(bars)) for name, bars in histories.items()}
"""


def written(folder: Path, source: str = SOURCE) -> Path:
    path = folder / "own.py"
    path.write_text(source, encoding="utf-8")
    return path


def answering(answer: Any, *, universe: bool = False) -> BatchFeature:
    return BatchFeature("own", {}, lambda _bars, _params: answer, universe)


def refusal(feature: BatchFeature) -> str:
    with pytest.raises(StrategyError) as caught:
        feature.values({"A": walk(5)}, {})
    line = caught.value.line()
    assert "\n" not in line
    assert caught.value.fix
    return line


def test_a_file_declares_features_by_name(tmp_path: Path) -> None:
    found = batch_features_in(written(tmp_path))
    assert list(found) == ["level", "above"]
    assert (found["level"].universe, found["above"].universe) == (False, True)
    feature = load_batch_feature("level", written(tmp_path))
    bars = walk(5)
    params = feature.with_params({"window": 7.0})
    assert params == {"window": 7}
    assert isinstance(params["window"], int)
    values = feature.values({"A": bars}, params)
    assert np.array_equal(values["A"], bars.close / bars.close[0] + 7)


def test_names_and_params_that_are_unknown_list_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(StrategyError, match="it declares: level, above"):
        load_batch_feature("levle", written(tmp_path))
    with pytest.raises(StrategyError, match="its parameters are: window"):
        load_batch_feature("level", written(tmp_path)).with_params({"windw": 1.0})


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def level(bars, params):\n    return bars.close\n", "decorate a function with"),
        ("1 / 0\n", "ZeroDivisionError"),
        ("import no_such_module_anywhere\n", "ModuleNotFoundError"),
        ("class Own(Exception): ...\nraise Own\n", "fails when imported: Own"),
        (SOURCE.replace('name="above"', 'name="a b"'), "'a b' cannot be read as score_a b"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, source: str, says: str) -> None:
    path = written(tmp_path, source)
    with pytest.raises(StrategyError) as caught:
        batch_features_in(path)
    assert says in caught.value.line()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StrategyError, match="cannot read the batch feature's file: No such file"):
        batch_features_in(tmp_path / "gone.py")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, "shape () to 5 bars"),
        ([1.0, 2.0], "shape (2,) to 5 bars"),
        (np.zeros((5, 2)), "shape (5, 2) to 5 bars"),
        (["a", "b", "c", "d", "e"], "not numbers"),
        ([0.0, 0.0, np.inf, 0.0, 0.0], "inf at bar 2"),
        (np.zeros(5) + 1j, "complex numbers"),
    ],
)
def test_an_answer_that_is_none_is_told(answer: Any, says: str) -> None:
    assert says in refusal(answering(answer))


def test_a_universe_answers_with_a_mapping() -> None:
    assert "answers with list" in refusal(answering([1.0], universe=True))
    assert "shape ()" in refusal(answering({}, universe=True))


def test_a_function_that_raises_is_told_with_its_instrument() -> None:
    def broken(bars: BarHistory, params: Mapping[str, float]) -> Any:
        return bars.close[len(bars) + int(params.get("x", 1))]

    line = refusal(BatchFeature("broken", {}, broken))
    assert "batch feature broken on A: raised IndexError" in line


class OwnError(Exception):
    """What a person's own code may raise."""


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (OwnError("two\nlines"), "raised OwnError: two lines"),
        (StopIteration(), "raised StopIteration"),
        (MemoryError("8 GB"), "raised MemoryError: 8 GB"),
        (SystemExit(3), "raised SystemExit: 3"),
    ],
)
def test_whatever_a_function_raises_is_one_line(fault: BaseException, says: str) -> None:
    def broken(*_: object) -> Any:
        raise fault

    assert says in refusal(BatchFeature("broken", {}, broken))


def test_a_person_can_stop_a_function() -> None:
    def stopped(*_: object) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        BatchFeature("stopped", {}, stopped).values({"A": walk(5)}, {})


def test_what_it_sees_cannot_be_changed() -> None:
    def greedy(bars: BarHistory, params: Mapping[str, float]) -> Any:
        del params
        bars.close[0] = 1.0
        return bars.close

    bars = walk(5)
    assert "read-only" in refusal(BatchFeature("greedy", {}, greedy))
    with pytest.raises(ValueError, match="read-only"):
        bars.first(3).volume[1] = 0.0
    answer = answering(bars.close).values({"A": bars}, {})["A"]
    answer[0] = 7.0  # what is answered is a copy
    assert bars.close[0] != 7.0


def test_an_empty_history_is_not_asked_about_but_the_universe_is() -> None:
    empty = walk(5, name="B").first(0)
    alone = BatchFeature("alone", {}, momentum)
    assert len(alone.values({"A": walk(30), "B": empty}, {})["B"]) == 0
    all_of_them = BatchFeature("all", {}, rank_of_universe, universe=True)
    found = all_of_them.values({"A": walk(30), "B": empty}, {})
    assert (len(found["A"]), len(found["B"])) == (30, 0)


def test_a_history_knows_when_its_bars_closed() -> None:
    bars = walk(5)
    closes = bars.closed_ns
    assert [bars.known_at(int(ts)) for ts in closes] == [1, 2, 3, 4, 5]
    assert [bars.known_at(int(ts) - 1) for ts in closes] == [0, 1, 2, 3, 4]
    assert len(bars.first(2)) == 2
    assert bars.first(2).instrument == "A"
    assert bars.part(1, 4).close.tolist() == bars.close[1:4].tolist()


def test_a_division_by_zero_is_no_warning() -> None:
    def ratio(bars: BarHistory, params: Mapping[str, float]) -> Any:
        del params
        return np.where(np.arange(len(bars)) > 1, bars.close / (bars.volume * 0.0), np.nan) * 0.0

    values = BatchFeature("ratio", {}, ratio).values({"A": walk(5)}, {})["A"]
    assert np.isnan(values).all()


def test_the_decorator_keeps_the_name() -> None:
    @batch_feature(params={"window": 2})
    def mine(bars: BarHistory, params: Mapping[str, float]) -> Any:
        return bars.close * params["window"]

    assert (mine.name, mine.params, mine.universe) == ("mine", {"window": 2}, False)
