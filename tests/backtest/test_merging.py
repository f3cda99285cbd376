"""Merging streams of events.

1. Whatever the streams and their chunks, the merged stream is all events in the total order.
2. No chunk holds an event of an earlier instant than the chunk before it.
"""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.merging import merge_streams
from traider.domain.events import EventArray, Kind, empty_events, join_events, sort_events

instants = st.lists(
    st.tuples(st.integers(1, 30), st.lists(st.sampled_from([Kind.TRADE, Kind.QUOTE]), max_size=3)),
    max_size=12,
)


def chunks_of(found: list[tuple[int, list[Kind]]], instrument: int) -> list[EventArray]:
    """Return an instant's events as a chunk each; an instant may have none."""
    chunks = []
    for ts_recv, kinds in sorted(dict(found).items()):
        chunk = empty_events(len(kinds))
        chunk["ts_recv"], chunk["instrument"] = ts_recv, instrument
        chunk["kind"] = sorted(kinds)
        chunk["w0"] = np.arange(len(kinds))
        chunks.append(chunk)
    return chunks


@given(st.lists(instants, max_size=4))
def test_laws_1_and_2_all_events_in_the_total_order(
    found: list[list[tuple[int, list[Kind]]]],
) -> None:
    streams = [chunks_of(stream, k) for k, stream in enumerate(found)]
    merged = list(merge_streams([iter(chunks) for chunks in streams]))
    everything = sort_events(join_events([chunk for chunks in streams for chunk in chunks]))
    assert join_events(merged).tobytes() == everything.tobytes()
    filled = [chunk for chunk in merged if len(chunk)]
    for before, after in pairwise(filled):
        assert before["ts_recv"][-1] < after["ts_recv"][0]
