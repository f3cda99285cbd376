"""Every venue whose books start in the stream: losses show, and a standing book is the venue's.

1. Whatever messages are lost, told twice, or replaced by a new snapshot: after each message that
   arrives, a book that the mapper says it has is the venue's book at that message, and a book that
   it has not is empty.
2. When nothing is lost, the book stands all along.
3. What cannot be read breaks the book no later than with the next change that arrives.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.stream_wire import StreamWire, listing
from tests.venues.venue_model import Sides, TextLevel, VenueModel, models
from traider.domain.errors import DataError
from traider.venues.bitfinex.mapper import BitfinexMapper
from traider.venues.bybit.mapper import BybitMapper
from traider.venues.coinbase_pro.mapper import CoinbaseProMapper
from traider.venues.deribit.mapper import DeribitMapper
from traider.venues.kraken.mapper import KrakenMapper
from traider.venues.kraken.mapper_v1 import KrakenV1Mapper
from traider.venues.market_mapper import MarketMapper
from traider.venues.okx.mapper import OkxMapper

MS = 1_721_347_020_984
TIME = "2024-07-18T23:57:00.984Z"

Message = Callable[[VenueModel, int], Any]


def best_first(sides: Sides) -> Sides:
    """Return both sides sorted as a book is."""
    bids = sorted(sides[0], key=lambda level: -Decimal(level[0]))
    return bids, sorted(sides[1], key=lambda level: Decimal(level[0]))


def kraken_told(model: VenueModel, place: int) -> int:
    """The checksum of the book after ``place`` messages, by the words of the guide."""
    bids, asks = best_first(model.snapshot(place))
    digits = [
        number.replace(".", "").lstrip("0") for level in asks[:10] + bids[:10] for number in level
    ]
    return crc32("".join(digits).encode())


def okx_told(model: VenueModel, place: int) -> int:
    """The checksum of the book after ``place`` messages, by the words of the documents."""
    bids, asks = best_first(model.snapshot(place))
    words: list[str] = []
    for row in range(25):
        words += bids[row] if row < len(bids) else ()
        words += asks[row] if row < len(asks) else ()
    value = crc32(":".join(words).encode())
    return value - 2**32 if value >= 2**31 else value


def bybit(kind: str, sides: Sides, number: int) -> dict[str, Any]:
    data = {"s": "X", "b": sides[0], "a": sides[1], "u": number, "seq": 7}
    return {"topic": "orderbook.50.X", "type": kind, "ts": MS, "data": data, "cts": MS}


def okx(action: str, sides: Sides, **more: int) -> dict[str, Any]:
    bids, asks = ([(*level, "0", "1") for level in levels] for levels in sides)
    data = {"bids": bids, "asks": asks, "ts": str(MS), **more}
    return {"arg": {"channel": "books", "instId": "X"}, "action": action, "data": [data]}


def okx_number(place: int) -> int:
    """Numbers that jump."""
    return 100 + 3 * place


def kraken(kind: str, sides: Sides, checksum: int) -> bytes:
    bids, asks = (
        "[" + ",".join(f'{{"price":{price},"qty":{size}}}' for price, size in levels) + "]"
        for levels in sides
    )
    return (
        f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"X","bids":{bids},"asks":{asks},'
        f'"checksum":{checksum},"timestamp":"{TIME}"}}]}}'
    ).encode()


def kraken_v1(model: VenueModel, place: int) -> list[Any]:
    bids, asks = ([(*level, "1721347020.98") for level in side] for side in model.changes(place))
    told = {"c": str(kraken_told(model, place + 1))}
    if bids and asks:
        return [1, {"a": asks}, {"b": bids, **told}, "book-10", "X"]
    return [1, {"b": bids, **told} if bids else {"a": asks, **told}, "book-10", "X"]


def kraken_v1_snapshot(model: VenueModel, place: int) -> list[Any]:
    bids, asks = ([(*level, "1721347020.98") for level in side] for side in model.snapshot(place))
    return [1, {"as": asks, "bs": bids}, "book-10", "X"]


def deribit(kind: str, sides: Sides, **more: int) -> dict[str, Any]:
    bids, asks = (
        [["delete" if not float(size) else "new", float(price), float(size)] for price, size in one]
        for one in sides
    )
    data = {"type": kind, "timestamp": MS, "instrument_name": "X", "bids": bids, "asks": asks}
    return {"method": "subscription", "params": {"channel": "book.X.raw", "data": {**data, **more}}}


def coinbase(model: VenueModel, place: int) -> dict[str, Any]:
    bids, asks = model.changes(place)
    changes = [("buy", *level) for level in bids] + [("sell", *level) for level in asks]
    return {"type": "l2update", "product_id": "X", "changes": changes, "time": TIME}


def coinbase_snapshot(model: VenueModel, place: int) -> dict[str, Any]:
    bids, asks = model.snapshot(place)
    return {"type": "snapshot", "product_id": "X", "bids": bids, "asks": asks}


@dataclass(frozen=True)
class Venue:
    """How one venue tells a model's book."""

    build: Callable[[Any], MarketMapper]
    snapshot: Message
    change: Message
    tells_fallen: bool = True
    opening: tuple[dict[str, Any], ...] = ()
    """What the venue says before the book."""

    def wire(self, symbol: str = "X", tick: str = "0.1") -> StreamWire:
        """Open a connection."""
        wire = StreamWire(self.build([listing(symbol, tick=tick)]))
        for message in self.opening:
            wire.send(message)
        return wire


