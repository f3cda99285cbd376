"""Telling bars: what is rare in bars or values is cut after, the end never."""

from dataclasses import replace

import numpy as np
import pytest

from tests.backtest.bar_tables import HOUR_NS
from tests.backtest.lookahead.planted import START_NS, walk
from traider.backtest.lookahead.telling_bars import ANYWHERE, bars_since_higher, telling_bars
from traider.features.batch import BarHistory, Floats

NOTHING = np.zeros(3_000)


def bars_with(**columns: Floats) -> BarHistory:
    """Return flat bars of 10 lots but for the columns given."""
    flat = np.full(len(NOTHING), 100.0)
    plain = {"open": flat, "high": flat, "low": flat, "close": flat, "volume": flat / 10.0}
    ts_ns = START_NS + np.arange(len(flat), dtype=np.int64) * HOUR_NS
    return BarHistory(instrument="A", length_ns=HOUR_NS, ts_ns=ts_ns, **{**plain, **columns})


def one(base: float, bar: int, value: float) -> Floats:
    """Return a column that is ``base`` but at one bar."""
    column = np.full(len(NOTHING), base)
    column[bar] = value
    return column


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "columns",
    [
        {"high": one(100.0, 2_222, 101.0)},
        {"low": one(100.0, 2_222, 99.0)},
        {"close": one(100.0, 2_222, 99.5)},
        {"volume": one(10.0, 2_222, 40.0)},
        {"volume": one(10.0, 2_222, 0.0)},
    ],
    ids=["new high", "new low", "move", "much traded", "not traded"],
)
def test_an_unusual_bar_is_told(columns: dict[str, Floats], seed: int) -> None:
    assert 2_222 in telling_bars(bars_with(**columns), NOTHING, 1, seed)


def test_bars_around_a_pause_are_told() -> None:
    flat = bars_with()
    later = flat.ts_ns + np.where(np.arange(len(flat)) > 2_222, 3, 0) * HOUR_NS
    assert {2_222, 2_223} <= set(telling_bars(replace(flat, ts_ns=later), NOTHING, 1, 1))


@pytest.mark.parametrize("value", [1.0, np.nan])
def test_a_rare_value_is_told(value: float) -> None:
    assert 2_222 in telling_bars(walk(3_000), one(0.0, 2_222, value), 2, 1)


def test_turns_of_the_calendar_and_the_warm_up_are_told() -> None:
    bars = walk(3_000)
    told = np.array(telling_bars(bars, NOTHING, 3, 1))
    hours = bars.ts_ns[told] // HOUR_NS % 24
    assert (hours == 23).sum() >= 3
    assert (hours == 0).sum() >= 3
    assert {0, 1, 3, 7, 15, 31, 63, 127, 255, 511} <= set(told.tolist())


def test_the_last_bar_has_no_future() -> None:
    values = np.arange(40.0)
    assert telling_bars(walk(40), values, 40, 1) == list(range(39))
    assert telling_bars(walk(1), values[:1], 5, 1) == []
    assert telling_bars(walk(40).first(0), values[:0], 5, 1) == []


def test_bars_are_drawn_from_all_of_them() -> None:
    halves = [bar // 1_500 for bar in telling_bars(bars_with(), NOTHING, 10, 1) if bar > 1_023]
    assert min(halves.count(0), halves.count(1)) > ANYWHERE


def test_the_age_of_a_high_is_counted_from_the_last_one_as_high() -> None:
    found = bars_since_higher(np.array([3.0, 1.0, 2.0, 2.0, 5.0, 4.0]))
    assert found.tolist() == [0.0, 1.0, 2.0, 1.0, 4.0, 1.0]
