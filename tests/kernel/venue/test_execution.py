"""What the account can pay or deliver, and exact money for every fill."""

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

import pytest

from tests.kernel.scenario import (
    MONEY,
    PLAIN_VENUE,
    SPOT,
    Ohlcv,
    bars,
    buy,
    play,
    sell,
    spec_of,
)
from traider.domain.events import Kind, OrderFlag
from traider.kernel.codes import Reject, Verdict
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted

FLAT: Ohlcv = (100, 101, 99, 100)
UNIT = Decimal("1e-8")
QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
REDUCE_ONLY = int(OrderFlag.REDUCE_ONLY)
ONE_PERCENT = 1_000_000


def test_spot_spends_no_more_than_its_cash() -> None:
    spec = spec_of(SPOT, cash=1_000)
    journal = play(spec, bars(FLAT, (110, 111, 109, 110)), buy(1, 10))
    assert journal.fills == [(1, 9, 110)]
    assert journal.of(Kind.FILL)[0]["leaves"] == 1
    assert journal.ends == [(Kind.CANCELLED, Reject.INSUFFICIENT_FUNDS)]
    assert journal.of(Kind.CANCELLED)[0]["size"] == 1
    assert journal.cash == 10 * MONEY


def test_spot_leaves_room_for_the_fee() -> None:
    spec = spec_of(replace(SPOT, taker_fee_e8=ONE_PERCENT), cash=1_000)
    journal = play(spec, bars(FLAT, FLAT), buy(1, 10))
    assert journal.fills == [(1, 9, 100)]
    assert journal.cash == 91 * MONEY


def test_spot_buys_nothing_it_cannot_pay() -> None:
    spec = spec_of(SPOT, cash=1_000)
    journal = play(spec, bars(FLAT, (2_000, 2_001, 1_999, 2_000)), buy(1, 10))
    assert journal.fills == []
    assert journal.ends == [(Kind.CANCELLED, Reject.INSUFFICIENT_FUNDS)]
    assert journal.of(Kind.CANCELLED)[0]["size"] == 10


def test_spot_sells_no_more_than_it_holds() -> None:
    spec = spec_of(SPOT, cash=1_000)
    journal = play(spec, bars(FLAT, FLAT, FLAT), buy(1, 4), sell(2, 5))
    assert journal.verdicts == [Verdict.APPROVED, Verdict.SHORT_NOT_ALLOWED]
    journal = play(spec, bars(FLAT, FLAT, FLAT), buy(1, 4), sell(2, 5, flags=REDUCE_ONLY))
    assert journal.fills == [(1, 4, 100), (-1, 4, 100)]
    assert journal.ends == [(Kind.CANCELLED, Reject.NOTHING_TO_REDUCE)]


def test_money_buys_what_price_and_fee_leave() -> None:
    market = replace(SPOT, taker_fee_e8=ONE_PERCENT)
    feed = bars(FLAT, (110, 111, 109, 110))
    order = buy(1, 1_000 * MONEY, flags=QUOTE_SIZED)
    journal = play(spec_of(market, cash=1_500), feed, order)
    # Nine lots cost 990 and a fee of 9.90; ten would cost 1,111.
    assert journal.fills == [(1, 9, 110)]
    assert journal.of(Kind.FILL)[0]["leaves"] == 0
    assert journal.cash == 1_500 * MONEY - 99_990_000_000
    stepped = replace(market, lot_step=4)
    assert play(spec_of(stepped, cash=1_500), feed, order).fills == [(1, 8, 110)]
    assert play(spec_of(market, cash=500), feed, order).fills == [(1, 4, 110)]


def test_money_that_buys_nothing_is_given_back() -> None:
    feed = bars(FLAT, (2_000, 2_001, 1_999, 2_000))
    journal = play(spec_of(SPOT, cash=1_500), feed, buy(1, 1_000 * MONEY, flags=QUOTE_SIZED))
    assert journal.fills == []
    assert journal.ends == [(Kind.CANCELLED, Reject.TOO_SMALL)]


def test_money_on_a_perpetual_is_the_amount_named_not_the_cash() -> None:
    journal = play(spec_of(cash=100), bars(FLAT, FLAT), buy(1, 1_000 * MONEY, flags=QUOTE_SIZED))
    assert journal.fills == [(1, 10, 100)]
    assert journal.cash == -900 * MONEY