VENUES = {
    "bybit": Venue(
        BybitMapper,
        lambda model, place: bybit("snapshot", model.snapshot(place), place),
        lambda model, place: bybit("delta", model.changes(place), place + 1),
    ),
    "okx by number": Venue(
        OkxMapper,
        lambda model, place: okx(
            "snapshot", model.snapshot(place), seqId=okx_number(place), prevSeqId=-1, checksum=0
        ),
        lambda model, place: okx(
            "update",
            model.changes(place),
            seqId=okx_number(place + 1),
            prevSeqId=okx_number(place),
            checksum=0,
        ),
    ),
    "okx by checksum": Venue(
        OkxMapper,
        lambda model, place: okx(
            "snapshot", model.snapshot(place), checksum=okx_told(model, place)
        ),
        lambda model, place: okx(
            "update", model.changes(place), checksum=okx_told(model, place + 1)
        ),
    ),
    "kraken": Venue(
        KrakenMapper,
        lambda model, place: kraken("snapshot", model.snapshot(place), kraken_told(model, place)),
        lambda model, place: kraken("update", model.changes(place), kraken_told(model, place + 1)),
        tells_fallen=False,
        opening=(
            {"method": "subscribe", "result": {"channel": "book", "symbol": "X", "depth": 10}},
        ),
    ),
    "kraken v1": Venue(KrakenV1Mapper, kraken_v1_snapshot, kraken_v1, tells_fallen=False),
    "deribit": Venue(
        DeribitMapper,
        lambda model, place: deribit(
            "snapshot", model.snapshot(place), change_id=okx_number(place)
        ),
        lambda model, place: deribit(
            "change",
            model.changes(place),
            change_id=okx_number(place + 1),
            prev_change_id=okx_number(place),
        ),
    ),
}
"""Venues that show a loss themselves."""

step = st.sampled_from(["next", "next", "next", "lose", "again", "snapshot"])
numbered = pytest.mark.parametrize("name", VENUES)


@pytest.mark.uncounted
@numbered
@settings(max_examples=200)
@given(st.data())
def test_law_1_a_book_that_stands_is_the_venues(name: str, data: st.DataObject) -> None:
    venue = VENUES[name]
    model = data.draw(models(tells_fallen=venue.tells_fallen))
    wire, place = venue.wire(), 0
    wire.send(venue.snapshot(model, 0))
    for what in data.draw(st.lists(step, min_size=4, max_size=24)):
        if what == "snapshot":
            wire.send(venue.snapshot(model, place))
        elif what == "again" and place:
            wire.send(venue.change(model, place - 1))
        elif place == len(model.groups):
            break
        else:
            if what != "lose":
                wire.send(venue.change(model, place))
            place += 1
        if what == "lose":
            continue
        is_whole = wire.mapper.is_whole("X")
        assert (wire.book.bids, wire.book.asks) == (model.sight(place) if is_whole else ({}, {}))
    counts = wire.mapper.counts_of("X")
    assert counts.depth == counts.depth_applied + counts.depth_old + counts.depth_unused


@numbered
@given(st.data())
def test_law_2_without_loss_the_book_stands(name: str, data: st.DataObject) -> None:
    venue = VENUES[name]
    model = data.draw(models(tells_fallen=venue.tells_fallen))
    wire = venue.wire()
    wire.send(venue.snapshot(model, 0))
    for place in range(len(model.groups)):
        wire.send(venue.change(model, place))
        assert (wire.book.bids, wire.book.asks) == model.sight(place + 1)
    counts = wire.mapper.counts_of("X")
    assert (counts.gaps, counts.snapshots, counts.depth_unused) == (0, 1, 0)
    assert counts.depth_applied + counts.depth_old == len(model.groups)
    assert wire.mapper.missing() == ()


MODEL = VenueModel((((1, 10, 1),), ((1, 10, 2),), ((1, 10, 3),), ((-1, 12, 1),)), 10)
UNNUMBERED = {"coinbase pro": Venue(CoinbaseProMapper, coinbase_snapshot, coinbase)}


