"""Bars as a market.

Laws, for any bars:

1. The candle of a bar's prints is the bar: open, high, low, close and volume.
2. Prints lie inside their bar's time, in order.
3. The book is never crossed, and each print stood at the best price of its side.
"""

from hypothesis import given
from hypothesis import strategies as st

from tests.venues.simulated.making import PRODUCT, START_NS, empty_exchange, market_of, rest
from traider.venues.simulated.candles import Candle
from traider.venues.simulated.markets.bars import Bar, BarMarket, tell_ended

MINUTE_NS = 60_000_000_000


@st.composite
def bars(draw: st.DrawFn) -> list[Bar]:
    """Bars of a minute, one after the other."""
    found = []
    for place in range(draw(st.integers(1, 4))):
        prices = sorted(draw(st.lists(st.integers(5_000, 15_000), min_size=4, max_size=4)))
        first, last = draw(st.permutations(prices[1:3]))
        lots = draw(st.one_of(st.integers(4, 40), st.integers(1_000, 10**9)))
        start = START_NS + place * MINUTE_NS
        found.append(Bar(start, MINUTE_NS, first, prices[3], prices[0], last, lots))
    return found


@given(bars(), st.integers(0, 100))
def test_the_tape_makes_the_bars_again(given_bars: list[Bar], seed: int) -> None:
    exchange = empty_exchange()
    market = market_of(exchange)
    bar_market = BarMarket(exchange.crowds[PRODUCT], given_bars, str(seed))
    before = 0
    while (due := bar_market.next_ns()) is not None:
        assert due > before
        exchange.desk.now_ns = before = due
        told = len(market.tape)
        bar_market.step()
        bid, ask = market.book.best_ticks(1), market.book.best_ticks(-1)
        assert bid is not None
        assert ask is not None
        assert bid < ask
        assert all(t.ticks == (bid, 0, ask)[1 - t.maker_side] for t in list(market.tape)[told:])
    assert list(market.candles.series(60)) == [
        Candle(bar.start_ns // 10**9, bar.open, bar.high, bar.low, bar.close, bar.lots)
        for bar in given_bars
    ]


def test_bars_of_little_or_no_volume_print_no_more_than_they_have() -> None:
    exchange = empty_exchange()
    quiet = Bar(START_NS, MINUTE_NS, 100, 104, 98, 103, 0)
    small = Bar(START_NS + MINUTE_NS, MINUTE_NS, 100, 104, 98, 103, 2)
    market = BarMarket(exchange.crowds[PRODUCT], [quiet, small], "1")
    steps = 0
    while market.next_ns() is not None:
        market.step()
        steps += 1
    assert steps == 3
    assert [(t.ticks, t.lots) for t in market_of(exchange).tape] == [(100, 1), (98, 1)]


def test_an_order_inside_the_range_of_a_bar_is_filled() -> None:
    exchange = empty_exchange()
    bar = Bar(START_NS, MINUTE_NS, 10_000, 11_000, 9_000, 10_500, 100_000)
    market = BarMarket(exchange.crowds[PRODUCT], [bar], "1")
    market.quote(10_000, -1, 1_000)
    inside, outside = rest(exchange, "BUY", 9_500, 10), rest(exchange, "BUY", 8_000, 10)
    while market.next_ns() is not None:
        market.step()
    assert inside.filled_lots == 10
    assert outside.filled_lots == 0


@given(bars(), st.integers(0, 4 * MINUTE_NS))
def test_opened_amid_its_bars_it_goes_on_as_if_it_had_been_open(
    given_bars: list[Bar], after_ns: int
) -> None:
    opens_ns = START_NS + after_ns
    whole, later = empty_exchange(), empty_exchange()
    from_start = BarMarket(whole.crowds[PRODUCT], given_bars, "7")
    left = [bar for bar in given_bars if bar.end_ns > opens_ns]
    for bar in given_bars[: len(given_bars) - len(left)]:
        tell_ended(market_of(later), bar)
    from_then = BarMarket(later.crowds[PRODUCT], left, "7")
    from_then.open(market_of(later), opens_ns)
    told = []
    for exchange, market in ((whole, from_start), (later, from_then)):
        while (due := market.next_ns()) is not None:
            exchange.desk.now_ns = due
            market.step()
        tape = market_of(exchange).tape
        told.append([(t.time_ns, t.ticks, t.lots) for t in tape if t.time_ns > opens_ns])
        assert list(market_of(exchange).candles.series(60)) == [
            Candle(bar.start_ns // 10**9, bar.open, bar.high, bar.low, bar.close, bar.lots)
            for bar in given_bars
        ]
    assert told[0] == told[1]


def test_a_spread_that_is_multiplied_is_that_wide_and_the_tape_stays() -> None:
    exchange = empty_exchange()
    market, crowd = market_of(exchange), exchange.crowds[PRODUCT]
    bar = Bar(START_NS, MINUTE_NS, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 8)
    played = BarMarket(crowd, [bar], "1")
    wide = []
    for crowd.spread_times in (1, 250):
        due = played.next_ns()
        assert due is not None
        exchange.desk.now_ns = due
        played.step()
        bid, ask = market.book.best_ticks(1), market.book.best_ticks(-1)
        assert bid is not None
        assert ask is not None
        wide.append(ask - bid)
    assert wide == [100, 25_000]
    assert {trade.ticks for trade in market.tape} == {1_000_000}
