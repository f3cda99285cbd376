"""Margin and liquidation, worked out by hand.

The tiers: up to 1,000 of notional ten times leverage and 5 percent of maintenance; up to 10,000
five times and 10 percent less 50. An account of 100 that bought 10 lots at 100 has an equity of
10 p - 900 at a price p and must hold 0.5 p: it can be carried down to 95 and not at 94.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kernel.live_scenario import SWAP, ask, at, bid, level, play_live, snapshot, trade
from tests.kernel.scenario import (
    MONEY,
    PERPETUAL,
    PLAIN_VENUE,
    SPOT,
    Journal,
    Ohlcv,
    bars,
    bracket,
    buy,
    opening,
    play,
    record,
    sell,
    spec_of,
)
from traider.domain.events import EventArray, FillFlag, Kind, OrderFlag
from traider.domain.margin import MarginTier
from traider.kernel.codes import Reject
from traider.kernel.specification import VenueSpec

pytestmark = pytest.mark.interpreted

FLAT: Ohlcv = (100, 101, 99, 100)
TIERS = (
    MarginTier(Decimal(0), Decimal(1_000), Decimal("0.05"), Decimal(0), Decimal(10)),
    MarginTier(Decimal(1_000), Decimal(10_000), Decimal("0.1"), Decimal(50), Decimal(5)),
)
ONE_PERCENT = 1_000_000
MARGINED = replace(PERPETUAL, margin_tiers=TIERS)
LIVE = replace(SWAP, margin_tiers=TIERS)
NO_MARGIN = (Kind.CANCELLED, Reject.MARGIN)
LIQUIDATED = (Kind.CANCELLED, Reject.LIQUIDATED)


def on_bars(
    *parts: object, cash: int = 100, fee: int = 0, venue: VenueSpec = PLAIN_VENUE
) -> Journal:
    market = replace(MARGINED, liquidation_fee_e8=fee)
    return play(spec_of(market, cash=cash, venue=venue), *parts)  # type: ignore[arg-type]


def on_book(*parts: object, cash: int = 100) -> Journal:
    return play_live(spec_of(LIVE, cash=cash), snapshot(0), *parts)  # type: ignore[arg-type]


def closed(journal: Journal) -> list[tuple[int, int, int]]:
    """Return the venue's own closing trades as (side, lots, price)."""
    fills = [e for e in journal.of(Kind.FILL) if e["flags"] & FillFlag.LIQUIDATION]
    assert all(e["order_id"] == 0 for e in fills)
    return [(int(e["side"]), int(e["size"]), int(e["price"])) for e in fills]


def check_books(journal: Journal) -> None:
    """Hold the three ledgers to each other."""
    decider, gate, venue = journal.machine.decider, journal.machine.gate, journal.machine.venue
    assert decider.account[0]["cash_units"] == venue.venue[0]["cash_units"]
    assert gate.account[0]["cash_units"] == venue.venue[0]["cash_units"]
    held = venue.markets["position_lots"].tolist()
    assert decider.markets["position_lots"].tolist() == held
    assert gate.markets["position_lots"].tolist() == held
    assert decider.markets["open_orders"].tolist() == venue.markets["open_orders"].tolist()


def test_an_order_needs_its_initial_margin() -> None:
    assert on_bars(bars(FLAT, FLAT), buy(1, 10)).fills == [(1, 10, 100)]
    journal = on_bars(bars(FLAT, FLAT), buy(1, 11))
    assert (journal.fills, journal.ends) == ([], [NO_MARGIN])


def test_a_larger_position_needs_more_of_it() -> None:
    # 2,000 of notional allow a leverage of five only.
    assert on_bars(bars(FLAT, FLAT), buy(1, 20), cash=399).ends == [NO_MARGIN]
    assert on_bars(bars(FLAT, FLAT), buy(1, 20), cash=400).ends == []


def test_no_margin_is_enough_above_the_last_tier() -> None:
    assert on_bars(bars(FLAT, FLAT), buy(1, 100), cash=10**6).ends == []
    assert on_bars(bars(FLAT, FLAT), buy(1, 101), cash=10**6).ends == [NO_MARGIN]


def test_resting_orders_count_as_if_they_had_filled() -> None:
    feed = bars(FLAT, FLAT, FLAT)
    journal = on_bars(feed, buy(1, 6, price=90), buy(2, 6, price=90))
    # The instrument is valued at 100: twelve lots would be 1,200, five times leverage.
    assert journal.ends == [(Kind.REJECTED, Reject.MARGIN)]
    assert on_bars(feed, buy(1, 5, price=90), buy(2, 5, price=90)).ends == []
    # On the other side they do not add up.
    assert on_bars(feed, buy(1, 6, price=90), sell(2, 6, price=110)).ends == []


