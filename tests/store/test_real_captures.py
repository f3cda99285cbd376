"""Real captures through the lake: the same bytes out, in a fraction of their size."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from traider.domain.events import EventArray, Kind, join_events
from traider.domain.instruments import InstrumentName
from traider.feed.recorded import RecordedFeed
from traider.store.event_rows import RecordedGrid
from traider.store.lake_query import LakeQuery
from traider.store.lake_replay import replayed
from traider.store.lake_sink import LakeSink, SinkTerms
from traider.store.parquet_lake import ParquetLake
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording

SHARED = Path(os.environ.get("TRAIDER_DATA_DIR") or Path(__file__).parents[3] / "shared" / "data")
CAPTURES = [
    "COINBASE-20260809-part1.jsonl.zst",
    "BYBIT-20260809.jsonl.zst",
    "BINANCE-USDM-BTCUSDT-20230404.txt.zst",
]


def recorded(name: str) -> tuple[EventArray, Sequence[RecordedGrid]]:
    """Return the events of a capture and its instruments."""
    path = SHARED / "l2" / name
    if not path.exists():
        pytest.skip(f"no {name} here: set TRAIDER_DATA_DIR")
    recording = open_recording([path])
    feed = RecordedFeed(recording, recorded_venue(recording))
    events = join_events(list(feed.chunks()))
    return events, [
        RecordedGrid(InstrumentName.parse(each.name), each.tick_size, each.lot_size)
        for each in feed.instruments
    ]


@pytest.mark.parametrize("name", CAPTURES)
def test_a_capture_comes_out_of_the_lake_byte_for_byte(tmp_path: Path, name: str) -> None:
    events, instruments = recorded(name)
    lake = ParquetLake(tmp_path)
    with LakeSink(lake, instruments, terms=SinkTerms(flush_interval_s=3_600.0)) as sink:
        for begin in range(0, len(events), 17_011):
            sink.append(events[begin : begin + 17_011])
            sink.flush()
    assert join_events(list(replayed(lake))).tobytes() == events.tobytes()
    for extent in lake.series():
        lake.compact(extent.key)
    assert join_events(list(replayed(lake))).tobytes() == events.tobytes()
    compacted = sum(extent.bytes for extent in lake.series())
    # A record has 64 bytes; CSV.gz of the rows takes 9 to 13 (benchmarks/lake_size.py).
    assert compacted / len(events) < 7.0
    with LakeQuery(tmp_path) as query:
        (found,) = query.table("select count(*) as n from trades").to_pylist()
    assert found["n"] == int(np.sum(events["kind"] == Kind.TRADE))
