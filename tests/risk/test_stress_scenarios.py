"""What each named scenario does to a book of known numbers."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from traider.domain.margin_tables import binance_margin
from traider.risk.stress import (
    ClosingCosts,
    RestingStop,
    ScenarioLoss,
    StressBook,
    StressPosition,
    lose,
)
from traider.risk.stress_scenarios import (
    InstrumentFacts,
    StressFacts,
    WorstPeriod,
    named_scenarios,
    worst_period,
)

D = Decimal
LONG = StressPosition("X:BTC-USDT", D(1), D(1000))
SHORT = StressPosition("X:ETH-USDT-PERP", D(-5), D(100), margin=binance_margin("ETH"))
FREE = ClosingCosts(D(0), D(0))
FACTS = StressFacts(
    {
        LONG.instrument: InstrumentFacts(0.03, D(1), (D("-0.4"), D("0.2"))),
        SHORT.instrument: InstrumentFacts(0.05, D("1.5"), (D("-0.5"), D("0.9"))),
    },
    np.array([[1.0, 0.8], [0.8, 1.0]]),
    WorstPeriod("then", {LONG.instrument: D("-0.1"), SHORT.instrument: D("0.01")}),
    WorstPeriod("a day", {LONG.instrument: D("-0.3"), SHORT.instrument: D("-0.4")}),
)
BOOK = StressBook("USDT", D(2000), (LONG, SHORT), FREE)


def losses(book: StressBook = BOOK) -> dict[str, ScenarioLoss]:
    return {each.name: lose(book, each) for each in named_scenarios(book, FACTS)}


def test_every_scenario_is_there_and_costs_what_it_says() -> None:
    found = {name: loss.total for name, loss in losses().items()}
    assert {name: total for name, total in found.items() if name not in MEASURED} == {
        "flash-crash": D(200) - D(150),
        "gap-down": D(150) - D("112.5"),
        "gap-up": -D(150) + D("112.5"),
        "spread": 0,
        "outage-hour": D(100) + 5,
        "outage-day": D(300) - 200,
        # The short can rise by 90 %: 450, more than the 400 of the long.
        "halt": 450,
        "funding": D(500) * D("0.027"),
        # 1000 of cash, and the short's debt in coins.
        "depeg": D(120) + 60,
    }
    assert set(found) == set(MEASURED) | {
        "flash-crash", "gap-down", "gap-up", "spread", "outage-hour", "outage-day", "halt",
        "funding", "depeg",
    }  # fmt: skip


Z99 = 2.3263478740408408
Z999 = 3.0902323061678132
# 1000 at 3 % against 500 at 5 %, correlated at 0.8: variance 30² + 25² - 2 × 0.8 × 30 × 25.
MEASURED = {
    "volatility-x5": 5 * Z99 * (900 + 625 - 1200) ** 0.5,
    "correlation-1": Z99 * (30 + 25),
    "latency": Z999 * (30 + 25) * (60 / 86400) ** 0.5,
}


@pytest.mark.parametrize("name", MEASURED)
def test_measured_scenarios(name: str) -> None:
    assert float(losses()[name].total) == pytest.approx(MEASURED[name], rel=1e-6)


def test_stops_help_in_a_crash_and_not_in_a_gap() -> None:
    guarded = replace(LONG, stops=(RestingStop(D(950), D(1)),))
    found = losses(replace(BOOK, positions=(guarded, SHORT)))
    assert found["flash-crash"].positions[0].price == 50
    assert found["gap-down"].positions[0].price == 150


def test_a_book_in_real_dollars_has_no_peg_to_lose() -> None:
    assert "depeg" not in losses(replace(BOOK, currency="USD"))


def test_nothing_held_has_no_loss() -> None:
    empty = replace(BOOK, positions=())
    nothing = StressFacts({}, np.ones((0, 0)), WorstPeriod("", {}), WorstPeriod("", {}))
    found = {each.name: lose(empty, each).total for each in named_scenarios(empty, nothing)}
    # Cash can lose its peg, and nothing else.
    assert found.pop("depeg") == 240
    assert set(found.values()) == {D(0)}


def test_the_worst_period_is_that_of_the_book() -> None:
    returns = np.array([[-0.2, -0.3], [0.1, 0.3], [-0.1, 0.0]])
    assert worst_period(returns, np.array([1.0, 0.0])) == 0
    assert worst_period(returns, np.array([1.0, -1.0])) == 1
