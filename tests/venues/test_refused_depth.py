"""A book is never left half told: what a mapper remembers of depth moves with its records alone."""

from typing import Any

import pytest

from tests.venues.binance.wire import Wire, kinds, snapshot, spot_depth, usdm_depth
from tests.venues.stream_wire import NS, StreamWire, listing
from traider.domain.errors import DataError
from traider.domain.events import Kind
from traider.venues.binance.instruments import Market
from traider.venues.bitstamp.mapper import BitstampMapper
from traider.venues.okx.mapper import OkxMapper

MS = NS // 1_000_000
BROKEN = ["GAP", "DEPTH_CLEAR"]


def test_a_refused_change_of_binance_leaves_a_hole_that_the_next_one_shows() -> None:
    wire = Wire(Market.USDM)
    wire.send(snapshot(10, [("10", "1")]))
    wire.send(usdm_depth((11, 12, 10), [("10", "2")]))
    with pytest.raises(DataError, match="no multiple"):
        wire.send(usdm_depth((13, 14, 12), [("10.05", "2")]))
    assert len(wire.out) == 0
    assert kinds(wire.send(usdm_depth((15, 16, 14), [("10", "3")]))) == BROKEN
    assert not wire.mapper.is_whole("BTCUSDT")


@pytest.mark.parametrize("stands", [False, True])
def test_a_refused_snapshot_of_binance_starts_no_book(stands: bool) -> None:
    wire = Wire(Market.SPOT)
    if stands:
        wire.send(snapshot(5, [("10", "1")]))
    with pytest.raises(DataError, match="no multiple"):
        wire.send(snapshot(10, [("10.05", "1")]))
    assert kinds(wire.out.take()) == (BROKEN if stands else [])
    assert len(wire.send(spot_depth((11, 12), [("10", "2")]))) == 0
    assert not wire.mapper.is_whole("BTCUSDT")
    again = ["DEPTH_SNAPSHOT", "DEPTH_UPDATE"]
    assert kinds(wire.send(snapshot(11, [("10", "1")]))) == (["RESYNC"] if stands else []) + again


def test_a_change_refused_with_the_snapshot_it_was_held_for_takes_the_book_along() -> None:
    wire = StreamWire(BitstampMapper([listing("ethusd")]))

    def book(number: int, price: str) -> dict[str, Any]:
        time = {"timestamp": str(NS // 10**9), "microtimestamp": str(NS // 1000 + number)}
        return {**time, "bids": [[price, "1"]], "asks": []}

    def change(number: int, price: str) -> dict[str, Any]:
        channel = "diff_order_book_ethusd"
        return {"event": "data", "channel": channel, "data": book(number, price)}

    for number, price in ((1, "10"), (3, "10.05")):
        wire.send(change(number, price))
    with pytest.raises(DataError, match="no multiple"):
        wire.answer("ethusd", book(2, "10"))
    assert len(wire.out) == 0
    assert not wire.mapper.is_whole("ethusd")
    assert kinds(wire.answer("ethusd", book(4, "10"))) == ["DEPTH_SNAPSHOT"]


def test_a_book_that_a_refused_message_had_changed_is_broken() -> None:
    """One message tells two books: the change of the first is taken back with the second."""
    wire = StreamWire(OkxMapper([listing("X")]))

    def book(action: str, *parts: tuple[int, int, str]) -> Any:
        data = [
            {"bids": [[price, "1", "0", "1"]], "asks": [], "ts": str(MS), "checksum": 0}
            | {"seqId": number, "prevSeqId": before}
            for before, number, price in parts
        ]
        return {"arg": {"channel": "books", "instId": "X"}, "action": action, "data": data}

    wire.send(book("snapshot", (-1, 1, "10")))
    with pytest.raises(DataError):
        wire.send(book("update", (1, 2, "10.1"), (2, 3, "10.05")))
    assert wire.out.take()["kind"].tolist() == [Kind.GAP, Kind.DEPTH_CLEAR]
    assert not wire.mapper.is_whole("X")
