"""The whole walk-forward.

1. A choice and everything in it depends on nothing after the train span: other prices there give
   the same scores and the same choice.
2. The joined growth is the product of the pieces' growths; the trades sum to the profit.
3. Threads change nothing; the same plan gives the same result.
4. A stop keeps whole windows, and those are the windows of the run that was not stopped.
"""

import math
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Literal

import numpy as np
import pytest

from tests.backtest.doctor.results_builder import sound_result
from tests.backtest.walk_forward.plans import (
    ENTERS,
    SCHEDULE,
    WEEK_NS,
    candidates,
    events,
    plan,
    spec,
    with_future,
)
from tests.kernel.builders import START_NS
from traider.backtest.doctor import diagnose
from traider.backtest.research_pages.walk_forward_page import window_row
from traider.backtest.walk_forward import (
    Candidate,
    Piece,
    Schedule,
    WalkForwardResult,
    walk_forward,
)
from traider.backtest.walk_forward.engine import deflated
from traider.backtest.walk_forward.scoring import best_of
from traider.domain.events import Kind
from traider.domain.timeframes import DAY_NS
from traider.kernel.codes import Sizing
from traider.kernel.specification import FeeCurrencySpec
from traider.runtime.research import Research

HOUR_NS = DAY_NS // 24
PURGED = replace(SCHEDULE, purge_ns=DAY_NS, embargo_ns=2 * DAY_NS)


@cache
def whole() -> WalkForwardResult:
    return walk_forward(plan(events(), schedule=PURGED))


def test_every_window_is_run_and_the_best_is_chosen() -> None:
    result = whole()
    assert result.is_whole
    assert len(result.windows) == result.planned == 7
    assert result.candidates == tuple({"strategy.enter": enter} for enter in ENTERS)
    for one in result.windows:
        assert len(one.scores) == len(ENTERS)
        assert one.chosen == result.candidates[best_of(one.scores)]
        if not one.window.embargoed:
            assert one.scores[best_of(one.scores)] == one.train.sharpe
        assert 0.0 <= one.deflated_sharpe <= 1.0
        assert one.test.trades > 0


@cache
def known(kind: Literal["rolling", "expanding"]) -> WalkForwardResult:
    return walk_forward(plan(events(), schedule=replace(PURGED, kind=kind)))


@pytest.mark.parametrize(("kind", "place"), [("rolling", 0), ("rolling", 5), ("expanding", 3)])
def test_a_choice_knows_nothing_after_its_train_span(
    kind: Literal["rolling", "expanding"], place: int
) -> None:
    window = known(kind).windows[place].window
    cut = window.train.end_ns
    assert cut == window.test.start_ns - PURGED.purge_ns
    given = with_future(events(), cut, seed=place)
    other = walk_forward(plan(given, schedule=replace(PURGED, kind=kind)))
    for one, two in zip(known(kind).windows[: place + 1], other.windows, strict=False):
        assert one.chosen == two.chosen
        assert one.scores == two.scores
        assert one.train.total_return == two.train.total_return
        if one.window.test.end_ns <= cut:
            assert one.fingerprint == two.fingerprint
    assert known(kind).windows[place].fingerprint != other.windows[place].fingerprint


def test_the_joined_curve_is_the_product_of_its_pieces() -> None:
    result = whole()
    growth = math.prod(1.0 + one.test.total_return for one in result.windows)
    assert float(result.final_equity) == pytest.approx(10_000.0 * growth, rel=1e-12)
    assert result.curve.nav[-1] == pytest.approx(float(result.final_equity), rel=1e-12)
    daily = np.concatenate([one.test.returns for one in result.windows])
    assert np.prod(1.0 + daily) == pytest.approx(growth, rel=1e-12)
    assert result.performance.total_return == pytest.approx(growth - 1.0, rel=1e-9)
    assert result.total_return == pytest.approx(growth - 1.0, rel=1e-9)


def test_the_efficiency_weighs_windows_by_the_length_of_their_tests() -> None:
    def piece(days: float, growth: float) -> Piece:
        return Piece(int(days * DAY_NS), np.zeros(0), growth, 0.0, 0.0, 0)

    one = whole().windows[0]
    long = replace(one, train=piece(365, 0.21), test=piece(365, 0.1))
    short = replace(one, train=piece(365, 0.21), test=piece(0.1, 0.01))
    assert replace(whole(), windows=(long, long)).efficiency == pytest.approx(0.1 / 0.21)
    assert replace(whole(), windows=(long, short)).efficiency == pytest.approx(
        0.111 / 0.21, rel=1e-3
    )
    lost = replace(one, train=piece(365, 0.21), test=piece(365, -1.0))
    assert replace(whole(), windows=(long, lost)).efficiency == pytest.approx(-1.0 / 0.21)
    assert math.isnan(replace(whole(), windows=(replace(long, train=piece(365, -0.1)),)).efficiency)
    assert math.isnan(short.test.yearly_return)
    assert math.isnan(replace(whole(), windows=(short,)).efficiency)


def test_the_trades_sum_to_the_profit_and_all_are_closed() -> None:
    result = whole()
    assert sum(trade.pnl for trade in result.trades) == result.final_equity - result.capital
    assert result.trade_summary.open == 0
    spans = [one.window.test for one in result.windows]
    for trade in result.trades:
        assert any(s.start_ns < trade.opened_ns <= trade.closed_ns <= s.end_ns for s in spans)


