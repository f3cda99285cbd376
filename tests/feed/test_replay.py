"""What a recording is found to hold: counts, breaks, and the book at its end."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.feed.dictionary_books import DictionaryBooks
from tests.venues.coinbase.wire import TIME, depth, trades
from tests.venues.recordings import files
from traider.domain.errors import DataError
from traider.feed.recorded import RecordedFeed
from traider.feed.replay import Quoted, ReplayReport, replay
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording

REQUEST = {"type": "subscribe", "channel": "level2", "product_ids": ["BTC-USD", "ETH-USDC"]}


def session(folder: Path, *messages: tuple[int, str, dict[str, object]]) -> RecordedFeed:
    lines = [
        files.received(
            {"channel": channel, "timestamp": TIME, "sequence_num": number, "events": [event]},
            1 + place,
        )
        for place, (number, channel, event) in enumerate(messages)
    ]
    path = files.write(
        folder / "s.jsonl.zst", files.header("COINBASE"), files.sent(REQUEST), *lines
    )
    recording = open_recording([path])
    return RecordedFeed(recording, recorded_venue(recording))


def replayed(feed: RecordedFeed) -> ReplayReport:
    return replay(feed, DictionaryBooks(len(feed.instruments)))


def test_the_end_of_an_unbroken_stream(tmp_path: Path) -> None:
    feed = session(
        tmp_path,
        (0, "l2_data", depth("snapshot")),
        (1, "market_trades", trades("update", 7)),
        (2, "l2_data", depth("update", [("bid", "100.01", "3")])),
        (3, "l2_data", depth("update", [("bid", "100.01", "0")])),
        (4, "ticker_batch", {"type": "update", "tickers": []}),
    )
    report = replayed(feed)
    bitcoin, ether = report.instruments
    assert (bitcoin.name, ether.name) == ("COINBASE:BTC-USD", "COINBASE:ETH-USD")
    assert (bitcoin.counts.messages, bitcoin.counts.level_updates, bitcoin.counts.trades) == (
        4,
        4,
        1,
    )
    assert (bitcoin.crossed, bitcoin.counts.gaps, bitcoin.is_whole) == (1, 0, True)
    assert bitcoin.bid == Quoted(Decimal("99.99"), Decimal(2))
    assert bitcoin.ask == Quoted(Decimal("100.01"), Decimal("1.5"))
    assert (bitcoin.bid_levels, bitcoin.ask_levels) == (1, 1)
    assert (ether.bid, ether.ask, ether.is_whole) == (None, None, False)
    assert (report.messages, report.events) == (5, 5)
    assert report.others == {"ticker_batch": 1}


def test_a_break_leaves_no_book(tmp_path: Path) -> None:
    feed = session(
        tmp_path,
        (0, "l2_data", depth("snapshot")),
        (2, "l2_data", depth("update", [("bid", "99.98", "3")])),
    )
    (bitcoin, _) = replayed(feed).instruments
    assert (bitcoin.counts.gaps, bitcoin.is_whole) == (1, False)
    assert (bitcoin.bid, bitcoin.bid_levels, bitcoin.ask_levels) == (None, 0, 0)


def test_a_listener_hears_how_far_it_is(tmp_path: Path) -> None:
    heard: list[int] = []
    feed = session(tmp_path, (0, "l2_data", depth("snapshot")))
    replay(feed, DictionaryBooks(2), heard.append)
    assert heard == [1]


def test_a_book_without_room_is_no_result(tmp_path: Path) -> None:
    class Full(DictionaryBooks):
        def lost(self, number: int) -> int:
            return 3 if number == 1 else 0

    feed = session(tmp_path, (0, "l2_data", depth("snapshot")))
    with pytest.raises(DataError, match="3 levels of COINBASE:ETH-USD found no room"):
        replay(feed, Full(2))
