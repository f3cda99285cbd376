"""The market's price at a time: the middle of the book, or the last trade or bar."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest

from tests.kernel.builders import cut, record
from tests.runtime.parity.recorded_runs import capture, instruments
from traider.domain.events import EventArray, Kind, MarketFlag, join_events
from traider.runtime.kernel_books import KernelBooks
from traider.runtime.parity.market_prices import market_prices


@dataclass(frozen=True)
class Grid:
    name: str
    tick_size: Decimal = Decimal("0.5")
    lot_size: Decimal = Decimal(1)


A, B = Grid("X:A-USD"), Grid("X:B-USD")
LAST = int(MarketFlag.LAST_OF_MESSAGE)


def depth(ts: int, side: int, price: int, size: int, kind: Kind = Kind.DEPTH_UPDATE) -> EventArray:
    return record(kind, ts, side=side, price=price, size=size, flags=LAST)


EVENTS = join_events(
    [
        record(Kind.TRADE, 10, price=200, size=1),
        record(Kind.TRADE, 12, price=150, size=1, flags=int(MarketFlag.HISTORY)),
        record(Kind.BAR, 15, 1, close=60),
        depth(20, 1, 208, 5),
        depth(20, -1, 211, 5),
        record(Kind.TRADE, 25, price=211, size=1),
        depth(30, 1, 208, 0),
        record(Kind.TRADE, 30, 1, price=64, size=1),
    ]
)


@pytest.mark.parametrize("places", [[], [1, 2, 3, 4, 5, 6, 7], [4]])
def test_prices_stand_after_all_that_was_received_by_then(places: list[int]) -> None:
    wanted = [(A.name, ts) for ts in (9, 10, 14, 19, 20, 29, 30, 99)] + [(B.name, 16), (B.name, 30)]
    found = market_prices(cut(EVENTS, places), [A, B], wanted)
    assert [found(A.name, ts) for ts in (9, 10, 14, 19)] == [None, 100, 100, 100]
    assert [found(A.name, ts) for ts in (20, 29)] == [Decimal("104.75")] * 2
    # Without a bid it is the last trade again.
    assert [found(A.name, ts) for ts in (30, 99)] == [Decimal("105.5")] * 2
    assert [found(B.name, 16), found(B.name, 30)] == [30, 32]
    assert found(A.name, 11) is None
    assert market_prices([EVENTS], [A, B], [("X:C-USD", 20)])("X:C-USD", 20) is None


def test_on_a_capture_it_is_the_middle_of_the_book_that_trades() -> None:
    source, events = capture()
    times = events["ts_recv"][np.linspace(9_000, len(events) - 1, 50).astype(int)].tolist()
    found = market_prices(cut(events, range(997, len(events), 997)), instruments(), [
        (source.instrument, ts) for ts in times
    ])  # fmt: skip
    for ts in times[::7]:
        books = KernelBooks(1)
        books.apply(events[: int(np.searchsorted(events["ts_recv"], ts, side="right"))])
        top = books.top(0)
        middle = (top.bid_ticks + top.ask_ticks) * source.tick_size / 2
        assert found(source.instrument, ts) == middle
