import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.backtest.monte_carlo.runs import finished, plan
from tests.backtest.report.synthetic import with_chosen
from tests.backtest.research_pages.pages import HOSTILE, rolled, shown
from traider.backtest.monte_carlo import PERCENTILES, Distribution, monte_carlo
from traider.backtest.research_pages import render_monte_carlo, write_monte_carlo_page
from traider.backtest.research_pages.monte_carlo_page import (
    chance_cell,
    chance_rows,
    page_data,
    sensitivity_word,
)
from traider.backtest.results import DailyReturns
from traider.cli.research_outcome import monte_carlo_lines


@pytest.fixture(scope="module")
def page() -> str:
    return render_monte_carlo(rolled(), shown())


def test_it_needs_nothing_beside_it_but_links_to_the_report(page: str) -> None:
    body = re.sub(r'<link rel="icon" href="data:,">', "", page)
    assert not re.search(r"https?://|//[a-z]+\.[a-z]|<link|@import|url\(|\ssrc=", body)
    assert 'href="report.html"' in page
    assert "default-src 'none'" in page


def test_all_three_kinds_have_their_section_and_percentiles(page: str) -> None:
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    for heading in (
        "The same days in other blocks",
        "The same trades in another order",
        "Other costs and delays",
        "Chances",
        "Final equity, USDT",
        "Sharpe",
        "Max drawdown",
        "What each assumes",
    ):
        assert heading in headings
    assert page.count('<table class="levels percentiles">') == 3
    for level in PERCENTILES:
        assert page.count(f">{level}%</th>") == 3
    assert page.count('class="histogram"') == 5


def test_the_fan_is_drawn_over_the_days_of_the_run() -> None:
    data = json.loads(json.dumps(page_data(rolled()), allow_nan=False))
    fan = data["fan"]
    assert len({len(values) for values in fan.values()}) == 1
    assert fan["actual"][0] == fan["p1"][0] == fan["p99"][0] == 10_000.0
    assert fan["actual"][-1] == pytest.approx(rolled().actual.final_equity, rel=1e-5)
    assert all(low <= high for low, high in zip(fan["p5"], fan["p95"], strict=True))
    assert fan["t"] == sorted(fan["t"])


def test_chances_carry_their_error() -> None:
    some = Distribution(np.array([-0.4, -0.1, -0.1, -0.2]))
    assert chance_cell(0.25, some) == ("25.0%", "±21.7%")
    assert chance_cell(0.0, Distribution(np.zeros(100))) == ("0.0%", "under 3.0%")
    assert chance_cell(1.0, Distribution(np.zeros(100))) == ("100.0%", "over 97.0%")
    assert chance_cell(math.nan, some) == ("—", "")
    rows = dict(chance_rows(rolled()))
    assert list(rows) == ["A loss at the end", "A fall of 10% or more", "A fall of 30% or more"]
    assert rows["A loss at the end"][1] == ("—", "")


def test_a_correlation_is_told_only_where_it_is_no_chance() -> None:
    assert sensitivity_word(-0.8, 50) == "strong effect: more of it hurts"
    assert sensitivity_word(0.4, 50) == "some effect: more of it helps"
    assert sensitivity_word(-0.2, 50) == "no clear effect"
    assert sensitivity_word(-0.2, 1_000) == "some effect: more of it hurts"
    assert sensitivity_word(math.nan, 50) == "changes nothing here"


def test_a_run_without_days_trades_and_costs_can_be_shown() -> None:
    nothing = with_chosen(finished(), daily=DailyReturns.empty(), trades=())
    empty = monte_carlo(nothing, plan(draws_of_costs=0))
    page = render_monte_carlo(empty, nothing)
    assert "No trade was closed" in page
    assert "No run with other costs was made" in page
    assert "nan" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL).lower()


def test_a_stopped_one_says_so(page: str) -> None:
    cut = replace(rolled(), costs=replace(rolled().costs, runs=rolled().costs.runs[:2]))
    assert "Incomplete." in render_monte_carlo(cut, shown())
    assert "Incomplete." not in page


def test_hostile_names_stay_text() -> None:
    evil = replace(rolled(), currency=HOSTILE, fill_tier=HOSTILE)
    page = render_monte_carlo(evil, replace(shown(), title=HOSTILE))
    assert "<img" not in page
    assert "<script>alert" not in page


def test_the_same_result_gives_the_same_bytes(tmp_path: Path, page: str) -> None:
    path = write_monte_carlo_page(rolled(), shown(), tmp_path)
    assert path.name == "monte_carlo.html"
    assert path.read_text(encoding="utf-8") == page


def test_too_few_days_are_told_and_nothing_is_drawn_of_them() -> None:
    daily = finished().chosen.daily
    few = replace(daily, starts_ns=daily.starts_ns[:2], values=daily.values[:2])
    short = with_chosen(finished(), daily=few, trades=())
    dice = monte_carlo(short, plan(draws_of_costs=0))
    assert (dice.days.done, dice.is_whole) == (0, True)
    told = "7 daily returns are needed, and there are 2"
    assert told in dice.cannot[0]
    page = render_monte_carlo(dice, short)
    assert told in page
    assert 'class="histogram"' not in page
    assert 'data-chart="fan"' not in page
    assert told in "".join(monte_carlo_lines(dice))
