"""Other futures of one past: what was known stays to the last bit, what comes is possible."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.bar_tables import HOUR_NS, columns_of, wave, write_bars
from tests.backtest.lookahead.planted import momentum, subject, walk
from traider.backtest.bar_files import BarFile, scan_bar_file
from traider.backtest.event_source import event_chunks
from traider.backtest.histories import read_history
from traider.backtest.lookahead.variants import RunEvents, perturbed, truncated
from traider.backtest.score_events import feature_events
from traider.domain.events import (
    EventArray,
    Kind,
    MarketFlag,
    empty_events,
    join_events,
    sort_events,
)

BARS = walk(400)


@given(st.integers(0, 399), st.integers(0, 2**31))
def test_a_perturbed_history_is_possible_and_leaves_the_past(bar: int, seed: int) -> None:
    cut_ns = int(BARS.closed_ns[bar])
    (other,) = perturbed([BARS], [0.01], cut_ns, seed)
    past = slice(0, bar + 1)
    for name in ("ts_ns", "open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(other, name)[past], getattr(BARS, name)[past])
    assert np.array_equal(other.ts_ns, BARS.ts_ns)
    top, bottom = np.maximum(other.open, other.close), np.minimum(other.open, other.close)
    assert (other.high >= top).all()
    assert (other.low <= bottom).all()
    assert (other.low > 0.0).all()
    ticks = other.close / 0.01
    assert np.allclose(ticks, np.rint(ticks), atol=1e-6)
    if bar < 399:
        assert (other.close[bar + 1 :] != BARS.close[bar + 1 :]).mean() > 0.9
        assert (other.volume[bar + 1 :] != BARS.volume[bar + 1 :]).all()


def test_a_bar_that_was_open_at_the_cut_is_left_alone() -> None:
    cut_ns = int(BARS.closed_ns[100]) + HOUR_NS // 2
    (other,) = perturbed([BARS], [0.01], cut_ns, 1)
    assert other.close[101] == BARS.close[101]
    assert other.close[102] != BARS.close[102]


def test_truncation_keeps_every_instrument() -> None:
    late = walk(100, name="B", start=300)
    ends = truncated([BARS, late], int(BARS.closed_ns[250]))
    assert [(bars.instrument, len(bars)) for bars in ends] == [("A", 251), ("B", 0)]


@pytest.fixture
def file(tmp_path: Path) -> BarFile:
    path = write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(300)))
    return scan_bar_file(path)


def funding(ts_ns: int, rate: int) -> EventArray:
    event = empty_events(1)
    event["kind"], event["ts_event"], event["ts_recv"] = Kind.FUNDING, ts_ns, ts_ns
    event["w0"] = rate
    return event


def test_a_run_goes_on_with_other_bars_values_and_rates(file: BarFile) -> None:
    bars = read_history(file)
    values = subject(momentum).values([bars])
    early, late = int(bars.closed_ns[50]), int(bars.closed_ns[250])
    parts = [
        *event_chunks([file], None, None),
        feature_events([bars], {"momentum": values}, {"momentum": 0}),
        funding(early, 1_000_000),
        funding(late, 1_000_000),
    ]
    run = RunEvents(sort_events(join_events(parts)), [file], {"momentum": 0})
    cut_ns = int(bars.closed_ns[150])
    other = perturbed([bars], [float(file.tick_size)], cut_ns, 7)
    told = {"momentum": {bars.instrument: np.arange(300.0)}}
    events = run.going_on(cut_ns, other, told, seed=7)
    kinds = events["kind"]
    assert np.array_equal(kinds, run.events["kind"])
    assert np.array_equal(events["ts_recv"], run.events["ts_recv"])
    assert events["f0"][kinds == Kind.MODEL_SCORE].tolist() == list(range(300))
    closes = events["close"][kinds == Kind.BAR] * float(file.tick_size)
    assert np.allclose(closes, other[0].close)
    opens = events[(kinds == Kind.TRADE) & (events["flags"] == MarketFlag.BAR_OPEN)]
    assert np.allclose(opens["price"] * float(file.tick_size), other[0].open)
    rates = events["w0"][kinds == Kind.FUNDING]
    assert rates[0] == 1_000_000
    assert rates[1] != 1_000_000
    past = events["ts_recv"] <= cut_ns
    market = kinds != Kind.MODEL_SCORE
    assert events[past & market].tobytes() == run.events[past & market].tobytes()


def test_a_run_that_ends_keeps_the_first_price_of_the_bar_under_way(file: BarFile) -> None:
    bars = read_history(file)
    run = RunEvents(join_events(list(event_chunks([file], None, None))), [file], {})
    cut_ns = int(bars.closed_ns[150])
    at_close = run.ending(cut_ns, {})
    assert (at_close["kind"] == Kind.BAR).sum() == 151
    assert at_close["ts_recv"].max() == cut_ns
    inside = run.ending(cut_ns + HOUR_NS // 2, {})
    assert len(inside) == len(at_close) + 1
    assert inside["flags"][-1] == MarketFlag.BAR_OPEN


def test_sizes_of_depth_and_trades_are_drawn_anew_prices_stay() -> None:
    events = empty_events(200)
    events["kind"] = Kind.DEPTH_UPDATE
    events["ts_recv"] = np.arange(200)
    events["price"] = 1_000
    events["size"] = np.where(np.arange(200) % 5, 40, 0)
    changed = RunEvents(events, [], {}).going_on(99, [], {}, seed=1)
    assert changed[:100].tobytes() == events[:100].tobytes()
    future = changed[100:]
    assert (future["price"] == 1_000).all()
    # A level that is removed stays removed.
    assert np.array_equal(future["size"] == 0, events["size"][100:] == 0)
    assert (future["size"] != events["size"][100:]).sum() > 60
    assert (future["size"] >= 0).all()
