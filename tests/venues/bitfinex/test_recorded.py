"""Recordings of Bitfinex: the one of 2021-04-17, on the finest grid of its messages."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.venues.replayed import Replay
from traider.domain.errors import DataError
from traider.venues.bitfinex.recorded import BitfinexRecordings
from traider.venues.recordings import Connection


@pytest.fixture(scope="module")
def replay(reference_data: Path) -> Replay:
    """The recording, read once."""
    return Replay(reference_data / "l2" / "BITFINEX-20210417.jsonl.zst")


@pytest.mark.reference
def test_the_recording_has_no_gap_and_no_crossed_book(replay: Replay) -> None:
    counts = replay.counts
    assert (counts.gaps, replay.crossed, replay.are_whole) == (0, 0, True)
    assert (counts.snapshots, counts.depth, counts.depth_applied) == (7, 1_593, 1_593)
    # 30 trades from before each of the seven subscriptions, and none after them.
    assert (counts.trades, counts.trades_old) == (0, 210)
    assert counts.others == {"info": 1, "ticker": 21, "hb": 42}


@pytest.mark.reference
def test_the_books_end_as_an_independent_replay_does(replay: Replay) -> None:
    assert replay.levels("BITFINEX:IOTA-ETH") == (99, 100)
    assert replay.best("BITFINEX:IOTA-ETH") == (Decimal("0.00102600"), Decimal("0.00102720"))
    assert replay.grid("BITFINEX:DOG-USD") == (Decimal(1), Decimal("0.00000001"))


def test_a_connection_must_tell_its_pairs() -> None:
    venue, address = BitfinexRecordings(), "wss://api.bitfinex.com/ws/2"
    request = b'{"event":"subscribe","channel":"book","symbol":"tBTCUSD"}'
    (product,) = venue.products(Connection("c", address, (request,)), ())
    assert (product.symbol, product.name) == ("tBTCUSD", "BITFINEX:BTC-USD")
    assert venue.snapshot_symbol("https://api-pub.bitfinex.com/v2/book/tBTCUSD/P0") == ""
    with pytest.raises(DataError, match="nothing tells which symbols"):
        venue.products(Connection("c", address, (b'{"event":"conf","flags":65536}',)), ())
