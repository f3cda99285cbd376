"""Candles: any trades, in every length, equal the trades gathered bucket by bucket."""

from hypothesis import given
from hypothesis import strategies as st

from traider.venues.simulated.candles import (
    GRANULARITIES,
    SECOND_NS,
    Candle,
    Candles,
    day_statistics,
)

TRADES = st.lists(
    st.tuples(st.integers(0, 400_000), st.integers(90, 110), st.integers(1, 9)), max_size=60
)
START_S = 1_767_225_600


@given(TRADES, st.integers(0, 60))
def test_a_candle_is_its_trades(trades: list[tuple[int, int, int]], looked_after: int) -> None:
    candles = Candles()
    trades = sorted(trades)
    for place, (second, ticks, lots) in enumerate(trades):
        candles.trade((START_S + second) * SECOND_NS, ticks, lots)
        if place == looked_after:
            # Looking in between must not change what comes out.
            candles.series(60)
    for seconds in GRANULARITIES.values():
        buckets: dict[int, list[tuple[int, int]]] = {}
        for second, ticks, lots in trades:
            start = (START_S + second) // seconds * seconds
            buckets.setdefault(start, []).append((ticks, lots))
        expected = [
            Candle(
                start, rows[0][0], max(t for t, _ in rows), min(t for t, _ in rows),
                rows[-1][0], sum(lots for _, lots in rows),
            )
            for start, rows in buckets.items()
        ]  # fmt: skip
        assert list(candles.series(seconds)) == expected


def test_a_day_is_the_last_twenty_four_hours() -> None:
    candles = Candles()
    for hours, ticks in ((0, 50), (2, 100), (10, 130), (25, 110)):
        candles.trade((START_S + hours * 3600) * SECOND_NS, ticks, 5)
    day = day_statistics(candles, START_S + 25 * 3600, 110)
    assert (day.open, day.high, day.low, day.lots) == (100, 130, 100, 15)
    empty = day_statistics(Candles(), START_S, 7)
    assert (empty.open, empty.high, empty.low, empty.lots) == (7, 7, 7, 0)


def test_candles_come_newest_first_between_two_times() -> None:
    candles = Candles()
    for minute in range(10):
        candles.trade((START_S + 60 * minute) * SECOND_NS, 100 + minute, 1)
    found = candles.between(60, START_S + 120, START_S + 300)
    assert [candle.close for candle in found] == [105, 104, 103, 102]
