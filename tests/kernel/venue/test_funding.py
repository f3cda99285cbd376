"""Funding: who pays, on what, rounded against us, and booked alike in every ledger."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kernel.live_scenario import SWAP, ask, at, bid, live, play_live, trade
from tests.kernel.scenario import (
    MONEY,
    PERPETUAL,
    SPOT,
    Journal,
    Ohlcv,
    bars,
    buy,
    opening,
    play,
    record,
    sell,
    spec_of,
)
from traider.domain.events import EventArray, Kind
from traider.domain.money import pack_currency
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted

FLAT: Ohlcv = (100, 101, 99, 100)
RATE = 100_000_000
"""0.0001 an interval, in 1e-12."""


def funding(ts: int, rate: int, mark: int = 0, settled: int = 1) -> EventArray:
    """Return a funding rate; ``mark`` in 1e-8 of quote."""
    return record(Kind.FUNDING, ts, w0=rate, w1=mark, w3=8 * 3_600 * 10**9, w4=settled)


def paid(journal: Journal) -> list[int]:
    """Return what the transfers took from the account, in money units, and check the books."""
    machine = journal.machine
    transfers = journal.of(Kind.TRANSFER)
    for event in transfers:
        assert event["w0"] == pack_currency("USDT")
        assert event["w3"] == 3
    total = -int(transfers["w1"].sum())
    assert machine.venue.markets["funding_units"].sum() == total
    assert machine.decider.markets["funding_units"].sum() == total
    cash = machine.venue.venue[0]["cash_units"]
    assert cash == machine.decider.account[0]["cash_units"] == machine.gate.account[0]["cash_units"]
    return [-int(amount) for amount in transfers["w1"]]


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("rate", [RATE, -RATE])
def test_longs_pay_shorts_at_the_mark(side: int, rate: int) -> None:
    # 4 lots at a mark of 100.5 are 402; one in ten thousand of it is 0.0402.
    order = bid(1, 4, price=101) if side > 0 else ask(1, 4, price=99)
    journal = live(order, funding(at(2), rate, mark=10_050_000_000))
    assert paid(journal) == [side * (1 if rate > 0 else -1) * 4_020_000]
    event = journal.of(Kind.TRANSFER)[0]
    assert (event["ts_event"], event["ts_recv"], event["instrument"]) == (at(2), at(2), 0)


def test_without_a_mark_the_last_price_counts() -> None:
    journal = live(bid(1, 4), trade(1.5, 1, 110, 1), funding(at(2), RATE))
    assert paid(journal) == [4_400_000]
    feed = bars(FLAT, FLAT, (120, 121, 119, 120), FLAT)
    journal = play(spec_of(), feed, buy(1, 4), funding(opening(3), RATE))
    assert paid(journal) == [4_800_000]


def test_money_is_rounded_against_us() -> None:
    # 402 at 1e-12 is 4.02e-10: less than a unit of 1e-8.
    assert paid(live(bid(1, 4), funding(at(2), 1, mark=10_050_000_000))) == [1]
    assert paid(live(ask(1, 4), funding(at(2), 1, mark=10_050_000_000))) == []
    assert paid(live(ask(1, 4), funding(at(2), 26, mark=10_050_000_000))) == [-1]


def test_who_is_flat_announced_or_on_spot_pays_nothing() -> None:
    assert paid(live(funding(at(2), RATE))) == []
    assert paid(live(bid(1, 4), ask(1.5, 4), funding(at(2), RATE))) == []
    assert paid(live(bid(1, 4), funding(at(2), RATE, settled=0))) == []
    feed = bars(FLAT, FLAT, FLAT, FLAT)
    assert paid(play(spec_of(SPOT), feed, buy(1, 4), funding(opening(2), RATE))) == []


def test_an_order_on_its_way_pays_nothing() -> None:
    assert paid(live(bid(1.99, 4), funding(at(2), RATE))) == []


def test_the_position_of_the_settlement_pays_each_time() -> None:
    feed = bars(*[FLAT] * 6)
    orders = (buy(1, 4), sell(3, 10))
    settlements = [funding(opening(bar), RATE, mark=100 * MONEY) for bar in (2, 3, 4, 5)]
    # Long 4 at the first two, then short 6.
    journal = play(spec_of(), feed, *orders, *settlements)
    assert paid(journal) == [4_000_000, 4_000_000, -6_000_000, -6_000_000]


@pytest.mark.parametrize(
    ("tick", "lot", "multiplier"), [("0.1", "0.001", "1"), ("0.5", "1", "0.01"), ("1", "1e-8", "1")]
)
@pytest.mark.parametrize("rate", [75_000_000, -3_000_000_000, 30_000_000_000])
def test_payments_are_exact_on_any_grid(tick: str, lot: str, multiplier: str, rate: int) -> None:
    market = MarketSpec(
        "GRID", Decimal(tick), Decimal(lot), 0, 0, can_short=True, multiplier=Decimal(multiplier)
    )
    lots, mark = 123_456_789, 6_012_345_678_901
    known = trade(0.5, 1, 100, 1)
    journal = play_live(
        spec_of(market, cash=10**9), known, bid(1, lots), funding(at(2), rate, mark=mark)
    )
    exact = Decimal(mark) * lots * Decimal(lot) * Decimal(multiplier)
    notional = exact.quantize(Decimal(1), "ROUND_HALF_EVEN")
    payment = (notional * rate / 10**12).quantize(Decimal(1), "ROUND_CEILING")
    assert paid(journal) == [int(payment)]


def test_each_instrument_pays_its_own() -> None:
    spec = spec_of(PERPETUAL, replace(PERPETUAL, name="OTHER"))
    second = funding(opening(2), RATE, mark=100 * MONEY)
    second["instrument"] = 1
    journal = play(
        spec,
        bars(FLAT, FLAT, FLAT),
        bars(FLAT, FLAT, FLAT, instrument=1),
        buy(1, 4),
        buy(1, 7, instrument=1),
        second,
    )
    assert paid(journal) == [7_000_000]
    assert journal.machine.venue.markets["funding_units"].tolist() == [0, 7_000_000]


def test_a_lot_too_fine_for_funding_is_refused() -> None:
    fine = replace(SWAP, lot_size=Decimal("1e-18"), tick_size=Decimal(1))
    assert fine.money_fraction()
    with pytest.raises(Exception, match="too fine for a derivative"):
        play_live(spec_of(fine))
