"""Small walk-forwards: four months of hourly bars, three candidates, weeks for windows."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from tests.kernel.builders import bar_stream, ensemble, market, random_bars
from traider.backtest.stream import Stream
from traider.backtest.walk_forward import Candidate, Schedule, WalkForwardPlan
from traider.domain.events import EventArray, Kind, join_events, sort_events
from traider.domain.timeframes import DAY_NS
from traider.kernel.specification import KernelSpec

WEEK_NS = 7 * DAY_NS
BARS = 120 * 24
SCHEDULE = Schedule(train_ns=3 * WEEK_NS, test_ns=2 * WEEK_NS, step_ns=2 * WEEK_NS)
ENTERS = (0.15, 0.3, 0.5)


def spec(**strategy: Any) -> KernelSpec:
    """Return the ensemble of every shipped alpha on two instruments, one of them a perpetual."""
    return ensemble([market("A"), market("B", can_short=True)], strategy=strategy)


def events(seed: int = 1, bars: int = BARS) -> EventArray:
    """Return the events of two instruments' bars, sorted."""
    parts = [bar_stream(random_bars(seed + 100 * k, bars), k) for k in range(2)]
    return sort_events(join_events(parts))


def candidates() -> tuple[Candidate, ...]:
    """Return three candidates that differ in when they enter."""
    return tuple(Candidate({"strategy.enter": enter}, spec(enter=enter)) for enter in ENTERS)


def plan(given: EventArray, **changes: Any) -> WalkForwardPlan:
    """Return a plan over ``given``, changed as asked."""
    plain = WalkForwardPlan(
        stream=Stream(given),
        schedule=SCHEDULE,
        candidates=candidates(),
        metric="sharpe",
        fill_tier="base",
        currency="USDT",
        capital=Decimal(10_000),
    )
    return replace(plain, **changes)


def with_future(given: EventArray, from_ns: int, seed: int) -> EventArray:
    """Return ``given`` with other prices and volumes in every event received after ``from_ns``."""
    changed = given.copy()
    later = changed["ts_recv"] > from_ns
    draw = np.random.default_rng(seed)
    factor = draw.uniform(0.5, 2.0)
    is_bar = later & (changed["kind"] == Kind.BAR)
    for name in ("open", "high", "low", "close"):
        changed[name][is_bar] = np.maximum((changed[name][is_bar] * factor).astype(np.int64), 1)
    changed["volume"][is_bar] = draw.integers(0, 10_000, int(is_bar.sum()))
    first = later & (changed["kind"] == Kind.TRADE)
    changed["price"][first] = np.maximum((changed["price"][first] * factor).astype(np.int64), 1)
    return changed
