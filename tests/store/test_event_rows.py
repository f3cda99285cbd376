"""Events as rows and back.

Law 1: rows of any events give the same bytes again.
Law 2: a store read as one sequence gives the recorded events again, byte for byte, whatever they
were, however they were cut, in whatever order the pieces were written.
Law 3: compacted, a recording has the same files, whatever pieces it came in.
"""

import tempfile
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.recorded_events import (
    FEW,
    INSTRUMENTS,
    START_NS,
    bytes_of,
    events_of_journals,
    kept_of,
    pieces,
    record,
    some_events,
)
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.store.event_rows import CONTENTS, events_of, rows_by_series, rows_of
from traider.store.kinds import Content
from traider.store.lake_replay import recorded_series, replayed
from traider.store.parquet_lake import ParquetLake

SOME = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(events_of_journals)
def test_law_1_rows_give_the_same_bytes(events: EventArray) -> None:
    found = 0
    seq = np.arange(len(events))
    for key, rows in rows_by_series(events, seq, INSTRUMENTS):
        number = [each.name for each in INSTRUMENTS].index(key.name)
        content = key.kind.content
        mine = np.flatnonzero(
            (events["instrument"] == number)
            & np.isin(events["kind"], [int(k) for k, c in CONTENTS.items() if c is content])
        )
        assert events_of(rows, content).tobytes() == events[mine].tobytes()
        assert rows.column("seq").to_numpy().tolist() == mine.tolist()
        found += len(mine)
    assert found == len(kept_of(events))


@SOME
@given(
    st.builds(some_events, st.integers(0, 120), st.integers(0, 99), st.just(FEW)),
    st.lists(st.integers(0, 200), max_size=5),
    st.randoms(),
)
def test_law_2_a_store_gives_the_sequence_it_was_recorded_from(
    events: EventArray, cuts: list[int], chance: Random
) -> None:
    parts = list(pieces(events, cuts))
    chance.shuffle(parts)
    with tempfile.TemporaryDirectory() as folder:
        lake = ParquetLake(Path(folder))
        for first, part in parts:
            record(lake, part, first)
        found = join_events(list(replayed(lake)))
        assert found.tobytes() == kept_of(events).tobytes()
        for key in recorded_series(lake):
            lake.compact(key)
        assert join_events(list(replayed(lake))).tobytes() == found.tobytes()


@SOME
@given(
    st.integers(1, 100),
    st.lists(st.integers(0, 200), max_size=5),
    st.lists(st.integers(0, 200), max_size=5),
    st.randoms(),
)
def test_law_3_a_compacted_recording_has_the_same_files(
    seed: int, some: list[int], others: list[int], chance: Random
) -> None:
    events = some_events(200, seed, FEW)
    found = []
    for cuts in (some, others):
        parts = list(pieces(events, cuts))
        chance.shuffle(parts)
        with tempfile.TemporaryDirectory() as folder:
            lake = ParquetLake(Path(folder))
            for first, part in parts:
                record(lake, part, first)
            for extent in lake.series():
                lake.compact(extent.key)
            found.append(bytes_of(Path(folder)))
    assert found[0] == found[1]
    assert len(found[0]) >= 4


def test_a_range_and_some_series_are_replayed(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    events = some_events(300, 5)
    record(lake, events)
    ts = events["ts_recv"]
    start, end = int(ts[100]), int(ts[200])
    inside = events[(ts >= start) & (ts < end)]
    assert join_events(list(replayed(lake, start, end))).tobytes() == inside.tobytes()
    btc = recorded_series(lake, [INSTRUMENTS[0].name])
    found = join_events(list(replayed(lake, series=btc)))
    assert found.tobytes() == events[events["instrument"] == 0].tobytes()


def test_instruments_are_numbered_anew_where_that_is_asked(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    record(lake, some_events(50, 1))
    numbers = {INSTRUMENTS[0].name: 7, INSTRUMENTS[1].name: 3}
    found = join_events(list(replayed(lake, numbers=numbers)))
    wanted = some_events(50, 1)
    wanted["instrument"] = np.where(wanted["instrument"] == 0, 7, 3)
    assert found.tobytes() == wanted.tobytes()
    with pytest.raises(DataError, match="no number is given for COINBASE:ETH-USD"):
        list(replayed(lake, numbers={INSTRUMENTS[0].name: 0}))


def test_an_event_that_says_more_than_its_kind_is_refused() -> None:
    events = empty_events(3)
    events["kind"], events["ts_recv"] = Kind.QUOTE, START_NS
    events["w4"][2] = 9
    with pytest.raises(DataError, match="event 12: a QUOTE has 9 in word 4"):
        rows_of(events, np.array([10, 11, 12]), Content.QUOTES)


def test_an_event_of_an_unknown_instrument_is_refused() -> None:
    events = some_events(5, 1)
    events["instrument"] = 2
    with pytest.raises(DataError, match="of instrument 2"):
        list(rows_by_series(events, np.arange(5), INSTRUMENTS))


def test_a_replay_of_an_empty_store_has_no_events(tmp_path: Path) -> None:
    assert list(replayed(ParquetLake(tmp_path))) == []
