"""Limits and breakers after a scenario, on a book whose numbers are worked out by hand."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from traider.domain.margin import MarginSchedule, MarginTier
from traider.kernel.breaker_records import Action, Breaker, BreakerSpec
from traider.risk.stress import (
    ClosingCosts,
    Scenario,
    Shock,
    StressBook,
    StressPosition,
    lose,
    values_after,
)
from traider.risk.stress_aftermath import Aftermath
from traider.risk.stress_breakers import tripped_breakers
from traider.risk.stress_limits import StressLimits, limit_effects
from traider.risk.stress_scenarios import InstrumentFacts, StressFacts, WorstPeriod

D = Decimal
TIERS = MarginSchedule((MarginTier(D(0), D(10**6), D("0.05"), D(0), D(10)),))
BTC = StressPosition("X:BTC-USDT-PERP", D(1), D(1000), margin=TIERS)
ETH = StressPosition("X:ETH-USDT-PERP", D(-5), D(100), margin=TIERS)
BOOK = StressBook("USDT", D(600), (BTC, ETH), ClosingCosts(D("0.0005"), D(0)))
FACTS = StressFacts(
    {
        BTC.instrument: InstrumentFacts(0.03, D(1), (D("-0.4"), D("0.2"))),
        ETH.instrument: InstrumentFacts(0.05, D("1.5"), (D("-0.5"), D("0.9"))),
    },
    np.array([[1.0, 0.8], [0.8, 1.0]]),
    WorstPeriod("then", {}),
    WorstPeriod("a day", {}),
)
WIDE = StressLimits(D(1), D(1), D(100), D(10**6))
# Bitcoin falls by a tenth, ether by a fifth: 900 long and 400 short of 600 are left.
FALL = Scenario(
    "fall", "Fall", "", {BTC.instrument: Shock(D("-0.1")), ETH.instrument: Shock(D("-0.2"))}
)


def after(scenario: Scenario = FALL, book: StressBook = BOOK) -> Aftermath:
    return Aftermath(book, lose(book, scenario), FACTS)


def effects(limits: StressLimits, scenario: Scenario = FALL) -> tuple[str, ...]:
    found = after(scenario)
    return limit_effects(found.loss, limits, found)


def test_what_is_left_is_worth_what_the_shock_says() -> None:
    assert values_after(BOOK, FALL) == (D(900), D(-400))
    assert after().equity == 600
    assert effects(WIDE) == ()


# VaR of 99 %: 27² + 20² - 2 × 0.8 × 27 × 20 is a deviation of 16.28, 2.7 % of 600.
@pytest.mark.parametrize(
    ("limits", "line"),
    [
        ({"exposure": D("1.4")}, "exposure of X:BTC-USDT-PERP: adds nothing (1.50 of 1.40)"),
        ({"net_exposure": D("0.8")}, "net exposure: adds nothing (0.83 of 0.80)"),
        ({"position_notional": D(899)}, "position: adds nothing of X:BTC-USDT-PERP (900 of 899)"),
        ({"correlated_exposure": D("1.4")}, "correlated exposure: adds nothing (1.50 of 1.40)"),
        (
            {"group_exposure": D("0.6"), "groups": (frozenset({ETH.instrument}),)},
            "group exposure: adds nothing (0.67 of 0.60)",
        ),
        ({"value_at_risk": 0.06}, "VaR: adds nothing (6.31% of 6.00%)"),
        ({"shortfall": 0.07}, "ES: adds nothing (7.23% of 7.00%)"),
        ({"margin_use": D("0.2")}, "margin use: adds nothing (21.67% of 20.00%)"),
        # Due where 600 - 900 m = 20 + 5 % of 900 (1 - m): m = 535 / 855.
        (
            {"liquidation_distance": D("0.7")},
            "liquidation distance: adds nothing (62.57% of 70.00%)",
        ),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_each_newer_limit_acts_beyond_its_number(limits: dict[str, object], line: str) -> None:
    assert effects(replace(WIDE, **limits)) == (line,)  # type: ignore[arg-type]


def test_the_day_is_measured_in_deviations_of_the_book() -> None:
    # Before: 30² + 25² - 2 × 0.8 × 30 × 25 is a deviation of 18.03; the loss is 0 without ether.
    alone = Scenario("fall", "Fall", "", {BTC.instrument: Shock(D("-0.1"))})
    assert effects(replace(WIDE, daily_loss_sigmas=5.0), alone) == (
        "daily loss: opens nothing from 5 standard deviations on (90)",
    )
    assert effects(replace(WIDE, daily_loss_sigmas=6.0), alone) == ()


def test_volatility_and_one_bet_change_the_risk_that_is_left() -> None:
    rough = after(replace(FALL, volatility_times=D(5)))
    assert rough.deviation(1.0) == pytest.approx(5 * after().deviation(1.0))
    together = after(replace(FALL, is_one_bet=True))
    assert together.deviation(1.0) == pytest.approx(27.0 - 20.0)
    assert after().deviation(4.0) == pytest.approx(2 * after().deviation(1.0))


def test_without_equity_everything_is_beyond() -> None:
    ruin = Scenario("ruin", "Ruin", "", {BTC.instrument: Shock(D("-0.7"))})
    found = effects(replace(WIDE, exposure=D(2), value_at_risk=0.01), ruin)
    assert "exposure of X:BTC-USDT-PERP: adds nothing (no equity left)" in found
    assert not [each for each in found if "VaR" in each]


def test_liquidation_is_where_the_venue_would_close() -> None:
    found = after().liquidation_distance()
    assert found is not None
    moved = Scenario(
        "on",
        "On",
        "",
        {BTC.instrument: Shock(D("0.9") * (1 - found) - 1), ETH.instrument: Shock(D("-0.2"))},
    )
    assert lose(BOOK, moved).is_liquidated
    near = {**moved.shocks, BTC.instrument: Shock(D("0.9") * (1 - found + D("0.001")) - 1)}
    assert not lose(BOOK, replace(moved, shocks=near)).is_liquidated
    assert after(book=replace(BOOK, positions=())).liquidation_distance() is None


SECOND = 1_000_000_000


def spec(breaker: Breaker, bound: float, window_s: int = 300) -> BreakerSpec:
    return BreakerSpec(breaker, Action.HALT, bound, window_ns=window_s * SECOND)


def numbers(scenario: Scenario, *specs: BreakerSpec, now: StressLimits = WIDE) -> list[object]:
    found = tripped_breakers(after(scenario), now, specs)
    return [(each.breaker, round(each.number, 6), each.instrument) for each in found]


ALONE = Scenario("fall", "Fall", "", {BTC.instrument: Shock(D("-0.12"), D(30))})


def test_losses_and_falls_trip_at_their_bound() -> None:
    bounds = spec(Breaker.DAILY_LOSS, 0.2), spec(Breaker.DRAWDOWN_HALT, 0.21)
    assert numbers(ALONE, *bounds) == [(Breaker.DAILY_LOSS, 0.2, "")]
    before = replace(WIDE, drawdown_now=D("0.05"), lost_today=D("0.05"))
    assert numbers(ALONE, *bounds, now=before) == [
        (Breaker.DAILY_LOSS, 0.25, ""),
        (Breaker.DRAWDOWN_HALT, 0.24, ""),
    ]


def test_only_a_move_within_the_window_is_a_jump() -> None:
    jump = spec(Breaker.PRICE_JUMP, 0.1)
    assert numbers(ALONE, jump) == [(Breaker.PRICE_JUMP, 0.12, BTC.instrument)]
    assert numbers(replace(ALONE, moves_within_s=301), jump) == []
    path = {BTC.instrument: Shock(D("-0.5"), fastest=D("-0.11"))}
    slow = replace(ALONE, moves_within_s=86_400, shocks=path)
    assert numbers(slow, jump) == [(Breaker.PRICE_JUMP, 0.11, BTC.instrument)]
    # A day's window: 12 % are four deviations of 3 %.
    sigma = spec(Breaker.PRICE_SIGMA, 3.9, 86_400)
    assert numbers(ALONE, sigma) == [(Breaker.PRICE_SIGMA, 4.0, BTC.instrument)]
    assert numbers(replace(ALONE, volatility_times=D(2)), sigma) == []


def test_a_wide_spread_trips_its_own_instrument() -> None:
    assert numbers(ALONE, spec(Breaker.SPREAD, 0.02)) == [
        (Breaker.SPREAD, 0.03, BTC.instrument),
    ]


def test_silence_of_all_is_an_outage_and_of_one_a_stale_feed() -> None:
    gone = spec(Breaker.OUTAGE, 60.0), spec(Breaker.STALE_FEED, 0.4, 120)
    dark = replace(ALONE, blind_s=3_600)
    assert numbers(dark, *gone) == [(Breaker.OUTAGE, 3600.0, ""), (Breaker.STALE_FEED, 1.0, "")]
    halted = {BTC.instrument: Shock(D("-0.4"), can_close=False)}
    assert numbers(replace(dark, shocks=halted), *gone) == [(Breaker.STALE_FEED, 0.5, "")]
    slow = replace(dark, latency_s=60)
    assert numbers(slow, *gone, spec(Breaker.LATENCY, 2.0)) == [(Breaker.LATENCY, 60.0, "")]


def test_what_depends_on_trading_is_not_judged() -> None:
    others = (Breaker.LOSING_STREAK, Breaker.CONFIDENCE, Breaker.REJECT_RATE, Breaker.RECONCILE)
    assert numbers(ALONE, *(spec(each, 0.0) for each in others)) == []