def test_what_shrinks_a_position_needs_no_margin() -> None:
    feed = bars(FLAT, FLAT, (96, 97, 96, 96), FLAT)
    journal = on_bars(feed, buy(1, 10), sell(2, 10))
    assert journal.fills == [(1, 10, 100), (-1, 10, 96)]
    # Turning it round is another matter: 14 lots short would be 1,344 of notional.
    assert on_bars(feed, buy(1, 10), sell(2, 24)).ends == [NO_MARGIN]


def test_a_bar_liquidates_where_margin_runs_out() -> None:
    journal = on_bars(bars(FLAT, FLAT, (100, 101, 90, 99)), buy(1, 10))
    assert closed(journal) == [(-1, 10, 94)]
    assert journal.cash == 40 * MONEY
    assert journal.machine.venue.markets[0]["liquidations"] == 1
    check_books(journal)
    assert on_bars(bars(FLAT, FLAT, (100, 101, 95, 99)), buy(1, 10)).cash == -900 * MONEY


def test_a_short_is_liquidated_above() -> None:
    # Equity 1,100 - 10 p against 0.5 p below 100, p - 50 above: 104 can be carried, 105 cannot.
    journal = on_bars(bars(FLAT, FLAT, (100, 110, 100, 101)), sell(1, 10))
    assert closed(journal) == [(1, 10, 105)]
    assert on_bars(bars(FLAT, FLAT, (100, 104, 100, 101)), sell(1, 10)).position() == -10


def test_the_fee_is_the_takers_and_the_liquidations() -> None:
    feed = bars(FLAT, FLAT, (100, 101, 90, 99))
    market = replace(MARGINED, taker_fee_e8=10_000, liquidation_fee_e8=ONE_PERCENT)
    journal = play(spec_of(market, cash=101), feed, buy(1, 10))
    # Bought with a fee of 0.10: equity 10 p - 899.10. Closed at 94: 940 x 0.0001 and x 0.01.
    assert closed(journal) == [(-1, 10, 94)]
    fill = journal.of(Kind.FILL)[1]
    assert fill["fee"] == 9_400_000 + 940_000_000
    venue = journal.machine.venue.markets[0]
    assert venue["liquidation_fees"] == 940_000_000
    assert venue["taker_fees"] == 10_000_000 + 9_400_000
    check_books(journal)


def test_closing_costs_spread_and_impact() -> None:
    venue = replace(PLAIN_VENUE, half_spread=0.02)
    journal = on_bars(bars(FLAT, FLAT, (100, 101, 90, 99)), buy(1, 9), venue=venue)
    # Bought at 102: equity 9 p - 818 against 0.45 p: 95 is the first price too low. 95 x 0.98.
    assert closed(journal) == [(-1, 9, 93)]


def test_a_stop_before_that_price_works_and_one_behind_it_does_not() -> None:
    feed = bars(FLAT, FLAT, (100, 101, 90, 99))
    journal = on_bars(feed, bracket(buy(1, 10), stop=96, target=130))
    assert journal.fills == [(1, 10, 100), (-1, 10, 96)]
    assert closed(journal) == []
    journal = on_bars(feed, bracket(buy(1, 10), stop=92, target=130))
    assert closed(journal) == [(-1, 10, 94)]
    assert journal.ends == [LIQUIDATED, LIQUIDATED]
    check_books(journal)


def test_a_stop_for_a_part_moves_the_price_of_the_rest() -> None:
    feed = bars(FLAT, FLAT, (100, 101, 85, 99))
    stop = sell(1, 5, trigger=96, flags=OrderFlag.REDUCE_ONLY)
    # After 5 lots sold at 96 the equity is 5 p - 420 against 0.25 p: carried down to 89.
    journal = on_bars(feed, buy(1, 10), stop)
    assert journal.fills == [(1, 10, 100), (-1, 5, 96), (-1, 5, 88)]
    assert closed(journal) == [(-1, 5, 88)]


def test_a_gap_can_cost_more_than_there_is() -> None:
    journal = on_bars(bars(FLAT, FLAT, (80, 81, 79, 80)), buy(1, 10))
    assert closed(journal) == [(-1, 10, 80)]
    assert journal.of(Kind.FILL)[1]["ts_event"] == opening(2)
    assert journal.cash == -100 * MONEY
    check_books(journal)


