"""Every finding has a planted case that triggers it; a sound result triggers none.

Laws: ranking is by severity, then by the order of the checks; a finding changes nothing else; its
JSON is plain; and every check is planted here.
"""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from tests.backtest.doctor.results_builder import (
    CAPITAL,
    DAYS,
    KNOWN,
    START_NS,
    curve_of,
    sound_result,
    steady,
    trades_of,
    with_curve,
    with_profits,
)
from tests.backtest.report.synthetic import with_chosen
from tests.kernel.builders import market
from traider.backtest.doctor import CHECKS, EdgeParameter, Evidence, OutOfSample, diagnose, examined
from traider.backtest.findings import Severity, finding_json
from traider.backtest.order_lives import order_lives
from traider.backtest.reasons import ExplainedOrders, Reasons
from traider.backtest.results import BacktestResult, CostBreakdown, ExecutionSummary, OrderCounts
from traider.backtest.stale_bars import StaleFills
from traider.domain.events import OrderFlag, empty_events
from traider.portfolio.bootstrap import Interval

SOUND = sound_result()
LOST = OutOfSample(8, sharpe=-0.2, total_return=-0.1, efficiency=-0.3)
SURE = OutOfSample(8, sharpe=1.1, total_return=0.2, efficiency=0.8)
FADED = OutOfSample(8, sharpe=0.4, total_return=0.05, efficiency=0.2)
EDGE = EdgeParameter("strategy.enter", 0.6, 0.2, 0.6)

Planted = tuple[BacktestResult, Evidence, Severity]


