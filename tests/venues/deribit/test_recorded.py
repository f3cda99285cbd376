"""Recordings of Deribit: the one of 2021-07-22, ten options."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.venues.replayed import Replay
from traider.domain.errors import DataError
from traider.domain.events import Kind
from traider.venues.deribit.recorded import DeribitRecordings
from traider.venues.recordings import Connection

PUT = "DERIBIT:BTC-24SEP21-34000-P"


@pytest.fixture(scope="module")
def replay(reference_data: Path) -> Replay:
    """The recording, read once."""
    return Replay(reference_data / "l2" / "DERIBIT-20210722.jsonl.zst")


@pytest.mark.reference
def test_the_recording_has_no_gap_and_no_crossed_book(replay: Replay) -> None:
    counts = replay.counts
    assert (counts.gaps, replay.crossed, replay.are_whole) == (0, 0, True)
    assert (counts.snapshots, counts.depth, counts.depth_applied) == (10, 36, 36)
    assert (counts.trades, counts.others) == (0, {})


@pytest.mark.reference
def test_the_books_end_as_an_independent_replay_does(replay: Replay) -> None:
    assert replay.levels(PUT) == (7, 6)
    assert replay.best(PUT) == (Decimal("0.1555"), Decimal("0.1585"))
    assert replay.grid(PUT) == (Decimal("0.0005"), Decimal("0.1"))
    assert replay.levels("DERIBIT:ETH-27AUG21-4000-P") == (0, 0)
    marks = replay.of("DERIBIT:ETH-30JUL21-2800-C", Kind.MARK)
    assert (marks["w0"][0], marks["w1"][0]) == (197_200, 200_672_000_000)


def test_a_connection_must_tell_its_instruments() -> None:
    venue, address = DeribitRecordings(), "wss://www.deribit.com/ws/api/v2"
    request = (
        b'{"method":"public/subscribe","params":{"channels":'
        b'["book.BTC-PERPETUAL.raw","deribit_price_index.btc_usd","ticker.BTC-PERPETUAL.raw"]}}'
    )
    (product,) = venue.products(Connection("c", address, (request,)), ())
    assert (product.symbol, product.name) == ("BTC-PERPETUAL", "DERIBIT:BTC-USD-PERP")
    assert venue.snapshot_symbol("https://www.deribit.com/api/v2/public/get_order_book") == ""
    with pytest.raises(DataError, match="nothing tells which symbols"):
        venue.products(Connection("c", address, (b'{"method":"public/test"}',)), ())
