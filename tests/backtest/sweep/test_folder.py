"""The folder of a sweep: what was written is read back exactly, and nothing else is taken for it.

1. An outcome written and read back is the same, to the last bit of its returns.
"""

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.sweep.sweep_results import FAST, SLOW, measured, noise, trial
from traider.backtest.sweep.folder import (
    TRIALS_FILE_NAME,
    Outcome,
    Points,
    SweepFolder,
    check_identity,
    outcome_record,
)
from traider.backtest.sweep.grid import Axis, Point
from traider.backtest.sweep.trial import Failure, Trial
from traider.domain.errors import DataError, UsageError

AXES = (FAST, SLOW)
IDENTITY = {"grid": [[5, 10], [20]], "data": "abc", "random sample": None}
OUTCOMES: tuple[Outcome, ...] = (
    trial(4, (10, 10)),
    Failure(1, (5, 20), "f" * 64, "an alpha raised ValueError: é"),
    trial(2, (5, 40)),
)
POINTS: Points = {one.number: (one.values, one.digest) for one in OUTCOMES}


def begun(folder: Path) -> SweepFolder:
    """Return a folder with all outcomes in it, closed."""
    with SweepFolder.create(folder, IDENTITY, AXES) as made:
        for outcome in OUTCOMES:
            made.add(outcome)
    return made


def figures(outcome: Outcome) -> tuple[Any, ...]:
    """Return everything of an outcome in terms that compare, NaN included."""
    if isinstance(outcome, Failure):
        return outcome.number, outcome.values, outcome.digest, outcome.reason
    found = outcome.measured
    return (
        outcome.number, outcome.values, outcome.digest, found.final_equity, found.max_drawdown,
        found.trades, repr(found.turnover), found.fees, found.refused, found.alpha_fault,
        found.returns.tobytes(), repr(found.sortino),
    )  # fmt: skip


def resumed(folder: Path, points: Points = POINTS) -> list[Outcome]:
    """Return the outcomes that going on with ``folder`` finds."""
    made, outcomes = SweepFolder.resume(folder, IDENTITY, AXES, points)
    with made:
        return outcomes


def test_outcomes_are_read_back_as_they_were(tmp_path: Path) -> None:
    begun(tmp_path)
    found = resumed(tmp_path)
    assert [figures(one) for one in found] == [figures(one) for one in OUTCOMES]


amounts = st.decimals(-(10**12), 10**12, places=8)
floats = st.floats(-1.0, 1e3)


@given(
    st.lists(floats, max_size=5),
    amounts,
    st.floats(-1.0, 0.0),
    floats | st.just(math.nan),
    st.text(max_size=20),
)
def test_any_figures_survive(
    tmp_path_factory: pytest.TempPathFactory,
    returns: list[float],
    money: Decimal,
    fall: float,
    turnover: float,
    fault: str,
) -> None:
    axes = (Axis("a", (Decimal("0.1"),)), Axis("b", ("1h",)), Axis("c", (True,)))
    values: Point = (Decimal("0.1"), "1h", True)
    found = measured(
        np.array(returns, np.float64), final_equity=money, fees=money, max_drawdown=fall,
        turnover=turnover, alpha_fault=fault,
    )  # fmt: skip
    outcome = Trial(0, values, "0" * 64, found)
    line = json.dumps(outcome_record(outcome, axes), allow_nan=False)
    assert json.loads(line)["point"] == {"a": 0.1, "b": "1h", "c": True}
    folder = tmp_path_factory.mktemp("any")
    with SweepFolder.create(folder, {}, axes) as made:
        made.add(outcome)
    again, (back,) = SweepFolder.resume(folder, {}, axes, {0: (values, "0" * 64)})
    with again:
        assert figures(back) == figures(outcome)


def test_in_order_the_file_does_not_tell_how_it_came_about(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, outcomes in ((first, OUTCOMES), (second, OUTCOMES[::-1])):
        folder.mkdir()
        with SweepFolder.create(folder, IDENTITY, AXES) as made:
            for outcome in outcomes:
                made.add(outcome)
        made.put_in_order(outcomes)
    text = (first / TRIALS_FILE_NAME).read_bytes()
    assert text == (second / TRIALS_FILE_NAME).read_bytes()
    numbers = [json.loads(line)["number"] for line in text.splitlines()]
    assert numbers == [1, 2, 4]
    assert {path.name for path in first.iterdir()} == {"sweep.json", TRIALS_FILE_NAME}


@pytest.mark.parametrize("cut", [1, 200, 2_000])
def test_a_line_that_was_cut_off_is_run_again(tmp_path: Path, cut: int) -> None:
    begun(tmp_path)
    file = tmp_path / TRIALS_FILE_NAME
    file.write_bytes(file.read_bytes()[:-cut])
    assert [one.number for one in resumed(tmp_path)] == [4, 1]
    assert file.read_bytes().endswith(b"\n")
    assert [one.number for one in resumed(tmp_path)] == [4, 1]


def test_a_folder_without_lines_begins_from_the_start(tmp_path: Path) -> None:
    begun(tmp_path)
    (tmp_path / TRIALS_FILE_NAME).unlink()
    assert resumed(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"number":4', '"number":77'),
        ('"number":4', '"number":"four"'),
        ('"digest":"', '"digest":"0'),
        ('"final_equity":"', '"final_equity":"x'),
        ('"returns":"', '"returns":"!'),
        ('"trades":42,', ""),
        ('{"number"', '["number"'),
    ],
)
def test_a_damaged_line_is_refused_with_its_place(tmp_path: Path, old: str, new: str) -> None:
    begun(tmp_path)
    file = tmp_path / TRIALS_FILE_NAME
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"trials\.jsonl line 1: the line is damaged"):
        resumed(tmp_path)


def test_another_sweep_is_refused_by_what_differs(tmp_path: Path) -> None:
    begun(tmp_path)
    check_identity(tmp_path, IDENTITY)
    with pytest.raises(UsageError, match="that sweep had another data;"):
        check_identity(tmp_path, {**IDENTITY, "data": "abd"})
    with pytest.raises(UsageError, match="another grid, another random sample;"):
        check_identity(tmp_path, {**IDENTITY, "grid": [], "random sample": 5})
    (tmp_path / "sweep.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="another grid, another data"):
        check_identity(tmp_path, IDENTITY)


@pytest.mark.parametrize("content", [None, "", "{"])
def test_a_folder_without_a_sweep_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "sweep.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="there is no sweep to go on with"):
        resumed(tmp_path)


def test_a_folder_is_discarded_but_for_what_others_put_there(tmp_path: Path) -> None:
    begun(tmp_path / _made(tmp_path, "a")).discard()
    assert not (tmp_path / "a").exists()
    kept = begun(tmp_path / _made(tmp_path, "b"))
    (tmp_path / "b" / "mine.txt").touch()
    kept.discard()
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["mine.txt"]


def _made(folder: Path, name: str) -> str:
    (folder / name).mkdir()
    return name


def test_infinite_figures_are_null_for_programs() -> None:
    rising = Trial(0, (5, 10), "0", measured(np.abs(noise(1))))
    assert rising.measured.sortino == math.inf
    record = outcome_record(rising, AXES)
    assert record["sortino"] is None
    assert record["sharpe"] == pytest.approx(rising.measured.sharpe)
