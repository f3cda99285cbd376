"""Losses of scenarios, worked out by hand; and laws.

1. An empty book loses nothing.
2. Twice the book, twice the loss (without tiers of margin).
3. The parts sum to the whole, over positions and over kinds.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.margin_tables import binance_margin
from traider.risk.stress import (
    ClosingCosts,
    RestingStop,
    Scenario,
    Shock,
    StressBook,
    StressPosition,
    lose,
    triggered,
)
from traider.risk.stress_limits import StressLimits, limit_effects

D = Decimal
COSTS = ClosingCosts.of_spread(D(20), D("0.001"), D("0.01"))
"""Half a spread of ten basis points, a tenth of a percent of fees, one percent when forced."""
SPOT = StressPosition("X:BTC-USDT", D(2), D(1000))
SHORT = StressPosition("X:ETH-USDT-PERP", D(-10), D(100), margin=binance_margin("ETH"))


def book(*positions: StressPosition, equity: str = "3000") -> StressBook:
    return StressBook("USDT", D(equity), positions, COSTS)


def scenario(**shocks: Shock) -> Scenario:
    names = {"btc": SPOT.instrument, "eth": SHORT.instrument}
    return Scenario("test", "Test", "", {names[key]: shock for key, shock in shocks.items()})


def test_a_fall_closed_across_the_spread() -> None:
    loss = lose(book(SPOT), scenario(btc=Shock(D("-0.1"), D(3))))
    # 2 × 1000 falls by 200; 1800 is sold: 0.1 % × 3 of spread, 0.1 % of fees.
    assert (loss.price, loss.spread, loss.fees) == (D(200), D("5.4"), D("1.8"))
    assert loss.total == D("207.2")
    assert loss.share == D("207.2") / 3000
    assert loss.marked == 2800
    assert not loss.is_liquidated


def test_a_short_perpetual_pays_funding_and_gains_by_a_fall() -> None:
    loss = lose(book(SPOT, SHORT), scenario(eth=Shock(D("-0.2"), funding=D("0.027"))))
    short = loss.positions[1]
    assert (short.price, short.funding) == (D(-200), D(27))
    assert (short.spread, short.fees) == (D("0.8"), D("0.8"))
    # The calm position is closed too, at its calm costs: 2000 × 0.1 % twice.
    assert (loss.positions[0].price, loss.positions[0].total) == (D(0), D(4))
    # 800 left at 0.4 % of the lowest tier.
    assert loss.maintenance == D("3.2")
    assert loss.gross_after == 2800


def test_spot_pays_no_funding() -> None:
    assert lose(book(SPOT), scenario(btc=Shock(funding=D("0.01")))).funding == 0


def test_what_is_halted_costs_nothing_to_close() -> None:
    loss = lose(book(SPOT), scenario(btc=Shock(D("-0.5"), can_close=False)))
    assert (loss.price, loss.spread, loss.fees) == (D(1000), D(0), D(0))


def test_a_lost_peg_takes_from_cash_and_from_shorts() -> None:
    peg = Scenario("depeg", "", "", {SHORT.instrument: Shock(D("0.1"))}, currency_fall=D("0.1"))
    loss = lose(book(SPOT, SHORT, equity="5000"), peg)
    # 5000 less 2000 of coins is 3000 of cash, which loses 300; the short owes 1000 in coins: 100.
    assert (loss.cash, loss.positions[0].price, loss.positions[1].price) == (D(300), D(0), D(100))
    assert loss.price == 400


def test_leverage_is_liquidated_when_the_margin_is_gone() -> None:
    # 1000 short on a worth of 105: up 10 % leaves 5, and the tier asks 4.40; up 10.1 %, 4 of 4.404.
    near = lose(book(SHORT, equity="105"), scenario(eth=Shock(D("0.1"))))
    past = lose(book(SHORT, equity="105"), scenario(eth=Shock(D("0.101"))))
    assert (near.marked, near.maintenance, near.is_liquidated) == (D(5), D("4.4"), False)
    assert (past.marked, past.maintenance, past.is_liquidated) == (D(4), D("4.404"), True)
    # Closing by force costs its fee on top: 1101 × 1.1 %.
    assert past.fees == D("12.111")


def test_what_is_paid_in_full_is_never_liquidated() -> None:
    assert not lose(book(SPOT, equity="2000"), scenario(btc=Shock(D("-0.99")))).is_liquidated
    owed = lose(book(SPOT, equity="500"), scenario(btc=Shock(D("-0.3"))))
    assert (owed.marked, owed.is_liquidated, owed.leverage_after) == (D(-100), True, None)


def test_stops_close_their_part_where_they_fill() -> None:
    held = replace(SPOT, stops=(RestingStop(D(900), D("1.5")), RestingStop(D(950), D(1))))
    found = triggered(held, D("-0.2"))
    # The nearer first, and no more than is held.
    assert found == (RestingStop(D(950), D(1)), RestingStop(D(900), D(1)))
    assert triggered(held, D("-0.04")) == ()
    short = replace(held, quantity=D(-2))
    assert triggered(short, D("-0.2")) == ()
    assert triggered(short, D("0.1")) == (
        RestingStop(D(900), D("1.5")),
        RestingStop(D(950), D("0.5")),
    )
    shock = Shock(D("-0.2"), stopped=((D(1), D("-0.05")),))
    loss = lose(book(held), scenario(btc=shock))
    assert loss.price == 50 + 200
    assert loss.gross_after == 800
    # Both parts are sold: 950 and 800.
    assert loss.fees == D("1.75")


def test_an_empty_book_loses_nothing() -> None:
    loss = lose(book(), scenario(btc=Shock(D("-0.9"), D(99), D("0.5"))))
    assert (loss.total, loss.maintenance, loss.is_liquidated) == (D(0), D(0), False)


fractions = st.decimals("-0.9", "2", places=4)
amounts = st.decimals("-500", "500", places=3)


@given(amounts, amounts, fractions, fractions, st.integers(1, 40), st.integers(2, 9))
def test_the_loss_is_linear_and_its_parts_sum(
    first: Decimal, second: Decimal, move: Decimal, other: Decimal, spread: int, times: int
) -> None:
    said = scenario(btc=Shock(move, D(spread)), eth=Shock(other, D(spread), D("0.01")))

    def held(by: int) -> StressBook:
        one, two = (StressPosition(e.instrument, q * by, e.price) for e, q in
                    ((SPOT, first), (SHORT, second)))  # fmt: skip
        return book(one, two, equity=str(10**6 * by))

    loss, more = lose(held(1), said), lose(held(times), said)
    assert more.total == times * loss.total
    assert more.share == loss.share
    assert sum(each.total for each in loss.positions) + loss.cash == loss.total


LIMITS = StressLimits(D("0.05"), D("0.3"), D("1.05"), D(7200))


@pytest.mark.parametrize(
    ("move", "limits", "lines"),
    [
        ("-0.05", LIMITS, 0),
        ("-0.075", LIMITS, 1),
        ("-0.05", replace(LIMITS, lost_today=D("0.02")), 1),
        ("-0.05", replace(LIMITS, daily_loss_amount=D(100)), 1),
        ("-0.06", replace(LIMITS, daily_loss=D(1), drawdown_now=D("0.28")), 1),
        ("-0.06", replace(LIMITS, leverage=D("0.5")), 1),
    ],
)
def test_limits_act_from_their_number_on(move: str, limits: StressLimits, lines: int) -> None:
    assert len(limit_effects(lose(book(SPOT), scenario(btc=Shock(D(move)))), limits)) == lines


def test_blindness_beyond_the_age_of_data_is_told() -> None:
    blind = replace(scenario(), blind_s=7201)
    assert limit_effects(lose(book(SPOT), blind), LIMITS) == (
        "data age: opens nothing after 7200 s without prices",
    )