def test_money_that_may_only_reduce_buys_back_no_more_than_its_amount() -> None:
    flags = QUOTE_SIZED | REDUCE_ONLY
    feed = bars(FLAT, FLAT, FLAT)
    journal = play(spec_of(), feed, sell(1, 10), buy(2, 300 * MONEY, flags=flags))
    assert journal.fills == [(-1, 10, 100), (1, 3, 100)]
    journal = play(spec_of(), feed, sell(1, 2), buy(2, 300 * MONEY, flags=flags))
    assert journal.fills == [(-1, 2, 100), (1, 2, 100)]


def test_reduce_only_never_turns_a_position_round() -> None:
    feed = bars(FLAT, FLAT, FLAT, FLAT)
    journal = play(
        spec_of(),
        feed,
        sell(1, 4),
        buy(2, 10, flags=REDUCE_ONLY),
        buy(3, 1, flags=REDUCE_ONLY),
        sell(3, 1, flags=REDUCE_ONLY),
    )
    assert journal.fills == [(-1, 4, 100), (1, 4, 100)]
    assert journal.ends == [(Kind.CANCELLED, Reject.NOTHING_TO_REDUCE)] * 3
    assert journal.position() == 0


def test_cash_freed_by_one_instrument_buys_another_at_the_same_open() -> None:
    spec = spec_of(SPOT, replace(SPOT, name="OTHER"), cash=1_000)
    journal = play(
        spec,
        bars(FLAT, FLAT, (120, 121, 119, 120)),
        bars(FLAT, FLAT, FLAT, instrument=1),
        buy(1, 10),
        buy(2, 12, instrument=1),
        sell(2, 10),
    )
    assert journal.fills == [(1, 10, 100), (-1, 10, 120), (1, 12, 100)]
    assert journal.ends == []
    assert journal.cash == 0
    # In the other direction of numbers too: what is sold comes after what is bought.
    journal = play(
        spec,
        bars(FLAT, FLAT, FLAT),
        bars(FLAT, FLAT, (120, 121, 119, 120), instrument=1),
        buy(1, 10, instrument=1),
        buy(2, 12),
        sell(2, 10, instrument=1),
    )
    assert journal.fills == [(1, 10, 100), (-1, 10, 120), (1, 12, 100)]


@pytest.mark.parametrize(
    ("ticks", "lots", "rate"),
    [(10_001, 12_345_678, 60_000), (3, 7, 10_000), (6_942_537, 28_278_826, 100_000), (99, 1, 1)],
)
@pytest.mark.parametrize("is_maker", [False, True])
def test_notional_and_fee_are_exact(ticks: int, lots: int, rate: int, *, is_maker: bool) -> None:
    rates = (rate, 2 * rate) if is_maker else (2 * rate, rate)
    market = MarketSpec("FINE", Decimal("0.01"), Decimal("1e-8"), *rates, can_short=True)
    flat = (ticks, ticks, ticks, ticks)
    order = buy(1, lots, price=ticks) if is_maker else buy(1, lots)
    below = (ticks + 1, ticks + 1, ticks - 1, ticks, 10**9)
    journal = play(spec_of(market), bars(flat, below if is_maker else flat), order)
    fill = journal.of(Kind.FILL)[0]
    assert fill["price"] == ticks
    notional = (ticks * Decimal("0.01") * lots * UNIT).quantize(UNIT, ROUND_HALF_EVEN)
    fee = (notional * rate * UNIT).quantize(UNIT, ROUND_CEILING)
    assert fill["fee"] == int(fee / UNIT)
    assert journal.cash == 1_000_000 * MONEY - int((notional + fee) / UNIT)
    venue = journal.machine.venue.markets[0]
    paid = (venue["maker_fees"], venue["taker_fees"])
    assert paid == ((fill["fee"], 0) if is_maker else (0, fill["fee"]))


def test_a_rebate_is_never_rounded_in_our_favor() -> None:
    market = MarketSpec("FINE", Decimal(1), Decimal("1e-8"), -3, 0, can_short=True)
    journal = play(
        spec_of(market, venue=PLAIN_VENUE), bars(FLAT, (100, 101, 98, 99)), buy(1, 1, price=99)
    )
    # -99e-8 * 3e-8 rounds up, to nothing.
    assert journal.of(Kind.FILL)[0]["fee"] == 0


def test_a_fill_below_the_minimum_is_not_made() -> None:
    market = replace(SPOT, min_lots=5)
    journal = play(spec_of(market, cash=1_000), bars(FLAT, (240, 241, 239, 240)), buy(1, 10))
    assert journal.fills == []
    assert journal.ends == [(Kind.CANCELLED, Reject.INSUFFICIENT_FUNDS)]