def profits(
    best: float, rest: float, count: int = 40
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array([best, *np.full(count - 1, rest)])


def flat_for(share: float) -> BacktestResult:
    """Return a curve that stops moving after the first part."""
    nav = steady(0.4)
    start = int(DAYS * (1.0 - share))
    nav[start:] = nav[start]
    return with_curve(SOUND, nav)


def one_good_month(size: float, others: float = 0.0002) -> BacktestResult:
    """Return a curve whose growth is mostly that of its fourth month."""
    moves = np.full(DAYS, others) + 0.001 * np.cos(np.arange(DAYS) * 2.4)
    moves[95:110] += size / 15.0
    return with_curve(SOUND, CAPITAL * np.exp(np.cumsum(moves)))


def with_tier_equity(tier: str, equity: int) -> BacktestResult:
    tiers = tuple(
        replace(one, final_equity=Decimal(equity)) if one.tier == tier else one
        for one in SOUND.tiers
    )
    return replace(SOUND, tiers=tiers)


def with_costs(fees: int, final: int) -> BacktestResult:
    costs = CostBreakdown(Decimal(0), Decimal(fees), 100.0, 100.0)
    tiers = tuple(replace(one, costs=costs, final_equity=Decimal(final)) for one in SOUND.tiers)
    return replace(SOUND, tiers=tiers)


def with_orders(sent: int, filled: int, refused: int) -> BacktestResult:
    orders = OrderCounts(sent, refused, filled, sent - filled, 0, 0, {"price_collar": refused})
    execution = ExecutionSummary(unfilled_share=1.0 - filled / sent)
    return with_chosen(SOUND, orders=orders, execution=execution)


def with_sharpe(value: float, low: float = 0.3) -> BacktestResult:
    interval = Interval(low, value + 1.0, 0.95)
    performance = replace(SOUND.chosen.performance, sharpe=value, intervals={"sharpe": interval})
    return with_chosen(SOUND, performance=performance)


def late_trades(first_day: int) -> BacktestResult:
    trades = trades_of(np.full(60, 40.0), first_day)
    return with_chosen(SOUND, trades=trades)


def stopped() -> BacktestResult:
    tiers = (replace(SOUND.tiers[0], complete=False),)
    return replace(SOUND, tiers=tiers)


def wiped() -> BacktestResult:
    nav = steady(0.4)
    nav[200] = 0.05 * CAPITAL
    return with_curve(SOUND, nav)


def tiny_orders(lots: int = 10, min_notional: float = 0.0, flags: int = 0) -> BacktestResult:
    """Return a result with one filled order of ``lots`` of 0.00001 BTC at 36,000."""
    intents, fills = empty_events(1), empty_events(1)
    intents["order_id"] = fills["order_id"] = 1
    intents["size"] = fills["size"] = lots
    intents["flags"] = flags
    fills["price"] = 3_600_000
    spec = market("BINANCE:BTC-USDT")
    spec = replace(
        spec,
        tick_size=Decimal("0.01"),
        lot_size=Decimal("0.00001"),
        min_lots=1,
        min_notional=min_notional,
    )
    none = empty_events(0)
    lives = order_lives(intents, none, fills, none)
    column, table, mask = np.zeros(1), np.zeros((1, 0)), np.zeros(1, np.bool_)
    numbers = np.zeros(1, np.int64)
    reasons = Reasons(
        (), (), (), 0.5, 0.1, numbers, column, column, column, table, table, table, mask
    )
    return with_chosen(SOUND, explained=ExplainedOrders(lives, reasons, (spec,)))


def liquidated() -> BacktestResult:
    costs = replace(SOUND.chosen.costs, liquidations=2, liquidation_fees=Decimal(40))
    return with_chosen(SOUND, costs=costs)


def held(growth: float) -> BacktestResult:
    return replace(SOUND, benchmark=curve_of(steady(growth)))


def risky_hold() -> BacktestResult:
    return replace(SOUND, benchmark=curve_of(steady(0.6, noise=0.16)))


def case(
    result: BacktestResult, severity: Severity, evidence: Evidence = KNOWN
) -> Callable[[], Planted]:
    return lambda: (result, evidence, severity)


PLANTED: dict[str, list[Callable[[], Planted]]] = {
    "incomplete-run": [case(stopped(), Severity.SERIOUS)],
    "wiped-out": [case(wiped(), Severity.SERIOUS)],
    "liquidated": [case(liquidated(), Severity.SERIOUS)],
    "few-trades": [
        case(with_profits(SOUND, np.full(29, 50.0)), Severity.WARNING),
        case(with_profits(SOUND, np.full(9, 50.0)), Severity.SERIOUS),
        case(with_profits(SOUND, np.zeros(0)), Severity.SERIOUS),
    ],
    "unchecked-look-ahead": [case(replace(SOUND, unchecked=("trees",)), Severity.SERIOUS)],
    "sign-flips": [case(with_tier_equity("optimistic", 9_000), Severity.SERIOUS)],
    "fades-out-of-sample": [
        case(SOUND, Severity.SERIOUS, Evidence(out_of_sample=LOST)),
        case(SOUND, Severity.WARNING, Evidence(out_of_sample=FADED)),
    ],
    "nothing-to-choose-by": [
        case(
            SOUND,
            Severity.WARNING,
            Evidence(out_of_sample=replace(SURE, unranked=2)),
        )
    ],
    "costs-eat-the-edge": [
        case(with_costs(1_800, 11_000), Severity.WARNING),
        case(with_costs(1_800, 9_500), Severity.SERIOUS),
    ],
    "no-edge-before-costs": [case(with_costs(300, 9_000), Severity.WARNING)],
    "too-good": [
        case(with_sharpe(3.2), Severity.WARNING),
        case(with_sharpe(8.0), Severity.SERIOUS),
    ],
    "funding-left-out": [case(replace(SOUND, unfunded=("X:A-B-PERP",)), Severity.WARNING)],
    "stale-fills": [
        case(replace(SOUND, stale_fills=StaleFills(2, 2)), Severity.WARNING),
        case(replace(SOUND, stale_fills=StaleFills(9, 3)), Severity.SERIOUS),
    ],
    "one-trade": [
        case(with_profits(SOUND, profits(2_000.0, 40.0)), Severity.WARNING),
        case(with_profits(SOUND, profits(2_000.0, -10.0)), Severity.SERIOUS),
    ],
    "one-month": [
        case(one_good_month(0.12), Severity.WARNING),
        case(one_good_month(0.12, others=-0.0002), Severity.SERIOUS),
    ],
    "flat-curve": [
        case(flat_for(0.3), Severity.WARNING),
        case(flat_for(0.6), Severity.SERIOUS),
    ],
    "orders-under-venue-minimum": [case(tiny_orders(), Severity.WARNING)],
    "unfilled-orders": [
        case(with_orders(100, 75, 0), Severity.WARNING),
        case(with_orders(100, 40, 0), Severity.SERIOUS),
    ],
    "gate-refusals": [
        case(with_orders(100, 99, 20), Severity.WARNING),
        case(with_orders(100, 99, 200), Severity.SERIOUS),
    ],
    "parameters-at-the-edge": [
        case(SOUND, Severity.WARNING, replace(KNOWN, edges=(EDGE,))),
    ],
    "sharpe-may-be-zero": [case(with_sharpe(0.8, low=-0.4), Severity.WARNING)],
    "long-warm-up": [case(late_trades(100), Severity.WARNING)],
    "holding-is-better": [
        case(held(2.0), Severity.WARNING),
        case(risky_hold(), Severity.NOTE),
    ],
    "in-sample-only": [case(SOUND, Severity.NOTE, Evidence())],
}
CASES = [
    pytest.param(code, make, id=f"{code}-{at}")
    for code, makes in PLANTED.items()
    for at, make in enumerate(makes)
]


def test_a_sound_result_has_no_findings() -> None:
    assert diagnose(SOUND, KNOWN) == ()


@pytest.mark.parametrize(("code", "make"), CASES)
def test_a_planted_fault_is_found(code: str, make: Callable[[], Planted]) -> None:
    result, evidence, severity = make()
    found = {finding.code: finding for finding in diagnose(result, evidence)}
    assert code in found
    assert found[code].severity is severity
    assert math.isfinite(found[code].number)
    assert math.isfinite(found[code].threshold)


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("few-trades", with_profits(SOUND, np.full(30, 50.0))),
        ("costs-eat-the-edge", with_costs(800, 11_000)),
        ("too-good", with_sharpe(3.0)),
        ("stale-fills", replace(SOUND, stale_fills=StaleFills(1, 0))),
        ("one-trade", with_profits(SOUND, profits(1_560.0, 40.0))),
        ("one-month", one_good_month(0.03)),
        ("flat-curve", flat_for(0.2)),
        ("unfilled-orders", with_orders(100, 80, 0)),
        ("gate-refusals", with_orders(90, 90, 10)),
        ("sharpe-may-be-zero", with_sharpe(0.8, low=0.01)),
        ("long-warm-up", late_trades(79)),
        ("holding-is-better", held(0.39)),
        ("sign-flips", with_tier_equity("optimistic", 10_000)),
    ],
)
def test_what_is_just_within_the_threshold_is_not_found(code: str, result: BacktestResult) -> None:
    assert code not in {finding.code for finding in diagnose(result, KNOWN)}


