"""Bars of two instruments against each other: one stamped a bar late is found, and only that."""

from dataclasses import replace

import numpy as np
import pytest

from tests.backtest.bar_tables import HOUR_NS
from tests.backtest.lookahead.planted import walk
from traider.backtest.lookahead.data_stamps import late_instruments
from traider.backtest.lookahead.leaks import LeakKind
from traider.features.batch import BarHistory


def twin(bars: BarHistory, *, seed: int, name: str = "B", noise: float = 0.002) -> BarHistory:
    """Return an instrument that moves with ``bars``."""
    draw = np.random.default_rng(seed)
    own = np.exp(draw.normal(0.0, noise, len(bars)))
    close = np.round(bars.close * own, 2)
    return replace(
        bars,
        instrument=name,
        close=close,
        high=np.maximum(bars.high, close),
        low=np.minimum(bars.low, close),
    )


def late(bars: BarHistory) -> BarHistory:
    """Stamp the bars at their close."""
    return replace(bars, ts_ns=bars.ts_ns + HOUR_NS)


@pytest.mark.parametrize("seed", range(5))
def test_instruments_that_tell_the_same_time_pass(seed: int) -> None:
    bars = walk(seed=seed)
    assert list(late_instruments([bars, twin(bars, seed=seed)])) == []
    assert list(late_instruments([bars, walk(seed=seed + 50, name="B")])) == []
    assert list(late_instruments([bars])) == []


def test_one_stamped_at_its_close_is_named() -> None:
    bars = walk()
    (leak,) = late_instruments([bars, late(twin(bars, seed=2))])
    assert (leak.kind, leak.culprit, leak.instrument) == (LeakKind.DATA_STAMP, "B", "B")
    assert "A's told a bar earlier" in leak.told
    (other,) = late_instruments([late(bars), twin(bars, seed=2)])
    assert other.culprit == "A"


def test_little_in_common_is_not_judged() -> None:
    bars = walk(150)
    assert list(late_instruments([bars, late(twin(bars, seed=2))])) == []
    flat = replace(walk(), instrument="B", open=np.full(1_500, 5.0), close=np.full(1_500, 5.0))
    assert list(late_instruments([walk(), flat])) == []
