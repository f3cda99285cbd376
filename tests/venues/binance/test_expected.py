"""Every Binance capture of the shared data, replayed, equals the independent replay beside it."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.venues.dictionary_book import DictionaryBook
from traider.backtest.captures import CaptureReader, CaptureSource, capture_sources
from traider.domain.events import EventArray, Kind, join_events, sort_events

pytestmark = [pytest.mark.reference, pytest.mark.uncounted]

CAPTURES = (
    "BINANCE-USDM-BTCUSDT-20230404",
    "BINANCE-USDM-BTCUSDT-20230405",
    "BINANCE-SPOT-BTCUSDT-20230405",
    "BINANCE-USDM-BTCUSDT-20240718",
    "BINANCE-USDM-BTCUSDT-20240719",
    "BINANCE-USDM-BTCUSDT-20240808",
    "BINANCE-SPOT-BTCUSDT-20240808",
    "BINANCE-SPOT-ETHUSDT-20240808",
)


def chain(name: str, expected: dict[str, Any]) -> list[str]:
    """Return the captures that lead to ``name``, first one first."""
    before = expected[name]["continues"]
    return [*(chain(before, expected) if before else []), name]


@pytest.fixture(scope="module")
def expected(reference_data: Path) -> dict[str, Any]:
    """The published replays."""
    found: dict[str, Any] = json.loads((reference_data / "l2" / "EXPECTED.json").read_text())
    return found


@dataclass(frozen=True)
class Replay:
    """One capture read after those it continues."""

    last: dict[str, Any]
    parts: list[dict[str, Any]]
    """What is published of each file, this one last."""
    source: CaptureSource
    reader: CaptureReader
    events: EventArray


@pytest.fixture(scope="module", params=CAPTURES)
def replay(
    request: pytest.FixtureRequest, reference_data: Path, expected: dict[str, Any]
) -> Replay:
    """Each of the captures."""
    names = chain(request.param, expected)
    paths = [reference_data / "l2" / f"{name}.txt.zst" for name in names]
    (source,) = capture_sources(paths)
    reader = CaptureReader(source, 0)
    events = join_events(list(reader.chunks()))
    parts = [expected[name] for name in names]
    return Replay(expected[request.param], parts, source, reader, events)


def summed(parts: list[dict[str, Any]], name: str) -> int:
    """Return a count over all files of a chain; a count that is absent is none."""
    return sum(int(part["counts"].get(name, 0)) for part in parts)


def test_messages_are_counted_as_published(replay: Replay) -> None:
    parts, counts = replay.parts, replay.reader.counts
    assert replay.reader.messages == sum(part["lines"] for part in parts)
    assert counts.depth == summed(parts, "depth")
    assert counts.depth_applied == summed(parts, "depth_applied")
    assert counts.depth_old == summed(parts, "dropped_old")
    assert counts.snapshots == summed(parts, "snapshot")
    assert counts.quotes == summed(parts, "bookTicker")
    assert counts.trades + counts.trades_off_book == summed(parts, "trade")
    assert counts.trades == summed(parts, "trade_market")
    assert counts.marks == summed(parts, "markPrice")
    assert counts.gaps == counts.trade_gaps == sum(part["sequence_gaps"] for part in parts)
    assert counts.others == {}


def test_trades_add_up_to_the_published_volume(replay: Replay) -> None:
    parts, source, events = replay.parts, replay.source, replay.events
    trades = events[events["kind"] == Kind.TRADE]
    lots, ticks = trades["size"].astype(object), trades["price"].astype(object)
    assert lots.sum() * source.lot_size == sum(Decimal(part["trade_qty"]) for part in parts)
    step = source.lot_size * source.tick_size
    assert (lots * ticks).sum() * step == sum(Decimal(part["trade_notional"]) for part in parts)


def test_the_book_ends_as_published(replay: Replay) -> None:
    last, source = replay.last, replay.source
    book = DictionaryBook()
    book.replay(replay.events)
    assert book.crossed == sum(part["crossed_after_update"] for part in replay.parts)
    assert replay.reader.has_book == last["snapshot_used"]
    if not last["snapshot_used"]:
        assert (book.looked, book.bids, book.asks) == (0, {}, {})
        return
    assert book.looked > summed(replay.parts, "depth_applied") * 0.9
    assert book.last_update_id == last["last_update_id"]
    assert (len(book.bids), len(book.asks)) == (last["bid_levels"], last["ask_levels"])
    for side, name in ((1, "top5_bids"), (-1, "top5_asks")):
        published = [[Decimal(price), Decimal(size)] for price, size in last[name]]
        assert book.top(side, source.tick_size, source.lot_size) == published


def test_events_stand_in_the_total_order(replay: Replay) -> None:
    events = replay.events
    assert sort_events(events).tobytes() == events.tobytes()
    assert events["ts_recv"][0] > 1_600_000_000 * 10**9