def test_every_derivative_is_closed_and_spot_is_not() -> None:
    spec = spec_of(MARGINED, replace(MARGINED, name="OTHER"), replace(SPOT, name="S"), cash=200)
    journal = play(
        spec,
        bars(FLAT, FLAT, FLAT, (100, 101, 80, 90)),
        bars(FLAT, FLAT, FLAT, FLAT, instrument=1),
        bars(FLAT, FLAT, FLAT, FLAT, instrument=2),
        buy(1, 8),
        sell(1, 5, instrument=1),
        buy(1, 1, price=50, instrument=2),
        sell(2, 1, price=120, instrument=1),
    )
    # Equity 8 p - 600 against 0.4 p and 25: 82 can be carried, 81 cannot.
    assert closed(journal) == [(-1, 8, 82), (1, 5, 100)]
    assert journal.ends == [LIQUIDATED]
    assert journal.machine.venue.venue[0]["open_orders"] == 1
    check_books(journal)


def test_hedged_positions_gap_together() -> None:
    spec = spec_of(MARGINED, replace(MARGINED, name="OTHER"), cash=200)
    up = (120, 120, 120, 120)
    journal = play(
        spec,
        bars(FLAT, FLAT, up),
        bars(FLAT, FLAT, up, instrument=1),
        sell(1, 8),
        buy(1, 8, instrument=1),
    )
    assert closed(journal) == []


def test_spot_spends_what_margin_leaves() -> None:
    spec = spec_of(MARGINED, replace(SPOT, name="S"), cash=200)
    feed = (bars(FLAT, FLAT, FLAT), bars(FLAT, FLAT, FLAT, instrument=1))
    # A short of 10 brought 1,000 of cash, but only 200 less the initial 100 is ours to spend.
    journal = play(spec, *feed, sell(1, 10), buy(2, 5, instrument=1))
    assert journal.fills == [(-1, 10, 100), (1, 1, 100)]
    assert journal.ends == [(Kind.CANCELLED, Reject.INSUFFICIENT_FUNDS)]


def test_without_tiers_nothing_is_asked() -> None:
    journal = play(spec_of(cash=1), bars(FLAT, FLAT, (10, 10, 10, 10)), buy(1, 1_000))
    assert closed(journal) == []
    assert journal.position() == 1_000


def test_a_live_order_is_refused_on_arrival() -> None:
    # At the best ask of 101 eleven lots are 1,111: five times leverage.
    assert on_book(bid(1, 11), cash=222).ends == [(Kind.REJECTED, Reject.MARGIN)]
    assert on_book(bid(1, 5), cash=51).fills == [(1, 5, 101)]


@pytest.mark.parametrize("what", ["trade", "depth", "mark"])
def test_a_live_position_is_closed_by_walking_the_book(what: str) -> None:
    # 5 lots at 101 and 4 at 102: 913 paid. Equity 9 p - 813 against 0.45 p: 95 is too low. An ask
    # at 91 over a bid of 99 is a crossed book, and its middle is 95. What a trade at 95 leads to
    # is closed no better than it: the bids above were taken, whatever the book still shows.
    falls: dict[str, EventArray] = {
        "trade": trade(2, -1, 95, 1),
        "depth": level(2, -1, 91, 9),
        "mark": record(Kind.MARK, at(2), w0=95_00000000),
    }
    journal = on_book(bid(1, 9), falls[what], cash=100)
    assert closed(journal) == [(-1, 9, 95 if what == "trade" else 99)]
    check_books(journal)


def test_where_the_venue_says_its_mark_trades_do_not_count() -> None:
    mark = record(Kind.MARK, at(0.5), w0=100_00000000)
    journal = on_book(mark, bid(1, 9), trade(2, -1, 90, 1), cash=100)
    assert closed(journal) == []


def test_what_the_book_cannot_take_goes_at_the_last_price() -> None:
    thin = (level(1.5, 1, 98, 0), level(1.5, 1, 97, 0), level(1.5, 1, 99, 4))
    journal = on_book(bid(1, 9), *thin, trade(2, -1, 95, 1), cash=100)
    assert closed(journal) == [(-1, 4, 95), (-1, 5, 95)]
    assert journal.of(Kind.FILL)["leaves"].tolist()[-2:] == [5, 0]
    check_books(journal)


def test_orders_on_their_way_are_cancelled_too() -> None:
    journal = on_book(bid(1, 9), ask(1.98, 2, price=120), trade(2, -1, 95, 1), cash=100)
    assert journal.ends == [LIQUIDATED]
    assert journal.of(Kind.CANCELLED)[0]["ts_recv"] == journal.of(Kind.ACK)[1]["ts_recv"]
    check_books(journal)