@pytest.mark.parametrize(("code", "make"), CASES)
def test_a_finding_reads_as_sentences(code: str, make: Callable[[], Planted]) -> None:
    result, evidence, _ = make()
    finding = next(one for one in diagnose(result, evidence) if one.code == code)
    assert "(" in finding.measured
    assert any(digit in finding.measured for digit in "0123456789") or code == "funding-left-out"
    assert finding.why.endswith(".")
    assert finding.fix.endswith(".")
    assert not finding.title.endswith(".")


def test_every_check_is_planted() -> None:
    checks = {check.__name__: check for check in CHECKS}
    triggered = set()
    for makes in PLANTED.values():
        for make in makes:
            result, evidence, _ = make()
            triggered |= {name for name, check in checks.items() if check(result, evidence)}
    assert triggered == set(checks)


def test_the_most_serious_comes_first_and_checks_keep_their_order() -> None:
    result = replace(
        with_orders(100, 40, 20), unfunded=("X:A-B-PERP",), stale_fills=StaleFills(9, 3)
    )
    found = diagnose(result)
    assert [finding.code for finding in found] == [
        "stale-fills",
        "unfilled-orders",
        "funding-left-out",
        "gate-refusals",
        "in-sample-only",
    ]
    assert [finding.severity for finding in found] == sorted(
        (finding.severity for finding in found), reverse=True
    )


def test_numbers_are_told_with_their_threshold() -> None:
    (finding,) = diagnose(with_orders(100, 40, 0), KNOWN)
    assert finding.measured == (
        "60% of the value sent never filled (at most 20%); 60 of 100 orders did not fill whole"
    )
    assert (finding.number, finding.threshold) == (0.6, 0.2)
    (finding,) = diagnose(replace(SOUND, stale_fills=StaleFills(2, 1)), KNOWN)
    assert "3 of 160 fills, 1.9% (at most 1%)" in finding.measured
    assert "2 on bars without volume, 1 after a hole in the data" in finding.measured


def test_a_loss_out_of_sample_is_not_measured_by_its_efficiency() -> None:
    (lost,) = diagnose(SOUND, Evidence(out_of_sample=LOST))
    assert lost.measured == "-10.0% over 8 windows (not below 0)"
    (faded,) = diagnose(SOUND, Evidence(out_of_sample=FADED))
    assert faded.measured.endswith("20% of the yearly growth in sample (at least 50%)")


def test_tests_without_any_trade_are_not_held_against_it_twice() -> None:
    idle = OutOfSample(8, sharpe=float("nan"), total_return=0.0, efficiency=float("nan"))
    assert diagnose(SOUND, Evidence(out_of_sample=idle)) == ()


def test_an_order_under_the_minimum_is_measured_and_a_minimum_in_force_is_not() -> None:
    found = {finding.code: finding for finding in diagnose(tiny_orders(), KNOWN)}
    measured = found["orders-under-venue-minimum"].measured
    assert measured.startswith("1 filled orders (should be none); the smallest, 0.0001 BTC of ")
    assert "was worth 3.60 USDT" in measured
    assert "0.00001 BTC and 10 USDT at least" in measured
    for fine in (
        tiny_orders(lots=28),
        tiny_orders(min_notional=1.0),
        tiny_orders(flags=int(OrderFlag.REDUCE_ONLY)),
    ):
        assert diagnose(fine, KNOWN) == ()


def test_a_finding_is_plain_json() -> None:
    (finding,) = diagnose(SOUND)
    text = json.dumps(finding_json(finding), allow_nan=False)
    assert json.loads(text)["severity"] == "note"


def test_examining_changes_nothing_but_the_findings() -> None:
    done = examined(SOUND)
    assert [finding.code for finding in done.findings] == ["in-sample-only"]
    assert replace(done, findings=()) == SOUND


def test_a_run_without_points_and_trades_can_be_examined() -> None:
    nothing = with_chosen(
        SOUND, curve=curve_of(np.zeros(0)), trades=(), fills=(), final_equity=Decimal(10_000)
    )
    empty = replace(nothing, benchmark=curve_of(np.zeros(0)), end_ns=START_NS)
    assert "one-trade" not in {finding.code for finding in diagnose(empty)}
