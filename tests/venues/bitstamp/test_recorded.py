"""Recordings of Bitstamp: the one of 2022-01-05, whose books come from REST."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.venues.replayed import Replay
from traider.domain.errors import DataError
from traider.venues.bitstamp.recorded import BitstampRecordings
from traider.venues.recordings import Connection


@pytest.fixture(scope="module")
def replay(reference_data: Path) -> Replay:
    """The recording, read once."""
    return Replay(reference_data / "l2" / "BITSTAMP-20220105.jsonl.zst")


@pytest.mark.reference
def test_the_recording_has_no_gap_and_no_crossed_book(replay: Replay) -> None:
    counts = replay.counts
    assert (counts.gaps, replay.crossed, replay.are_whole) == (0, 0, True)
    assert (counts.snapshots, counts.snapshots_refused) == (10, 0)
    assert (counts.depth, counts.depth_applied, counts.depth_old) == (717, 615, 102)
    assert (counts.trades, counts.off_lot, counts.others) == (10, 0, {})


@pytest.mark.reference
def test_the_books_end_as_an_independent_replay_does(replay: Replay) -> None:
    assert replay.levels("BITSTAMP:ETH-USD") == (2_013, 1_977)
    assert replay.best("BITSTAMP:ETH-USD") == (Decimal("3800.78"), Decimal("3803.58"))
    assert replay.grid("BITSTAMP:USDT-EUR") == (Decimal("0.00001"), Decimal("0.00001"))


def test_a_connection_must_tell_its_pairs() -> None:
    venue = BitstampRecordings()
    request = b'{"event":"bts:subscribe","data":{"channel":"diff_order_book_ethusd"}}'
    (product,) = venue.products(Connection("c", "wss://ws.bitstamp.net/", (request,)), ())
    assert (product.symbol, product.name) == ("ethusd", "BITSTAMP:ETH-USD")
    with pytest.raises(DataError, match="nothing tells which symbols"):
        venue.products(Connection("c", "", (b'{"event":"bts:heartbeat"}',)), ())


@pytest.mark.parametrize(
    ("url", "symbol"),
    [
        ("https://www.bitstamp.net/api/v2/order_book/ethusd", "ethusd"),
        ("https://www.bitstamp.net/api/v2/order_book/ethusd/?group=1", "ethusd"),
        ("https://www.bitstamp.net/api/v2/trading-pairs-info/", ""),
        ("https://www.bitstamp.net/api/v2/ticker/ethusd", ""),
    ],
)
def test_the_address_of_an_answer_tells_whose_book_it_holds(url: str, symbol: str) -> None:
    assert BitstampRecordings().snapshot_symbol(url) == symbol
