import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.backtest.research_pages.pages import HOSTILE, shown, walked
from traider.backtest.research_pages import render_walk_forward, write_walk_forward_page
from traider.backtest.research_pages.walk_forward_page import (
    ROWS_MAX,
    held,
    page_data,
    setting_row,
    value_text,
    window_row,
)
from traider.domain.timeframes import DAY_NS

KEY = "strategy.enter"


@pytest.fixture(scope="module")
def page() -> str:
    return render_walk_forward(walked(), shown())


def test_it_needs_nothing_beside_it_but_links_to_the_report(page: str) -> None:
    body = re.sub(r'<link rel="icon" href="data:,">', "", page)
    assert not re.search(r"https?://|//[a-z]+\.[a-z]|<link|@import|url\(|\ssrc=", body)
    assert 'href="report.html"' in page
    assert "default-src 'none'" in page
    assert "<noscript>" in page


def test_every_window_is_a_row_with_both_sides(page: str) -> None:
    for one in walked().windows:
        row = window_row(one)
        for text in (row.test, row.sharpe_in, row.sharpe_out, row.test_return, row.chosen):
            assert text in page
        assert "trained on" in row.title
    assert page.count('class="when"') == len(walked().windows)
    assert "embargoed" in window_row(walked().windows[-1]).title
    assert "embargoed" not in window_row(walked().windows[0]).title


def test_the_charts_get_the_joined_curve_and_the_choices() -> None:
    data = page_data(walked(), shown(), [KEY])
    text = json.dumps(data, allow_nan=False)
    found = json.loads(text)
    assert len(found["tests"]) == len(walked().windows)
    (setting,) = found["choices"]["settings"]
    assert (setting["name"], setting["range"]) == ("enter", [0.15, 0.5])
    assert setting["v"][:-1] == [one.chosen[KEY] for one in walked().windows]
    assert len(setting["v"]) == len(found["choices"]["t"])
    assert found["equity"]["nav"][-1] == pytest.approx(float(walked().final_equity), rel=1e-5)


def test_buying_and_holding_begins_with_the_first_test() -> None:
    hold = held(walked(), shown().benchmark)
    assert hold.nav[0] == float(walked().capital)
    assert hold.ts_ns[0] == walked().windows[0].window.test.start_ns
    assert np.all(hold.drawdown <= 0.0)
    nothing = held(replace(walked(), windows=()), shown().benchmark)
    assert nothing.ts_ns.size == 0


def test_choices_are_counted() -> None:
    windows = tuple(
        replace(one, chosen={KEY: value})
        for one, value in zip(walked().windows, (0.1, 0.1, 0.2, 0.1), strict=False)
    )
    row = setting_row(replace(walked(), windows=windows), KEY)
    assert (row.name, row.changes) == ("enter", "changed 2 times in 3")
    assert row.most == "0.1 in 3 of 4 windows"
    assert value_text(True) == "true"  # noqa: FBT003 - a setting's value
    assert value_text("fixed") == "fixed"


def test_a_stopped_one_says_so_and_an_empty_one_can_be_shown() -> None:
    cut = replace(walked(), windows=walked().windows[:2])
    assert "Incomplete." in render_walk_forward(cut, shown())
    empty = replace(
        walked(), windows=(), curve=held(replace(walked(), windows=()), shown().benchmark)
    )
    assert "No window was complete" in render_walk_forward(empty, shown())


def test_without_a_choice_there_is_no_column_for_it() -> None:
    windows = tuple(replace(one, chosen={}) for one in walked().windows)
    page = render_walk_forward(replace(walked(), windows=windows, candidates=({},)), shown())
    assert "What was chosen" not in page
    assert "Chosen</th>" not in page
    assert "Nothing was chosen" in page


def test_many_windows_are_cut_and_undefined_numbers_are_dashes() -> None:
    one = walked().windows[0]
    test = replace(one.test, sharpe=math.nan, length_ns=7 * DAY_NS, total_return=1.0)
    bare = replace(one, deflated_sharpe=math.nan, test=test)
    assert window_row(bare).return_out == "> 999%"
    page = render_walk_forward(replace(walked(), windows=(bare,) * (ROWS_MAX + 9)), shown())
    assert page.count('class="when"') == ROWS_MAX
    assert "nan" not in page.lower().replace("nanosecond", "").replace("isnan", "")


def test_hostile_names_stay_text() -> None:
    windows = tuple(replace(one, chosen={HOSTILE: HOSTILE}) for one in walked().windows)
    evil = replace(
        walked(), windows=windows, candidates=({HOSTILE: HOSTILE},), notes=(HOSTILE,), currency="X"
    )
    page = render_walk_forward(evil, replace(shown(), title=HOSTILE))
    assert "<img" not in page
    assert "<script>alert" not in page


def test_writing_makes_the_file(tmp_path: Path, page: str) -> None:
    path = write_walk_forward_page(walked(), shown(), tmp_path)
    assert path.name == "walk_forward.html"
    assert path.read_text(encoding="utf-8") == page
