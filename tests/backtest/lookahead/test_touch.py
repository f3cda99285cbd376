"""The audit's own book: what a taker could have met, from depth, quotes and trades."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.scenario import record
from traider.backtest.lookahead.fill_audit import TOO_EARLY, TOO_GOOD, audit_fills
from traider.backtest.lookahead.touch import PlainBook, touch_ranges
from traider.domain.events import EventArray, FillFlag, Kind, join_events


def level(kind: Kind, ts: int, side: int, price: int, size: int, index: int = 1) -> EventArray:
    return record(kind, ts, side=side, price=price, size=size, w3=index)


SNAPSHOT = (
    level(Kind.DEPTH_SNAPSHOT, 10, 1, 99, 5, 0),
    level(Kind.DEPTH_SNAPSHOT, 10, 1, 98, 7),
    level(Kind.DEPTH_SNAPSHOT, 10, -1, 101, 4),
    level(Kind.DEPTH_SNAPSHOT, 10, -1, 103, 9),
)


def book_after(*events: EventArray) -> tuple[float, float]:
    book = PlainBook()
    book.apply(join_events(list(events)))
    return book.touch()


def test_a_snapshot_updates_and_removals() -> None:
    assert book_after(*SNAPSHOT) == (99.0, 101.0)
    gone = level(Kind.DEPTH_UPDATE, 11, -1, 101, 0)
    assert book_after(*SNAPSHOT, gone) == (99.0, 103.0)
    better = level(Kind.DEPTH_UPDATE, 12, 1, 100, 1)
    assert book_after(*SNAPSHOT, gone, better) == (100.0, 103.0)


def test_a_gap_and_a_new_snapshot_empty_the_book() -> None:
    assert np.isnan(book_after(*SNAPSHOT, record(Kind.GAP, 12))).all()
    assert np.isnan(book_after(*SNAPSHOT, record(Kind.DEPTH_CLEAR, 12))).all()
    anew = (
        level(Kind.DEPTH_SNAPSHOT, 13, 1, 90, 5, 0),
        level(Kind.DEPTH_SNAPSHOT, 13, -1, 92, 5),
    )
    assert book_after(*SNAPSHOT, *anew) == (90.0, 92.0)


def test_a_quote_stands_where_there_is_no_book() -> None:
    quote = record(Kind.QUOTE, 5, w0=50, w1=1, w2=52, w3=1)
    assert book_after(quote) == (50.0, 52.0)
    assert book_after(quote, *SNAPSHOT) == (99.0, 101.0)


@given(
    st.lists(
        st.tuples(st.sampled_from([1, -1]), st.integers(90, 110), st.integers(0, 3)), max_size=60
    ),
    st.integers(1, 59),
)
def test_chunks_do_not_matter(levels: list[tuple[int, int, int]], cut: int) -> None:
    events = join_events([*SNAPSHOT, *(level(Kind.DEPTH_UPDATE, 11, *one) for one in levels)])
    whole, parts = PlainBook(), PlainBook()
    whole.apply(events)
    parts.apply(events[:cut])
    parts.apply(events[cut:])
    assert np.array_equal(whole.touch(), parts.touch(), equal_nan=True)


def fill(ts: int, side: int, price: int, flags: int = 0) -> EventArray:
    return record(Kind.FILL, ts, side=side, price=price, size=1, flags=flags, order_id=256)


MARKET = join_events([*SNAPSHOT, level(Kind.DEPTH_UPDATE, 30, -1, 100, 2)])
INTENT = record(Kind.ORDER_INTENT, 20, side=1, size=1, order_id=256)


def told(fills: EventArray, market: EventArray = MARKET) -> list[str]:
    found = audit_fills(market, INTENT, fills, ["A"], 5)
    assert found.audited == len(fills)
    return [leak.told for leak in found.leaks]


def test_a_taker_is_held_against_the_book_before_and_after_its_event() -> None:
    low, high = touch_ranges(MARKET, fill(30, 1, 101), np.array([20]))
    assert (low[0], high[0]) == (99.0, 101.0)
    assert told(fill(30, 1, 101)) == []
    assert told(fill(30, 1, 105)) == []
    assert told(fill(30, 1, 98)) == [TOO_GOOD]
    assert told(fill(30, -1, 102)) == [TOO_GOOD]
    assert told(fill(24, 1, 101)) == [TOO_EARLY]


def test_a_maker_fills_at_its_own_price() -> None:
    assert told(fill(40, 1, 60, int(FillFlag.MAKER))) == []
    assert told(fill(22, 1, 60, int(FillFlag.MAKER))) == [TOO_EARLY]


def test_a_trade_since_the_decision_may_be_met() -> None:
    trades = [record(Kind.TRADE, ts, price=price, size=1) for ts, price in ((15, 90), (25, 97))]
    market = join_events([*SNAPSHOT, *trades, level(Kind.DEPTH_UPDATE, 30, -1, 100, 2)])
    assert told(fill(30, 1, 97), market) == []
    assert told(fill(30, 1, 90), market) == [TOO_GOOD]  # traded before the decision


def test_without_book_the_last_trade_stands() -> None:
    market = record(Kind.TRADE, 15, price=90, size=1)
    assert told(fill(30, 1, 90), market) == []
    assert told(fill(30, 1, 89), market) == [TOO_GOOD]
