"""What a bar's open, high and low do to market, limit and stop orders."""

from dataclasses import replace

import pytest

from tests.kernel.scenario import (
    HOUR,
    LATENCY,
    PERPETUAL,
    PLAIN_VENUE,
    Ohlcv,
    bars,
    buy,
    opening,
    play,
    sell,
    spec_of,
)
from traider.domain.events import FillFlag, Kind

pytestmark = pytest.mark.interpreted

FLAT: Ohlcv = (100, 101, 99, 100)
TOUCHING = replace(PLAIN_VENUE, touch_fills=True)


def test_a_market_order_fills_at_the_next_open_never_at_the_deciding_close() -> None:
    journal = play(spec_of(), bars(FLAT, (107, 109, 106, 108)), buy(1, 3))
    assert journal.fills == [(1, 3, 107)]
    fill = journal.of(Kind.FILL)[0]
    assert fill["ts_event"] == opening(1)
    assert fill["ts_recv"] == opening(1) + LATENCY
    assert not fill["flags"] & FillFlag.MAKER


def test_an_order_inside_a_bar_waits_for_the_next_open() -> None:
    journal = play(spec_of(), bars(FLAT, FLAT, (107, 109, 106, 108)), sell(1, 3, after_ns=1))
    assert journal.fills == [(-1, 3, 107)]


def test_a_missing_bar_delays_the_fill_to_the_bar_that_comes() -> None:
    journal = play(spec_of(), bars(FLAT, None, None, (90, 91, 89, 90)), buy(1, 3))
    assert journal.fills == [(1, 3, 90)]
    assert journal.of(Kind.FILL)[0]["ts_event"] == opening(3)


def test_nothing_fills_after_the_last_bar() -> None:
    journal = play(spec_of(), bars(FLAT, FLAT), buy(2, 3))
    assert journal.fills == []
    assert journal.verdicts == [0]


@pytest.mark.parametrize(
    ("order", "bar"),
    [(buy(1, 3, price=95), (100, 101, 95, 96)), (sell(1, 3, price=105), (100, 105, 99, 104))],
)
def test_a_touch_is_a_fill_in_the_optimistic_tier_only(order: object, bar: Ohlcv) -> None:
    assert play(spec_of(), bars(FLAT, bar), order).fills == []  # type: ignore[arg-type]
    kind = play(spec_of(venue=TOUCHING), bars(FLAT, bar), order)  # type: ignore[arg-type]
    assert [lots for _, lots, _ in kind.fills] == [3]


@pytest.mark.parametrize(
    ("order", "bar", "fill"),
    [
        (buy(1, 3, price=95), (100, 101, 94, 96), (1, 3, 95)),
        (sell(1, 3, price=105), (100, 106, 99, 104), (-1, 3, 105)),
    ],
)
def test_a_trade_through_fills_at_the_limit_as_maker(
    order: object, bar: Ohlcv, fill: tuple[int, int, int]
) -> None:
    journal = play(spec_of(), bars(FLAT, bar), order)  # type: ignore[arg-type]
    assert journal.fills == [fill]
    event = journal.of(Kind.FILL)[0]
    assert event["flags"] & FillFlag.MAKER
    assert event["ts_event"] == event["ts_recv"] == opening(2)


def test_a_limit_that_can_trade_at_its_first_open_takes_at_the_open() -> None:
    journal = play(spec_of(), bars(FLAT, (93, 94, 92, 93)), buy(1, 3, price=95))
    assert journal.fills == [(1, 3, 93)]
    assert not journal.of(Kind.FILL)[0]["flags"] & FillFlag.MAKER


@pytest.mark.parametrize(("open_", "filled"), [(96, False), (95, False), (90, True)])
def test_a_gap_through_a_resting_limit_fills_at_the_limit(open_: int, *, filled: bool) -> None:
    gap = (open_, 99, open_, 98)
    journal = play(spec_of(), bars(FLAT, FLAT, gap), buy(1, 3, price=95))
    assert journal.fills == ([(1, 3, 95)] if filled else [])
    if filled:
        fill = journal.of(Kind.FILL)[0]
        assert fill["flags"] & FillFlag.MAKER
        assert fill["ts_event"] == opening(2)


def test_a_gap_to_the_limit_fills_in_the_optimistic_tier() -> None:
    journal = play(spec_of(venue=TOUCHING), bars(FLAT, FLAT, (95, 99, 95, 98)), buy(1, 3, price=95))
    assert journal.fills == [(1, 3, 95)]


@pytest.mark.parametrize(
    ("order", "bar", "price"),
    [
        (buy(1, 3, trigger=110), (100, 109, 99, 108), 0),
        (buy(1, 3, trigger=110), (100, 110, 99, 108), 110),
        (buy(1, 3, trigger=110), (110, 111, 99, 108), 110),
        (buy(1, 3, trigger=110), (120, 121, 99, 108), 120),
        (sell(1, 3, trigger=90), (100, 101, 91, 95), 0),
        (sell(1, 3, trigger=90), (100, 101, 90, 95), 90),
        (sell(1, 3, trigger=90), (80, 101, 79, 95), 80),
    ],
)
def test_a_stop_trades_at_its_trigger_or_at_a_worse_open(
    order: object, bar: Ohlcv, price: int
) -> None:
    journal = play(spec_of(), bars(FLAT, bar), order)  # type: ignore[arg-type]
    assert [found for _, _, found in journal.fills] == ([price] if price else [])
    assert not any(fill["flags"] & FillFlag.MAKER for fill in journal.of(Kind.FILL))


