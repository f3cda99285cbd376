"""A trial's figures are those of a back-test, and its recorders agree with the plain ones.

1. Day closes, worst fall and mean do not depend on how the samples are cut.
2. Trades are counted as the books make them of the same fills.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.bar_tables import columns_of, wave, write_bars
from tests.backtest.sweep.sweep_results import DAY_NS, START_NS, trial
from traider.backtest.collecting import CurveThinner
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.run import BacktestPlan, run_plan
from traider.backtest.sweep.history import History, history_of, read_history
from traider.backtest.sweep.trial import (
    EquityRecorder,
    Measured,
    OrderCounter,
    returns_matrix,
    run_trial,
)
from traider.domain.errors import StrategyError
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.fills import Fill
from traider.kernel.codes import Verdict
from traider.kernel.records import NAV, Records
from traider.portfolio.performance import daily_returns
from traider.portfolio.trades import trades_from_fills
from traider.runtime.config import load_config
from traider.runtime.wiring import plan_backtest
from traider.signals.alpha import Score, alpha

pytestmark = pytest.mark.uncounted

BARS = 1_998
"""With a hole of 90 hours, 87 days to the hour."""
NAMES = ("BINANCE-PERP-BTC-USDT-1h", "BINANCE-PERP-ETH-USDT-1h")


BNB = (
    "costs.fee_currency=BNB",
    "costs.fee_balance=0.02",
    "costs.fee_price=301.23456789",
    "costs.fee_discount=0.25",
)


def make_plan(folder: Path, *settings: str) -> BacktestPlan:
    """Return the plan of an ensemble over two instruments, one of them with a hole."""
    files = []
    for seed, name in enumerate(NAMES):
        columns = columns_of(wave(BARS, seed=seed))
        columns["ts"][1_500 * (1 + seed) :] += 90 * 3_600_000
        files.append(str(write_bars(folder / f"{name}.parquet", columns)))
    listed = ", ".join(f'"{file}"' for file in files)
    fixed = (f"data.files=[{listed}]", "strategy.allow_short=true", "limits.max_drawdown=1")
    return plan_backtest(load_config(None, (*fixed, *settings)))


def run_in_tier(plan: BacktestPlan, tier: str) -> Measured:
    spec = replace(plan.spec, venue=FILL_TIERS[tier].applied(plan.spec.venue))
    found = run_trial(spec, read_history(plan), lambda: False)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "settings", [(), ("clock.decision=4h",), ("capital=50", "data.rules=file"), BNB]
)
def test_a_trial_measures_what_a_back_test_does(tmp_path: Path, settings: tuple[str, ...]) -> None:
    plan = make_plan(tmp_path, *settings)
    for tier in run_plan(plan).tiers:
        found = run_in_tier(plan, tier.tier)
        assert found.final_equity == tier.final_equity
        assert found.fees == tier.costs.fees
        assert found.trades == tier.trade_summary.closed
        assert found.refused == tier.orders.refused
        assert found.max_drawdown == pytest.approx(tier.max_drawdown, abs=1e-15)
        assert found.turnover == pytest.approx(tier.turnover, rel=1e-12, nan_ok=True)
        assert found.alpha_fault == ""
        assert len(found.returns) == tier.performance.days
        for name in ("total_return", "sharpe", "sortino", "calmar"):
            mine, theirs = getattr(found, name), getattr(tier.performance, name)
            assert mine == pytest.approx(theirs, rel=1e-12, nan_ok=True), name
    assert run_plan(plan).chosen.orders.sent + run_plan(plan).chosen.orders.refused > 20


def test_the_events_are_shared_and_stay_as_they_are(tmp_path: Path) -> None:
    history = read_history(make_plan(tmp_path))
    before = history.events.tobytes()
    spec = make_plan(tmp_path).spec
    first = run_trial(spec, history, lambda: False)
    again = run_trial(spec, history, lambda: False)
    assert history.events.tobytes() == before
    assert first is not None
    assert again is not None
    assert first.returns.tobytes() == again.returns.tobytes()


def test_a_trial_can_be_given_up(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    assert run_trial(plan.spec, read_history(plan), lambda: True) is None


@alpha(features=("close",))
def out_of_range(x: np.ndarray, p: np.ndarray) -> Score:  # noqa: ARG001 - alphas share one signature
    return 7.0, 1.0


@alpha(features=("close",))
def raising(x: np.ndarray, p: np.ndarray) -> Score:  # noqa: ARG001 - the same
    raise ValueError("no opinion")


def test_an_alpha_that_is_switched_off_is_told(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    first, *others = plan.spec.alphas
    bad = replace(first, function=out_of_range.compiled())
    found = run_trial(replace(plan.spec, alphas=(bad, *others)), read_history(plan), lambda: False)
    assert found is not None
    assert found.alpha_fault == first.name


def test_an_alpha_that_raises_stops_the_trial(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    bad = replace(plan.spec.alphas[0], function=raising.compiled())
    with pytest.raises(StrategyError, match="no opinion"):
        run_trial(replace(plan.spec, alphas=(bad,)), read_history(plan), lambda: False)


def test_the_digest_of_a_history_tells_data_apart(tmp_path: Path) -> None:
    history = read_history(make_plan(tmp_path))
    other = history.events.copy()
    other["ts_event"][0] += 1  # the record of the configuration is no data
    assert history_of(other).digest() == history.digest()
    other["price"][5] += 1
    assert history_of(other).digest() != history.digest()
    assert len(history.digest()) == 32


def test_days_are_those_of_closes(tmp_path: Path) -> None:
    history = read_history(make_plan(tmp_path))
    assert history.bars == 2 * BARS
    assert np.all(np.diff(history.day_ends_ns) > 0)
    assert np.all(history.day_ends_ns % DAY_NS == 0)
    # The holes are at other places in each instrument; one more day ends where the first bar opens.
    assert history.days == 88
    assert history.day_ends_ns[0] == history.events["ts_recv"][0]


def samples_of(times: Sequence[int], navs: Sequence[float]) -> Records:
    samples = np.zeros(len(times), NAV)
    samples["ts"], samples["nav"] = times, navs
    return samples


@st.composite
def equity_runs(draw: st.DrawFn) -> tuple[Records, list[int]]:
    """Draw samples of equity over some days, and places to cut them at."""
    hours = sorted(draw(st.sets(st.integers(1, 240), min_size=1, max_size=60)))
    navs = draw(st.lists(st.floats(1.0, 1e6), min_size=len(hours), max_size=len(hours)))
    cuts = sorted(draw(st.sets(st.integers(0, len(hours)), max_size=5)))
    return samples_of([START_NS + hour * DAY_NS // 24 for hour in hours], navs), cuts


@given(equity_runs())
def test_equity_is_recorded_however_it_is_cut(run: tuple[Records, list[int]]) -> None:
    samples, cuts = run
    days = np.unique((samples["ts"] - 1) // DAY_NS)
    recorder = EquityRecorder((days + 1) * DAY_NS, 1_000.0)
    for part in np.split(samples, cuts):
        recorder.add(part)
    thinner = CurveThinner()
    thinner.add(samples)
    starts, closes = thinner.daily()
    _, expected = daily_returns(starts, closes, 1_000.0)
    assert recorder.returns().tolist() == expected.tolist()
    assert recorder.worst == pytest.approx(thinner.worst, abs=1e-15)
    assert recorder.mean == pytest.approx(float(samples["nav"].mean()))


def test_a_day_without_a_sample_keeps_the_last_equity() -> None:
    ends = START_NS + DAY_NS * np.arange(1, 6)
    recorder = EquityRecorder(ends, 100.0)
    recorder.add(samples_of([START_NS + DAY_NS + 1, START_NS + 2 * DAY_NS], [110.0, 121.0]))
    recorder.add(samples_of([], []))
    recorder.add(samples_of([START_NS + 3 * DAY_NS + 5], [60.5]))
    assert recorder.returns() == pytest.approx([0.0, 0.21, 0.0, -0.5, 0.0])


def test_who_has_nothing_left_earns_nothing() -> None:
    ends = START_NS + DAY_NS * np.arange(1, 4)
    recorder = EquityRecorder(ends, 100.0)
    recorder.add(samples_of(ends.tolist(), [0.0, -5.0, 20.0]))
    assert recorder.returns().tolist() == [-1.0, 0.0, 0.0]
    assert recorder.worst == 0.0  # never above its start, so it never fell from a peak


def test_without_a_sample_there_is_the_capital() -> None:
    recorder = EquityRecorder(START_NS + DAY_NS * np.arange(1, 4), 100.0)
    assert recorder.returns().tolist() == [0.0, 0.0, 0.0]
    assert recorder.mean == 0.0


def fills_of(moves: Sequence[tuple[int, int]]) -> EventArray:
    events = empty_events(2 * len(moves))
    fills = events[1::2]
    fills["kind"] = Kind.FILL
    for place, (instrument, lots) in enumerate(moves):
        fills[place]["instrument"] = instrument
        fills[place]["side"] = 1 if lots > 0 else -1
        fills[place]["size"] = abs(lots)
        fills[place]["ts_recv"] = place
    return events


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(-4, 4).filter(bool)), max_size=40),
    st.integers(1, 9),
)
def test_trades_are_counted_as_the_books_make_them(
    moves: list[tuple[int, int]], width: int
) -> None:
    books = trades_from_fills(
        Fill(str(k), 1 if lots > 0 else -1, Decimal(7), Decimal(abs(lots)), Decimal(0), place)
        for place, (k, lots) in enumerate(moves)
    )
    counter = OrderCounter(3)
    events = fills_of(moves)
    for start in range(0, len(events), width):
        counter.add(events[start : start + width])
    assert counter.closed == sum(not one.is_open for one in books)


def test_refusals_are_counted() -> None:
    events = empty_events(4)
    events["kind"] = Kind.VERDICT
    events["code"] = [Verdict.APPROVED, Verdict.EXPOSURE, Verdict.MIN_SIZE, Verdict.APPROVED]
    counter = OrderCounter(1)
    counter.add(events)
    assert (counter.refused, counter.closed) == (2, 0)


def test_returns_stand_in_columns() -> None:
    matrix = returns_matrix([trial(1, (1,), days=30), trial(2, (2,), days=30)])
    assert matrix.shape == (30, 2)
    assert matrix[:, 1].tolist() == trial(2, (2,), days=30).measured.returns.tolist()


def test_a_history_without_bars_has_no_days() -> None:
    assert History(empty_events(0), np.zeros(0, np.int64), 0).days == 0
