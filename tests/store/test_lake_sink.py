"""Events of a live feed into a store, in the background.

Law 1: whatever pieces events come in, and however often the sink is cut off and completed out of
the journal, the compacted store has the same files.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.store.recorded_events import (
    DAY_NS,
    FEW,
    INSTRUMENTS,
    START_NS,
    WITH_OTHERS,
    bytes_of,
    kept_of,
    pieces,
    some_events,
)
from traider.domain.errors import DataError, TraiderError
from traider.domain.events import join_events
from traider.store.kinds import Content
from traider.store.lake_replay import replayed
from traider.store.lake_sink import LakeSink, SinkTerms, covered_until
from traider.store.parquet_lake import ParquetLake

NEVER = SinkTerms(flush_interval_s=3_600.0)


def soon(is_so: Callable[[], bool]) -> bool:
    """Whether something comes true within some seconds."""
    until = time.monotonic() + 60.0
    while not is_so() and time.monotonic() < until:
        time.sleep(0.01)
    return is_so()


def compacted(lake: ParquetLake) -> dict[str, bytes]:
    for extent in lake.series():
        lake.compact(extent.key)
    return bytes_of(lake.folder)


def test_all_that_was_given_is_there_after_close(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    events = some_events(400, 1, WITH_OTHERS)
    with LakeSink(lake, INSTRUMENTS, terms=NEVER) as sink:
        for _, part in pieces(events, [7, 8, 200]):
            sink.append(part)
        assert sink.sequence == 400
    assert join_events(list(replayed(lake))).tobytes() == kept_of(events).tobytes()


def test_positions_go_on_from_where_the_journal_stands(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    with LakeSink(lake, INSTRUMENTS, first_sequence=1_000, terms=NEVER) as sink:
        sink.append(some_events(50, 1))
    found = [table.column("seq").to_numpy() for e in lake.series() for table in lake.read(e.key)]
    assert sorted(np.concatenate(found).tolist()) == list(range(1_000, 1_050))


def test_events_are_written_when_their_time_came(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    with LakeSink(lake, INSTRUMENTS, terms=SinkTerms(flush_interval_s=0.05)) as sink:
        sink.append(some_events(60, 2))
        assert soon(lambda: sum(e.rows for e in lake.series()) == 60)


def test_events_are_written_when_enough_came_together(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    events = some_events(80, 3)
    last = int((events["ts_recv"] == events["ts_recv"][-1]).sum())
    with LakeSink(lake, INSTRUMENTS, terms=SinkTerms(3_600.0, flush_rows=80)) as sink:
        sink.append(events[:79])
        time.sleep(0.1)
        assert lake.series() == ()
        sink.append(events[79:])
        # The last instant may still go on.
        assert soon(lambda: sum(e.rows for e in lake.series()) == 80 - last)


def test_a_flush_waits_until_all_is_there(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    with LakeSink(lake, INSTRUMENTS, terms=NEVER) as sink:
        for first, part in pieces(some_events(90, 4), [30, 60]):
            sink.append(part)
            sink.flush()
            assert sum(e.rows for e in lake.series()) == first + len(part)


def test_the_given_array_may_be_used_again(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    events = some_events(40, 5)
    buffer = events.copy()
    with LakeSink(lake, INSTRUMENTS, terms=NEVER) as sink:
        sink.append(buffer)
        buffer["w0"] = 0
    assert join_events(list(replayed(lake))).tobytes() == events.tobytes()


def test_past_days_are_compacted_when_a_day_is_over(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    events = some_events(1_500, 6, FEW)
    midnight = START_NS // DAY_NS * DAY_NS + DAY_NS
    assert events["ts_recv"][0] < midnight < events["ts_recv"][-1]
    with LakeSink(lake, INSTRUMENTS, terms=NEVER) as sink:
        for _, part in pieces(events, list(range(100, 1_500, 100))):
            sink.append(part)
            sink.flush()
    days = [path.rsplit("/", 1)[0] for path in bytes_of(tmp_path)]
    first = [day for day in days if day.endswith("=2024-10-03")]
    assert len(first) == len(set(first)) == 6
    assert len(days) > 2 * len(first)


def test_series_are_covered_while_they_are_quiet(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    events = some_events(300, 7)
    quiet = np.isin(events["kind"], [26])
    quiet[:100] = False
    events = events[~quiet]
    with LakeSink(lake, INSTRUMENTS, terms=NEVER) as sink:
        for _, part in pieces(events, [50, 100, 200]):
            sink.append(part)
            sink.flush()
    span = (int(events["ts_recv"][0]), int(events["ts_recv"][-1]) + 1)
    for extent in lake.series():
        (found,) = lake.coverage(extent.key)
        assert (found.start_ns, found.end_ns) == span
        if extent.key.kind.content is Content.MARKS:
            assert extent.last_ns < span[1] - 1
    assert covered_until(lake, INSTRUMENTS) == span[1]


def test_law_1_a_recording_cut_off_is_completed_out_of_the_journal(tmp_path: Path) -> None:
    whole, cut = ParquetLake(tmp_path / "whole"), ParquetLake(tmp_path / "cut")
    events = some_events(900, 8, FEW)
    with LakeSink(whole, INSTRUMENTS, terms=NEVER) as sink:
        sink.append(events)
    done = 0
    for crash in (150, 400, 401, 900):
        start = covered_until(cut, INSTRUMENTS)
        first = int(np.searchsorted(events["ts_recv"], start, "left"))
        assert first <= done
        sink = LakeSink(cut, INSTRUMENTS, first, NEVER)
        sink.append(events[first:crash])
        sink.flush()
        # Taken by the sink and never written, as when the power goes: the journal has them.
        sink.append(events[crash : crash + 30][:0])
        done = crash
    assert compacted(cut) == compacted(whole)


def test_another_recording_of_the_same_time_is_refused(tmp_path: Path) -> None:
    lake, events = ParquetLake(tmp_path), some_events(300, 11, FEW[:2])
    with LakeSink(lake, INSTRUMENTS, terms=NEVER) as sink:
        sink.append(events)
    before = bytes_of(tmp_path)
    # The same events under other places in a journal, as when their middle is given from 0.
    sink = LakeSink(lake, INSTRUMENTS, terms=NEVER)
    sink.append(events[100:])
    with pytest.raises(DataError, match="holds another recording of COINBASE:BTC-USD depth at 20"):
        sink.flush()
    with pytest.raises(DataError, match="holds another recording"):
        sink.close()
    # With their places they are known, whatever they are cut into.
    with LakeSink(lake, INSTRUMENTS, first_sequence=100, terms=NEVER) as sink:
        for _, part in pieces(events[100:], [33, 77, 78]):
            sink.append(part)
            sink.flush()
    assert bytes_of(tmp_path) == before


def test_a_store_that_refuses_stops_the_sink(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("", encoding="utf-8")
    lake = ParquetLake(tmp_path / "lake")
    sink = LakeSink(lake, INSTRUMENTS, terms=NEVER)
    sink.append(some_events(10, 9))
    with pytest.raises(DataError, match="cannot be read: Not a dir"):
        sink.flush()
    with pytest.raises(DataError, match="cannot be read: Not a dir"):
        sink.append(some_events(10, 9))
    with pytest.raises(DataError, match="cannot be read: Not a dir"):
        sink.close()


def test_a_sink_that_is_behind_makes_its_feed_wait(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    events = some_events(600, 10, FEW[:2])
    with LakeSink(lake, INSTRUMENTS, terms=SinkTerms(3_600.0, 50, 50)) as sink:
        for _, part in pieces(events, list(range(20, 600, 20))):
            sink.append(part)
            assert sink._held_rows < 50 + 20
    assert join_events(list(replayed(lake))).tobytes() == events.tobytes()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ended_by_a_fault_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(LakeSink, "_write", fails)
    sink = LakeSink(ParquetLake(tmp_path), INSTRUMENTS, terms=NEVER)
    sink.append(some_events(40, 5))
    with pytest.raises(TraiderError, match="ended by a fault"):
        sink.flush()
    with pytest.raises(TraiderError, match="ended by a fault"):
        sink.close()
