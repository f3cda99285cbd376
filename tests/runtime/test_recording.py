"""A record goes on where it ended: with a gap that says so, and nothing else changed."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from traider.domain.errors import UsageError
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, join_events
from traider.journal.instruments import JournalInstrument
from traider.journal.reader import JournalReader
from traider.journal.terms import FsyncPolicy, JournalTerms
from traider.journal.writer import JournalWriter
from traider.runtime.book_target import BookTarget
from traider.runtime.recording import Recorder, catch_up, clock_from, last_event_ns

TERMS = JournalTerms(fsync=FsyncPolicy.NONE)
BTC = JournalInstrument("COINBASE:BTC-USD", "BTC-USD", Decimal("0.01"), Decimal("1e-8"))
ETH = JournalInstrument("COINBASE:ETH-USD", "ETH-USD", Decimal("0.01"), Decimal("1e-8"))
DIGEST = bytes(range(32))
SECOND_NS = 1_000_000_000


def snapshot(number: int, ts_ns: int, *levels: tuple[int, int, int]) -> EventArray:
    events = empty_events(len(levels))
    events["ts_event"] = events["ts_recv"] = ts_ns
    events["kind"], events["version"], events["instrument"] = Kind.DEPTH_SNAPSHOT, 1, number
    for place, (side, price, size) in enumerate(levels):
        events["side"][place], events["price"][place], events["size"][place] = side, price, size
    events["id"] = 77
    events["flags"][-1] = MarketFlag.LAST_OF_MESSAGE
    return events


def trade(number: int, ts_ns: int) -> EventArray:
    events = empty_events(1)
    events["ts_event"] = events["ts_recv"] = ts_ns
    events["kind"], events["version"], events["instrument"] = Kind.TRADE, 1, number
    events["price"], events["size"], events["side"] = 100, 1, 1
    return events


def record(folder: Path, begin_ns: int, *parts: EventArray) -> Recorder:
    with JournalWriter.open(folder, [BTC, ETH], TERMS) as journal:
        recorder = Recorder(journal, [], catch_up(journal, []))
        recorder.begin(DIGEST, begin_ns)
        for part in parts:
            recorder.append(part)
    return recorder


def kept(folder: Path) -> EventArray:
    return join_events(list(JournalReader(folder).events()))


def test_what_is_recorded_is_what_came(tmp_path: Path) -> None:
    parts = [snapshot(0, 11, (1, 99, 5), (-1, 101, 5)), trade(0, 12), empty_events(0)]
    recorder = record(tmp_path / "j", 10, *parts)
    events = kept(tmp_path / "j")
    assert events["kind"].tolist()[0] == Kind.CONFIG_DIGEST
    assert events[1:].tobytes() == join_events(parts).tobytes()
    assert (recorder.held.events, recorder.new) == (0, 4)


def test_a_second_run_tells_the_gap_and_mends_it_with_the_next_snapshot(tmp_path: Path) -> None:
    first = [snapshot(0, 11, (1, 99, 5), (-1, 101, 5)), snapshot(1, 12, (1, 9, 5)), trade(1, 13)]
    record(tmp_path / "j", 10, *first)
    before = kept(tmp_path / "j")
    # A trade comes before the books do, both books in one batch.
    batch = join_events([trade(0, 21), snapshot(1, 22, (1, 8, 5)), snapshot(0, 23, (1, 98, 1))])
    recorder = record(tmp_path / "j", 20, batch, snapshot(0, 24, (1, 97, 1)))
    events = kept(tmp_path / "j")[len(before) :]
    assert recorder.held.events == len(before)
    assert [Kind(kind).name for kind in events["kind"]] == [
        "CONFIG_DIGEST", "GAP", "GAP", "DEPTH_CLEAR", "DEPTH_CLEAR", "TRADE", "RESYNC",
        "DEPTH_SNAPSHOT", "RESYNC", "DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT",
    ]  # fmt: skip
    gaps = events[events["kind"] == Kind.GAP]
    assert gaps["instrument"].tolist() == [0, 1]
    assert gaps["w2"].tolist() == [13, 13]  # since the last event of the run before
    resyncs = events[events["kind"] == Kind.RESYNC]
    assert resyncs["instrument"].tolist() == [1, 0]
    assert resyncs["id"].tolist() == [77, 77]
    flagged = events[events["kind"] == Kind.DEPTH_SNAPSHOT]["flags"] & MarketFlag.GAP_BEFORE
    assert flagged.astype(bool).tolist() == [True, True, False]
    assert (np.diff(kept(tmp_path / "j")["ts_recv"]) >= 0).all()


def test_a_book_that_did_not_stand_needs_no_gap(tmp_path: Path) -> None:
    record(tmp_path / "j", 10, trade(0, 11))
    record(tmp_path / "j", 20, snapshot(0, 21, (1, 99, 5)))
    assert Kind.GAP not in kept(tmp_path / "j")["kind"]


def test_listeners_know_what_was_recorded_before(tmp_path: Path) -> None:
    record(tmp_path / "j", 10, snapshot(0, 11, (1, 99, 5)), trade(0, 12))
    live = BookTarget([BTC, ETH])
    with JournalWriter.open(tmp_path / "j", [BTC, ETH], TERMS) as journal:
        recorder = Recorder(journal, [live], catch_up(journal, [live]))
        recorder.begin(DIGEST, 20)
        recorder.append(snapshot(0, 21, (1, 98, 3)))
    replayed = BookTarget([BTC, ETH])
    for chunk in JournalReader(tmp_path / "j").events():
        replayed.append(chunk)
    assert live.outcome() == replayed.outcome()
    assert live.outcome().instruments[0].best_bid == Decimal("0.98")
    assert live.outcome().instruments[0].gaps == 1


def test_other_products_do_not_go_into_the_same_journal(tmp_path: Path) -> None:
    record(tmp_path / "j", 10)
    other = JournalInstrument("COINBASE:ETH-USD", "ETH-USD", Decimal("0.1"), Decimal("1e-8"))
    with pytest.raises(UsageError, match="instrument 1 of the journal is"):
        JournalWriter.open(tmp_path / "j", [BTC, other], TERMS)


class Clock:
    def __init__(self, now_ns: int) -> None:
        self.now = now_ns

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return 5


def test_time_goes_on_from_the_end_of_the_journal(tmp_path: Path) -> None:
    assert last_event_ns(tmp_path / "none") == 0
    record(tmp_path / "j", 100 * SECOND_NS, trade(0, 101 * SECOND_NS))
    assert last_event_ns(tmp_path / "j") == 101 * SECOND_NS
    late = Clock(100 * SECOND_NS)
    clock = clock_from(tmp_path / "j", late)
    assert [clock.now_ns(), clock.now_ns()] == [101 * SECOND_NS + 1, 101 * SECOND_NS + 2]
    late.now = 200 * SECOND_NS
    assert clock.now_ns() == 200 * SECOND_NS
    assert clock.monotonic_ns() == 5
    with pytest.raises(UsageError, match="mend the clock"):
        clock_from(tmp_path / "j", Clock(0))
