"""The reader beside the decoder: both give the same records, or refuse the same messages.

1. Whatever bytes a connection brings, a mapper with the reader and one without write the same.
"""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.coinbase.wire import BOOK, LEVEL_TIME, NS, TIME, depth
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind
from traider.runtime.kernel_depth_reader import KernelDepthReader
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.coinbase.wire_shape import LITERALS
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.recordings import Received, open_recording

pytestmark = pytest.mark.interpreted

LISTINGS = [
    Listing("BTC-USD", 0, Decimal("0.01"), Decimal("1e-8")),
    Listing("ETH-USD", 1, Decimal("0.01"), Decimal("1e-8")),
    Listing("BIT-24APR26-CDE", 2, Decimal(5), Decimal(1)),
]


def written(*events: object, number: int = 0, client: bool = False) -> bytes:
    """Return a message as the venue writes it, without a space."""
    first = {"channel": "l2_data", **({"client_id": ""} if client else {})}
    message = {**first, "timestamp": TIME, "sequence_num": number, "events": events}
    return json.dumps(message, separators=(",", ":")).encode()


class Pair:
    """Two mappers that take the same messages."""

    def __init__(self) -> None:
        self.mappers = (
            CoinbaseMapper(LISTINGS),
            CoinbaseMapper(LISTINGS, reader=KernelDepthReader),
        )
        self.ts_recv = NS

    def take(self, raw: bytes) -> EventArray | None:
        """Give a message to both; return what both wrote, None when both refused it."""
        self.ts_recv += 1_000
        found = [self._taken(mapper, raw) for mapper in self.mappers]
        (decoded, fault), (read, other) = found
        assert decoded.tobytes() == read.tobytes()
        assert fault == other
        assert self.mappers[0].counts == self.mappers[1].counts
        return None if fault else decoded

    def _taken(self, mapper: CoinbaseMapper, raw: bytes) -> tuple[EventArray, str]:
        out, fault = EventWriter(), ""
        try:
            mapper.take(raw, self.ts_recv, out)
        except DataError as refusal:
            fault = refusal.line()
        return out.take(), fault


def test_books_and_changes_are_the_same() -> None:
    pair = Pair()
    book = pair.take(written(depth("snapshot")))
    assert book is not None
    assert set(book["kind"].tolist()) == {Kind.DEPTH_SNAPSHOT}
    for number, client in ((1, True), (2, False)):
        change = pair.take(written(depth("update"), number=number, client=client))
        assert change is not None
        assert len(change) == 2
    assert pair.take(written(depth("update", product="ETH-USD"), number=3)) is not None
    assert pair.take(written(depth("update"), number=3)) is not None
    gap = pair.take(written(depth("update"), number=9))
    assert gap is not None
    assert gap["kind"].tolist() == [Kind.GAP, Kind.DEPTH_CLEAR]
    again = pair.take(written(depth("snapshot"), number=10))
    assert again is not None
    assert again["kind"].tolist() == [Kind.RESYNC, *[Kind.DEPTH_SNAPSHOT] * 2]
    at_once = pair.take(written(depth("snapshot"), number=20))
    assert at_once is not None
    assert at_once["kind"].tolist() == [Kind.GAP, Kind.RESYNC, *[Kind.DEPTH_SNAPSHOT] * 2]


def test_a_step_that_is_no_power_of_ten_is_decoded() -> None:
    levels = [("bid", "68930", "3"), ("offer", "68935", "1")]
    event = depth("snapshot", levels, product="BIT-24APR26-CDE")
    events = Pair().take(written(event))
    assert events is not None
    assert events["price"].tolist() == [13786, 13787]


def test_the_reader_reads_what_the_venue_writes() -> None:
    reader = KernelDepthReader(LITERALS, {each.symbol: each for each in LISTINGS})
    assert reader.read(written(depth("update"), number=5), NS) == (2, 0, 5, 0)
    assert reader.read(written(depth("snapshot"), number=6, client=True), NS) == (2, 0, 6, 1)
    assert reader.read(written(depth("update", [])), NS)[0] == -1
    assert reader.read(json.dumps({"channel": "l2_data"}).encode(), NS)[0] == -1
    assert len(reader.records(2)) == 128


WHOLE = written(
    depth("update", [*BOOK, ("bid", "12.5", "0"), ("offer", "13", "0.00000001")]), number=1
)


@settings(max_examples=400)
@given(st.data())
def test_law_1_a_wrong_byte_makes_no_difference(data: st.DataObject) -> None:
    pair = Pair()
    pair.take(written(depth("snapshot")))
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] = data.draw(st.sampled_from(b'0123456789.,"\\{}[]:-+eT Zabd\x00\xff'))
    events = pair.take(bytes(raw))
    assert events is None or len(events) <= 6


@given(
    st.text(alphabet="0123456789.-e ", max_size=12), st.text(alphabet="0123456789.", max_size=22)
)
def test_law_1_any_price_and_size(price: str, size: str) -> None:
    pair = Pair()
    pair.take(written(depth("snapshot")))
    events = pair.take(written(depth("update", [("bid", price, size)]), number=1))
    assert events is None or len(events) == 1


@given(st.text(alphabet="0123456789-:.TZ", max_size=30))
def test_law_1_any_time(text: str) -> None:
    pair = Pair()
    pair.take(written(depth("snapshot")))
    for number, time in enumerate((text, LEVEL_TIME[:-2] + text), 1):
        events = pair.take(written(depth("update", time=time), number=number))
        assert events is None or len(events) in (2, 4)


def test_law_1_the_recorded_session(reference_data: Path) -> None:
    recording = open_recording([reference_data / "l2" / "COINBASE-20260809-part1.jsonl.zst"])
    pair, random = Pair(), np.random.default_rng(3)
    messages = [each.raw for each in recording.records() if isinstance(each, Received)]
    levels = 0
    for raw in messages:
        events = pair.take(raw)
        assert events is not None
        levels += int(np.isin(events["kind"], (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE)).sum())
    assert levels == 72_045
    for raw in [each for each in messages if len(each) < 5_000][:150]:
        broken = bytearray(raw)
        broken[random.integers(0, len(raw))] = random.integers(0, 256)
        pair.take(bytes(broken))
