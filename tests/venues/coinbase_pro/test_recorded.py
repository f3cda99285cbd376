"""Recordings of Coinbase's Exchange feed: the one of 2021-04-17, ten thin pairs."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.venues.replayed import Replay
from traider.domain.errors import DataError
from traider.venues.coinbase_pro.recorded import CoinbaseProRecordings, instrument_name
from traider.venues.recordings import Answered, Connection

REQUEST = b'{"type":"subscribe","product_ids":["BTC-USD"],"channels":["level2"]}'


@pytest.fixture(scope="module")
def replay(reference_data: Path) -> Replay:
    """The recording, read once."""
    return Replay(reference_data / "l2" / "COINBASE-PRO-20210417.txt.zst")


@pytest.mark.reference
def test_the_recording_has_no_gap_and_no_crossed_book(replay: Replay) -> None:
    counts = replay.counts
    assert (counts.gaps, replay.crossed, replay.are_whole) == (0, 0, True)
    assert (counts.snapshots, counts.depth, counts.depth_applied) == (10, 9_719, 9_719)
    assert (counts.trades, counts.trades_old, counts.trade_gaps) == (97, 10, 0)
    assert counts.others == {"ticker": 107}


@pytest.mark.reference
def test_the_books_end_as_an_independent_replay_does(replay: Replay) -> None:
    assert replay.levels("COINBASE_PRO:SKL-USD") == (816, 1_341)
    assert replay.best("COINBASE_PRO:SKL-USD") == (Decimal("0.7902"), Decimal("0.7911"))
    assert replay.grid("COINBASE_PRO:BAND-GBP") == (Decimal("0.0001"), Decimal("0.01"))


def test_an_answer_of_products_tells_the_grid() -> None:
    body = b'[{"id":"BTC-USD","quote_increment":"0.01","base_increment":"0.00000001"}]'
    answer = Answered(Path("x"), 1, 1, "https://api.exchange.coinbase.com/products", body)
    venue = CoinbaseProRecordings()
    (product,) = venue.products(Connection("c", "", (REQUEST,)), (answer,))
    assert (product.name, product.tick_size) == ("COINBASE_PRO:BTC-USD", Decimal("0.01"))
    assert product.lot_size == Decimal("0.00000001")
    assert venue.snapshot_symbol("https://api.exchange.coinbase.com/products/BTC-USD/book") == ""


def test_what_names_no_product_is_refused() -> None:
    with pytest.raises(DataError, match="is no pair"):
        instrument_name("BTCUSD")
    with pytest.raises(DataError, match="nothing tells which symbols"):
        CoinbaseProRecordings().products(Connection("c"), ())