@pytest.mark.parametrize(("trigger", "price"), [(90, 90), (105, 100)])
def test_a_stop_sent_inside_a_bar_stands_against_all_of_it(trigger: int, price: int) -> None:
    order = sell(1, 10, trigger=trigger, after_ns=HOUR // 4)
    journal = play(spec_of(PERPETUAL), bars(FLAT, (100, 110, 90, 105), FLAT), order)
    assert journal.fills == [(-1, 10, price)]


def test_a_limit_sent_inside_a_bar_waits_for_the_next() -> None:
    order = sell(1, 10, price=105, after_ns=HOUR // 4)
    journal = play(spec_of(PERPETUAL), bars(FLAT, (100, 110, 90, 100), FLAT), order)
    assert journal.fills == []


def test_a_stop_limit_reached_inside_a_bar_rests_from_the_next_one() -> None:
    order = buy(1, 3, trigger=110, price=112)
    reached = (100, 115, 99, 113)
    assert play(spec_of(), bars(FLAT, reached), order).fills == []
    journal = play(spec_of(), bars(FLAT, reached, (113, 116, 113, 115)), order)
    assert journal.fills == []
    journal = play(spec_of(), bars(FLAT, reached, (113, 116, 111, 115)), order)
    assert journal.fills == [(1, 3, 112)]
    assert journal.of(Kind.FILL)[0]["flags"] & FillFlag.MAKER


@pytest.mark.parametrize(
    ("bar", "fill", "maker"),
    [
        ((111, 113, 110, 112), (1, 3, 111), False),
        ((120, 121, 113, 115), None, False),
        ((120, 121, 111, 115), (1, 3, 112), True),
    ],
)
def test_a_gap_over_a_stop_limit_takes_only_inside_the_limit(
    bar: Ohlcv, fill: tuple[int, int, int] | None, *, maker: bool
) -> None:
    journal = play(spec_of(), bars(FLAT, bar), buy(1, 3, trigger=110, price=112))
    assert journal.fills == ([fill] if fill else [])
    assert all(bool(e["flags"] & FillFlag.MAKER) is maker for e in journal.of(Kind.FILL))


def test_a_resting_order_takes_its_share_of_a_bars_volume_and_waits_for_more() -> None:
    venue = replace(PLAIN_VENUE, participation=0.1)
    market = replace(PERPETUAL, lot_step=4, min_lots=4)
    through = (100, 101, 94, 100, 150)
    journal = play(
        spec_of(market, venue=venue),
        bars(FLAT, through, (100, 101, 94, 100, 30), through, through),
        buy(1, 32, price=95),
    )
    # A tenth of 150 lots is 15, which is 12 in steps of 4; a tenth of 30 is nothing.
    assert journal.fills == [(1, 12, 95), (1, 12, 95), (1, 8, 95)]
    assert journal.of(Kind.FILL)["leaves"].tolist() == [20, 8, 0]
    assert journal.machine.decider.markets[0]["open_orders"] == 0


def test_a_gap_fills_a_resting_limit_with_its_share_and_counts_toward_the_bars() -> None:
    venue = replace(PLAIN_VENUE, participation=0.1, volatility_span=1)
    quiet = (100, 101, 99, 100, 100)
    gap = (90, 96, 89, 92, 250)
    journal = play(spec_of(venue=venue), bars(quiet, quiet, gap, gap), buy(1, 1_000, price=95))
    # A tenth of the 100 of the bar before, then of the 250 of the bar itself, less those 10; the
    # next one opens with the 25 that the bar before allows.
    assert journal.fills == [(1, 10, 95), (1, 15, 95), (1, 25, 95)]
    assert journal.of(Kind.FILL)["ts_event"].tolist() == [opening(2), opening(3), opening(3)]


def test_orders_of_one_gap_share_its_volume() -> None:
    venue = replace(PLAIN_VENUE, participation=0.5)
    quiet = (100, 101, 99, 100, 20)
    two = (buy(1, 8, price=95), buy(1, 8, price=96))
    journal = play(spec_of(venue=venue), bars(quiet, quiet, (90, 91, 89, 90, 20)), *two)
    assert journal.fills == [(1, 8, 95), (1, 2, 96)]


def test_resting_orders_of_one_bar_share_its_volume() -> None:
    venue = replace(PLAIN_VENUE, participation=0.5)
    journal = play(
        spec_of(venue=venue),
        bars(FLAT, (100, 101, 94, 100, 20)),
        buy(1, 8, price=95),
        buy(1, 8, price=96),
    )
    assert journal.fills == [(1, 8, 95), (1, 2, 96)]


def test_a_bar_of_one_instrument_leaves_the_orders_of_another() -> None:
    spec = spec_of(PERPETUAL, replace(PERPETUAL, name="OTHER"))
    low = (100, 101, 90, 95)
    journal = play(
        spec, bars(FLAT, low), bars(FLAT, FLAT, instrument=1), buy(1, 3, price=95, instrument=1)
    )
    assert journal.fills == []


def test_a_long_latency_shows_the_fill_later() -> None:
    venue = replace(PLAIN_VENUE, latency_ns=HOUR // 2)
    journal = play(spec_of(venue=venue), bars(FLAT, (107, 109, 106, 108)), buy(1, 3))
    assert journal.of(Kind.FILL)[0]["ts_event"] == opening(1)
    assert journal.of(Kind.FILL)[0]["ts_recv"] == opening(1) + HOUR // 2
