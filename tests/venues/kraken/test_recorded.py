"""Recordings of Kraken: the one of 2021-04-17 against its published results, and both protocols."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.venues.replayed import Replay
from traider.domain.errors import DataError
from traider.venues.kraken.mapper import KrakenMapper
from traider.venues.kraken.mapper_v1 import KrakenV1Mapper
from traider.venues.kraken.recorded import KrakenRecordings
from traider.venues.recordings import Answered, Connection

V1, V2 = "wss://ws.kraken.com", "wss://ws.kraken.com/v2"
PAIRS = b'{"result":{"XXBTZUSD":{"wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8}}}'
ASKED_V1 = b'{"event":"subscribe","pair":["XBT/USD"],"subscription":{"name":"book"}}'
ASKED_V2 = b'{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD"],"depth":10}}'


@pytest.fixture(scope="module")
def replay(reference_data: Path) -> Replay:
    """The recording, read once."""
    return Replay(reference_data / "l2" / "KRAKEN-20210417.jsonl.zst")


@pytest.mark.reference
def test_every_checksum_is_right_as_published(replay: Replay, reference_data: Path) -> None:
    published = json.loads((reference_data / "l2" / "EXPECTED.json").read_text())["KRAKEN-20210417"]
    counts = replay.counts
    assert (counts.depth, counts.depth_applied) == (published["checksummed_updates"],) * 2
    assert (counts.checksums_right, counts.checksums_wrong) == (
        published["checksum_ok"],
        published["checksum_bad"],
    )
    symbols = {each.symbol for each in replay.feed._products["KRAKEN.ws.50"]}
    assert sorted(symbols) == published["pairs"]


@pytest.mark.reference
def test_the_recording_has_no_gap_and_no_crossed_book(replay: Replay) -> None:
    counts = replay.counts
    assert (counts.gaps, replay.crossed, replay.are_whole) == (0, 0, True)
    assert (counts.snapshots, counts.trades, counts.off_lot) == (10, 10, 0)
    assert counts.others == {"systemStatus": 3, "heartbeat": 92, "ticker": 18}


@pytest.mark.reference
def test_the_books_end_as_an_independent_replay_does(replay: Replay) -> None:
    assert replay.levels("KRAKEN:BTC-CHF") == (500, 315)
    assert replay.levels("KRAKEN:GRT-ETH") == (60, 73)
    assert replay.best("KRAKEN:BTC-CHF") == (Decimal("56060.3"), Decimal("56194.2"))
    assert replay.best("KRAKEN:WAVES-EUR") == (Decimal("13.2330"), Decimal("13.2581"))


@pytest.mark.parametrize(
    ("address", "request_", "symbol", "mapper"),
    [(V1, ASKED_V1, "XBT/USD", KrakenV1Mapper), (V2, ASKED_V2, "BTC/USD", KrakenMapper)],
)
def test_the_address_tells_the_protocol(
    address: str, request_: bytes, symbol: str, mapper: type[object]
) -> None:
    venue, connection = KrakenRecordings(), Connection("c", address, (request_,))
    url = "https://api.kraken.com/0/public/AssetPairs"
    (product,) = venue.products(connection, (Answered(Path("x"), 1, 1, url, PAIRS),))
    assert (product.symbol, product.name, product.tick_size) == (
        symbol,
        "KRAKEN:BTC-USD",
        Decimal("0.1"),
    )
    assert isinstance(venue.mapper(connection, ()), mapper)
    assert venue.snapshot_symbol("https://api.kraken.com/0/public/Depth?pair=XBTUSD") == ""


def test_an_answer_that_cannot_be_read_is_named_by_its_line() -> None:
    url = "https://api.kraken.com/0/public/AssetPairs"
    answer = Answered(Path("file"), 7, 1, url, b'{"result":[]}')
    with pytest.raises(DataError, match="file line 7"):
        KrakenRecordings().products(Connection("c", V1, (ASKED_V1,)), (answer,))
