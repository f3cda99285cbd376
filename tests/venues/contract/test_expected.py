"""Every recording, read, is what EXPECTED.json of the shared data says of it.

That file holds the results of other programs. What it says of a recording is compared, whatever
the venue: messages, gaps, checksums, levels, the five best of each side, trades and their size.
"""

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.venues.contract.recorded import FILES, Reading, opened, whole
from tests.venues.dictionary_book import DictionaryBook
from traider.domain.events import EventArray, Kind
from traider.venues.recordings import Answered, Received

pytestmark = pytest.mark.uncounted

EXPECTED_NONE = ("COINBASE-PRO-20210417",)


@cache
def published(folder: Path) -> dict[str, Any]:
    """Return EXPECTED.json."""
    found: dict[str, Any] = json.loads((folder / "EXPECTED.json").read_text())
    return found


@pytest.fixture(params=[name for name in FILES if name not in EXPECTED_NONE])
def case(request: pytest.FixtureRequest, reference_data: Path) -> tuple[Reading, dict[str, Any]]:
    """Each recording, and what is published of it."""
    folder = reference_data / "l2"
    return whole(folder, request.param), published(folder)[request.param]


def chain(reading: Reading, said: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is published of each file that was read."""
    before = said.get("continues")
    if before is None:
        return [said]
    return [published(reading.recording.paths[0].parent)[before], said]


def test_every_entry_is_read(reference_data: Path) -> None:
    assert set(published(reference_data / "l2")) == set(FILES) - set(EXPECTED_NONE)


def test_no_message_is_lost_on_the_way(case: tuple[Reading, dict[str, Any]]) -> None:
    reading, said = case
    records = list(reading.recording.records())
    received = sum(isinstance(record, Received) for record in records)
    answered = sum(isinstance(record, Answered) for record in records)
    if "recv" in said:
        assert received == said["recv"]
    elif "recv_by_channel" in said:
        assert received == sum(said["recv_by_channel"].values())
    else:
        assert received == sum(part["lines"] for part in chain(reading, said))
    assert reading.feed.messages == received + answered


def test_the_stream_is_whole(case: tuple[Reading, dict[str, Any]]) -> None:
    reading, said = case
    counts = reading.feed.counts
    assert counts.gaps == said.get("sequence_gaps", 0) == said.get("sequence_breaks", 0)
    assert counts.checksums_right == said.get("checksum_ok", 0)
    assert counts.checksums_wrong == said.get("checksum_bad", 0)
    if "l2_level_updates" in said:
        assert counts.level_updates == said["l2_level_updates"]
    depth = np.isin(reading.events["kind"], (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE))
    assert counts.level_updates == int(depth.sum())


def test_the_instruments_are_those_recorded(case: tuple[Reading, dict[str, Any]]) -> None:
    reading, said = case
    named = said.get("config", {}).get("l2_book") or list(said.get("books", ["one"]))
    assert len(reading.feed.instruments) == len(named)
    symbols = {
        product.symbol for products in reading.feed._products.values() for product in products
    }
    for key in ("pairs", "instruments"):
        if key in said:
            assert symbols == set(said[key])


def of(reading: Reading, number: int, kind: Kind) -> EventArray:
    events = reading.events
    found: EventArray = events[(events["instrument"] == number) & (events["kind"] == kind)]
    return found


def traded(reading: Reading, number: int) -> tuple[int, Decimal, Decimal]:
    """Return how many trades an instrument had, their size and their notional, exactly."""
    trades, instrument = of(reading, number, Kind.TRADE), reading.feed.instruments[number]
    lots, ticks = trades["size"].astype(object), trades["price"].astype(object)
    size = int(lots.sum()) * instrument.lot_size if len(trades) else Decimal(0)
    notional = int((lots * ticks).sum()) * instrument.lot_size * instrument.tick_size
    return len(np.unique(trades["id"])), size, notional


def test_the_trades_are_those_published(case: tuple[Reading, dict[str, Any]]) -> None:
    reading, said = case
    for number, instrument in enumerate(reading.feed.instruments):
        count, size, notional = traded(reading, number)
        pair = instrument.name.partition(":")[2]
        if "unique_trades" in said:
            assert count == said["unique_trades"][pair]
            assert size == Decimal(said["traded_size"][pair])
        if "trade_qty" in said:
            parts = chain(reading, said)
            assert count == sum(part["counts"]["trade_market"] for part in parts)
            assert size == sum(Decimal(part["trade_qty"]) for part in parts)
            assert notional == sum(Decimal(part["trade_notional"]) for part in parts)


def final_book(reading: Reading, number: int) -> DictionaryBook:
    """Return the levels at the end: the last that was said of each since the last snapshot."""
    book, events = DictionaryBook(), reading.events
    depth = np.isin(events["kind"], (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR))
    mine = events[depth & (events["instrument"] == number)].copy()
    mine["flags"] = 0  # so that the book is not looked at after each message
    book.replay(mine)
    return book


def test_the_books_end_as_published(case: tuple[Reading, dict[str, Any]]) -> None:
    reading, said = case
    for number, instrument in enumerate(reading.feed.instruments):
        book = said.get("books", {}).get(instrument.name.partition(":")[2], said)
        if "bid_levels" not in book:
            continue
        found = final_book(reading, number)
        assert (len(found.bids), len(found.asks)) == (book["bid_levels"], book["ask_levels"])
        for side, key in ((1, "top5_bids"), (-1, "top5_asks")):
            top = [[Decimal(price), Decimal(size)] for price, size in book[key]]
            assert found.top(side, instrument.tick_size, instrument.lot_size) == top


def test_times_are_those_published(case: tuple[Reading, dict[str, Any]]) -> None:
    reading, said = case
    first = next(iter(opened(reading.recording.paths[0].parent, _name(reading)).records()))
    told = said.get("first") or said.get("first_local")
    if told and said.get("continues") is None:
        assert abs(first.ts_recv - int(np.datetime64(told[:-1], "ns").astype(np.int64))) < 1_000


def _name(reading: Reading) -> str:
    files = tuple(path.name for path in reading.recording.paths)
    return next(name for name, known in FILES.items() if known == files)
