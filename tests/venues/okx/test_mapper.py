"""OKX's messages, documented and recorded, and the events they mean."""

from decimal import Decimal
from typing import Any

import pytest

from tests.venues.stream_wire import LAST, NS, StreamWire, kinds, listing
from traider.domain.errors import DataError
from traider.venues.listing import Listing
from traider.venues.okx.mapper import OkxMapper

MS = 1_721_347_020_984
SWAP = "BTC-USDT-SWAP"
HOUR_MS = 3_600_000
HOUR_NS = HOUR_MS * 1_000_000


def wire() -> StreamWire:
    return StreamWire(OkxMapper([listing(SWAP)]))


def pushed(channel: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"arg": {"channel": channel, "instId": SWAP}, "data": [{"instId": SWAP, **data}], **more}


def book(
    action: str, ids: tuple[int, int], bids: Any = (), asks: Any = (), checksum: int = 0
) -> dict[str, Any]:
    """A message of ``books``; ``ids`` are prevSeqId, seqId."""
    sides = {
        "bids": [[price, size, "0", "1"] for price, size in bids],
        "asks": [[price, size, "0", "2"] for price, size in asks],
    }
    data = {**sides, "ts": str(MS), "checksum": checksum, "prevSeqId": ids[0], "seqId": ids[1]}
    return pushed("books", data, action=action)


def opened() -> StreamWire:
    """A book that stands at number 100."""
    made = wire()
    made.send(book("snapshot", (-1, 100), [("99.9", "1")], [("100.1", "2")]))
    return made


def trade(number: str = "130639474", **more: str) -> dict[str, Any]:
    """One trade as the documents have it."""
    data = {"tradeId": number, "px": "42219.9", "sz": "0.12", "side": "buy", "ts": str(MS)}
    return pushed("trades", {**data, "count": "3", **more})


def funding(rate: str, due_ms: int, sent_ms: int | None = MS) -> dict[str, Any]:
    data = {
        "fundingRate": rate,
        "fundingTime": str(due_ms),
        "nextFundingTime": str(due_ms + 8 * HOUR_MS),
        "nextFundingRate": "",
    }
    return pushed("funding-rate", data | ({"ts": str(sent_ms)} if sent_ms else {}))


def test_a_snapshot_and_an_update_are_records() -> None:
    made = wire()
    found = made.said(book("snapshot", (-1, 100), [("99.9", "1")], [("100.1", "2")]))
    shared = {"kind": "DEPTH_SNAPSHOT", "ts_event": NS, "id": 100}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 999, "size": 1000, "index": 0},
        {**shared, "flags": LAST, "side": -1, "price": 1001, "size": 2000, "index": 1},
    ]
    found = made.said(book("update", (100, 105), [("99.9", "0")], [("100.2", "3")]))
    shared = {"kind": "DEPTH_UPDATE", "ts_event": NS, "id": 105}
    assert found == [
        {**shared, "flags": 0, "side": 1, "price": 999, "size": 0},
        {**shared, "flags": LAST, "side": -1, "price": 1002, "size": 3000},
    ]


def test_an_update_that_does_not_follow_is_a_gap() -> None:
    made = opened()
    found = made.said(book("update", (103, 107), [("99.9", "6")]))
    assert [each["kind"] for each in found] == ["GAP", "DEPTH_CLEAR"]
    assert (found[0]["first_missing"], found[0]["last_missing"]) == (101, 103)
    assert len(made.send(book("update", (107, 108), [("99.9", "6")]))) == 0
    assert kinds(made.send(book("snapshot", (-1, 110), [("99.9", "1")])))[0] == "RESYNC"


def test_an_idle_book_repeats_its_number() -> None:
    made = opened()
    assert len(made.send(book("update", (100, 100)))) == 0
    assert len(made.send(book("update", (100, 104), [("99.9", "6")]))) == 1
    assert made.mapper.counts.gaps == 0


def test_the_number_may_fall_after_maintenance() -> None:
    made = opened()
    assert len(made.send(book("update", (100, 3), [("99.9", "6")]))) == 1
    assert len(made.send(book("update", (3, 5), [("99.9", "7")]))) == 1
    assert made.mapper.counts.gaps == 0


def test_an_update_told_twice_is_dropped_and_an_older_one_is_a_gap() -> None:
    made = opened()
    first, second = (book("update", ids, [("99.9", "6")]) for ids in ((100, 104), (104, 106)))
    for message, records in ((first, 1), (first, 0), (second, 1), (first, 2)):
        assert len(made.send(message)) == records
    assert (made.mapper.counts.depth_old, made.mapper.counts.gaps) == (1, 1)


