"""A recording through its mappers: routes, numbers, grids and counts."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.venues.binance.wire import combined, snapshot, spot_depth, trade
from tests.venues.recordings import files
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, join_events
from traider.feed.recorded import RecordedFeed, RecordedInstrument
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording

STREAMS = "wss://stream.binance.com:9443/stream?streams=abcbtc@depth@100ms/xyzbtc@depth@100ms"
DEPTH = "https://api.binance.com/api/v3/depth?limit=1000&symbol="


def feed_of(path: Path, *lines: str) -> RecordedFeed:
    recording = open_recording([files.write(path / "s.jsonl", files.header("BINANCE"), *lines)])
    return RecordedFeed(recording, recorded_venue(recording))


def kinds(events: EventArray) -> list[str]:
    return [Kind(kind).name for kind in events["kind"].tolist()]


def changed(first: int, last: int, symbol: str) -> dict[str, Any]:
    return spot_depth((first, last), [("1.25", "3.0")], symbol=symbol)


def test_an_answer_goes_to_the_book_that_waits_for_it(tmp_path: Path) -> None:
    feed = feed_of(
        tmp_path,
        files.answered(DEPTH + "XYZBTC", snapshot(10, [("1.125", "2")]), 2),
        files.connected(STREAMS, 1),
        files.received(changed(9, 11, "XYZBTC"), 1.5),
        files.received(changed(12, 12, "XYZBTC"), 3),
        files.received(trade(1, "2.5", "0.01", s="ABCBTC"), 4),
    )
    assert feed.instruments == (
        RecordedInstrument("BINANCE:ABC-BTC", Decimal("0.1"), Decimal("0.01")),
        RecordedInstrument("BINANCE:XYZ-BTC", Decimal("0.001"), Decimal(1)),
    )
    events = join_events(list(feed.chunks()))
    assert kinds(events) == ["DEPTH_SNAPSHOT", "DEPTH_UPDATE", "DEPTH_UPDATE", "TRADE"]
    assert events["instrument"].tolist() == [1, 1, 1, 0]
    assert events["price"].tolist() == [1125, 1250, 1250, 25]
    assert (feed.is_whole(0), feed.is_whole(1)) == (False, True)
    assert (feed.counts_of(1).depth_applied, feed.counts_of(0).trades) == (2, 1)
    assert (feed.messages, feed.counts.messages) == (4, 4)


def test_a_connection_opened_again_breaks_its_books(tmp_path: Path) -> None:
    feed = feed_of(
        tmp_path,
        files.connected(STREAMS, 1),
        files.answered(DEPTH + "XYZBTC", snapshot(10, [("1.125", "2")]), 2),
        files.connected(STREAMS, 3),
        files.answered(DEPTH + "XYZBTC", snapshot(20, [("1.5", "2")]), 4),
    )
    events = join_events(list(feed.chunks()))
    assert kinds(events) == ["DEPTH_SNAPSHOT", "GAP", "DEPTH_CLEAR", "RESYNC", "DEPTH_SNAPSHOT"]
    assert feed.counts_of(1).gaps == 1


def test_a_message_that_cannot_be_mapped_is_named_by_its_line(tmp_path: Path) -> None:
    strange = combined("trade", {"e": "trade"}, "ABCBTC")
    with pytest.raises(DataError, match=r"s\.jsonl line 3"):
        feed_of(tmp_path, files.connected(STREAMS, 1), files.received(strange, 2))


def test_a_recording_that_tells_no_symbol_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing tells which symbols"):
        feed_of(tmp_path, files.connected("wss://stream.binance.com", 1))