def test_tests_hand_the_fee_balance_on() -> None:
    fees = FeeCurrencySpec("BNB", 5_000_000, 30_000_000_000, 25_000_000)
    cash_units = 10_000 * 10**8 - fees.balance_value_units
    given = tuple(
        replace(one, spec=replace(one.spec, cash_units=cash_units, fees=fees))
        for one in candidates()[:1]
    )
    result = walk_forward(plan(events(), candidates=given))
    plain = walk_forward(plan(events(), candidates=candidates()[:1]))
    assert len(result.windows) == len(plain.windows) > 2
    assert sum(trade.pnl for trade in result.trades) == result.final_equity - result.capital
    # A quarter is saved while 0.05 at 300 lasts, and no balance is counted twice.
    paid, less = (sum((one.fees for one in found.windows), Decimal(0)) for found in (plain, result))
    assert Decimal("4.5") < paid - less < Decimal("5.5")


def test_the_curve_covers_the_tests_and_nothing_else() -> None:
    result = whole()
    first, last = result.windows[0].window.test, result.windows[-1].window.test
    assert result.curve.ts_ns[0] == first.start_ns
    assert result.curve.ts_ns[-1] == last.end_ns
    assert np.all(np.diff(result.curve.ts_ns) > 0)
    assert result.curve.nav[0] == 10_000.0
    assert result.max_drawdown == result.curve.drawdown.min() < 0.0
    assert result.max_drawdown <= min(one.test.max_drawdown for one in result.windows)


def test_the_same_plan_gives_the_same_result_in_any_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    alone = walk_forward(plan(events(), schedule=PURGED))
    assert [one.fingerprint for one in alone.windows] == [
        one.fingerprint for one in whole().windows
    ]
    assert alone.final_equity == whole().final_equity
    assert alone.performance == whole().performance


def test_a_stop_keeps_whole_windows() -> None:
    asked: list[float] = []

    def progress(fraction: float, _: str) -> None:
        asked.append(fraction)

    result = walk_forward(
        plan(events(), schedule=PURGED), progress=progress, stop=lambda: len(asked) > 3
    )
    assert not result.is_whole
    assert [one.fingerprint for one in result.windows] == [
        one.fingerprint for one in whole().windows[:3]
    ]
    assert "the windows that were complete are kept" in result.notes[0]
    assert asked == sorted(asked)
    nothing = walk_forward(plan(events()), stop=lambda: True)
    assert nothing.windows == ()
    assert nothing.final_equity == 10_000
    assert math.isnan(nothing.efficiency)


def test_without_a_choice_every_window_runs_the_one_candidate() -> None:
    result = walk_forward(plan(events(), candidates=(Candidate({}, spec()),)))
    assert {one.chosen == {} for one in result.windows} == {True}
    assert all(len(one.scores) == 1 for one in result.windows)


def test_the_embargo_changes_what_is_scored() -> None:
    plain = walk_forward(plan(events(), schedule=replace(PURGED, embargo_ns=0)))
    held_back = whole()
    assert plain.windows[0].scores == held_back.windows[0].scores
    assert plain.windows[-1].window.embargoed == ()
    assert held_back.windows[-1].window.embargoed != ()
    assert plain.windows[-1].scores != held_back.windows[-1].scores


def test_an_account_that_lost_everything_trades_no_more() -> None:
    crashing = events()
    later = crashing["ts_recv"] > START_NS + 7 * WEEK_NS
    bars = later & (crashing["kind"] == Kind.BAR)
    for name in ("open", "high", "low", "close"):
        crashing[name][bars] = 1
    first = later & (crashing["kind"] == Kind.TRADE)
    crashing["price"][first] = 1
    wild = spec(
        enter=0.01,
        exit=0.0,
        sizing=Sizing.FIXED,
        fraction=3.0,
        max_leverage=3.0,
        gross_leverage=3.0,
    )
    wild = replace(wild, limits=dict.fromkeys(wild.limits, 1e18))
    result = walk_forward(plan(crashing, candidates=(Candidate({}, wild),)))
    assert result.final_equity <= 0
    assert len(result.windows) < result.planned
    assert "nothing is left to trade with" in result.notes[0]


def test_the_first_of_equals_is_chosen_and_nan_is_below_everything() -> None:
    assert best_of([1.0, 2.0, 2.0]) == 1
    assert best_of([math.nan, -5.0]) == 1
    assert best_of([math.nan, math.nan]) == 0


def test_more_tries_make_the_same_sharpe_less_believable() -> None:
    returns = np.random.default_rng(2).normal(0.001, 0.01, 300)
    alone = deflated(returns, [0.1])
    among = deflated(returns, [0.1, 0.05, -0.02, 0.0, 0.03])
    assert 0.0 < among < alone < 1.0
    assert deflated(returns, [0.1, math.nan]) == alone


def test_candidates_differ() -> None:
    assert len({one.spec.strategy.enter for one in candidates()}) == len(ENTERS)


def test_a_window_in_which_nothing_can_be_ranked_says_so() -> None:
    hours = Schedule(3 * HOUR_NS, 2 * HOUR_NS, 20 * HOUR_NS)
    result = walk_forward(plan(events(bars=30), schedule=hours))
    assert all(math.isnan(score) for one in result.windows for score in one.scores)
    assert result.unranked == len(result.windows) == 2
    assert "in 2 of 2 windows, first in window 1, no setting could be ranked" in result.notes[-1]
    (finding,) = (
        one
        for one in diagnose(sound_result(), Research(walk_forward=result).evidence())
        if one.code == "nothing-to-choose-by"
    )
    assert finding.number == 2
    assert "none could be ranked" in window_row(result.windows[0]).chosen
    assert whole().unranked == 0
