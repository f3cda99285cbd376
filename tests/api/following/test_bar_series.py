"""Bars are what their trades are, however these come.

Law: trades cut anywhere, a part of them taken backward, give the bars of all at once.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traider.api.following.bar_series import (
    MINUTE_NS,
    SECONDS_KEPT,
    Bar,
    BarSeries,
    InstrumentBars,
    real_trades,
)
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events
from traider.domain.timeframes import SECOND_NS, timeframe_code

START_NS = 1_721_347_200_000_000_000


def trades_of(rows: list[tuple[int, int, int, int]]) -> EventArray:
    """Return trades: seconds after the start, ticks, lots, side."""
    trades = empty_events(len(rows))
    trades["kind"] = Kind.TRADE
    for place, (second, ticks, lots, side) in enumerate(rows):
        trades["ts_event"][place] = trades["ts_recv"][place] = START_NS + second * SECOND_NS
        trades["price"][place], trades["size"][place], trades["side"][place] = ticks, lots, side
    return trades


ROWS = st.lists(
    st.tuples(
        st.integers(0, 400), st.integers(1, 50), st.integers(1, 9), st.sampled_from([-1, 0, 1])
    ),
    min_size=1,
    max_size=60,
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


@given(rows=ROWS, data=st.data())
def test_cuts_and_the_way_back_change_no_bar(
    rows: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    trades = trades_of(rows)
    whole = InstrumentBars()
    whole.take_trades(trades)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=5)))
    parts = [part for part in np.split(np.arange(len(rows)), cuts) if len(part)]
    begin = data.draw(st.integers(0, len(parts) - 1))
    pieces = InstrumentBars()
    for part in parts[begin:]:
        pieces.take_trades(trades[part])
    for part in reversed(parts[:begin]):
        pieces.take_trades(trades[part], is_earlier=True)
    for length_ns in (SECOND_NS, 5 * SECOND_NS, MINUTE_NS, 5 * MINUTE_NS):
        assert pieces.of(length_ns, 0, 2**62) == whole.of(length_ns, 0, 2**62)


@given(ROWS)
def test_a_bar_is_first_highest_lowest_last_and_the_sums(
    rows: list[tuple[int, int, int, int]],
) -> None:
    bars = InstrumentBars()
    bars.take_trades(trades_of(rows))
    found = bars.of(MINUTE_NS, 0, 2**62)
    slots = sorted({second // 60 for second, *_ in rows})
    assert [at for at, _ in found] == [START_NS + slot * MINUTE_NS for slot in slots]
    for slot, (_, bar) in zip(slots, found, strict=True):
        own = [row for row in rows if row[0] // 60 == slot]
        prices = [ticks for _, ticks, _, _ in own]
        assert (bar.open, bar.high, bar.low, bar.close) == (
            prices[0], max(prices), min(prices), prices[-1],
        )  # fmt: skip
        assert bar.volume == sum(lots for _, _, lots, _ in own)
        assert bar.bought == sum(lots for _, _, lots, side in own if side > 0)
        assert bar.trades == len(own)


def test_told_bars_go_before_those_of_trades_and_build_longer_ones() -> None:
    bars = InstrumentBars()
    bars.take_trades(trades_of([(5, 10, 1, 1), (65, 20, 2, -1), (130, 30, 3, 1)]))
    told = empty_events(1)
    told["kind"], told["flags"] = Kind.BAR, timeframe_code("1m")
    told["ts_event"] = START_NS + MINUTE_NS
    for word, value in (("open", 18), ("high", 25), ("low", 15), ("close", 21), ("volume", 40)):
        told[word] = value
    bars.take_told(told)
    assert [bar.close for _, bar in bars.of(MINUTE_NS, 0, 2**62)] == [10, 21, 30]
    ((at, long),) = bars.of(5 * MINUTE_NS, 0, 2**62)
    assert at == START_NS
    assert (long.open, long.high, long.low, long.close, long.volume) == (10, 30, 10, 30, 44)
    assert bars.of(MINUTE_NS, START_NS + 1, START_NS + 2 * MINUTE_NS) == [
        (START_NS + MINUTE_NS, Bar(18, 25, 15, 21, 40))
    ]
    assert [bar.volume for _, bar in bars.of(30 * SECOND_NS, 0, 2**62)] == [1, 2, 3]


def test_a_series_forgets_what_is_oldest() -> None:
    series = BarSeries(SECOND_NS, 3)
    series.take_trades(trades_of([(place, 10, 1, 1) for place in range(5)]), is_earlier=False)
    assert sorted(series.bars) == [START_NS + place * SECOND_NS for place in (2, 3, 4)]
    series.take_trades(trades_of([(0, 9, 1, 1), (2, 9, 1, 1)]), is_earlier=True)
    assert sorted(series.bars) == [START_NS + place * SECOND_NS for place in (2, 3, 4)]
    assert series.bars[START_NS + 2 * SECOND_NS] == Bar(9, 10, 9, 10, 2, 2, 2)
    # A stretch that is older than all that a full series holds.
    series.take_trades(trades_of([(0, 9, 1, 1), (1, 9, 1, 1)]), is_earlier=True)
    series.take_trades(trades_of([]), is_earlier=False)
    assert sorted(series.bars) == [START_NS + place * SECOND_NS for place in (2, 3, 4)]
    assert SECONDS_KEPT == 7_200


def test_first_prices_of_bars_and_what_is_told_on_subscribing_are_no_trades() -> None:
    trades = trades_of([(0, 10, 0, 0), (1, 11, 5, 1), (2, 12, 5, 1)])
    trades["flags"] = [MarketFlag.BAR_OPEN, MarketFlag.HISTORY, MarketFlag.LAST_OF_MESSAGE]
    assert real_trades(trades)["price"].tolist() == [12]
