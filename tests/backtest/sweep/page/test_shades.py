"""Values to shades, places and bars."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.sweep.page.shades import (
    LABEL_CHARS_MAX,
    LABELS_MAX,
    SHADE_MIN,
    Scale,
    heat_map,
    histogram,
    line_chart,
    thinned,
)
from traider.backtest.sweep.surface import Curve, Surface

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


def text(value: float) -> str:
    return f"{value:.2f}"


@given(values, st.floats(-1e3, 1e3))
def test_shades_grow_away_from_neutral(found: list[float], neutral: float) -> None:
    scale = Scale.over(np.array(found), neutral)
    shades = [(abs(value - neutral), scale.shade(value)) for value in found]
    assert all(SHADE_MIN <= shade <= 1.0 for _, shade in shades)
    assert max(shade for _, shade in shades) == 1.0
    ranked = [shade for _, shade in sorted(shades)]
    assert ranked == sorted(ranked)
    assert {scale.tone(value) for value in found} <= {"up", "down"}


def test_on_one_side_the_whole_range_of_shades_is_used() -> None:
    scale = Scale.over(np.array([1.0, 1.1, 1.2]), 0.0)
    assert [scale.shade(v) for v in (1.0, 1.1, 1.2)] == [SHADE_MIN, 0.56, 1.0]
    mixed = Scale.over(np.array([-0.1, 1.0]), 0.0)
    assert mixed.shade(-0.1) == pytest.approx(0.208)
    assert mixed.tone(-0.1) == "down"


def test_without_a_value_there_is_still_a_scale() -> None:
    assert Scale.over(np.array([math.nan]), 0.0).shade(0.0) == SHADE_MIN


def surface(rows: int, columns: int) -> Surface:
    found = np.arange(rows * columns, dtype=np.float64).reshape(rows, columns)
    found[0, 0] = math.nan
    return Surface(
        "a",
        "b",
        tuple(str(k) for k in range(columns)),
        tuple(str(10 * k) for k in range(rows)),
        found,
    )


def test_a_heat_map_has_the_largest_row_on_top() -> None:
    found = heat_map(surface(3, 4), ("fast", "slow"), text, 0.0, 11.0)
    assert [label for label, _ in found.rows] == ["20", "10", "0"]
    top, _, bottom = (cells for _, cells in found.rows)
    assert [cell.text for cell in top] == ["8.00", "9.00", "10.00", "11.00"]
    assert [cell.is_best for cell in top] == [False, False, False, True]
    assert top[3].title == "fast 3, slow 20: 11.00"
    assert (bottom[0].tone, bottom[0].title) == ("none", "fast 0, slow 0: not run, or undefined")
    assert (found.low, found.high) == ("1.00", "11.00")
    assert (found.low_shade, found.high_shade) == (SHADE_MIN, 1.0)


def test_many_columns_have_no_room_for_numbers() -> None:
    found = heat_map(surface(2, 40), ("fast", "slow"), text, 0.0, math.nan)
    assert {cell.text for _, cells in found.rows for cell in cells} == {""}
    assert not any(cell.is_best for _, cells in found.rows for cell in cells)


@given(st.lists(st.text("0123456789", min_size=1, max_size=9), max_size=300))
def test_labels_never_overlap(labels: list[str]) -> None:
    beside = thinned(labels, side_by_side=True)
    assert len(beside) == len(labels)
    written = [label for label in beside if label]
    assert len(written) <= LABELS_MAX
    assert sum(len(label) + 2 for label in written) <= LABEL_CHARS_MAX or len(written) <= 1
    above = [label for label in thinned(labels) if label]
    assert len(above) <= LABELS_MAX


def test_of_a_bin_its_first_value_is_written() -> None:
    assert thinned(["0 to 4", "5 to 9"]) == ("0", "5")


def test_a_line_has_a_dot_a_trial_and_holes() -> None:
    curve = Curve("a", ("1", "2", "3", "4"), np.array([0.5, 1.0, math.nan, 0.0]), is_ordered=True)
    found = line_chart(curve, "fast", text, 1.0)
    assert [dot.x for dot in found.dots] == [12.5, 37.5, 87.5]
    assert [dot.is_best for dot in found.dots] == [False, True, False]
    heights = [dot.y for dot in found.dots]
    assert heights[1] < heights[0] < heights[2]
    assert all(0.0 < y < 100.0 for y in heights)
    assert len(found.runs) == 1  # the last value stands alone behind its hole
    assert found.dots[1].title == "fast 2: 1.00"
    assert [label for _, label in found.levels] == ["0.00", "0.25", "0.50", "0.75", "1.00"]
    assert [label for _, label in found.columns] == ["1", "2", "3", "4"]


def test_words_are_not_joined_by_a_line() -> None:
    curve = Curve("a", ("1h", "4h"), np.array([0.5, 1.0]), is_ordered=False)
    assert line_chart(curve, "timeframe", text, 1.0).runs == ()


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_a_flat_line_lies_in_the_middle(value: float) -> None:
    curve = Curve("a", ("1", "2"), np.array([value, value]), is_ordered=True)
    found = line_chart(curve, "fast", text, value)
    assert [dot.y for dot in found.dots] == [50.0, 50.0]
    assert len(found.levels) == 1


def test_a_line_of_nothing_is_empty() -> None:
    curve = Curve("a", ("1",), np.array([math.nan]), is_ordered=True)
    assert line_chart(curve, "fast", text, math.nan).dots == ()


@given(values)
def test_a_histogram_counts_every_value_once(found: list[float]) -> None:
    bars = histogram(np.array([*found, math.nan]), text, 0.0, [(math.nan, "none", "hold")])
    assert bars.left_out == 1
    assert bars.marks == ()
    counts = [int(bar.title.rpartition(": ")[2].replace(",", "")) for bar in bars.bars]
    assert sum(counts) == len(found)
    assert max(bar.height for bar in bars.bars) == 100.0


def test_marks_lie_where_their_values_are() -> None:
    found = histogram(np.array([0.0, 1.0]), text, 0.5, [(2.0, "luck", "down"), (0.5, "m", "hold")])
    assert [(mark.x, mark.label) for mark in found.marks] == [(100.0, "luck"), (25.0, "m")]
    assert (found.low, found.high) == ("0.00", "2.00")
    assert {bar.tone for bar in found.bars} == {"up", "down"}


def test_a_histogram_of_nothing_is_empty() -> None:
    assert histogram(np.array([math.nan]), text, 0.0, []).bars == ()