@pytest.mark.parametrize("name", [*VENUES, *UNNUMBERED])
@pytest.mark.parametrize("bad", [b'{"', b"[1", b"\xff", b"true"])
def test_law_3_what_cannot_be_read_breaks_the_book(name: str, bad: bytes) -> None:
    venue = (VENUES | UNNUMBERED)[name]
    wire = venue.wire()
    wire.send(venue.snapshot(MODEL, 1))
    wire.send(venue.change(MODEL, 1))
    with pytest.raises(DataError):
        wire.send(bad)
    assert len(wire.out) == 0
    wire.send(venue.change(MODEL, 3))
    assert not wire.mapper.is_whole("X")
    assert wire.mapper.missing() == ("X",)
    assert wire.mapper.counts_of("X").gaps == 1
    wire.send(venue.snapshot(MODEL, 4))
    assert (wire.book.bids, wire.book.asks) == MODEL.sight(4)


@pytest.mark.parametrize("name", [*VENUES, *UNNUMBERED])
def test_a_lost_connection_breaks_the_book_and_the_next_one_starts_anew(name: str) -> None:
    venue = (VENUES | UNNUMBERED)[name]
    wire = venue.wire()
    assert len(wire.disconnect()) == 0
    wire.send(venue.snapshot(MODEL, 2))
    assert len(wire.disconnect()) == 2
    assert len(wire.disconnect()) == 0
    assert not wire.mapper.is_whole("X")
    assert len(wire.send(venue.change(MODEL, 2))) == 0
    wire.send(venue.snapshot(MODEL, 1))
    wire.send(venue.change(MODEL, 1))
    assert (wire.book.bids, wire.book.asks) == MODEL.sight(2)
    counts = wire.mapper.counts_of("X")
    assert (counts.gaps, counts.snapshots, counts.depth_unused) == (1, 2, 1)


@pytest.mark.parametrize("name", [*VENUES, *UNNUMBERED])
def test_a_price_off_the_grid_is_refused_and_breaks_the_book(name: str) -> None:
    venue = (VENUES | UNNUMBERED)[name]
    wire = venue.wire(tick="1")
    whole = VenueModel((((1, 10, 1),), ((1, 20, 2),), ((1, 20, 3), (-1, 25, 1)), ((1, 30, 1),)), 10)
    wire.send(venue.snapshot(whole, 1))
    wire.send(venue.change(whole, 1))
    with pytest.raises(DataError, match="no multiple of 1"):
        wire.send(venue.change(whole, 2))
    wire.send(venue.change(whole, 3))
    assert not wire.mapper.is_whole("X")


@pytest.mark.parametrize("build", [each.build for each in (VENUES | UNNUMBERED).values()])
def test_a_rest_snapshot_is_refused(build: Callable[[Any], MarketMapper]) -> None:
    wire = StreamWire(build([listing("X")]))
    with pytest.raises(DataError, match="tells the book of X in its stream"):
        wire.answer("X", {})


@pytest.mark.parametrize("name", [*VENUES, *UNNUMBERED])
def test_a_symbol_that_was_not_listed_is_refused(name: str) -> None:
    venue = (VENUES | UNNUMBERED)[name]
    wire = StreamWire(venue.build([listing("Y")]))
    with pytest.raises(DataError, match="a message is about 'X', not Y"):
        wire.send(venue.snapshot(MODEL, 1))
    with pytest.raises(DataError, match="about 'X'"):
        wire.mapper.is_whole("X")


def bitfinex_levels(sides: Sides) -> list[list[float]]:
    """Levels with one order each, none where the size is zero."""

    def one(level: TextLevel, sign: int) -> list[float]:
        size = float(level[1])
        return [float(level[0]), 1 if size else 0, sign * (size or 1)]

    return [one(level, 1) for level in sides[0]] + [one(level, -1) for level in sides[1]]


@pytest.mark.uncounted
@settings(max_examples=200)
@given(models(), st.data())
def test_laws_1_and_2_hold_for_a_connection_of_one_sequence(
    model: VenueModel, data: st.DataObject
) -> None:
    """Bitfinex tells one level a message."""
    wire = StreamWire(BitfinexMapper([listing("X")]))
    wire.send({"event": "subscribed", "channel": "book", "chanId": 5, "symbol": "X", "prec": "P0"})
    payloads: list[Any] = [bitfinex_levels(model.snapshot(0))]
    ends = [0]
    for place in range(len(model.groups)):
        payloads += bitfinex_levels(model.changes(place))
        ends.append(len(payloads) - 1)
    lost = data.draw(st.one_of(st.none(), st.integers(1, len(payloads))))
    for number, payload in enumerate(payloads):
        if number == lost:
            continue
        wire.send([5, payload, number + 1])
        has_lost = lost is not None and number > lost
        assert wire.mapper.is_whole("X") != has_lost
        if has_lost:
            assert (wire.book.bids, wire.book.asks) == ({}, {})
        elif number in ends:
            place = len(ends) - 1 - ends[::-1].index(number)
            assert (wire.book.bids, wire.book.asks) == model.sight(place)
