"""Records packed as words are the records of the event table, bit by bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import EVENT, Kind, MarketFlag, empty_events
from traider.domain.payload_table import PAYLOADS
from traider.domain.payloads import Value, encode_event
from traider.venues.event_writer import EventWriter, pack_record, record_head, with_flags

words = st.integers(-(2**63), 2**63 - 1)


@given(
    kind=st.sampled_from(Kind),
    head=st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 2**16 - 1), st.integers(-1, 1)),
    times=st.tuples(words, words),
    payload=st.lists(words, max_size=5),
)
def test_a_record_is_what_numpy_would_write(
    kind: Kind, head: tuple[int, int, int], times: tuple[int, int], payload: list[int]
) -> None:
    instrument, flags, side = head
    wanted = empty_events(1)
    wanted["kind"], wanted["instrument"], wanted["flags"], wanted["side"] = kind, *head
    wanted["version"] = PAYLOADS[kind].version
    wanted["ts_event"], wanted["ts_recv"] = times
    for place, word in enumerate(payload):
        wanted[f"w{place}"] = word
    out = EventWriter()
    out.add(record_head(kind, instrument, flags, side), *times, *payload)
    assert out.take().tobytes() == wanted.tobytes()


def test_packed_records_are_appended_as_they_are() -> None:
    out = EventWriter()
    head = record_head(Kind.DEPTH_UPDATE, 3, side=-1)
    out.append(b"".join(pack_record(7, 8, head, price, 5, 42, 0, 0) for price in (100, 101)))
    out.flag_last(MarketFlag.LAST_OF_MESSAGE)
    fields: dict[str, Value] = {"kind": "DEPTH_UPDATE", "ts_event": 7, "ts_recv": 8}
    fields |= {"instrument": 3, "side": -1, "size": 5, "id": 42}
    wanted = [
        encode_event({**fields, "price": 100}),
        encode_event({**fields, "flags": 0x100, "price": 101}),
    ]
    assert len(out) == 2
    assert out.take().tobytes() == b"".join(record.tobytes() for record in wanted)
    assert len(out) == 0


def test_flags_are_added_to_those_there() -> None:
    out = EventWriter()
    head = record_head(Kind.QUOTE, 1, MarketFlag.GAP_BEFORE)
    out.add(with_flags(head, MarketFlag.PARTIAL), 1, 2)
    out.flag_last(MarketFlag.LAST_OF_MESSAGE | 0x01)
    assert out.take()["flags"][0] == 0x0701


def test_a_record_is_flagged_by_its_number_and_what_follows_can_be_taken_back() -> None:
    out = EventWriter()
    for size in range(3):
        out.add(record_head(Kind.TRADE, 0), 1, 1, 10, size)
    out.flag(1, MarketFlag.GAP_BEFORE)
    out.flag(-1, MarketFlag.LAST_OF_MESSAGE)
    for kind in (Kind.GAP, Kind.TRADE, Kind.DEPTH_CLEAR, Kind.DEPTH_UPDATE):
        out.add(record_head(kind, 0), 1, 1, 10, 3)
    out.take_back(3)
    events = out.take()
    assert events["size"].tolist()[:3] == [0, 1, 2]
    assert events["flags"].tolist()[:3] == [0, 0x0200, 0x0100]
    assert events["kind"].tolist()[3:] == [Kind.GAP, Kind.DEPTH_CLEAR]
    out.take_back(0)
    assert len(out) == 0


def test_taken_records_stay_as_they_are() -> None:
    out = EventWriter()
    head = record_head(Kind.TRADE, 0)
    out.add(head, 1, 1, 10)
    first = out.take()
    out.add(head, 2, 2, 20)
    second = out.take()
    assert (first["price"].tolist(), second["price"].tolist()) == ([10], [20])
    assert first.dtype == EVENT
    first["price"] = 11
    assert np.array_equal(second["price"], [20])
    assert len(EventWriter().take()) == 0
