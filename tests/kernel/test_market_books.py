"""Books kept from a stream: the same as applying each record, and what is counted of them."""

import numpy as np
import pytest

from tests.kernel.builders import START_NS, record
from traider.domain.events import EventArray, Kind, MarketFlag, join_events
from traider.kernel.book import ASKS, BIDS, best_price, best_size
from traider.kernel.compiled import compile_kernel
from traider.kernel.market_books import (
    CROSSED,
    LOOKED,
    apply_events,
    compile_books,
    empty_books,
    empty_tallies,
)

pytestmark = pytest.mark.interpreted

LAST = int(MarketFlag.LAST_OF_MESSAGE)


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    compile_kernel()
    compile_books()


def level(instrument: int, side: int, price: int, size: int, flags: int = LAST) -> EventArray:
    words = {"side": side, "price": price, "size": size, "flags": flags}
    return record(Kind.DEPTH_UPDATE, START_NS, instrument, **words)


def test_each_instrument_has_a_book_and_tallies_of_its_own() -> None:
    book, tallies = empty_books(2, 64, 64), empty_tallies(2)
    events = join_events(
        [
            level(0, 1, 100, 5, flags=0),
            level(0, -1, 103, 6),
            level(1, 1, 50, 7),
            record(Kind.TRADE, START_NS, 0, price=100, size=1, flags=LAST),
            level(0, 1, 103, 1),
            level(0, -1, 102, 2),
            level(0, 1, 103, 0),
        ]
    )
    apply_events(book, events, tallies)
    assert (best_price(book, 0, BIDS), best_size(book, 0, BIDS)) == (100, 5)
    assert (best_price(book, 0, ASKS), best_size(book, 0, ASKS)) == (102, 2)
    assert (best_price(book, 1, BIDS), best_price(book, 1, ASKS)) == (50, 0)
    assert tallies[:, LOOKED].tolist() == [4, 1]
    assert tallies[:, CROSSED].tolist() == [2, 0]


def test_chunks_make_no_difference() -> None:
    random = np.random.default_rng(5)
    sides, prices = random.choice([1, -1], 400), random.integers(1, 300, 400)
    parts = [
        level(0, int(side), int(price), int(random.integers(0, 3)))
        for side, price in zip(sides, prices, strict=True)
    ]
    whole, cut = empty_books(1, 64, 1024), empty_books(1, 64, 1024)
    tallies, others = empty_tallies(1), empty_tallies(1)
    apply_events(whole, join_events(parts), tallies)
    for part in parts:
        apply_events(cut, part, others)
    assert tallies.tolist() == others.tolist()
    assert all(a.tobytes() == b.tobytes() for a, b in zip(whole, cut, strict=True))
