"""The shipped capture, replayed: the numbers of an independent replay of the same lines."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.venues.dictionary_book import DictionaryBook
from traider.backtest.captures import CaptureReader, capture_sources
from traider.domain.events import Kind, join_events

SAMPLE = "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
BIDS = "63959.90 20.327 63959.80 2.021 63959.70 0.008 63959.40 0.075 63959.00 0.289"
ASKS = "63960.00 5.262 63960.10 0.312 63960.20 0.013 63961.20 0.007 63961.80 0.261"


@pytest.fixture(scope="module")
def reader(sample_data: Path) -> CaptureReader:
    """A reading of the shipped capture, not begun."""
    (source,) = capture_sources([sample_data / SAMPLE])
    return CaptureReader(source, 0)


def test_the_shipped_capture_replays_as_published(reader: CaptureReader) -> None:
    events = join_events(list(reader.chunks()))
    counts, source = reader.counts, reader.source
    assert (source.tick_size, source.lot_size) == (Decimal("0.1"), Decimal("0.001"))
    assert reader.messages == 11_414
    assert (counts.depth, counts.depth_applied, counts.depth_old) == (3_326, 3_321, 5)
    assert (counts.snapshots, counts.quotes, counts.trades, counts.gaps) == (1, 7_113, 974, 0)
    book = DictionaryBook()
    book.replay(events)
    assert (book.crossed, book.last_update_id) == (0, 4_984_033_952_967)
    assert (len(book.bids), len(book.asks)) == (2_170, 1_885)
    for side, wanted in ((1, BIDS), (-1, ASKS)):
        best = book.top(side, source.tick_size, source.lot_size)
        assert [number for level in best for number in level] == list(map(Decimal, wanted.split()))
    trades = events[events["kind"] == Kind.TRADE]
    lots, ticks = trades["size"].astype(object), trades["price"].astype(object)
    assert lots.sum() * source.lot_size == Decimal("95.913")
    assert (lots * ticks).sum() * source.lot_size * source.tick_size == Decimal("6133574.17420")
