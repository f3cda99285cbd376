"""The page as text: everything is told, nothing is asked for, and nothing breaks out."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.backtest.sweep.sweep_results import (
    FAST,
    SLOW,
    measured,
    requirement,
    sweep_result,
    with_failures,
)
from traider.backtest.report import PAGE_BYTES_MAX
from traider.backtest.sweep.grid import Axis
from traider.backtest.sweep.page import render_sweep_page, write_sweep_page
from traider.backtest.sweep.page.figures import days_count
from traider.backtest.sweep.result import SweepResult


def words(page: str) -> str:
    """Return what a reader sees, tags, scripts and styles left out."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


def test_the_page_tells_the_best_its_worth_and_the_counts() -> None:
    text = words(render_sweep_page(sweep_result()))
    assert "sma-cross on BTC-USDT, 1h bars" in text
    assert "fast 15, slow 40" in text
    assert "Deflated Sharpe" in text
    assert "Points of the grid 20" in text
    assert "Skipped 6" in text
    assert "fast must be smaller than slow 6" in text
    assert "2 bars have no volume" in text
    assert "Incomplete" not in text


def test_two_axes_are_one_map_with_the_best_marked() -> None:
    page = render_sweep_page(sweep_result())
    assert page.count("data-heat ") == 1
    assert page.count(' best"') == 1
    assert page.count('class="none"') == 6
    cell = re.search(r'<i class="up best"[^>]*title="([^"]*)"', page)
    assert cell is not None
    assert cell[1].startswith("fast 15, slow 40: ")


def test_one_axis_is_a_line_and_three_are_pairs() -> None:
    line = render_sweep_page(sweep_result((FAST,), lambda v: 1e-4 * float(v[0])))
    assert line.count('<i class="dot') == 5
    assert "<polyline" in line
    assert "data-heat " not in line
    third = Axis("strategy.enter", (Decimal("0.1"), Decimal("0.2")))
    three = render_sweep_page(sweep_result((FAST, SLOW, third)))
    assert three.count("data-heat ") == 6
    assert "Median Sharpe by fast and slow" in words(three)


def test_many_pairs_are_limited_and_said() -> None:
    axes = (FAST, SLOW, *(Axis(f"k{place}", (1,)) for place in range(5)))
    page = render_sweep_page(sweep_result(axes))
    assert page.count("data-heat ") == 30
    assert "6 more pairs of settings have no map here" in words(page)


@pytest.mark.parametrize(
    ("metric", "shown"),
    [
        ("final_equity", "Final equity, USDT by fast and slow"),
        ("max_drawdown", "Max drawdown by fast and slow"),
        ("total_return", "Return by fast and slow"),
    ],
)
def test_other_metrics_have_their_unit(metric: str, shown: str) -> None:
    text = words(render_sweep_page(sweep_result(metric_name=metric)))
    assert shown in text
    assert "best by luck" not in text


def test_a_stopped_sweep_says_so_first() -> None:
    result = sweep_result()
    counts = replace(result.counts, planned=30)
    text = words(render_sweep_page(sweep_result(counts=counts)))
    assert "Incomplete sweep. It was stopped with 16 of 30 trials not run" in text


def test_failures_requirements_and_samples_are_told() -> None:
    result = with_failures(sweep_result())
    rule = requirement("strategy.fast", "<", "strategy.slow")
    setting = replace(result.setting, requirements=(rule,), random=20, seed=9)
    text = words(render_sweep_page(replace(result, setting=setting)))
    assert "Failed 1" in text
    assert "Drawn at random, seed 9 20" in text
    assert "Required: strategy.fast &lt; strategy.slow" in text
    assert "an alpha raised ValueError" in text


def test_a_short_history_says_that_it_cannot_be_split() -> None:
    assert "nothing can be split" in words(render_sweep_page(sweep_result(days=10)))


def test_nothing_is_asked_of_the_network() -> None:
    page = render_sweep_page(sweep_result())
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    assert "http://" not in page
    assert "https://" not in page


def test_what_people_write_cannot_break_out() -> None:
    evil = "<script>alert(1)</script>\"'&"
    axes = (Axis(f"strategy.{evil}", (1, 2), evil), Axis("b", (evil, "x")))
    result = sweep_result(axes, lambda _: 0.0)
    setting = replace(result.setting, title=evil, config={evil: evil})
    counts = replace(result.counts, skipped={evil: 3})
    page = render_sweep_page(
        replace(with_failures(result, evil), setting=setting, counts=counts, notes=(evil,))
    )
    assert "<script>alert" not in page
    assert page.count("<script") == 1


def test_values_of_the_same_name_are_told_apart() -> None:
    axes = (Axis("a.fast", (1, 2), "one.fast"), Axis("b.fast", (3, 4), "two.fast"))
    text = words(render_sweep_page(sweep_result(axes, lambda _: 0.0)))
    assert "Swept one.fast, two.fast" in text
    assert "Sharpe by one.fast and two.fast" in text


def largest() -> SweepResult:
    axes = tuple(Axis(f"strategy.key_{place}", tuple(range(7))) for place in range(4))
    return sweep_result(axes, lambda _: 0.0, days=20)


def test_the_largest_page_stays_small() -> None:
    assert len(render_sweep_page(largest()).encode()) < PAGE_BYTES_MAX
    square = (Axis("a", tuple(range(100))), Axis("b", tuple(range(100, 200))))
    assert len(render_sweep_page(sweep_result(square, lambda _: 0.0, 20)).encode()) < PAGE_BYTES_MAX


def test_a_sweep_that_never_traded_has_a_page_too() -> None:
    result = sweep_result()
    idle = tuple(
        replace(one, measured=measured(np.zeros(400), trades=0, turnover=float("nan")))
        for one in result.trials
    )
    text = words(render_sweep_page(sweep_result(trials=idle)))
    assert "No trial closed a trade" in text
    assert "nan" not in text.lower().replace("binance", "")


def test_a_page_without_a_best_names_none() -> None:
    page = render_sweep_page(sweep_result(days=3))
    text = words(page)
    assert "Best Sharpe — none: undefined or equal in all trials" in text
    assert "No trial is the best" in text
    assert "Trials, in the order of the grid" in text
    assert ' best"' not in page
    assert '<tr class="best">' not in page
    assert '<tr class="best">' in render_sweep_page(sweep_result())
    assert "3 days, 72 bars, 144 events a trial" in text
    assert "3 days, 144 events a trial" in words(render_sweep_page(sweep_result(days=3, bars=0)))


def test_the_page_is_written_and_repeats(tmp_path: Path) -> None:
    path = write_sweep_page(sweep_result(), tmp_path)
    assert path.name == "report.html"
    assert path.read_text(encoding="utf-8") == render_sweep_page(sweep_result())


@pytest.mark.parametrize(
    ("days", "text"), [(12.1, "13"), (1_571.0, "1,571"), (float("inf"), "∞"), (1e9, "∞")]
)
def test_days_are_counted_up(days: float, text: str) -> None:
    assert days_count(days) == text
    assert days_count(float("nan")) == "—"
