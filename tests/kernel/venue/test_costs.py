"""Spread and square-root impact against the formulas, computed here once more."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.kernel.scenario import PLAIN_VENUE, Journal, Ohlcv, bars, buy, play, sell, spec_of
from traider.domain.events import Kind

pytestmark = pytest.mark.interpreted

ROWS: list[Ohlcv] = [
    (1_000_000, 1_010_000, 990_000, 1_004_000, 5_000),
    (1_004_000, 1_020_000, 1_000_000, 1_015_000, 9_000),
    (1_015_000, 1_016_000, 980_000, 985_000, 7_000),
    (985_000, 1_000_000, 984_000, 999_000, 2_000),
    (1_001_000, 1_002_000, 1_000_000, 1_001_500, 4_000),
    (1_003_000, 1_004_000, 1_002_000, 1_003_500, 4_000),
]
SPAN = 3


def learned(rows: list[Ohlcv]) -> tuple[float, float]:
    """Return variance and volume after ``rows``, exponentially weighted over ``SPAN`` bars."""
    decay = 1.0 - 2.0 / (SPAN + 1.0)
    closes = [row[3] for row in rows]
    volumes = [row[-1] for row in rows]
    changes = [(after / before - 1.0) ** 2 for before, after in pairwise(closes)]
    variance = changes[0]
    for change in changes[1:]:
        variance = decay * variance + (1.0 - decay) * change
    volume = float(volumes[0])
    for found in volumes[1:]:
        volume = decay * volume + (1.0 - decay) * found
    return variance, volume


def run(order: object, *, spread: float, impact: float) -> Journal:
    venue = replace(PLAIN_VENUE, half_spread=spread, impact=impact, volatility_span=SPAN)
    return play(spec_of(venue=venue, cash=10**9), bars(*ROWS), order)  # type: ignore[arg-type]


def test_a_taker_pays_half_the_spread_rounded_against_it() -> None:
    assert run(buy(4, 10), spread=0.0001, impact=0.0).fills == [(1, 10, 1_001_101)]
    assert run(sell(4, 10), spread=0.0001, impact=0.0).fills == [(-1, 10, 1_000_899)]


def test_a_maker_pays_no_spread() -> None:
    journal = run(buy(4, 10, price=1_000_500), spread=0.0001, impact=0.5)
    assert journal.fills == [(1, 10, 1_000_500)]
    assert journal.machine.venue.markets[0]["spread_cost"] == 0.0


@pytest.mark.parametrize("lots", [1, 10, 1_000, 30_000])
@pytest.mark.parametrize("bar", [2, 4, 5])
def test_impact_is_the_square_root_of_the_share_of_volume(lots: int, bar: int) -> None:
    spread, coefficient = 0.0002, 0.7
    variance, volume = learned(ROWS[:bar])
    fraction = spread + coefficient * math.sqrt(variance) * math.sqrt(lots / volume)
    reference = ROWS[bar][0]
    bought = run(buy(bar, lots), spread=spread, impact=coefficient).of(Kind.FILL)[0]
    assert bought["price"] == math.ceil(reference * (1 + fraction))
    sold = run(sell(bar, lots), spread=spread, impact=coefficient).of(Kind.FILL)[0]
    assert sold["price"] == math.floor(reference * (1 - fraction))


def test_costs_are_told_apart() -> None:
    spread, coefficient, lots = 0.0002, 0.7, 1_000
    market = run(buy(4, lots), spread=spread, impact=coefficient).machine.venue.markets[0]
    variance, volume = learned(ROWS[:4])
    reference = ROWS[4][0]
    assert market["spread_cost"] == pytest.approx(spread * reference * lots)
    expected = coefficient * math.sqrt(variance * lots / volume) * reference * lots
    # The price is a whole number of ticks, so up to one tick a lot is booked as impact.
    assert expected <= market["impact_cost"] <= expected + lots


def test_without_volume_or_history_there_is_no_impact() -> None:
    journal = run(buy(1, 1_000), spread=0.0, impact=0.7)
    assert journal.fills == [(1, 1_000, ROWS[1][0])]
    venue = replace(PLAIN_VENUE, impact=0.7)
    empty = [(*row[:4], 0) for row in ROWS]
    journal = play(spec_of(venue=venue), bars(*empty), buy(4, 1_000))
    assert journal.fills == [(1, 1_000, ROWS[4][0])]


def test_money_is_measured_by_the_lots_it_buys() -> None:
    lots = 1_000
    amount = ROWS[4][0] * lots
    by_lots = run(buy(4, lots), spread=0.0, impact=0.7).of(Kind.FILL)[0]
    by_money = run(buy(4, amount * 10**8, flags=0x100), spread=0.0, impact=0.7).of(Kind.FILL)[0]
    assert by_money["price"] == by_lots["price"]
    assert by_money["size"] == amount // int(by_money["price"])


def test_a_price_never_falls_to_nothing() -> None:
    cheap = (1, 1, 1, 1)
    journal = play(
        spec_of(venue=replace(PLAIN_VENUE, half_spread=0.9)), bars(cheap, cheap), sell(1, 5)
    )
    assert journal.fills == [(-1, 5, 1)]
