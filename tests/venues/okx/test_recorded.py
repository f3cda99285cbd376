"""Recordings of OKX: the one of 2022-05-13 against its published results, and what is asked for."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.venues.replayed import Replay
from traider.domain.errors import DataError
from traider.venues.okx.recorded import OkxRecordings
from traider.venues.recordings import Connection

ADDRESS = "wss://ws.okx.com:8443/ws/v5/public"


@pytest.fixture(scope="module")
def replay(reference_data: Path) -> Replay:
    """The recording, read once."""
    return Replay(reference_data / "l2" / "OKX-20220513.jsonl.zst")


@pytest.mark.reference
def test_every_checksum_is_right_as_published(replay: Replay, reference_data: Path) -> None:
    published = json.loads((reference_data / "l2" / "EXPECTED.json").read_text())["OKX-20220513"]
    counts = replay.counts
    assert (counts.checksums_right, counts.checksums_wrong) == (
        published["checksum_ok"],
        published["checksum_bad"],
    )
    symbols = [product.symbol for product in replay.feed._products["OKX.ws.1"]]
    assert sorted(symbols) == published["instruments"]


@pytest.mark.reference
def test_the_recording_has_no_gap_and_no_crossed_book(replay: Replay) -> None:
    counts = replay.counts
    assert (counts.gaps, replay.crossed, replay.are_whole) == (0, 0, True)
    assert (counts.snapshots, counts.depth, counts.depth_applied) == (3, 287, 287)
    assert (counts.trades, counts.trades_old, counts.off_lot) == (74, 0, 0)
    assert counts.others == {"tickers": 28}


@pytest.mark.reference
def test_the_books_end_as_an_independent_replay_does(replay: Replay) -> None:
    assert replay.levels("OKX:BTC-USDT") == (400, 400)
    assert replay.levels("OKX:BTC-USD-220527") == (74, 62)
    assert replay.levels("OKX:UNI-USD-PERP") == (125, 118)
    assert replay.best("OKX:BTC-USDT") == (Decimal("30236.1"), Decimal("30236.2"))
    assert replay.grid("OKX:UNI-USD-PERP") == (Decimal("0.001"), Decimal(10))


def test_a_connection_must_tell_its_instruments() -> None:
    venue = OkxRecordings()
    request = b'{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]}'
    (product,) = venue.products(Connection("c", ADDRESS, (b"ping", request)), ())
    assert (product.symbol, product.name) == ("BTC-USDT-SWAP", "OKX:BTC-USDT-PERP")
    assert venue.snapshot_symbol("https://www.okx.com/api/v5/market/books?instId=BTC-USDT") == ""
    with pytest.raises(DataError, match="nothing tells which symbols"):
        venue.products(Connection("c", ADDRESS, (b'{"op":"login"}',)), ())
