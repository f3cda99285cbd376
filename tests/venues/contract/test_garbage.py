"""What no venue ever sent: refused with DataError, and never an event.

1. A message cut short is refused.
2. Bytes that are no message are refused.
3. A message with a wrong byte is refused, or says something well formed; nothing else happens. One
   that is refused may show by its number that others were lost, and that is told.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.venues.contract.laws import check_form
from tests.venues.contract.recorded import FILES, SHIPPED, messages, shortened
from traider.domain.errors import DataError
from traider.domain.events import Kind
from traider.feed.recorded import RecordedFeed
from traider.venues.catalogue import recorded_venue
from traider.venues.event_writer import EventWriter
from traider.venues.market_mapper import MarketMapper
from traider.venues.recordings import Received

NAMES = [name for name in FILES if not name.startswith(("BINANCE-USDM", "BINANCE-SPOT"))]
NAMES += [SHIPPED, "BINANCE-SPOT-ETHUSDT-20240808"]
BREAKS = {int(Kind.GAP), int(Kind.DEPTH_CLEAR)}
GARBAGE = (
    b"",
    b" ",
    b"{",
    b"garbage",
    b"\x00",
    b"\xff\xfe{}",
    b"nul",
    b'{"a":',
    b"[1,2",
    b"<html>503</html>",
    b"[" * 200_000,
    b'{"a":' * 200_000,
)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """One recording of each venue."""
    found: str = request.param
    return found


def fresh(folder: Path, name: str) -> tuple[RecordedFeed, dict[str, MarketMapper]]:
    """Return mappers that saw nothing yet."""
    recording = shortened(folder, name)
    feed = RecordedFeed(recording, recorded_venue(recording))
    return feed, feed._routes.mappers


def kinds_of_messages(folder: Path, name: str) -> Iterator[Received]:
    """Yield a few messages of each shape and of no great length."""
    seen: dict[bytes, int] = {}
    for record in messages(shortened(folder, name)):
        shape = bytes(record.raw[:40].translate(None, b"0123456789"))
        seen[shape] = seen.get(shape, 0) + 1
        if seen[shape] <= 2 and len(seen) <= 40 and len(record.raw) < 20_000:
            yield record


def test_law_1_a_message_cut_short_is_refused(folder: Path, name: str) -> None:
    _, mappers = fresh(folder, name)
    out, ts_recv = EventWriter(), 0
    for record in kinds_of_messages(folder, name):
        for place in {1, len(record.raw) // 3, len(record.raw) // 2, len(record.raw) - 1}:
            ts_recv = max(record.ts_recv, ts_recv + 1)
            with pytest.raises(DataError):
                mappers[record.connection].take(record.raw[:place], ts_recv, out)
    assert len(out) == 0


def test_law_2_what_is_no_message_is_refused(folder: Path, name: str) -> None:
    _, mappers = fresh(folder, name)
    out = EventWriter()
    for mapper in mappers.values():
        for raw in GARBAGE:
            with pytest.raises(DataError) as caught:
                mapper.take(raw, 1_600_000_000_000_000_000, out)
            assert "\n" not in caught.value.line()
    assert len(out) == 0


def test_law_3_a_wrong_byte_does_no_harm(folder: Path, name: str) -> None:
    random = np.random.default_rng(7)
    recording = shortened(folder, name)
    feed, mappers = fresh(folder, name)
    out, refused = EventWriter(), 0
    for record in list(messages(recording))[:400]:
        raw = bytearray(record.raw)
        for place in random.integers(0, len(raw), 2):
            raw[place] = random.integers(0, 256)
        try:
            mappers[record.connection].take(bytes(raw), record.ts_recv, out)
        except DataError:
            refused += 1
            said, out = out.take(), EventWriter()
            assert set(said["kind"].tolist()) <= BREAKS
            continue
        check_form(out.take(), len(feed.instruments))
    assert refused > 20