def test_a_snapshot_with_a_wrong_checksum_starts_no_book() -> None:
    made = wire()
    assert len(made.send(book("snapshot", (-1, 1), [("99.9", "1")], checksum=5))) == 0
    counts = made.mapper.counts
    assert (counts.checksums_wrong, counts.snapshots_refused, counts.gaps) == (1, 1, 0)
    made = opened()
    found = made.send(book("snapshot", (-1, 1), [("99.9", "1")], checksum=5))
    assert kinds(found) == ["GAP", "DEPTH_CLEAR"]


def test_contracts_count_in_what_they_are_worth() -> None:
    of_a_hundredth = Listing(SWAP, 0, Decimal("0.1"), Decimal("0.001"), 0, Decimal("0.01"))
    made = StreamWire(OkxMapper([of_a_hundredth]))
    found = made.send(book("snapshot", (-1, 1), [("99.9", "3.2")], [("100.1", "1")]))
    assert found["size"].tolist() == [32, 10]
    assert made.send(trade(sz="0.7"))["size"].tolist() == [7]


def test_a_trade_has_the_takers_side() -> None:
    made = wire()
    shared = {"kind": "TRADE", "flags": LAST, "ts_event": NS, "price": 422_199, "size": 120}
    assert made.said(trade()) == [{**shared, "side": 1, "id": 130_639_474}]
    assert made.said(trade("130639480", side="sell")) == [{**shared, "side": -1, "id": 130_639_480}]
    assert made.said(trade()) == []
    assert made.mapper.counts.trades_old == 1


def test_mark_price_and_funding_come_on_channels_of_their_own() -> None:
    made = wire()
    found = made.said(pushed("mark-price", {"markPx": "42310.6", "ts": str(MS + 2)}))
    mark = 4_231_060_000_000
    assert found == [
        {
            "kind": "MARK",
            "flags": LAST,
            "side": 0,
            "ts_event": NS + 2_000_000,
            "mark": mark,
            "index_price": 0,
        }
    ]
    due_ns = NS + 8 * HOUR_NS
    announced = {"kind": "FUNDING", "flags": LAST, "side": 0, "rate": 100_000_000, "mark": mark}
    announced |= {"next_ns": due_ns, "interval_ns": 8 * HOUR_NS, "settled": 0}
    found = made.said(funding("0.0001", MS + 8 * HOUR_MS))
    assert found == [{**announced, "ts_event": NS}]
    assert made.said(funding("0.0001", MS + 8 * HOUR_MS)) == []
    assert "ts_event" not in made.said(funding("0.0003", MS + 8 * HOUR_MS, None))[0]


def test_a_settlement_is_told_when_the_next_one_is_announced() -> None:
    made = wire()
    made.send(pushed("mark-price", {"markPx": "100", "ts": str(MS)}))
    made.send(funding("0.0001", MS + 90_000))
    found = made.said(funding("0.0002", MS + 90_000 + 8 * HOUR_MS, MS + 91_000))
    assert [(each["rate"], each["settled"]) for each in found] == [
        (100_000_000, 1),
        (200_000_000, 0),
    ]
    made = wire()
    made.send(funding("0.0001", MS + 130_000))
    made.send(funding("0.0002", MS + 130_000 + 8 * HOUR_MS, MS + 131_000))
    assert made.mapper.counts.settlements == 0


@pytest.mark.parametrize(
    "message",
    [
        b"pong",
        {"event": "subscribe", "arg": {"channel": "books", "instId": SWAP}, "connId": "x"},
        {"event": "channel-conn-count", "channel": "books", "connCount": "1", "connId": "x"},
    ],
)
def test_answers_make_no_event(message: Any) -> None:
    made = wire()
    assert len(made.send(message)) == 0
    assert made.mapper.counts.others == {}


def test_other_messages_are_counted_by_name() -> None:
    made = wire()
    for message in (pushed("tickers", {}), pushed("bbo-tbt", {}), {"event": "strange"}, {}):
        made.send(message)
    assert made.mapper.counts.others == {
        "tickers": 1,
        "bbo-tbt": 1,
        "event strange": 1,
        "unnamed": 1,
    }


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"event": "error", "code": "60012", "msg": "Illegal request"}, "60012 Illegal request"),
        (book("partial", (-1, 1)), "a book says 'partial'"),
        (trade(side="long"), "a trade has side 'long'"),
        (trade("x"), "cannot be read"),
        (trade(ts="5"), "cannot be read"),
    ],
)
def test_what_breaks_the_schema_is_refused(message: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        wire().send(message)
