"""The laws that every venue's mapper keeps, on every recording.

1. Every record is well formed, and stands in the total order of its instrument.
2. The same bytes give the same records, and cutting them into other chunks changes none.
3. No book of an unbroken stream is ever crossed.
4. A lost message gives a GAP where the venue's rule can show it, then nothing of that book until a
   snapshot mends it.
5. The end of the connection breaks every book.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.venues.contract.laws import check_breaks, check_form
from tests.venues.contract.recorded import (
    CHECKED,
    FILES,
    NUMBERED,
    messages,
    read,
    shortened,
    whole,
    without,
)
from traider.domain.events import EventArray, Kind, join_events
from traider.runtime.kernel_books import KernelBooks
from traider.venues.event_writer import EventWriter
from traider.venues.recordings import Received

DROPS = 10
CHANGE_OR_BOOK = (Kind.DEPTH_UPDATE, Kind.DEPTH_SNAPSHOT)
STARTS_EMPTY = "DERIBIT"
"""Options have books without a level, which stand without a record."""


@pytest.fixture(params=[name for name, files in FILES.items() if len(files) == 1])
def name(request: pytest.FixtureRequest) -> str:
    """Each recording; what goes on from one to the next is compared in ``test_expected``."""
    found: str = request.param
    return found


def by_instrument(events: EventArray, count: int) -> list[EventArray]:
    return [events[events["instrument"] == number] for number in range(count)]


def test_law_1_every_record_is_well_formed(folder: Path, name: str) -> None:
    reading = whole(folder, name)
    count = len(reading.feed.instruments)
    check_form(reading.events, count)
    for mine in by_instrument(reading.events, count):
        check_breaks(mine, starts_empty=name.startswith(STARTS_EMPTY))


@pytest.mark.uncounted
def test_law_2_the_same_bytes_give_the_same_records(folder: Path, name: str) -> None:
    recording = shortened(folder, name)
    first = read(recording).events.tobytes()
    assert len(first) > 0
    for chunk_events in (1, 2, 37, 1_000):
        assert read(recording, chunk_events).events.tobytes() == first
    start = whole(folder, name).events[: len(first) // 64].tobytes()
    grids = read(recording).feed.instruments
    if grids == whole(folder, name).feed.instruments:
        assert start == first


def test_law_3_no_book_is_crossed(folder: Path, name: str) -> None:
    reading = whole(folder, name)
    count = len(reading.feed.instruments)
    books = KernelBooks(count)
    books.apply(reading.events)
    assert [books.crossed(number) for number in range(count)] == [0] * count
    assert [books.lost(number) for number in range(count)] == [0] * count
    assert reading.feed.counts.gaps == 0


def depth_messages(folder: Path, name: str) -> list[Received]:
    """Return messages of changed levels, spread over the beginning of a recording."""
    recording = shortened(folder, name)
    reading = read(recording)
    times: list[int] = []
    for mine in by_instrument(reading.events, len(reading.feed.instruments)):
        told = [mine["ts_recv"][mine["kind"] == kind] for kind in CHANGE_OR_BOOK]
        # What is lost shows at the next change, so the last one is no example; what was held for a
        # book was received before it, and the first one after it may be contained in it.
        times += np.setdiff1d(*told).tolist()[1:-1]
    chosen = set(sorted(times)[:: max(len(times) // DROPS, 1)])
    return [each for each in messages(recording) if each.ts_recv in chosen]


@pytest.mark.uncounted
def test_law_4_a_lost_message_leaves_no_book(folder: Path, name: str) -> None:
    if not name.startswith((*NUMBERED, *CHECKED)):
        return
    recording = shortened(folder, name)
    count = len(read(recording).feed.instruments)
    dropped = depth_messages(folder, name)
    seen = 0
    for lost in dropped:
        events = read(without(recording, [lost])).events
        check_form(events, count)
        for mine in by_instrument(events, count):
            check_breaks(mine, starts_empty=name.startswith(STARTS_EMPTY))
        gaps = events[events["kind"] == Kind.GAP]
        seen += len(gaps) > 0
        assert all(gaps["ts_recv"] > lost.ts_recv)
    assert seen == len(dropped) if name.startswith(NUMBERED) else seen >= len(dropped) // 3


def test_law_5_the_end_of_the_connection_breaks_every_book(folder: Path, name: str) -> None:
    reading = read(shortened(folder, name))
    numbers = range(len(reading.feed.instruments))
    stood = [number for number in numbers if reading.feed.is_whole(number)]
    assert stood or name == "BINANCE-SPOT-BTCUSDT-20230405"
    out, ended_ns = EventWriter(), int(reading.events["ts_recv"][-1]) + 1
    for mapper in reading.feed._routes.mappers.values():
        mapper.disconnect(ended_ns, out)
    events = out.take()
    assert sorted(events["instrument"][events["kind"] == Kind.GAP].tolist()) == stood
    assert set(events["kind"].tolist()) <= {Kind.GAP, Kind.DEPTH_CLEAR}
    assert not any(reading.feed.is_whole(number) for number in numbers)
    joined = join_events([reading.events, events])
    for mine in by_instrument(joined, len(numbers)):
        check_breaks(mine, starts_empty=name.startswith(STARTS_EMPTY))
