"""The session recorded on 2026-08-09: its tickers and its trades against its book.

What EXPECTED.json says of it is tested with all recordings, in ``tests/venues/contract``.
"""

from pathlib import Path
from typing import Any

import pytest

from traider.domain.events import EventArray, Kind, MarketFlag, join_events
from traider.feed.recorded import RecordedFeed
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording

Top = tuple[int, int, int, int]
"""Best bid with its size, best ask with its size."""


@pytest.fixture(scope="module")
def events(reference_data: Path) -> EventArray:
    """All events of the session."""
    recording = open_recording([reference_data / "l2" / "COINBASE-20260809-part1.jsonl.zst"])
    return join_events(list(RecordedFeed(recording, recorded_venue(recording)).chunks()))


class Tops:
    """The best levels after each message of depth, and what was said beside them."""

    def __init__(self, events: EventArray) -> None:
        self._sides: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self.tops: list[Top] = []
        self.quotes: list[tuple[int, Top]] = []
        """Each ticker, and how many tops there were before it."""
        self.trades: list[tuple[int, int, Top]] = []
        """Price and side of each new trade, and the top before it."""
        for event in events:
            self._take(event)

    def _take(self, event: Any) -> None:
        if event["kind"] in (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE):
            self._take_level(event)
        elif event["kind"] == Kind.QUOTE and self.tops:
            words = (event["w0"], event["w1"], event["w2"], event["w3"])
            self.quotes.append((len(self.tops), words))
        elif event["kind"] == Kind.TRADE and self.tops and not event["flags"] & MarketFlag.HISTORY:
            self.trades.append((event["price"], event["side"], self.tops[-1]))

    def _take_level(self, event: Any) -> None:
        levels = self._sides[0 if event["side"] == 1 else 1]
        if event["size"]:
            levels[event["price"]] = event["size"]
        else:
            levels.pop(event["price"], None)
        if event["flags"] & MarketFlag.LAST_OF_MESSAGE:
            bids, asks = self._sides
            bid, ask = max(bids), min(asks)
            self.tops.append((bid, bids[bid], ask, asks[ask]))


@pytest.fixture(scope="module", params=[0, 1], ids=["BTC-USD", "ETH-USD"])
def tops(request: pytest.FixtureRequest, events: EventArray) -> tuple[int, Tops]:
    """One product."""
    number: int = request.param
    return number, Tops(events[events["instrument"] == number])


def test_tickers_agree_with_the_book_or_lead_or_lag_it(tops: tuple[int, Tops]) -> None:
    number, told = tops
    equal = sum(told.tops[place - 1] == quote for place, quote in told.quotes)
    near = sum(quote in told.tops[max(place - 5, 0) : place + 4] for place, quote in told.quotes)
    assert (len(told.quotes), equal, near) == ((49, 39, 49), (46, 36, 44))[number]


def test_the_taker_of_a_trade_crossed_to_the_other_side(tops: tuple[int, Tops]) -> None:
    """A buyer takes asks, a seller bids: so ``side`` of the message is the maker's."""
    number, told = tops
    nearer_ask = [
        (price - bid > ask - price, side) for price, side, (bid, _, ask, _) in told.trades
    ]
    right = sum(side == (1 if is_ask else -1) for is_ask, side in nearer_ask)
    assert (len(nearer_ask), right) == ((36, 36), (21, 18))[number]


def test_no_book_is_ever_crossed(tops: tuple[int, Tops]) -> None:
    _, told = tops
    assert len(told.tops) > 200
    assert all(bid < ask for bid, _, ask, _ in told.tops)
