"""Recordings of Bybit: the one of 2026-08-09, and what a connection must tell."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.venues.replayed import Replay
from traider.domain.errors import DataError
from traider.domain.events import Kind
from traider.venues.bybit.recorded import BybitRecordings
from traider.venues.recordings import Connection

LINEAR = "wss://stream.bybit.com/v5/public/linear"


@pytest.fixture(scope="module")
def replay(reference_data: Path) -> Replay:
    """The recording, read once."""
    return Replay(reference_data / "l2" / "BYBIT-20260809.jsonl.zst")


@pytest.mark.reference
def test_the_recording_has_no_gap_and_no_crossed_book(replay: Replay) -> None:
    counts = replay.counts
    assert (counts.gaps, replay.crossed, replay.are_whole) == (0, 0, True)
    assert (counts.snapshots, counts.depth, counts.depth_applied) == (6, 2_142, 2_142)
    assert (counts.trades, counts.trades_old, counts.off_lot) == (347, 0, 0)
    assert set(counts.others) == {f"kline.1.{base}USDT" for base in ("BTC", "ETH", "SOL", "DOGE")}
    assert [replay.levels(name) for name in replay.names] == [(200, 200)] * 6


@pytest.mark.reference
def test_the_books_end_where_the_last_tickers_say(replay: Replay) -> None:
    # bid1Price and ask1Price of the last tickers.BTCUSDT of the linear connection.
    assert replay.best("BYBIT:BTC-USDT-PERP") == (Decimal("65114.2"), Decimal("65114.3"))
    assert replay.best("BYBIT:BTC-USDT") == (Decimal("65140.4"), Decimal("65140.5"))
    assert replay.grid("BYBIT:DOGE-USDT-PERP") == (Decimal("0.00001"), Decimal(1))


@pytest.mark.reference
def test_contracts_tell_mark_and_funding_and_spot_does_not(replay: Replay) -> None:
    perpetual, spot = "BYBIT:BTC-USDT-PERP", "BYBIT:BTC-USDT"
    marks = replay.of(perpetual, Kind.MARK)
    assert marks["w0"][0] == 6_511_744_000_000
    assert marks["w1"][0] == 6_513_776_000_000
    funding = replay.of(perpetual, Kind.FUNDING)
    assert (funding["w0"][0], funding["w2"][0]) == (100_000_000, 1_786_320_000_000_000_000)
    assert funding["w3"][0] == 8 * 3_600 * 10**9
    assert len(replay.of(spot, Kind.MARK, Kind.FUNDING)) == 0


def test_a_connection_must_tell_its_category_and_symbols() -> None:
    venue = BybitRecordings()
    request = b'{"op":"subscribe","args":["orderbook.50.BTCUSDT","tickers.BTCUSDT"]}'
    (product,) = venue.products(Connection("c", LINEAR, (request,)), ())
    assert (product.symbol, product.name) == ("BTCUSDT", "BYBIT:BTC-USDT-PERP")
    assert (product.tick_size, product.lot_size) == (None, None)
    assert venue.snapshot_symbol("https://api.bybit.com/v5/market/orderbook?symbol=BTCUSDT") == ""
    with pytest.raises(DataError, match="category 'option' is not known"):
        venue.products(Connection("c", "wss://stream.bybit.com/v5/public/option", (request,)), ())
    with pytest.raises(DataError, match="nothing tells which symbols"):
        venue.products(Connection("c", LINEAR, (b'{"op":"ping"}',)), ())
    with pytest.raises(DataError, match="a request cannot be read"):
        venue.products(Connection("c", LINEAR, (b"ping",)), ())
