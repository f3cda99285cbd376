"""Windows found in bars that were made to hold them, and paths walked with stops."""

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from traider.risk.crash_windows import HOUR_NS, Bars, find_windows, path_shock, worst_place
from traider.risk.stress import ClosingCosts, RestingStop, StressBook, StressPosition

START_NS = 1_577_836_800_000_000_000
"""The first instant of 2020."""
D = Decimal


def bars(closes: np.ndarray) -> Bars:
    ends = START_NS + HOUR_NS * (1 + np.arange(len(closes), dtype=np.int64))
    return Bars(ends, closes, closes, closes)


def prices() -> np.ndarray:
    """Return hours at 100 with a slow fall by 30, a fast one by 20, and a rise by 20."""
    closes = np.full(24 * 40, 100.0)
    closes[100:110] = np.linspace(97.0, 70.0, 10)
    closes[110:200] = 70.0
    closes[200:] = np.linspace(70.0, 100.0, len(closes) - 200)
    closes[500] = closes[499] * 0.8
    closes[700:703] = closes[700:703] * 1.2
    return closes


def test_the_deepest_day_the_fastest_bar_and_the_steepest_rises() -> None:
    hours = bars(prices())
    found = find_windows(hours, hours)
    falls = [window for window in found if window.move < 0]
    assert [round(window.move, 6) for window in falls] == [-0.3, -0.2]
    assert falls[0].start_ns <= hours.ends_ns[99] < falls[0].end_ns
    assert falls[1].start_ns == hours.ends_ns[499]
    assert max(window.move for window in found) == pytest.approx(0.2, abs=0.02)
    for one, after in pairwise(found):
        assert after.start_ns - one.end_ns >= 24 * HOUR_NS


def test_a_step_over_a_hole_is_no_fall_of_a_bar() -> None:
    closes = np.full(200, 100.0)
    closes[100:] = 60.0
    whole = bars(closes)
    ends = whole.ends_ns.copy()
    ends[100:] += 48 * HOUR_NS
    torn = Bars(ends, closes, closes, closes)
    assert len(find_windows(torn, torn)) == 1
    assert find_windows(bars(np.ones(1)), bars(np.ones(1))) == []


def test_a_path_fills_stops_at_the_first_price_beyond_them() -> None:
    held = StressPosition(
        "X:BTC-USDT", D(3), D(200), stops=(RestingStop(D(190), D(1)), RestingStop(D(160), D(1)))
    )
    ratios = np.array([1.0, 0.97, 0.93, 0.85, 0.9, 0.5])
    shock = path_shock(held, ratios, 3)
    assert shock.move == D("-0.15")
    assert shock.stopped == ((D(1), D("-0.07")),)
    short = StressPosition("X:BTC-USDT", D(-1), D(200), stops=(RestingStop(D(210), D(5)),))
    up = path_shock(short, np.array([1.0, 1.04, 1.06, 1.2]), 3)
    assert up.stopped == ((D(1), D("0.06")),)


def test_the_worst_place_is_that_of_the_whole_book() -> None:
    legs = StressPosition("X:A-USD", D(1), D(100)), StressPosition("X:B-USD", D(-1), D(100))
    book = StressBook("USD", D(100), legs, ClosingCosts(D(0), D(0)))
    ratios = np.array([[1.0, 1.0], [0.5, 0.5], [0.9, 1.2], [1.1, 1.2]])
    assert worst_place(book, ratios) == 2
